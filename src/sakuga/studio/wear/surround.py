"""Surrounds: the film stands in a larger picture, of which the rest is still or moves by itself."""

from __future__ import annotations

from functools import partial
from typing import Final

import cv2
import numpy as np

from sakuga.studio.sequence import Image
from sakuga.studio.wear.look import Look, Make, Setting, even
from sakuga.studio.wear.screen import desktop, player

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


def _vertical(setting: Setting) -> Look:
    """9:16 with the same film, large and blurred, behind it."""
    width, height = setting.size
    size = even(width), even(width * 16 / 9)
    top, dark = (size[1] - height) // 2, float(setting.random.uniform(0.5, 1.0))
    small = max(size[0] // 8, 4), max(size[1] // 8, 4)

    def apply(image: Image, n: int) -> Image:
        del n
        cut = max(1, round(height * size[0] / size[1]))
        middle = image[:, (width - cut) // 2 : (width + cut) // 2]
        soft = cv2.GaussianBlur(cv2.resize(middle, small, interpolation=cv2.INTER_AREA), (0, 0), 2)
        dimmed = cv2.convertScaleAbs(soft, alpha=dark)
        picture = np.asarray(cv2.resize(dimmed, size, interpolation=cv2.INTER_LINEAR), np.uint8)
        left = (size[0] - width) // 2
        picture[top : top + height, left : left + width] = image
        return picture

    return Look(apply, f"vertical({size[0]}x{size[1]})", alike=True)


def _side_by_side(mirrored: bool, setting: Setting) -> Look:
    """Two films beside each other: the same one mirrored, or one that stands still."""
    width, height = setting.size
    size, right = (even(2 * width), even(height)), bool(setting.random.random() < 0.5)
    ground = _ground(size, (0, 0, 0))
    other = (0 if right else width, 0)
    _paint(ground, other, still(setting, (width, height)))
    main = width if right else 0

    def apply(image: Image, n: int) -> Image:
        del n
        picture = ground.copy()
        _paint(picture, (main, 0), image)
        if mirrored:
            _paint(picture, other, image[:, ::-1])
        return picture

    told = "mirrored" if mirrored else "still"
    return Look(apply, f"side_by_side({told}, film on the {'right' if right else 'left'})", True)


def _animated_border(setting: Setting) -> Look:
    """A border whose pattern loops and changes on every frame of the file."""
    width, height = setting.size
    size = even(width * 1.25), even(height * 1.25)
    stripe, length = int(setting.random.integers(6, 16)), int(setting.random.integers(8, 25))
    shades = setting.random.integers(0, 256, (2, 3))
    rows, columns = np.mgrid[: size[1], : size[0]]
    grounds = [
        shades[((rows + columns + step * 2 * stripe // length) // stripe) % 2].astype(np.uint8)
        for step in range(length)
    ]
    at = (size[0] - width) // 2, (size[1] - height) // 2

    def apply(image: Image, n: int) -> Image:
        picture = grounds[n % length].copy()
        _paint(picture, at, image)
        return picture

    return Look(apply, f"animated_border(loop of {length})")


def _picture_in_picture(setting: Setting) -> Look:
    """A small picture of another speaker in a corner, who moves at the file's rate or not."""
    width, height = setting.size
    size = even(width * 0.26), even(height * 0.26)
    moves = bool(setting.random.random() < 0.5)
    inset = still(setting, size)
    corner = setting.random.integers(2, size=2)
    at = 4 + int(corner[0]) * (width - size[0] - 8), 4 + int(corner[1]) * (height - size[1] - 8)
    radius = size[1] // 4

    def apply(image: Image, n: int) -> Image:
        small = inset.copy()
        sway = round(radius * 0.6 * np.sin(n / setting.rate * 3)) if moves else 0
        cv2.circle(small, (size[0] // 2 + sway, size[1] // 2), radius, (150, 190, 230), -1)
        picture = image.copy()
        _paint(picture, at, small)
        return picture

    return Look(apply, f"picture_in_picture({'moving' if moves else 'still'})", alike=not moves)


def still(setting: Setting, size: tuple[int, int]) -> Image:
    """A still picture of soft colours, (width, height)."""
    few = setting.random.integers(30, 230, (4, 5, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(few, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _paint(picture: Image, at: tuple[int, int], image: Image) -> None:
    left, top = at
    picture[top : top + image.shape[0], left : left + image.shape[1]] = image


SURROUNDS: Final[dict[str, Make]] = {
    "letterbox": partial(_bars, 1.0, 1.33, "letterbox"),
    "pillarbox": partial(_bars, 1.35, 1.0, "pillarbox"),
    "windowbox": partial(_bars, 1.3, 1.3, "windowbox"),
    "square": _square,
    "vertical": _vertical,
    "side_by_side": partial(_side_by_side, False),
    "side_by_side_mirrored": partial(_side_by_side, True),
    "animated_border": _animated_border,
    "picture_in_picture": _picture_in_picture,
    "desktop": desktop,
    "player": player,
}
"""Surrounds by name."""
