"""Frames for meters: planes from arrays, no file and no decoder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.picture import Meter, Picture
from sakuga.core.frame import Frame

Luma = NDArray[np.uint8]


class Planes:
    """Stands for `core.frame.Frame`: a luma plane, grey chroma of half its size."""

    damaged, pts, intra = False, None, False

    def __init__(self, luma: NDArray[Any], index: int, bits: int = 8) -> None:
        self.index, self.bits = index, bits
        h, w = (side + 1 >> 1 for side in luma.shape)
        grey = np.full((h, w), 1 << (bits - 1), luma.dtype)
        self._planes = luma, grey, grey

    def plane(self, which: int) -> NDArray[Any]:
        return self._planes[which]

    def quantiser(self) -> None:
        return None

    def bgr(self) -> NDArray[np.uint8]:
        return np.repeat(self._planes[0][..., None], 3, axis=2)


def pictures(lumas: Iterable[NDArray[Any]], bits: int = 8) -> Iterable[Picture]:
    """One picture after another, as the scan makes them."""
    picture = None
    for index, luma in enumerate(lumas):
        picture = Picture(cast(Frame, Planes(luma, index, bits)), picture)
        yield picture


def measured(meter: Meter, lumas: Iterable[NDArray[Any]], bits: int = 8) -> dict[str, NDArray[Any]]:
    """What a meter makes of these frames."""
    for picture in pictures(lumas, bits):
        meter.add(picture)
    return meter.columns()


def scene(seed: int = 0, height: int = 240, width: int = 320) -> Luma:
    """A picture with edges: soft noise under hard rectangles."""
    random = np.random.default_rng(seed)
    luma = random.integers(90, 110, (height, width)).astype(np.uint8)
    for _ in range(12):
        top, left = int(random.integers(height)), int(random.integers(width))
        luma[top : top + height // 5, left : left + width // 5] = random.integers(30, 220)
    return luma


def with_square(luma: Luma, left: int, top: int = 40, side: int = 12, level: int = 250) -> Luma:
    """The picture with something small on it."""
    drawn = luma.copy()
    drawn[top : top + side, left : left + side] = level
    return drawn


def held(drawings: Sequence[Luma], frames: int) -> list[Luma]:
    """Every drawing for so many frames."""
    return [drawing for drawing in drawings for _ in range(frames)]
