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


def _grain_coherent(setting: Setting) -> Look:
    """Grain that changes slowly, as a denoiser or a starving codec leaves it."""
    strength, period = float(setting.random.uniform(3, 8)), int(setting.random.integers(4, 17))
    made, seed = tiles(setting, strength, 0.6, 0.0), int(setting.random.integers(2**31))

    def tile(step: int) -> NDArray[np.int16]:
        return cut_out(made, setting.size, np.random.default_rng([seed, step]))

    def apply(image: Image, n: int) -> Image:
        turn = np.pi / 2 * (n % period) / period
        old, new = tile(n // period), tile(n // period + 1)
        noise = np.float32(np.cos(turn)) * old + np.float32(np.sin(turn)) * new
        return add(image, np.rint(noise).astype(np.int16))

    return Look(apply, f"grain_coherent({strength:.1f}, {period} frames)")


def _dust(most: float, largest: float, name: str, setting: Setting) -> Look:
    """Specks that stand on one frame. most: a frame's average; largest: radius in pixels."""
    width, height = setting.size
    average = float(setting.random.uniform(0.3, 1.0)) * most
    seed = int(setting.random.integers(2**31))

    def apply(image: Image, n: int) -> Image:
        random, picture = np.random.default_rng([seed, n]), image.copy()
        for _ in range(random.poisson(average)):
            at = int(random.integers(width)), int(random.integers(height))
            axes = random.uniform(0.5, largest, 2)
            shade = int(random.choice([15, 35, 235]))
            lengths = (max(1, round(axes[0])), max(1, round(axes[1])))
            turn = float(random.uniform(0, 180))
            cv2.ellipse(picture, at, lengths, turn, 0, 360, (shade,) * 3, -1, cv2.LINE_AA)
        return picture

    return Look(apply, f"{name}({average:.1f} a frame)")


def _scratches(setting: Setting) -> Look:
    """Vertical scratches that stand for some frames and tremble."""
    count = max(2, setting.count // 20)
    starts = setting.random.integers(-20, setting.count, count)
    lengths = setting.random.integers(4, 60, count)
    places = setting.random.integers(0, setting.size[0], count)
    shades = setting.random.choice([-50.0, 60.0, 90.0], count)
    seed = int(setting.random.integers(2**31))

    def apply(image: Image, n: int) -> Image:
        random, picture = np.random.default_rng([seed, n]), image.copy()
        for which in np.flatnonzero((starts <= n) & (n < starts + lengths)):
            column = int(np.clip(places[which] + random.integers(-1, 2), 0, setting.size[0] - 1))
            line = picture[:, column].astype(np.int16) + np.int16(shades[which])
            picture[:, column] = line.clip(0, 255)
        return picture

    return Look(apply, f"scratches({count})")


def _flicker(setting: Setting) -> Look:
    """Brightness that wavers from frame to frame, more at the picture's edges."""
    width, height = setting.size
    strength = float(setting.random.uniform(0.015, 0.06))
    gains = 1 + setting.random.normal(0, strength, setting.count + 1).clip(-0.15, 0.15)
    down, across = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    edge = (0.6 + 0.4 * (down**2 + across**2)).astype(np.float32)[..., None]

    def apply(image: Image, n: int) -> Image:
        change = np.float32(gains[n % len(gains)] - 1) * edge
        return add(image, np.rint(image * change).astype(np.int16))

    return Look(apply, f"flicker({strength:.3f})")


def _gate_weave(setting: Setting) -> Look:
    """The whole picture wavers by parts of a pixel in the gate."""
    width, height = setting.size
    strength = float(setting.random.uniform(0.2, 1.0))
    steps = setting.random.normal(0, strength, (setting.count + 1, 2))
    steps[1:] = 0.6 * steps[1:] + 0.4 * steps[:-1]

    def apply(image: Image, n: int) -> Image:
        across, down = steps[n % len(steps)]
        move = np.array([[1, 0, across], [0, 1, down]], np.float32)
        border = cv2.BORDER_REPLICATE
        moved = cv2.warpAffine(image, move, (width, height), borderMode=border)
        return np.asarray(moved, np.uint8)

    return Look(apply, f"gate_weave({strength:.2f} px)")


FILM_DAMAGES: Final[dict[str, Make]] = {
    "grain_light": partial(_grain, 1.5, 4.0),
    "grain_strong": partial(_grain, 6.0, 12.0),
    "grain_coherent": _grain_coherent,
    "dust": partial(_dust, 3.0, 2.5, "dust"),
    "dirt": partial(_dust, 1.5, 7.0, "dirt"),
    "scratches": _scratches,
    "flicker": _flicker,
    "gate_weave": _gate_weave,
}
"""Damage of the film itself: a film frame that a conversion repeats bears the same."""
