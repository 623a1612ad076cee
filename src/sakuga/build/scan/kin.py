"""Is this still the same place? Detail and blocks of a frame, looked for in the frames before.

At a cut nothing is found again, not even nearby; acting, pans and objects that cross leave most
of what changed somewhere near. Only what changed is asked, so that bars, borders and a still
desktop around a film say nothing.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.measures import Measures
from sakuga.build.scan.picture import Picture, Small, halve
from sakuga.core.measures import KIN

SIDE: Final = 8  # pixels of a block of the quarter picture
REACH: Final = 6  # pixels that a block is looked for in each direction, about a ninth of the width
_MOVED: Final = 7  # grey levels: a pixel changed
_ASKED: Final = 0.02  # of the pixels changed: less is no boundary
_BLOCK_MOVED: Final = 3.0  # grey levels, mean over a block
_FLAT: Final = 2.8  # grey levels, standard deviation of a block with no texture to be found by
_UNLIKE: Final = 60.0  # squared grey levels: a flat block is not this one
_NEGATIVE: Final = -0.6  # correlation with a picture's negative
_STRONG: Final = 12.0  # grey levels: one strong edge shall not outweigh all others
_SMALLEST: Final = 24  # pixels of the half picture: less has no detail


class _View(NamedTuple):
    """One frame: half size, its detail, quarter size."""

    half: Small
    detail: NDArray[np.float32]
    quarter: Small


class _Alike(NamedTuple):
    """Correlation of detail where pixels changed; how like changed blocks are to the best place
    nearby, mean and worst quarter; the share of pixels that changed."""

    kin: float
    found: float
    low: float
    moved: float


_SAME: Final = _Alike(1.0, 1.0, 1.0, 0.0)
_OTHER: Final = _Alike(0.0, 0.0, 0.0, 1.0)


class KinMeter:
    """Measures `measures.KIN` against the last two frames."""

    def __init__(self) -> None:
        self._measures = Measures(KIN)
        self._before: list[_View] = []

    def add(self, picture: Picture) -> None:
        """Take the next frame in."""
        if picture.previous is None:
            self._before = []
        view = _view(picture.half)
        one = two = None
        if self._before:
            one = _alike(view, self._before[-1]) if picture.changed else _SAME
        if len(self._before) > 1:
            two = _alike(view, self._before[-2])
        self._before = [*self._before[-1:], view]
        one = one or _OTHER
        two = two or one
        intra = float(picture.frame.intra)
        self._measures.add(
            [one.kin, two.kin, one.found, one.low, two.found, two.low, one.moved, intra]
        )

    def columns(self) -> dict[str, NDArray[np.uint8]]:
        """(T,) uint8 for each of the names."""
        return self._measures.columns()


def _view(half: Small) -> _View:
    small = min(half.shape) < _SMALLEST
    detail = np.zeros(half.shape, np.float32)
    if not small:
        cv2.subtract(half, cv2.blur(half, (9, 9)), dst=detail, dtype=cv2.CV_32F)
        np.clip(detail, -_STRONG, _STRONG, out=detail)
    return _View(half, detail, half if small else halve(half))


def _alike(now: _View, before: _View) -> _Alike:
    """How like a frame is to an earlier one."""
    moved = cv2.absdiff(now.half, before.half) > _MOVED
    share = float(moved.mean())
    if share < _ASKED:
        return _Alike(1.0, 1.0, 1.0, share)
    a, b = now.detail[moved], before.detail[moved]
    kin = _either(float(a @ b) / (float(a @ a) * float(b @ b) + 1.0) ** 0.5)
    found = sorted(_found(now.quarter, before.quarter)) or [1.0]
    low = found[len(found) // 4]
    return _Alike(max(kin, 0.0), sum(found) / len(found), low, share)


def _either(correlation: float) -> float:
    """A negative of a picture has its lines where the picture has them."""
    return -correlation if correlation < _NEGATIVE else correlation


def _found(now: Small, before: Small) -> list[float]:
    """Of each block that changed: how like the best place nearby is, 0 to 1."""
    around = cv2.copyMakeBorder(before, REACH, REACH, REACH, REACH, cv2.BORDER_REPLICATE)
    change = cv2.absdiff(now, before)
    h, w = now.shape
    top, left = (h % SIDE) // 2, (w % SIDE) // 2
    rows, columns = h // SIDE, w // SIDE
    inner = slice(top, top + rows * SIDE), slice(left, left + columns * SIDE)
    size = columns, rows
    asked = cv2.resize(change[inner], size, interpolation=cv2.INTER_AREA) >= _BLOCK_MOVED
    found: list[float] = []
    for row, column in np.argwhere(asked).tolist():
        y, x = top + row * SIDE, left + column * SIDE
        block = now[y : y + SIDE, x : x + SIDE]
        near = around[y : y + SIDE + 2 * REACH, x : x + SIDE + 2 * REACH]
        if cv2.meanStdDev(block)[1].item() < _FLAT:
            least = cv2.minMaxLoc(cv2.matchTemplate(near, block, cv2.TM_SQDIFF))[0]
            found.append(max(1 - least / (SIDE * SIDE * _UNLIKE), 0.0))
        else:
            alike = cv2.matchTemplate(near, block, cv2.TM_CCOEFF_NORMED)
            here = _either(float(alike[REACH, REACH]))
            found.append(min(max(cv2.minMaxLoc(alike)[1], here, 0.0), 1.0))
    return found
