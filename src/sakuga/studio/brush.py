"""The pencil and the brush: outlined, two-tone shapes on transparent sheets (cels)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.studio.palette import LINE, Colour, shaded

Image = NDArray[np.uint8]
Points = NDArray[np.float64]
"""(N, 2) x to the right, y down."""

_SHIFT: Final = 4


def curve(control: Sequence[tuple[float, float]], closed: bool = True, steps: int = 6) -> Points:
    """A smooth line through the control points (Catmull-Rom)."""
    points = np.asarray(control, dtype=np.float64)
    if closed:
        padded = np.vstack([points[-1:], points, points[:2]])
    else:
        padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    time = (np.arange(steps) / steps)[:, None]
    a, b, c, d = padded[:-3, None], padded[1:-2, None], padded[2:-1, None], padded[3:, None]
    cubic = 2 * b + (c - a) * time + (2 * a - 5 * b + 4 * c - d) * time**2
    cubic = 0.5 * (cubic + (3 * b - a - 3 * c + d) * time**3)
    flat = cubic.reshape(-1, 2)
    return flat if closed else np.vstack([flat, points[-1:]])


def oval(x: float, y: float, rx: float, ry: float, turn: float = 0.0, steps: int = 28) -> Points:
    """An ellipse; turn: radians."""
    angle = np.arange(steps) * (2 * math.pi / steps)
    across, along = rx * np.cos(angle), ry * np.sin(angle)
    cos, sin = math.cos(turn), math.sin(turn)
    return np.stack([x + across * cos - along * sin, y + across * sin + along * cos], 1)


def limb(joints: Sequence[tuple[float, float]], widths: Sequence[float]) -> Points:
    """The outline of a bent tube.

    joints: from the body outwards, two or more; widths: the full width at each, same unit.
    """
    spine = curve(joints, closed=False, steps=5)
    at = np.linspace(0, 1, len(widths))
    half = np.interp(np.linspace(0, 1, len(spine)), at, widths) / 2
    along = np.gradient(spine, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    normal = np.stack([-along[:, 1], along[:, 0]], 1) * half[:, None]
    cap = _cap(spine[-1], along[-1], half[-1])
    back = _cap(spine[0], -along[0], half[0])
    return np.vstack([spine + normal, cap, (spine - normal)[::-1], back])


def _cap(end: Points, along: Points, radius: float) -> Points:
    angle = np.linspace(math.pi / 2, -math.pi / 2, 7)[1:-1]
    normal = np.array([-along[1], along[0]])
    return end + radius * (np.cos(angle)[:, None] * along + np.sin(angle)[:, None] * normal)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished cel, cut to what is painted.

    image: (height, width, 4) uint8 BGRA, colour premultiplied; left, top: where on its sheet.
    """

    image: Image
    left: int
    top: int


