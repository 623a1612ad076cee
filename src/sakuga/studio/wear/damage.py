"""Damage of stock, tape and sensor: none of it makes a new picture."""

from __future__ import annotations

from functools import partial
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.studio.sequence import Image
from sakuga.studio.wear.look import Look, Make, Setting

_SPARE: Final = 48  # pixels by which a tile of noise is larger than the picture
_TILES: Final = 6


def tiles(setting: Setting, strength: float, size: float, colour: float) -> list[NDArray[np.int16]]:
    """Tiles of noise a little larger than the picture.

    strength: standard deviation in grey levels; size: of a grain, in pixels; colour: share of the
    noise that differs between the channels.
    """
    width, height = setting.size
    shape = height + _SPARE, width + _SPARE
    made: list[NDArray[np.int16]] = []
    for _ in range(_TILES):
        grey = setting.random.standard_normal((*shape, 1), np.float32)
        mixed = grey * np.float32(1 - colour) + _tint(setting, shape, colour)
        soft = cv2.GaussianBlur(mixed, (0, 0), size) if size > 0.3 else mixed
        made.append(np.rint(soft * (strength / soft.std())).astype(np.int16))
    return made


def _tint(setting: Setting, shape: tuple[int, int], colour: float) -> NDArray[np.float32]:
    if colour <= 0:
        return np.zeros((*shape, 3), np.float32)
    return setting.random.standard_normal((*shape, 3), np.float32) * np.float32(colour)


def cut_out(
    made: list[NDArray[np.int16]], size: tuple[int, int], random: np.random.Generator
) -> NDArray[np.int16]:
    """A piece of a random tile, of the picture's size (width, height)."""
    tile = made[random.integers(len(made))]
    top, left = random.integers(0, _SPARE, 2)
    return tile[top : top + size[1], left : left + size[0]]


def add(image: Image, noise: NDArray[np.int16]) -> Image:
    """Noise over a picture, cut off at black and white."""
    return np.asarray(cv2.add(image, noise, dtype=cv2.CV_8U), dtype=np.uint8)


def _grain(least: float, most: float, setting: Setting) -> Look:
    """Film grain, other on each frame."""
    strength = float(setting.random.uniform(least, most))
    size = float(setting.random.uniform(0.4, 0.9))
    made, seed = tiles(setting, strength, size, 0.0), int(setting.random.integers(2**31))

    def apply(image: Image, n: int) -> Image:
        return add(image, cut_out(made, setting.size, np.random.default_rng([seed, n])))

    return Look(apply, f"grain({strength:.1f}, {size:.2f} px)")


FILM_DAMAGES: Final[dict[str, Make]] = {
    "grain_light": partial(_grain, 1.5, 4.0),
    "grain_strong": partial(_grain, 6.0, 12.0),
}
"""Damage of the film itself: a film frame that a conversion repeats bears the same."""

TAPE_DAMAGES: Final[dict[str, Make]] = {}
"""Damage after the conversion: each file frame bears its own."""
