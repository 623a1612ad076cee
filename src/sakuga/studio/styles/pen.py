"""The pen: draws a figure's shapes and lines straight onto a picture, in a film's look."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.studio.styles.look import Colour, Image, Look, Points, Random, darker, grey

_SHIFT: Final = 4
_FINE: Final = 1 << _SHIFT
_ANGLES: Final = np.arange(22) * (2 * math.pi / 22)
CIRCLE: Final = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], 1)
"""(22, 2) points of the unit circle."""
_FINER: Final = np.arange(60) * (2 * math.pi / 60)
_FINE_CIRCLE: Final = np.stack([np.cos(_FINER), np.sin(_FINER)], 1)

Many = Sequence[tuple[float, float]] | Points


class Pen:
    """Draws in a figure's own units; `at` says where those lie on the picture.

    image: (H, W, 3) or premultiplied (H, W, 4) uint8, drawn on in place; unit: pixels of one
    `Look.line`; random: moves the lines of a look that boils.
    """

    def __init__(self, image: Image, look: Look, unit: float, random: Random | None = None) -> None:
        self.image, self.look, self.random = image, look, random
        self.unit = unit
        self.line = max(1.0, look.line * unit) if look.line else 0.0
        self._kind = cv2.LINE_AA if look.smooth else cv2.LINE_8
        self._matrix = np.eye(2)
        self._origin = np.zeros(2)
        self.scale = 1.0
        self.tint: Colour | None = None

    def at(
        self,
        x: float,
        y: float,
        scale: float,
        facing: int = 1,
        lean: float = 0.0,
        squash: float = 0.0,
    ) -> None:
        """Lay the figure's origin at pixel (x, y). scale: pixels of its unit; lean: radians to
        the right; squash: share by which it is lower and wider."""
        cos, sin = math.cos(lean), math.sin(lean)
        wide, high = scale * facing * (1 + squash * 0.7), scale * (1 - squash)
        self._matrix = np.array([[cos * wide, -sin * high], [sin * wide, cos * high]])
        self._origin = np.array([x, y])
        self.scale = scale

    def shifted(self, right: float, down: float) -> Points:
        """Move the origin by the figure's units; returns the old one for `restore`."""
        before = self._origin
        self._origin = before + self._matrix @ np.array([right, down])
        return before

    def restore(self, origin: Points) -> None:
        """Put the origin back where `shifted` found it."""
        self._origin = origin

    def shape(
        self,
        points: Many,
        colour: Colour,
        line: float = 1.0,
        shade: float = 0.0,
        solid: bool = False,
    ) -> None:
        """A filled shape. shade: share of it that lies in shadow; solid: ink in looks without
        colour."""
        fixed = self._fixed(points)
        if self.look.drop:
            self._dropped(fixed)
        fill = self._toned(colour, solid)
        if fill is not None:
            cv2.fillPoly(self.image, [fixed], fill, self._kind, _SHIFT)
            if shade and self.look.shade:
                self._shaded(fixed, colour, shade)
        self._outlined(fixed, colour, line, closed=True)

    def oval(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float,
        colour: Colour,
        line: float = 1.0,
        turn: float = 0.0,
        shade: float = 0.0,
        solid: bool = False,
    ) -> None:
        """A filled ellipse; turn: radians."""
        fine = max(rx, ry) * self.scale > 24
        self.shape(oval(x, y, rx, ry, turn, fine), colour, line, shade, solid)

    def tube(self, points: Many, width: float, colour: Colour, line: float = 1.0) -> None:
        """A limb with round ends along the points; width: in the figure's units."""
        fixed, thick = self._fixed(points), max(1.0, width * self.scale)
        ink = self._inked(colour)
        rim = self.line * line
        if rim and ink is not None:
            self._polyline(fixed, ink, thick + 2 * rim)
        fill = self._toned(colour, False)
        if fill is not None:
            self._polyline(fixed, fill, thick)
            if self.look.shade and thick > 4:
                side = np.array([[round(thick * 3.5), round(thick * 2.5)]], np.int32)
                self._polyline(fixed + side, self._full(self._shadow(colour)), thick * 0.35)

    def stroke(self, points: Many, colour: Colour, width: float, solid: bool = True) -> None:
        """An open line; width: in the figure's units, 0: the look's own."""
        fill = self._toned(colour, solid)
        if fill is not None:
            thick = width * self.scale if width else max(self.line, 1.0)
            self._polyline(self._fixed(points), fill, thick)

    def guide(self, points: Many) -> None:
        """A construction line, light and thin."""
        colour = self._full((230, 170, 120) if self.look.paper[0] > 128 else (140, 120, 90))
        cv2.polylines(self.image, [self._fixed(points)], False, colour, 1, self._kind, _SHIFT)

    def _fixed(self, points: Many) -> NDArray[np.int32]:
        placed = np.asarray(points, np.float64) @ self._matrix.T + self._origin
        if self.random is not None and self.look.boil:
            placed = placed + self.random.normal(0, self.look.boil * self.unit, placed.shape)
        clipped = np.clip(placed, -4000, 4000)
        return np.rint(clipped * _FINE).astype(np.int32)

    def _full(self, colour: Colour) -> tuple[int, ...]:
        return colour if self.image.shape[2] == 3 else (*colour, 255)

    def _toned(self, colour: Colour, solid: bool) -> tuple[int, ...] | None:
        """The fill that the look gives the colour, None: it leaves the shape open."""
        kind = self.look.fill
        if self.tint is not None and kind != "ink":
            return self._full(self.tint)
        if kind == "colour":
            return self._full(colour)
        if kind == "ink":
            return self._full(self.look.ink or (0, 0, 0))
        if solid and grey(colour)[0] < 110:
            return self._full(self.look.ink or (20, 20, 20))
        return self._full(self.look.paper) if kind == "paper" else None

    def _shadow(self, colour: Colour) -> Colour:
        return darker(self.tint or colour, self.look.shade)

    def _inked(self, colour: Colour) -> tuple[int, ...] | None:
        if not self.line:
            return None
        return self._full(self.look.ink if self.look.ink is not None else darker(colour, 0.6))

    def _outlined(
        self, fixed: NDArray[np.int32], colour: Colour, line: float, closed: bool
    ) -> None:
        ink = self._inked(colour)
        if ink is None or not line:
            return
        thick = max(1, round(self.line * line))
        for again in range(self.look.strokes):
            if again and self.random is not None:
                jitter = self.random.normal(0, 12 * self.unit, fixed.shape)
                fixed = fixed + jitter.astype(np.int32)
            cv2.polylines(self.image, [fixed], closed, ink, thick, self._kind, _SHIFT)

    def _polyline(self, fixed: NDArray[np.int32], colour: tuple[int, ...], thick: float) -> None:
        width = min(max(1, round(thick)), 250)
        cv2.polylines(self.image, [fixed], False, colour, width, self._kind, _SHIFT)

    def _shaded(self, fixed: NDArray[np.int32], colour: Colour, share: float) -> None:
        """A crescent on the side away from the light, which comes from the upper left."""
        low, high = fixed.min(0), fixed.max(0)
        middle = (low + high) / 2
        away = (fixed - middle) @ np.array([0.8, 0.6])
        deep = np.maximum(away, 0)[:, None] * np.array([[0.8, 0.6]])
        inner = np.rint(fixed - deep * min(1.6 * share + 0.2, 1.0)).astype(np.int32)
        keep = away > 0
        if int(keep.sum()) < 3:
            return
        start = int(np.argmax(~keep)) if not bool(keep.all()) else 0
        order = np.roll(np.arange(len(fixed)), -start)
        side = order[keep[order]]
        crescent = np.vstack([fixed[side], inner[side][::-1]])
        cv2.fillPoly(self.image, [crescent], self._full(self._shadow(colour)), self._kind, _SHIFT)

    def _dropped(self, fixed: NDArray[np.int32]) -> None:
        """A paper's shadow, as a dark rim below and to the right."""
        away = round(self.look.drop * self.unit * _FINE)
        under = fixed + np.array([[away, round(away * 1.4)]], np.int32)
        cv2.fillPoly(self.image, [under], self._full((30, 28, 26)), self._kind, _SHIFT)


def oval(x: float, y: float, rx: float, ry: float, turn: float = 0.0, fine: bool = False) -> Points:
    """(22, 2) points of an ellipse, (60, 2) of a fine one; turn: radians."""
    flat = (_FINE_CIRCLE if fine else CIRCLE) * (rx, ry)
    if turn:
        cos, sin = math.cos(turn), math.sin(turn)
        flat = flat @ np.array([[cos, sin], [-sin, cos]])
    return flat + np.array([x, y])


def rounded(points: Many) -> Points:
    """The closed shape with its corners cut off twice (Chaikin)."""
    now = np.asarray(points, np.float64)
    for _ in range(2):
        after = np.roll(now, -1, 0)
        now = np.stack([now * 0.75 + after * 0.25, now * 0.25 + after * 0.75], 1).reshape(-1, 2)
    return now


def bent(start: tuple[float, float], bend: tuple[float, float], end: tuple[float, float]) -> Points:
    """(9, 2) points of a quadratic curve, for hose limbs, tails and mouths."""
    t = np.linspace(0, 1, 9)[:, None]
    a, b, c = np.array(start), np.array(bend), np.array(end)
    return (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c
