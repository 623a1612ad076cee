"""Figure 9 (§5.2) as a page that needs nothing else: clips side by side, played in step."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from sakuga.core.images import Picture, fit, to_jpeg
from sakuga.evaluate.features import Side
from sakuga.evaluate.generation import Generation
from sakuga.evaluate.page import STYLE, list_of, nets_of, notes_of, table_of
from sakuga.evaluate.table3 import lines, notes

ROWS = 6
LONGEST, QUALITY = 288, 80  # of a frame: pixels, JPEG
PLAYER = """
const clips = [...document.querySelectorAll('.clip')], slow = document.querySelector('#fps');
const seek = document.querySelector('#at'), play = document.querySelector('#play');
let at = 0, going = !matchMedia('(prefers-reduced-motion: reduce)').matches, last = 0;
function show() {
  for (const clip of clips) {
    const n = +clip.dataset.frames, k = at % n;
    clip.style.backgroundPosition = (n > 1 ? 100 * k / (n - 1) : 0) + '% 0';
  }
  seek.value = at % (+seek.max + 1); play.textContent = going ? 'Pause' : 'Play';
}
function tick(now) {
  if (going && now - last >= 1000 / slow.value) { at++; last = now; show(); }
  requestAnimationFrame(tick);
}
play.onclick = () => { going = !going; show(); };
seek.oninput = () => { going = false; at = +seek.value; show(); };
document.onkeydown = e => {
  if (e.key === ' ') { play.onclick(); e.preventDefault(); }
  if (e.key === 'ArrowRight' || e.key === 'ArrowLeft') {
    going = false; const n = +seek.max + 1; at = (at + (e.key === 'ArrowRight' ? 1 : n - 1)) % n;
    show(); e.preventDefault();
  }
};
show(); requestAnimationFrame(tick);
"""
LOOK = """
.row { display: grid; gap: .6rem; margin: 0 0 1.2rem; align-items: start }
.row figure { width: auto; min-width: 0 }
.clip { background-repeat: no-repeat; background-position: 0 0; width: 100% }
.bar { position: sticky; top: 0; display: flex; gap: 1rem; align-items: center; padding: .6rem 0;
  background: Canvas; z-index: 1 }
.bar input[type=range] { flex: 1 }
button { font: inherit; min-width: 5rem }
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """One clip of the figure."""

    side: str
    name: str
    pixels: Picture


def rows_of(sides: Sequence[Side], count: int = ROWS) -> list[list[Shown]]:
    """Clips beside each other: of one name where all sides have it, else by the lot; the first of
    the seed's order, so nobody chose them."""
    common = [n for n in sides[0].clips if all(n in side.kept for side in sides)][:count]
    if common:
        return [[Shown(side.name, name, side.kept[name]) for side in sides] for name in common]
    each = [[(n, side.kept[n]) for n in side.clips if n in side.kept] for side in sides]
    return [
        [Shown(side.name, *clip) for side, clip in zip(sides, row, strict=True)]
        for row in list(zip(*each, strict=False))[:count]
    ]


def html(made: Generation, sides: Sequence[Side]) -> str:
    """Table 3 and the figure. Every text that comes from a file is escaped."""
    found = rows_of(sides)
    longest = max((len(shown.pixels) for row in found for shown in row), default=1)
    paired = bool(found) and all(len({shown.name for shown in row}) == 1 for row in found)
    about = (
        "Clips of the same name, in the order of the seed: the real clip's first frame, the real "
        "clip, and what each model made of it."
        if paired
        else "No clip has the same name on all sides: those beside each other have nothing in "
        "common but their place in the order of the seed."
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Generation</title>'
        f"<style>{STYLE}{LOOK}</style></head><body><h1>Generation</h1>"
        f"<h2>Table 3</h2>{table_of(lines(made))}{list_of(notes(made))}"
        f"<h2>Figure 9</h2>{notes_of([about])}"
        '<div class="bar"><button id="play">Pause</button>'
        f'<input id="at" type="range" min="0" max="{longest - 1}" value="0" aria-label="frame">'
        '<label>frames a second <input id="fps" type="number" min="1" max="60" value="8"></label>'
        f"</div>{''.join(_row(row, paired) for row in found)}{nets_of(made.terms)}"
        f"<script>{PLAYER}</script></body></html>\n"
    )


def _row(row: Sequence[Shown], paired: bool) -> str:
    prompt = _figure(row[0].pixels[:1], "first frame") if paired else ""
    told = "".join(
        _figure(each.pixels, each.side if paired else f"{each.side}: {each.name}") for each in row
    )
    columns = len(row) + paired
    style = f"grid-template-columns: repeat({columns}, minmax(0, 1fr))"
    return f'<div class="row" style="{style}">{prompt}{told}</div>'


def _figure(frames: Picture, caption: str) -> str:
    height, width = fit(frames[0], LONGEST).shape[:2]
    strip = np.concatenate([fit(frame, LONGEST) for frame in frames], axis=1)
    source = base64.b64encode(to_jpeg(np.ascontiguousarray(strip[..., ::-1]), QUALITY)).decode()
    style = (
        f"aspect-ratio:{width}/{height};background-size:{100 * len(frames)}% 100%;"
        f"background-image:url(data:image/jpeg;base64,{source})"
    )
    told = escape(caption)
    return (
        f'<figure><div class="clip" role="img" aria-label="{told}" data-frames="{len(frames)}" '
        f'style="{style}"></div><figcaption>{told}</figcaption></figure>'
    )
