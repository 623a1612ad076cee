"""Surrounds: the film stands in a larger picture, of which the rest is still or moves by itself."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from sakuga.studio.sequence import Image
from sakuga.studio.wear.look import Look, Make, Setting, even

Colour = tuple[int, int, int]


def _ground(size: tuple[int, int], colour: Colour) -> Image:
    return np.full((size[1], size[0], 3), colour, np.uint8)


def _inset(ground: Image, at: tuple[int, int], wears: str) -> Look:
    """The film over a still ground. at: left, top."""
    left, top = at

    def apply(image: Image, n: int) -> Image:
        del n
        picture = ground.copy()
        picture[top : top + image.shape[0], left : left + image.shape[1]] = image
        return picture

    return Look(apply, wears, alike=True)


def _bars(across: float, down: float, name: str, setting: Setting) -> Look:
    """Bars of one colour. across, down: the whole picture's size in film pictures."""
    width, height = setting.size
    size = even(width * across), even(height * down)
    shades: tuple[Colour, ...] = ((0, 0, 0), (0, 0, 0), (16, 16, 16), (255, 255, 255))
    colour = shades[setting.random.integers(len(shades))]
    at = (size[0] - width) // 2, (size[1] - height) // 2
    return _inset(_ground(size, colour), at, f"{name}({size[0]}x{size[1]}, {colour[0]})")


def _square(setting: Setting) -> Look:
    """A square picture with a border of one colour, as social networks show films."""
    width, height = setting.size
    side = even(max(width, height) * (1 + 0.12 * setting.random.random()))
    colour = tuple(int(c) for c in setting.random.integers(0, 256, 3))
    ground = np.full((side, side, 3), colour, np.uint8)
    at = (side - width) // 2, (side - height) // 2
    return _inset(ground, at, f"square({side}, {colour})")


SURROUNDS: Final[dict[str, Make]] = {
    "letterbox": partial(_bars, 1.0, 1.33, "letterbox"),
    "pillarbox": partial(_bars, 1.35, 1.0, "pillarbox"),
    "windowbox": partial(_bars, 1.3, 1.3, "windowbox"),
    "square": _square,
}
"""Surrounds by name."""
