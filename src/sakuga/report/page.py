"""The page: one file that needs nothing else. Every text that comes from a file is escaped."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources
from string import Template

from sakuga import __version__
from sakuga.report.cooccurrence import Together
from sakuga.report.figures import figures
from sakuga.report.numbers import Numbers
from sakuga.report.pictures import Pictures
from sakuga.report.sections import (
    bias,
    duration,
    formats,
    left_out,
    recipes,
    together_section,
)
from sakuga.report.sheet import hero, sheet
from sakuga.report.shots import Shot
from sakuga.report.tables import Json


def page(
    numbers: Numbers,
    shots: Sequence[Shot],
    pictures: dict[str, Pictures],
    together: Together | None = None,
) -> str:
    """The whole page. `shots` are those shown, in order; `pictures` are by clip."""
    return Template(_file("page.html")).substitute(
        style=_file("page.css"),
        script=_file("page.js"),
        hero=hero(shots, pictures),
        totals=_totals(numbers),
        sheet=sheet(shots, pictures),
        shown=_shown(numbers, shots),
        composition=figures(numbers, "composition"),
        charts=figures(numbers, "timing"),
        taxonomy=figures(numbers, "taxonomy"),
        footage=figures(numbers, "footage"),
        formats=formats(numbers),
        bias=figures(numbers, "bias"),
        tagged=bias(numbers),
        together=together_section(together),
        together_link='<a href="#together">Tags</a>' if together else "",
        left_out=left_out(numbers),
        recipes=recipes(numbers),
        version=escape(__version__),
    )


def plain(
    numbers: Numbers, shots: Iterable[Shot], together: Together | None = None
) -> dict[str, Json]:
    """The same as JSON-ready values."""
    told = {**dataclasses.asdict(numbers), "sheet": [shot.plain() for shot in shots]}
    if together is not None:
        found = dataclasses.asdict(dataclasses.replace(together, picture=b""))
        told["together"] = {name: value for name, value in found.items() if name != "picture"}
    return told


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


def _file(name: str) -> str:
    return resources.files("sakuga.report").joinpath(name).read_text(encoding="utf-8")
