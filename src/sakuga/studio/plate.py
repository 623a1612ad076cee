"""Background plates: large painted sheets that the camera moves over.

Units: heights of the picture; (0, 0) is its middle at the start of a shot, y is down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.studio.brush import Image, Points, curve
from sakuga.studio.palette import Colour, Light, mix

Row = NDArray[np.float64]
_SHIFT: Final = 4
REACH: Final = 4.0
"""Scenery stands between -REACH and REACH, whatever part of it a shot needs."""


@dataclass(frozen=True, slots=True)
class Extent:
    """The part of a place that a shot sees. left, top, right, bottom: heights; scale: pixels."""

    left: float
    top: float
    right: float
    bottom: float
    scale: float

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) pixels."""
        return (
            max(1, round((self.right - self.left) * self.scale)),
            max(1, round((self.bottom - self.top) * self.scale)),
        )


class Plate:
    """One layer of a background: opaque (BGR) or clear where nothing is painted (BGRA)."""

    def __init__(self, extent: Extent, light: Light, seed: int, clear: bool) -> None:
        width, height = extent.size
        self.extent, self.light = extent, light
        self.random = np.random.default_rng([seed, int(clear)])
        self.image: Image = np.zeros((height, width, 4 if clear else 3), np.uint8)

    def shape(self, points: Points | Sequence[tuple[float, float]], colour: Colour) -> None:
        """A filled polygon in a colour that the light falls on."""
        self.glowing(points, self.light.on(colour))

    def glowing(self, points: Points | Sequence[tuple[float, float]], colour: Colour) -> None:
        """A filled polygon in a colour that shines by itself."""
        cv2.fillPoly(self.image, [self._fixed(points)], (*colour, 255), cv2.LINE_AA, _SHIFT)

    def line(
        self, points: Points | Sequence[tuple[float, float]], colour: Colour, width: float
    ) -> None:
        """An open line; width: heights."""
        thick = max(1, round(width * self.extent.scale))
        paint = (*self.light.on(colour), 255)
        cv2.polylines(self.image, [self._fixed(points)], False, paint, thick, cv2.LINE_AA, _SHIFT)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """A filled rectangle."""
        self.shape([(left, top), (right, top), (right, bottom), (left, bottom)], colour)

    def ground(self, top: float, colours: Sequence[Colour]) -> None:
        """Everything below `top`, from the first colour there to the last at the bottom."""
        lit = [self.light.on(colour) for colour in colours]
        self._gradient(top, 0.62, lit)

    def sky(self) -> None:
        """The whole sheet in the colours of the sky."""
        self._gradient(-0.62, 0.22, self.light.sky)

    def hills(self, base: float, height: float, step: float, colour: Colour) -> None:
        """A ridge of soft hills down to the bottom."""
        xs = np.arange(-REACH, REACH + step, step)
        ys = base - height * self.random.random(len(xs))
        ridge = curve(list(zip(xs.tolist(), ys.tolist(), strict=True)), closed=False)
        self.shape(np.vstack([ridge, [(REACH, 0.7), (-REACH, 0.7)]]), colour)

    def along(self, step: float, jitter: float = 0.4) -> list[float]:
        """Places to stand things, from left to right, about `step` apart."""
        xs = np.arange(-REACH, REACH, step)
        return (xs + self.random.uniform(-jitter, jitter, len(xs)) * step).tolist()

    def texture(self) -> None:
        """A little unevenness, as of paint on paper: every part of a moving plate moves."""
        height, width = self.image.shape[:2]
        coarse = self.random.integers(0, 7, (height // 5 + 2, width // 5 + 2), dtype=np.uint8)
        soft = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
        fine = self.random.integers(0, 5, (height, width), dtype=np.uint8)
        grain = cv2.cvtColor(cv2.add(soft, fine), cv2.COLOR_GRAY2BGR)
        if self.image.shape[2] == 3:
            lowered = cv2.subtract(self.image, np.full_like(grain, 4))
            self.image = np.asarray(cv2.add(lowered, grain), dtype=np.uint8)
            return
        solid = self.image[:, :, 3:] == 255
        grained = cv2.add(cv2.subtract(self.image[:, :, :3], np.full_like(grain, 4)), grain)
        np.copyto(self.image[:, :, :3], grained, where=solid)

    def _gradient(self, top: float, bottom: float, colours: Sequence[Colour]) -> None:
        height = self.image.shape[0]
        rows: Row = np.arange(height, dtype=np.float64) / self.extent.scale + self.extent.top
        share: Row = np.clip((rows - top) / (bottom - top), 0, 1)
        stops = np.linspace(0, 1, len(colours))
        table = np.array(colours, dtype=np.float64)
        bands: Row = np.stack([np.interp(share, stops, table[:, c]) for c in range(3)], 1)
        start = max(0, round((top - self.extent.top) * self.extent.scale))
        self.image[start:, :, :3] = np.rint(bands[start:, None]).astype(np.uint8)
        self.image[start:, :, 3:] = 255

    def _fixed(self, points: Points | Sequence[tuple[float, float]]) -> NDArray[np.int32]:
        array = np.asarray(points, dtype=np.float64)
        moved = (array - (self.extent.left, self.extent.top)) * self.extent.scale
        return np.rint(moved * (1 << _SHIFT)).astype(np.int32)


def hazy(colour: Colour, light: Light, share: float) -> Colour:
    """A colour seen through air: nearer to the sky's."""
    return mix(colour, light.sky[2], share)
