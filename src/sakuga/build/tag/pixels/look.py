"""A picture as it is counted: small, without its bars, as luma, chroma and hue.

A small copy made by area means is enough: what is asked is how much of the picture is what colour,
and lines that are thinner than a pixel of it count as the grey they look like from afar.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.core.images import Picture, fit

Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]

LONGEST = 192  # pixels of the longer side
COLOURED = 48  # chroma: a colour beyond doubt has more ...
VIVID = 0.35  # ... and more saturation
BLACK = 26  # luma: a bar is no lighter; 16 is video's black, and JPEG rings
FLAT = 3.0  # grey levels: a picture that strays less is all one colour
BAR = (0.03, 0.26)  # of a side: bars are at least and at most so thick
CENTRED = 0.02  # of the side: by how much two bars may differ
FILLED = 0.5  # of what lies along a bar's edge is picture


@dataclass(frozen=True, slots=True)
class Bars:
    """Thickness of a pair of black bars, in shares of the side; 0 where there is no pair."""

    first: float = 0.0
    second: float = 0.0

    @property
    def evenness(self) -> float:
        """1 where both are equally thick, 0 where they just pass for a pair; 0 without bars."""
        return 1 - abs(self.first - self.second) / CENTRED if self.first else 0.0


class Look:
    """The part of a picture between its bars. pixels: (H, W, 3) uint8 BGR, small."""

    def __init__(self, pixels: Picture, across: Bars, upright: Bars) -> None:
        self.pixels, self.across, self.upright = pixels, across, upright

    @cached_property
    def luma(self) -> Plane:
        """(H, W) 0 to 255."""
        return cv2.cvtColor(self.pixels, cv2.COLOR_BGR2GRAY).astype(np.float32)

    @cached_property
    def value(self) -> Plane:
        """(H, W) the largest of blue, green and red."""
        return self.pixels.max(axis=2).astype(np.float32)

    @cached_property
    def chroma(self) -> Plane:
        """(H, W) the largest of blue, green and red, less the smallest: 0 is grey."""
        return self.value - self.pixels.min(axis=2)

    @cached_property
    def saturation(self) -> Plane:
        """(H, W) chroma in shares of the value; 0 in black."""
        return (self.chroma / np.maximum(self.value, 1)).astype(np.float32)

    @cached_property
    def hue(self) -> Plane:
        """(H, W) degrees; of a grey pixel it means nothing."""
        unit = self.pixels.astype(np.float32) / 255
        return cv2.cvtColor(unit, cv2.COLOR_BGR2HSV)[:, :, 0].astype(np.float32)

    @cached_property
    def blank(self) -> bool:
        """Whether it is all one colour."""
        return float(self.pixels.reshape(-1, 3).std(axis=0).max()) < FLAT

    @cached_property
    def edge(self) -> NDArray[np.uint8]:
        """(N, 3) the pixels of a rim as wide as a twenty-fourth of the longer side."""
        rim = max(1, max(self.pixels.shape[:2]) // 24)
        inner = np.ones(self.pixels.shape[:2], np.bool_)
        inner[rim:-rim, rim:-rim] = False
        return self.pixels[inner]

    @cached_property
    def ground(self) -> NDArray[np.int16]:
        """(3,) the colour of most of the rim: blue, green, red."""
        return np.median(self.edge, axis=0).astype(np.int16)

    @cached_property
    def vivid(self) -> Mask:
        """(H, W) a colour beyond doubt."""
        return (self.chroma > COLOURED) & (self.saturation > VIVID)


def look_at(picture: Picture) -> Look:
    """A picture (H, W, 3) uint8 BGR of any size, made ready to be counted."""
    small = fit(picture, LONGEST)
    dark = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY) <= BLACK
    across = _bars(dark)
    height, width = small.shape[:2]
    top, bottom = round(across.first * height), height - round(across.second * height)
    upright = _bars(dark[top:bottom].T) if bottom > top else Bars()
    left, right = round(upright.first * width), width - round(upright.second * width)
    # The line at which bar and picture meet is a mixture of both
    rim, side = int(across.first > 0), int(upright.first > 0)
    return Look(small[top + rim : bottom - rim, left + side : right - side], across, upright)


def _bars(dark: Mask) -> Bars:
    """The pair of bars at the two ends of the first axis of (N, M), if it is one.

    A bar is all black, and ends with a straight edge, along most of which there is picture.
    """
    lines = len(dark)
    lit = np.flatnonzero(~dark.all(axis=1))
    if not lit.size:
        return Bars()
    first, second = int(lit[0]), lines - 1 - int(lit[-1])
    thick = all(BAR[0] * lines <= bar <= BAR[1] * lines for bar in (first, second))
    even = abs(first - second) <= max(1, CENTRED * lines)
    if not (thick and even):
        return Bars()
    inside = (min(first + 2, lines - 1), max(lines - 1 - second - 2, 0))
    filled = min(float((~dark[line]).mean()) for line in inside)
    return Bars(first / lines, second / lines) if filled >= FILLED else Bars()
