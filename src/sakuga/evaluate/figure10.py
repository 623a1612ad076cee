"""Figure 10 (§5.3): the clips of several datasets by t-SNE, as SVG and as a page with pictures."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from html import escape

import numpy as np

from sakuga.evaluate import origin
from sakuga.evaluate.features import Side
from sakuga.evaluate.gap import Gap
from sakuga.evaluate.page import STYLE, list_of, nets_of, notes_of, table_of
from sakuga.evaluate.table4 import lines, notes
from sakuga.evaluate.told import grid
from sakuga.evaluate.tsne import COMPONENTS, Point, perplexity

WIDTH, HEIGHT, MARGIN, LEGEND = 860, 620, 24, 22
COLOURS = ("#c8321b", "#14627a", "#8a6d00", "#6a3d9a", "#2e7d32", "#5f6368")
ON_DARK = ("#ff8a70", "#5cc3e0", "#e3c04a", "#c19bf0", "#7fd184", "#b5bac0")  # the same, lighter
MARKS = ("circle", "square", "triangle", "diamond")  # beside the colour, for who can't tell them
INK = "#20222b"
PICTURES = 1500  # at most, on a page

LOOK = """
svg { display: block; width: 100%; max-width: 64rem; height: auto; border: 1px solid #8884;
  fill: CanvasText }
svg .back { fill: Canvas }
@media (prefers-color-scheme: dark) { DARK }
#near { position: fixed; display: none; pointer-events: none; background: Canvas; padding: .3rem;
  border: 1px solid #8888; font-size: .85em; max-width: 15rem }
#near img { display: block; width: 14rem }
"""
HOVER = """
const near = document.querySelector('#near'), pictures = JSON.parse(
  document.querySelector('#pictures').textContent);
for (const point of document.querySelectorAll('[data-n]')) {
  point.onmouseenter = e => {
    const source = pictures[point.dataset.n]; near.replaceChildren();
    if (source) {
      const img = new Image(); img.src = 'data:image/jpeg;base64,' + source; near.append(img);
    }
    near.append(point.querySelector('title').textContent);
    near.style.display = 'block';
    near.style.left = Math.min(e.clientX + 12, innerWidth - 250) + 'px';
    near.style.top = Math.min(e.clientY + 12, innerHeight - 200) + 'px';
  };
  point.onmouseleave = () => { near.style.display = 'none'; };
}
"""


def svg(points: Sequence[Point], names: Sequence[str]) -> str:
    """The figure; a point's clip is its title."""
    height = HEIGHT + LEGEND * len(names)
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'font-family="sans-serif" font-size="13" fill="{INK}" role="img">'
            "<title>t-SNE of clips</title>"
            f'<rect class="back" width="{WIDTH}" height="{height}" fill="white"/>',
            *_points(points, names),
            *_legend(names),
            "</svg>\n",
        )
    )


def html(made: Gap, sides: Sequence[Side]) -> str:
    """Table 4 and the figure, a clip's picture beside the pointer. All text is escaped."""
    figure, pictures = "<p>No space was asked for.</p>", "[]"
    if made.points:
        figure = svg(made.points, made.names)
        pictures = "[" + ",".join(f'"{each}"' for each in _pictures(made.points, sides)) + "]"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Domain gap</title>'
        f"<style>{STYLE}{LOOK.replace('DARK', _dark())}</style></head><body><h1>Domain gap</h1>"
        f"<h2>Table 4</h2>{table_of(lines(made))}{list_of(notes(made))}"
        f"<h2>Figure 10</h2>{figure}{notes_of([caption(made)])}{nets_of(made.terms)}"
        f'<div id="near"></div><script type="application/json" id="pictures">{pictures}</script>'
        f"<script>{HOVER}</script></body></html>\n"
    )


def markdown(made: Gap) -> str:
    """The table and notes; no pictures."""
    told = "\n".join(f"- {note}" for note in notes(made))
    nets = grid(origin.lines(made.terms))
    return f"# Domain gap\n\n{grid(lines(made))}\n\n{told}\n\n## Nets\n\n{nets}\n"


def caption(made: Gap) -> str:
    """What the figure is of."""
    space = made.terms.nets["space"].called if made.points else "no net"
    return (
        f"{len(made.points):,} clips in the space of {space}, by PCA to {COMPONENTS} and t-SNE of "
        f"perplexity {perplexity(len(made.points)):.0f}, seed {made.terms.clips['seed']}. Near is "
        "alike; how far apart, and how large a heap is, mean nothing: the table says how far."
    )


def _points(points: Sequence[Point], names: Sequence[str]) -> Iterator[str]:
    places = np.array([(point.x, point.y) for point in points]).reshape(-1, 2)
    low = places.min(0, initial=np.inf)
    spread = np.maximum(places.max(0, initial=-np.inf) - low, 1e-9)
    room = np.array([WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN])
    for n, (point, (x, y)) in enumerate(
        zip(points, (places - low) / spread * room + MARGIN, strict=True)
    ):
        told = f"<title>{escape(point.side)}: {escape(point.clip)}</title>"
        yield f'<g data-n="{n}">{told}{_mark(names.index(point.side), x, y)}</g>'


def _mark(side: int, x: float, y: float) -> str:
    colour = side % len(COLOURS)
    look = f'class="of{colour}" fill="{COLOURS[colour]}" fill-opacity=".7"'
    kind = MARKS[side % len(MARKS)]
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" {look}/>'
    corners = {
        "square": ((-4, -4), (4, -4), (4, 4), (-4, 4)),
        "triangle": ((0, -5.5), (5, 4), (-5, 4)),
        "diamond": ((0, -6), (5, 0), (0, 6), (-5, 0)),
    }[kind]
    told = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return f'<polygon points="{told}" {look}/>'


def _dark() -> str:
    """The colours of points on a dark page; a figure alone is always on white."""
    return " ".join(f"svg .of{n} {{ fill: {colour} }}" for n, colour in enumerate(ON_DARK))


def _legend(names: Sequence[str]) -> Iterator[str]:
    for n, name in enumerate(names):
        y = HEIGHT + LEGEND * (n + 0.4)
        yield _mark(n, MARGIN, y)
        yield f'<text x="{MARGIN + 14}" y="{y + 4.5:.1f}">{escape(name)}</text>'


def _pictures(points: Sequence[Point], sides: Sequence[Side]) -> Iterator[str]:
    """Each point's picture as base64, or nothing where there are too many for a page."""
    small: Mapping[str, Mapping[str, bytes]] = {side.name: side.thumbnails for side in sides}
    for n, point in enumerate(points):
        found = small[point.side].get(point.clip, b"") if n < PICTURES else b""
        yield base64.b64encode(found).decode()
