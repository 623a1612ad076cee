"""Looks: the colours of a film and how its lines and fills are drawn."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]
"""Blue, green, red, 0 to 255."""
Image = NDArray[np.uint8]
Points = NDArray[np.float64]
Random = np.random.Generator

MOODS: Final = (
    "day",
    "vivid",
    "pastel",
    "dusk",
    "night",
    "dark",
    "fog",
    "sepia",
    "neon",
    "snow",
    "earth",
)


def hsv(hue: float, saturation: float, value: float) -> Colour:
    """A colour from hue (turns), saturation and value (0 to 1)."""
    clipped = min(max(saturation, 0.0), 1.0), min(max(value, 0.0), 1.0)
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, *clipped)
    return round(blue * 255), round(green * 255), round(red * 255)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`share` of the other colour in the one."""
    blue, green, red = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return blue, green, red


def darker(colour: Colour, share: float) -> Colour:
    """The colour with `share` of black in it."""
    return mixed(colour, (0, 0, 0), share)


def grey(colour: Colour) -> Colour:
    """The colour's luma as a grey."""
    luma = round(0.114 * colour[0] + 0.587 * colour[1] + 0.299 * colour[2])
    return luma, luma, luma


@dataclass(frozen=True, slots=True)
class Palette:
    """A family of colours. high, low: sky above and at the horizon; far, mid, near: ground."""

    mood: str
    high: Colour
    low: Colour
    far: Colour
    mid: Colour
    near: Colour
    accents: tuple[Colour, ...]
    skins: tuple[Colour, ...]
    ink: Colour


_TONES: Final[dict[str, tuple[float, float, float, float]]] = {
    "day": (0.45, 0.85, 0.6, 0.75),
    "vivid": (0.8, 0.9, 0.85, 0.9),
    "pastel": (0.25, 0.95, 0.3, 0.92),
    "dusk": (0.6, 0.7, 0.55, 0.6),
    "night": (0.6, 0.28, 0.5, 0.4),
    "dark": (0.4, 0.13, 0.4, 0.24),
    "fog": (0.08, 0.7, 0.1, 0.66),
    "sepia": (0.35, 0.75, 0.35, 0.6),
    "neon": (0.8, 0.25, 0.95, 0.95),
    "snow": (0.1, 0.95, 0.5, 0.7),
    "earth": (0.4, 0.6, 0.5, 0.5),
}
"""Mood: saturation and value of the place, then of the figures."""


def palette(random: Random, mood: str) -> Palette:
    """A family of colours of a mood, by lot."""
    ground, light, vivid, bright = _TONES[mood]
    hue = 0.09 if mood == "sepia" else float(random.random())
    spread = 0.03 if mood == "sepia" else float(random.choice([0.08, 0.33, 0.5]))
    turns = [hue + spread * float(random.uniform(-1, 1)) for _ in range(5)]
    fall = float(random.uniform(0.55, 0.85))
    place = [
        hsv(h, ground * float(random.uniform(0.5, 1.3)), light * v)
        for h, v in zip(turns, (0.9, 1.0, 0.85, fall, fall * 0.8), strict=True)
    ]
    accents = tuple(
        hsv(
            hue + spread * i * 0.5 + float(random.uniform(-0.08, 0.08)),
            vivid * float(random.uniform(0.6, 1.15)),
            bright * float(random.uniform(0.55, 1.1)),
        )
        for i in range(8)
    )
    skins = tuple(
        hsv(0.06 + float(random.uniform(-0.015, 0.02)), s * (0.5 + vivid / 2), v * bright * 1.15)
        for s, v in ((0.28, 0.98), (0.4, 0.85), (0.55, 0.6))
    )
    ink = darker(hsv(hue, 0.5, 0.3), float(random.uniform(0.4, 1.0)))
    return Palette(mood, place[0], place[1], place[2], place[3], place[4], accents, skins, ink)


def greyed(colours: Palette, contrast: float = 1.0) -> Palette:
    """The palette in greys. contrast: times further from middle grey."""

    def tone(colour: Colour) -> Colour:
        value = round(min(max((grey(colour)[0] - 128) * contrast + 128, 0), 255))
        return value, value, value

    return Palette(
        colours.mood,
        tone(colours.high),
        tone(colours.low),
        tone(colours.far),
        tone(colours.mid),
        tone(colours.near),
        tuple(tone(c) for c in colours.accents),
        tuple(tone(c) for c in colours.skins),
        tone(colours.ink),
    )


@dataclass(frozen=True, slots=True)
class Look:
    """How a film is drawn.

    line: thickness of outlines in pixels of a picture 240 high, 0: none; ink: colour of outlines,
    None: a dark shade of the fill; fill: colour, paper (fills are the paper), ink (silhouettes),
    none (lines lie over each other); shade: depth of the shadow tone; smooth: antialiased; boil:
    pixels by which a line wobbles from drawing to drawing; strokes: times a line is drawn; ground:
    how places are painted (`plates`); eyes: dot, round, anime, pie, line; limbs: joint or hose;
    heads: heads in a grown figure; drop: pixels of a drop shadow; grain: grey levels of the
    grain in a plate; block: pixels of the picture for one of the drawing; construction:
    construction lines are drawn; exposures: weights of frames per drawing.
    """

    style: str
    palette: Palette
    line: float = 1.4
    ink: Colour | None = (20, 20, 20)
    fill: str = "colour"
    shade: float = 0.0
    smooth: bool = True
    boil: float = 0.0
    strokes: int = 1
    ground: str = "flat"
    eyes: str = "round"
    limbs: str = "joint"
    heads: float = 5.0
    drop: float = 0.0
    grain: float = 0.0
    block: int = 1
    construction: bool = False
    paper: Colour = (235, 240, 240)
    exposures: tuple[tuple[str, float], ...] = (
        ("ones", 1.3),
        ("twos", 4),
        ("threes", 3),
        ("fours", 1.5),
        ("5", 0.3),
        ("6", 0.8),
        ("8", 0.7),
        ("12", 0.6),
        ("mixed", 1),
        ("burst", 0.5),
    )
