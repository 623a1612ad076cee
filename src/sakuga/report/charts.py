"""Charts as inline SVG, drawn by hand: bars and columns. Their colours come from the page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from sakuga.report.counts import Bar

Ticks = Sequence[tuple[int, str]]  # place, label

WIDTH = 460  # units of every chart; the page scales it
ROW, PAIR = 26, 38  # height of a row with one bar, with ours and the paper's


def bars(title: str, rows: Sequence[Bar], noun: str) -> str:
    """A row for each class: our share, and the paper's below it where there is one."""
    label = 18 + 7 * max([0, *(len(row.label) for row in rows)])
    room = WIDTH - label - 58
    most = max([1.0, *(max(row.share, row.paper or 0) for row in rows)])
    parts: list[str] = []
    y = 4
    for row in rows:
        paired = row.paper is not None
        height = PAIR if paired else ROW
        parts.append(_text(label - 10, y + height / 2 + 1, row.label, "label end"))
        parts.append(_bar(label, y + (4 if paired else 5), 14, room * row.share / most, "ours"))
        told = percent(row.share) if row.count else "-"
        x = label + room * row.share / most + 6
        parts.append(_text(x, y + (11.5 if paired else 12.5), told, "value"))
        if row.paper is not None:
            parts.append(_bar(label, y + 20, 9, room * row.paper / most, "theirs"))
            x = label + room * row.paper / most + 6
            parts.append(_text(x, y + 25, percent(row.paper), "value faint"))
        y += height + (4 if paired else 2)
    return _svg(title, _told(rows, noun), y + 2, parts)


def columns(title: str, rows: Sequence[Bar], noun: str, ticks: Ticks | None = None) -> str:
    """A column for each class; `ticks` are (place, label), else every class has its own."""
    height, left, base = 150, 34, 126
    step = (WIDTH - left - 6) / max(1, len(rows))
    most = max([1.0, *(row.share for row in rows)])
    parts = [_grid(left, base, height - 30, most)]
    for place, row in enumerate(rows):
        tall = (height - 30) * row.share / most
        x = left + place * step
        shape = _column(x + step * 0.12, base, step * 0.76, tall)
        parts.append(f"<g><title>{escape(_tell(row, noun))}</title>{shape}</g>" if tall else "")
    marks = ticks if ticks is not None else [(n, row.label) for n, row in enumerate(rows)]
    centre = step / 2 if ticks is None else 0
    parts += [_text(left + n * step + centre, base + 14, label, "label mid") for n, label in marks]
    return _svg(title, _told(rows, noun), height, parts)


def percent(share: float) -> str:
    """`23.0%`; of less than one, two places: `0.07%`."""
    return f"{share:.2f}%" if 0 < share < 1 else f"{share:.1f}%"


def _svg(title: str, told: str, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}: '
        f'{escape(told)}">{"".join(parts)}</svg>'
    )


def _told(rows: Sequence[Bar], noun: str) -> str:
    return "; ".join(_tell(row, noun) for row in rows if row.count or row.paper is not None)


def _tell(row: Bar, noun: str) -> str:
    theirs = "" if row.paper is None else f", in the paper {percent(row.paper)}"
    return f"{row.label}: {row.count:,} {noun}, {percent(row.share)}{theirs}"


def _bar(label: float, y: float, height: float, length: float, style: str) -> str:
    if length <= 0:
        return f'<rect class="none" x="{label}" y="{y}" width="1" height="{height}"/>'
    long = max(1.5, length)
    return (
        f'<rect class="{style}" x="{label}" y="{y}" width="{long:.1f}" height="{height}" rx="2"/>'
    )


def _column(x: float, base: float, width: float, tall: float) -> str:
    high = max(1.5, tall)
    return (
        f'<rect class="ours" x="{x:.1f}" y="{base - high:.1f}" width="{width:.1f}" '
        f'height="{high:.1f}" rx="1.5"/>'
    )


def _grid(left: float, base: float, height: float, most: float) -> str:
    """Two quiet lines with their shares, and the ground."""
    lines = [f'<line class="ground" x1="{left}" x2="{WIDTH}" y1="{base}" y2="{base}"/>']
    for part in (0.5, 1.0):
        y = base - height * part
        lines.append(f'<line class="grid" x1="{left}" x2="{WIDTH}" y1="{y}" y2="{y}"/>')
        lines.append(_text(left - 5, y + 4, f"{most * part:.0f}%", "label end faint"))
    return "".join(lines)


def _text(x: float, y: float, text: str, style: str) -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
