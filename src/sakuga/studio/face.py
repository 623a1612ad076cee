"""Eyes and mouths. Units: half heads, centred on the head."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from sakuga.studio.brush import Cel, Points, curve, oval
from sakuga.studio.model import ANIMALS, Paints
from sakuga.studio.palette import BLUSH, MOUTH, TONGUE, lighter, mix
from sakuga.studio.recipe import Character

MOUTHS: Final = ("closed", "smile", "small", "open", "wide")
EYES: Final = ("open", "half", "shut")


@dataclass(frozen=True, slots=True)
class Look:
    """What the face does. mouth: one of MOUTHS; eyes: one of EYES."""

    mouth: str = "smile"
    eyes: str = "open"


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a head is: its centre, its half height, its tilt (radians), where it faces."""

    centre: tuple[float, float]
    half: float
    tilt: float
    turn: float
    sway: float

    def place(self, points: Points) -> Points:
        """From half heads to the figure's units."""
        cos, sin = math.cos(self.tilt), math.sin(self.tilt)
        across = points[:, 0] * cos - points[:, 1] * sin
        down = points[:, 0] * sin + points[:, 1] * cos
        return np.stack([across, down], 1) * self.half + self.centre

    def slide(self, x: float, depth: float) -> float:
        """Where a feature at x goes as the head turns; depth: how far it stands out."""
        return x * (1 - 0.14 * abs(self.turn)) + depth * self.turn

    def narrow(self, side: int) -> float:
        """How much narrower the eye on a side looks."""
        return 1 - 0.22 * max(0.0, side * self.turn)


def draw_eyes(cel: Cel, who: Character, paints: Paints, frame: Frame, look: Look) -> None:
    """Both eyes with lashes, irises and highlights, and the brows."""
    male = who.kind in ("boy", "man", "old man")
    animal = who.kind in ANIMALS
    tall, wide = (0.25, 0.185) if male else (0.315, 0.215)
    if who.kind in ("man", "old man"):
        tall, wide = 0.19, 0.16
    for side in (-1, 1):
        x, y = frame.slide(side * 0.44, 0.24), 0.10 if not animal else 0.02
        w = wide * frame.narrow(side)
        if look.eyes == "shut":
            _shut(cel, frame, x, y, w, tall)
        else:
            _eye(cel, paints, frame, (x, y, w, tall), look.eyes, side, soft=not male)
        if not animal:
            _brow(cel, paints, frame, x, y - tall - 0.20, w, side, male)


def _eye(
    cel: Cel, paints: Paints, frame: Frame, box: tuple[float, float, float, float],
    state: str, side: int, soft: bool,
) -> None:  # fmt: skip
    x, y, w, h = box
    open_h = h if state == "open" else h * 0.5
    y = y + (h - open_h) * 0.45
    cel.shape(frame.place(oval(x, y, w, open_h)), paints.white, line=0)
    look_x = x + 0.05 * frame.turn
    iris_w, iris_h = w * 0.76, open_h * 0.90
    cel.shape(
        frame.place(oval(look_x, y + open_h * 0.06, iris_w, iris_h)),
        mix(paints.iris, paints.ink, 0.35),
        line=0,
    )
    cel.shape(
        frame.place(oval(look_x, y + open_h * 0.36, iris_w * 0.80, iris_h * 0.56)),
        lighter(paints.iris),
        line=0,
    )
    cel.shape(
        frame.place(oval(look_x, y + open_h * 0.02, iris_w * 0.50, iris_h * 0.56)),
        mix(paints.iris, paints.ink, 0.85),
        line=0,
    )
    cel.shape(
        frame.place(oval(look_x - iris_w * 0.42, y - open_h * 0.36, w * 0.30, open_h * 0.25)),
        paints.white,
        line=0,
    )
    cel.shape(
        frame.place(oval(look_x + iris_w * 0.40, y + open_h * 0.42, w * 0.15, open_h * 0.12)),
        paints.white,
        line=0,
    )
    _lash(cel, frame, (x, y, w, open_h), side, soft)


def _lash(
    cel: Cel, frame: Frame, box: tuple[float, float, float, float], side: int, soft: bool
) -> None:
    x, y, w, h = box
    arc = [
        (x - w * 1.08, y - h * 0.30),
        (x - w * 0.60, y - h * 0.90),
        (x, y - h * 1.06),
        (x + w * 0.60, y - h * 0.90),
        (x + w * 1.08, y - h * 0.30),
    ]
    cel.inked(frame.place(curve(arc, closed=False)), 1.9)
    if soft:
        out = [(x + side * w * 0.95, y - h * 0.52), (x + side * w * 1.42, y - h * 0.62)]
        cel.inked(frame.place(np.array(out)), 1.3)
    low = [(x - w * 0.5, y + h * 0.98), (x, y + h * 1.05), (x + w * 0.5, y + h * 0.98)]
    cel.inked(frame.place(curve(low, closed=False)), 0.55)


def _shut(cel: Cel, frame: Frame, x: float, y: float, w: float, h: float) -> None:
    arc = [
        (x - w * 1.1, y + h * 0.15),
        (x - w * 0.5, y + h * 0.42),
        (x, y + h * 0.50),
        (x + w * 0.5, y + h * 0.42),
        (x + w * 1.1, y + h * 0.15),
    ]
    cel.inked(frame.place(curve(arc, closed=False)), 1.6)


def _brow(
    cel: Cel, paints: Paints, frame: Frame, x: float, y: float, w: float, side: int, heavy: bool
) -> None:
    arc = [(x - side * w * 0.9, y + 0.06), (x + side * w * 0.1, y), (x + side * w * 1.05, y + 0.08)]
    width = 0.10 if heavy else 0.06
    cel.stroke(
        frame.place(curve(arc, closed=False)), mix(paints.hair, paints.ink, 0.5), width * frame.half
    )


def draw_mouth(
    cel: Cel, paints: Paints, frame: Frame, look: Look, y: float, size: float = 1.0
) -> None:
    """A mouth at height y; size: times the usual."""
    x = frame.slide(0.0, 0.28)
    if look.mouth in ("closed", "smile"):
        dip, wide = (0.02, 0.11) if look.mouth == "closed" else (0.075, 0.17)
        arc = [(x - wide * size, y - dip), (x, y + dip * 0.6), (x + wide * size, y - dip)]
        cel.inked(frame.place(curve(arc, closed=False)), 0.9)
        return
    wide, tall = {"small": (0.10, 0.07), "open": (0.16, 0.15), "wide": (0.22, 0.22)}[look.mouth]
    wide *= size
    lips = [
        (x - wide, y - 0.06),
        (x, y - 0.085),
        (x + wide, y - 0.06),
        (x + wide * 0.62, y + tall * 0.75),
        (x, y + tall),
        (x - wide * 0.62, y + tall * 0.75),
    ]
    cel.shape(frame.place(curve(lips, steps=4)), mix(MOUTH, paints.ink, 0.2), line=0.85)
    if look.mouth != "small":
        cel.shape(frame.place(oval(x, y + tall * 0.66, wide * 0.55, tall * 0.26)), TONGUE, line=0)


def draw_blush(cel: Cel, paints: Paints, frame: Frame, away: float) -> None:
    """Rosy cheeks; away: from the middle, in half heads."""
    colour = mix(paints.skin, BLUSH, 0.38)
    for side in (-1, 1):
        x = frame.slide(side * away, 0.28)
        cel.shape(frame.place(oval(x, 0.46, 0.15, 0.075)), colour, line=0)
