"""The page's tables: formats, bias, tags that go together, what was left out, provenance."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from fractions import Fraction
from html import escape

from sakuga.dataset.columns import meaning
from sakuga.report.cooccurrence import Together
from sakuga.report.names import harmless
from sakuga.report.numbers import Numbers
from sakuga.report.propose import Finding
from sakuga.report.tables import Json

TOLD = 25  # proposals, and as many doubts, on the page; all stand in the files


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


def bias(numbers: Numbers) -> str:
    """§7: how many tags a shot gets, by who is seen in it."""
    if not numbers.known.get("subjects"):
        return ""
    rows = [
        (
            s.group,
            f"{s.shots:,}",
            f"{s.share:.1f}%",
            *("-" if mean is None else f"{mean:.1f}" for mean in (s.tags, s.attire, s.person)),
        )
        for s in numbers.shown
    ]
    heads = ("shots that show", "shots", "share", "tags a shot", "of attire", "of faces and bodies")
    return table(heads, rows, numbers=5)


def together_section(together: Together | None) -> str:
    """Tags that stand together, and what that says of the taxonomy; empty if not asked for."""
    if together is None:
        return ""
    picture = base64.b64encode(together.picture).decode()
    more = f"; {together.left_out:,} rarer ones are left out" if together.left_out else ""
    proposed = [f for f in together.findings if f.verdict == "proposed"]
    doubted = [f for f in together.findings if f.verdict in ("contradicts", "unrelated")]
    absent = sum(f.verdict == "absent" for f in together.findings)
    return (
        f'<section id="together"><h2>Tags that stand together</h2><p class="lead">'
        f"{together.pairs:,} pairs of {together.tags:,} tags in {together.clips:,} shots{more}. "
        f"Of the taxonomy's tags, {absent:,} never occur.</p>"
        f'<figure class="picture" tabindex="0"><img width="{_wide(together.picture) // 2}" '
        f'alt="NPMI of the most frequent tags, clustered" '
        f'src="data:image/png;base64,{picture}"></figure>'
        f"{_findings('proposed for', proposed)}{_findings('listed under', doubted)}</section>"
    )


def _wide(png: bytes) -> int:
    """The width of a PNG in pixels, as its header says."""
    return int.from_bytes(png[16:20], "big")


def _findings(head: str, findings: Sequence[Finding]) -> str:
    rows = [
        (
            *(f.tag, f"{f.axis}: {f.name}" + (f", better {f.better}" if f.better else "")),
            *(f"{f.count:,}", f"{f.together:,}", "-" if f.npmi is None else f"{f.npmi + 0.0:.2f}"),
        )
        for f in sorted(findings, key=lambda f: -(f.npmi or 0.0))[:TOLD]
    ]
    heads = ("tag", head, "shots", "in the class", "NPMI")
    return table(heads, rows, numbers=3, style="findings") if rows else ""


def formats(numbers: Numbers) -> str:
    """Videos that are alike, as a table."""
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
    return table(("picture", "codec", "frame rate", "videos", "length"), rows, numbers=2)


def left_out(numbers: Numbers) -> str:
    """What failed, what was skipped, and which columns no room of the profile fills."""
    parts: list[str] = []
    if numbers.failures:
        rows = [
            (
                r.stage,
                r.reason,
                f"{r.count:,}",
                "\n".join(": ".join(filter(None, (e.source, e.message))) for e in r.examples),
            )
            for r in numbers.failures
        ]
        parts.append(table(("room", "reason", "items", "for example"), rows))
    if numbers.skipped:
        rows = [(kind, f"{files:,}") for kind, files in numbers.skipped.items()]
        parts.append(table(("files not built from, by kind", "files"), rows, numbers=1))
    if numbers.totals.duplicates:
        parts.append(f"<p>{numbers.totals.duplicates:,} files have the same bytes as another.</p>")
    if numbers.unknown:
        rows = [
            (name, meaning(name).text, ", ".join(meaning(name).profiles))
            for name in numbers.unknown
        ]
        parts.append(
            "<p>Null in every row, because no room of this profile knows it:</p>"
            + table(("column", "what it is", "profiles that fill it"), rows)
        )
    return "".join(parts) or "<p>Nothing failed, nothing was skipped.</p>"


def recipes(numbers: Numbers) -> str:
    """Every table and what made it."""
    rows = [
        (table, str(recipe.get("recipe", "?")), _fields(recipe))
        for table, recipes in numbers.recipes.items()
        for recipe in recipes
    ]
    return table(("table", "made by", "with"), rows, style="recipes")


def _fields(recipe: dict[str, Json]) -> str:
    shown = {key: value for key, value in recipe.items() if key != "recipe"}
    return ", ".join(f"{key} {json.dumps(value)}" for key, value in shown.items())


def table(
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