class Cel:
    """A transparent sheet, drawn several times finer than it is shown.

    Its units are the drawer's own: `scale` pixels each, (0, 0) at `origin` pixels.
    """

    def __init__(
        self, size: tuple[int, int], origin: tuple[float, float], scale: float, line: float
    ) -> None:
        """size: (width, height) pixels; line: thickness of outlines in pixels."""
        self.fine = 3 if max(size) <= 700 else 2
        self.size, self.scale = size, scale * self.fine
        self.origin = (origin[0] * self.fine, origin[1] * self.fine)
        self.line = max(1, round(line * self.fine))
        self.ink = LINE
        self.mirror = 1.0
        self._sheet = np.zeros((size[1] * self.fine, size[0] * self.fine, 4), np.uint8)
        self._low = np.array(self._sheet.shape[1::-1])
        self._high = np.zeros(2, np.int64)

    def shape(
        self,
        points: Points,
        fill: Colour,
        *,
        shade: float = 0.0,
        line: float = 1.0,
        tone: Colour | None = None,
    ) -> None:
        """A filled shape. shade: depth of its shadow, from the lower right; line: outline, 1 is
        the sheet's own thickness, 0 is none; tone: the shadow's colour."""
        fixed = self._fixed(points)
        self._mark(fixed, 0)
        cv2.fillPoly(self._sheet, [fixed], (*fill, 255), cv2.LINE_8, _SHIFT)
        if shade:
            self._shade(fixed, tone or shaded(fill), shade)
        if line:
            self._polyline(fixed, self.ink, self.line * line, closed=True)

    def stroke(self, points: Points, colour: Colour, width: float) -> None:
        """An open line; width: in the drawer's units."""
        self._polyline(self._fixed(points), colour, width * self.scale, closed=False)

    def inked(self, points: Points, line: float = 1.0) -> None:
        """An open line of the sheet's own ink; line: times its thickness."""
        self._polyline(self._fixed(points), self.ink, self.line * line, closed=False)

    def finish(self) -> Drawn:
        """The painted part of the sheet, at its shown size."""
        fine = self.fine
        left, top = np.maximum(self._low // fine, 0).tolist()
        right, bottom = np.minimum(-(-self._high // fine), self.size).tolist()
        if left >= right or top >= bottom:
            return Drawn(np.zeros((1, 1, 4), np.uint8), 0, 0)
        part = self._sheet[top * fine : bottom * fine, left * fine : right * fine]
        small = cv2.resize(part, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
        return Drawn(np.asarray(small, np.uint8), left, top)

    def _fixed(self, points: Points) -> NDArray[np.int32]:
        scaled = points * (self.scale * self.mirror, self.scale)
        return np.rint((scaled + self.origin) * (1 << _SHIFT)).astype(np.int32)

    def _mark(self, fixed: NDArray[np.int32], width: float) -> None:
        """Remember what part of the sheet is painted."""
        rim = round(width / 2) + 2
        self._low = np.minimum(self._low, (fixed.min(0) >> _SHIFT) - rim)
        self._high = np.maximum(self._high, (fixed.max(0) >> _SHIFT) + rim)

    def _polyline(
        self, fixed: NDArray[np.int32], colour: Colour, width: float, closed: bool
    ) -> None:
        thick = max(1, round(width))
        self._mark(fixed, thick)
        cv2.polylines(self._sheet, [fixed], closed, (*colour, 255), thick, cv2.LINE_8, _SHIFT)

    def _shade(self, fixed: NDArray[np.int32], tone: Colour, depth: float) -> None:
        """Paint what of the shape is not in the shape moved towards the light."""
        low = np.maximum((fixed.min(0) >> _SHIFT) - 1, 0)
        high = np.minimum((fixed.max(0) >> _SHIFT) + 2, self._sheet.shape[1::-1])
        width, height = (high - low).tolist()
        if width < 3 or height < 3:
            return
        local = fixed - (low.astype(np.int32) << _SHIFT)
        away = np.array([width * depth, height * depth * 0.6]) * (1 << _SHIFT)
        mask = np.zeros((height, width), np.uint8)
        cv2.fillPoly(mask, [local], 255, cv2.LINE_8, _SHIFT)
        cv2.fillPoly(mask, [local - np.rint(away).astype(np.int32)], 0, cv2.LINE_8, _SHIFT)
        part = self._sheet[low[1] : high[1], low[0] : high[0]]
        part[mask > 0] = (*tone, 255)


def lay(cel: Image, onto: Image, left: int, top: int) -> tuple[int, int, int, int] | None:
    """Composite a finished cel onto a BGR picture or a premultiplied BGRA one, in place.

    Returns the rectangle it touched as (left, top, right, bottom), None when it lies outside.
    """
    height, width = onto.shape[:2]
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + cel.shape[1], width), min(top + cel.shape[0], height)
    if x0 >= x1 or y0 >= y1:
        return None
    part = cel[y0 - top : y1 - top, x0 - left : x1 - left]
    under = onto[y0:y1, x0:x1]
    clear = cv2.bitwise_not(part[:, :, 3])
    if onto.shape[2] == 3:
        part = cv2.cvtColor(part, cv2.COLOR_BGRA2BGR)
    clear = cv2.merge([clear] * onto.shape[2])
    cv2.add(cv2.multiply(under, clear, scale=1 / 255), part, dst=under)
    return x0, y0, x1, y1
