"""Damage after the conversion, of tape, cable and sensor: each file frame bears its own."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.studio.sequence import Image
from sakuga.studio.wear.damage import add, cut_out, tiles
from sakuga.studio.wear.look import Look, Make, Setting


def _chroma(image: Image) -> tuple[Image, Image]:
    """Brightness (H, W) and both colour differences (H, W, 2)."""
    split = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2YCrCb), np.uint8)
    return split[..., 0], split[..., 1:]


def _joined(bright: Image, colour: Image) -> Image:
    split = np.dstack([bright, colour])
    return np.asarray(cv2.cvtColor(split, cv2.COLOR_YCrCb2BGR), np.uint8)


def _dot_crawl(setting: Setting) -> Look:
    """Dots that crawl along edges of colour, as of composite video."""
    width, height = setting.size
    strength = float(setting.random.uniform(0.15, 0.4))
    rows, columns = np.mgrid[:height, :width]
    boards = [(1 - 2 * ((rows + columns + step) % 2)).astype(np.int16) for step in range(2)]

    def apply(image: Image, n: int) -> Image:
        bright, colour = _chroma(image)
        edges = cv2.Sobel(colour, cv2.CV_16S, 1, 0)
        depth = np.abs(np.asarray(edges)).max(axis=2)
        dots = np.minimum(depth * np.float32(strength), 40).astype(np.int16) * boards[n % 2]
        return _joined(add(bright, dots), colour)

    return Look(apply, f"dot_crawl({strength:.2f})")


def _chroma_noise(setting: Setting) -> Look:
    """Noise in the colours only, in soft patches."""
    strength = float(setting.random.uniform(4, 12))
    made = [_colourful(tile) for tile in tiles(setting, strength, 1.6, 1.0)]
    seed = int(setting.random.integers(2**31))

    def apply(image: Image, n: int) -> Image:
        return add(image, cut_out(made, setting.size, np.random.default_rng([seed, n])))

    return Look(apply, f"chroma_noise({strength:.1f})")


def _colourful(tile: NDArray[np.int16]) -> NDArray[np.int16]:
    """Noise without its share of brightness."""
    grey = tile @ np.array([0.114, 0.587, 0.299], np.float32)
    return np.rint(tile - grey[..., None]).astype(np.int16)


def _vhs(setting: Setting) -> Look:
    """A home tape: soft across, colours late and softer, lines that tremble, noise."""
    width, height = setting.size
    soft, late = float(setting.random.uniform(0.8, 1.6)), int(setting.random.integers(1, 4))
    made = tiles(setting, float(setting.random.uniform(2, 5)), 0.8, 0.3)
    seed = int(setting.random.integers(2**31))
    columns = np.arange(width)

    def apply(image: Image, n: int) -> Image:
        random = np.random.default_rng([seed, n])
        bright, colour = _chroma(image)
        bright = cv2.GaussianBlur(bright, (0, 0), sigmaX=soft, sigmaY=0.3)
        colour = np.roll(cv2.GaussianBlur(colour, (0, 0), sigmaX=4, sigmaY=0.8), late, axis=1)
        colour[:, :late] = colour[:, late : late + 1]
        joined = _joined(np.asarray(bright, np.uint8), np.asarray(colour, np.uint8))
        shift = np.rint(random.normal(0, 0.35, (height, 1))).astype(int)
        trembling = joined[np.arange(height)[:, None], (columns + shift).clip(0, width - 1)]
        return add(trembling, cut_out(made, setting.size, random))

    return Look(apply, f"vhs({soft:.1f}, colour {late} px late)")


def _low_light(setting: Setting) -> Look:
    """A dark picture with the coloured noise of a sensor at high gain."""
    gain = float(setting.random.uniform(0.3, 0.55))
    strength = float(setting.random.uniform(4, 9))
    made = tiles(setting, strength, 0.7, 0.6)
    seed = int(setting.random.integers(2**31))

    def apply(image: Image, n: int) -> Image:
        dark = np.asarray(cv2.convertScaleAbs(image, alpha=gain, beta=6), np.uint8)
        return add(dark, cut_out(made, setting.size, np.random.default_rng([seed, n])))

    return Look(apply, f"low_light({gain:.2f}, noise {strength:.1f})")


TAPE_DAMAGES: Final[dict[str, Make]] = {
    "dot_crawl": _dot_crawl,
    "chroma_noise": _chroma_noise,
    "vhs": _vhs,
    "low_light": _low_light,
}
"""Damage by name."""
