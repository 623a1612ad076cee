"""Figure 7: a score over the number of clips, with 95% intervals and the fitted law, as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from sakuga.evaluate.scaling import Scaling

WIDTH, HEIGHT = 520, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 34, 46
INK, OURS, SOFT = "#20222b", "#e2502b", "#8a8c98"


def figure(scaling: Scaling, title: str, score: str = "R@1, percent", factor: float = 100) -> str:
    """The figure, clips on a logarithmic scale. factor: what scores are multiplied by."""
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'font-family="sans-serif" font-size="12" fill="{INK}" role="img">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
            *_Drawn(scaling, factor).parts(),
            f'<text x="{LEFT}" y="18" font-weight="600">{escape(title)}</text>',
            f'<text x="{LEFT}" y="{HEIGHT - 8}">clips to learn from</text>',
            f'<text transform="translate(14 {HEIGHT - BOTTOM}) rotate(-90)">{escape(score)}</text>',
            "</svg>\n",
        )
    )


class _Drawn:
    """Scores and clips to places on the figure."""

    def __init__(self, scaling: Scaling, factor: float) -> None:
        self._scaling, self._factor = scaling, factor
        sizes = scaling.sizes
        self._first, self._last = (math.log2(size.clips) for size in (sizes[0], sizes[-1]))
        ends = [factor * end for s in sizes for end in (s.mean, s.low, s.high) if end is not None]
        low, high = min(ends), max(ends)
        margin = 0.08 * (high - low) or abs(high) * 0.1 or 1.0
        self._low, self._high = low - margin, high + margin

    def parts(self) -> Iterator[str]:
        yield from self._axis()
        yield self._law()
        for size in self._scaling.sizes:
            x, y = self._x(size.clips), self._y(size.mean)
            if size.low is not None and size.high is not None:
                yield _line(x, self._y(size.low), x, self._y(size.high), OURS, 2)
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{OURS}"/>'
            yield _text(x, HEIGHT - BOTTOM + 18, f"{size.clips:,}", "middle")

    def _axis(self) -> Iterator[str]:
        for n in range(5):
            value = self._low + (self._high - self._low) * n / 4
            y = HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * n / 4
            yield _line(LEFT, y, WIDTH - RIGHT, y, "#e3ddd0", 1)
            yield _text(LEFT - 8, y + 4, f"{value:.3g}", "end")

    def _law(self) -> str:
        ends = [self._scaling.sizes[0].clips, self._scaling.sizes[-1].clips]
        (x1, y1), (x2, y2) = ((self._x(n), self._y(self._scaling.law.score(n))) for n in ends)
        return _line(x1, y1, x2, y2, SOFT, 1.5, ' stroke-dasharray="5 4"')

    def _x(self, clips: int) -> float:
        share = (math.log2(clips) - self._first) / (self._last - self._first)
        return LEFT + 18 + share * (WIDTH - RIGHT - LEFT - 36)

    def _y(self, score: float) -> float:
        share = (self._factor * score - self._low) / (self._high - self._low)
        return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)


def _line(
    x1: float, y1: float, x2: float, y2: float, colour: str, width: float, more: str = ""
) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"{more}/>'
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
