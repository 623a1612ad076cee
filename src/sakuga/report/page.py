"""The page: one file that needs nothing else. Every text that comes from a file is escaped."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from fractions import Fraction
from html import escape
from importlib import resources
from string import Template

from sakuga import __version__
from sakuga.report.charts import bars, columns
from sakuga.report.names import harmless
from sakuga.report.numbers import Bar, Numbers
from sakuga.report.pictures import Pictures
from sakuga.report.sheet import hero, sheet
from sakuga.report.shots import Shot
from sakuga.report.tables import Json


def page(numbers: Numbers, shots: Sequence[Shot], pictures: dict[str, Pictures]) -> str:
    """The whole page. `shots` are those shown, in order; `pictures` are by clip."""
    return Template(_file("page.html")).substitute(
        style=_file("page.css"),
        script=_file("page.js"),
        hero=hero(shots, pictures),
        totals=_totals(numbers),
        sheet=sheet(shots, pictures),
        shown=_shown(numbers, shots),
        charts=_charts(numbers),
        formats=_formats(numbers),
        left_out=_left_out(numbers),
        recipes=_recipes(numbers),
        version=escape(__version__),
    )


def plain(numbers: Numbers, shots: Iterable[Shot]) -> dict[str, Json]:
    """The same as JSON-ready values."""
    return {**dataclasses.asdict(numbers), "sheet": [shot.plain() for shot in shots]}


def frame_rate(fraction: str) -> str:
    """`24 fps`, `23.976 fps (24000/1001)`."""
    rate = Fraction(fraction)
    if not rate:
        return "unknown"
    return f"{rate} fps" if rate.denominator == 1 else f"{float(rate):.3f} fps ({rate})"


def duration(seconds: float) -> str:
    """`42 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _totals(numbers: Numbers) -> str:
    t = numbers.totals
    average = f"{t.seconds / t.shots:.1f} s a shot" if t.shots else ""
    each = f"{t.drawings / t.shots:.0f} a shot" if t.shots else ""
    again = f"shown {t.keyframes:,} times" if t.keyframes != t.drawings else each
    cells = [
        (f"{t.videos:,}", "video" if t.videos == 1 else "videos", ""),
        (duration(t.seconds), "of film", f"{t.frames:,} frames"),
        (f"{t.shots:,}", "shot" if t.shots == 1 else "shots", average),
        (f"{t.drawings:,}", "drawing" if t.drawings == 1 else "drawings", again),
        (f"{t.failures:,}" if t.failures else "none", "failed", _skipped_word(t.skipped)),
    ]
    return "".join(
        f"<div><dd>{value}</dd><dt>{name}</dt><small>{more}</small></div>"
        for value, name, more in cells
    )


def _skipped_word(number: int) -> str:
    return f"{number:,} {'file' if number == 1 else 'files'} skipped" if number else ""


def _shown(numbers: Numbers, shots: Sequence[Shot]) -> str:
    more = numbers.totals.shots - len(shots)
    if not numbers.totals.shots:
        return "No shots have been found yet."
    said = (
        "All shots are shown."
        if more <= 0
        else f"{len(shots):,} shots are shown; {more:,} are not."
    )
    return f"{said} A strip's pictures are as wide as their drawings are held."


_SCORE_TICKS = [(place * 4, f"{place / 5:.1f}") for place in range(6)]


def _charts(numbers: Numbers) -> str:
    if not numbers.totals.shots:
        return '<p class="empty">There is nothing to count yet.</p>'
    charts = numbers.charts
    drawn = [
        ("length", "Length of a shot", "in keyframes", bars, "shots"),
        ("dynamic", "How lively a shot is", "keyframes ÷ frames", bars, "shots"),
        ("scores", "Dynamic score", "share of the shots", columns, "shots"),
        ("timing", "Timing", "the hold most frames stand in", bars, "shots"),
        ("holds", "Holds", "frames for which a drawing stands", columns, "drawings"),
        ("camera", "Camera", "how it moves", bars, "shots"),
        ("boundaries", "How shots begin", "", bars, "shots"),
        ("confidence", "Confidence", "of cuts, fades and dissolves", columns, "boundaries"),
        ("seconds", "Length on screen", "in seconds", columns, "shots"),
    ]
    return "".join(
        _figure(title, more, draw(title, _used(name, charts[name]), noun, *_ticks(name)))
        for name, title, more, draw, noun in drawn
        if any(bar.count for bar in charts[name])
    )


def _ticks(name: str) -> list[list[tuple[int, str]]]:
    return [_SCORE_TICKS] if name == "scores" else []


def _used(name: str, rows: Sequence[Bar]) -> Sequence[Bar]:
    """Of the timings, without the rarer ones that no shot has."""
    always = ("ones", "twos", "threes", "hold", "mixed")
    return [r for r in rows if r.count or r.label in always] if name == "timing" else rows


def _figure(title: str, more: str, svg: str) -> str:
    key = (
        '<p class="key"><i class="ours"></i>here <i class="theirs"></i>Sakuga-42M, Figure 4</p>'
        if 'class="theirs"' in svg
        else ""
    )
    return (
        f"<figure><figcaption><b>{escape(title)}</b> <small>{escape(more)}</small></figcaption>"
        f"{svg}{key}</figure>"
    )


def _formats(numbers: Numbers) -> str:
    rows = [
        (
            f"{f.width}×{f.height}",
            f"{f.codec}, {f.bit_depth} bit",
            frame_rate(f.frame_rate),
            f"{f.videos:,}",
            duration(f.seconds),
        )
        for f in numbers.formats
    ]
    return _table(("picture", "codec", "frame rate", "videos", "length"), rows, numbers=2)


def _left_out(numbers: Numbers) -> str:
    parts: list[str] = []
    if numbers.failures:
        rows = [
            (
                r.stage,
                r.reason,
                f"{r.count:,}",
                "\n".join(f"{e.source}: {e.message}" for e in r.examples),
            )
            for r in numbers.failures
        ]
        parts.append(_table(("room", "reason", "items", "for example"), rows))
    if numbers.skipped:
        rows = [(kind, f"{files:,}") for kind, files in numbers.skipped.items()]
        parts.append(_table(("files not built from, by kind", "files"), rows, numbers=1))
    if numbers.totals.duplicates:
        parts.append(f"<p>{numbers.totals.duplicates:,} files have the same bytes as another.</p>")
    if numbers.unknown:
        names = ", ".join(f"<code>{escape(name)}</code>" for name in numbers.unknown)
        parts.append(f"<p>Not known, because no room of this profile sees it: {names}.</p>")
    return "".join(parts) or "<p>Nothing failed, nothing was skipped.</p>"


def _recipes(numbers: Numbers) -> str:
    rows = [
        (table, str(recipe.get("recipe", "?")), _fields(recipe))
        for table, recipes in numbers.recipes.items()
        for recipe in recipes
    ]
    return _table(("table", "made by", "with"), rows, style="recipes")


def _fields(recipe: dict[str, Json]) -> str:
    shown = {key: value for key, value in recipe.items() if key != "recipe"}
    return ", ".join(f"{key} {json.dumps(value)}" for key, value in shown.items())


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: int = 0, style: str = ""
) -> str:
    """A table; its last `numbers` columns stand to the right. All cells are escaped here."""
    first = len(heads) - numbers
    head = "".join(f"<th{_right(n, first)}>{escape(text)}</th>" for n, text in enumerate(heads))
    body = "".join(
        "<tr>"
        + "".join(f"<td{_right(n, first)}>{_cell(text)}</td>" for n, text in enumerate(row))
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide"><table class="{style}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(text: str) -> str:
    return "<br>".join(escape(harmless(line)) for line in text.split("\n"))


def _right(place: int, first: int) -> str:
    return ' class="number"' if place >= first else ""


def _file(name: str) -> str:
    return resources.files("sakuga.report").joinpath(name).read_text(encoding="utf-8")
