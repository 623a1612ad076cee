"""What the whole picture shows, coarsely enough to ignore small motion: the ground of `split`.

Per frame 72 bytes: means over a grid of 8x6 cells of luma and 4x3 of each chroma plane. A mean
over a cell of 1/48 of the picture hardly moves with acting, grain and compression, and jumps at
a cut; along a dissolve or a fade it follows a straight line, while contrast sags in between.

With `release` also what PySceneDetect's detectors read (0.7.2, BSD 3-Clause: `content_detector.py`
and the downscaling of `scene_manager.py`), as exact sums, so that the same scores follow.
"""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.columns import Columns
from sakuga.build.scan.picture import Picture, Small, halve

GRID: Final = (8, 6)
"""Cells of luma: columns, rows."""
COARSE: Final = (4, 3)
"""Cells of each chroma plane: columns, rows."""
WIDTH: Final = GRID[0] * GRID[1] + 2 * COARSE[0] * COARSE[1]
"""Bytes of one frame's row: luma row by row, then U, then V."""
_LUMA: Final = GRID[0] * GRID[1]
_U: Final = _LUMA + COARSE[0] * COARSE[1]
_LITTLE: Final = 0.17  # grey levels, mean over the cells of luma: colours stay as they are
_MUCH: Final = 2.0  # grey levels, mean over the cells: less is no boundary
_SMALLEST: Final = 24  # pixels of the half picture: less has no detail
_STRONG: Final = 10.0  # grey levels: one strong edge shall not outweigh all others
_INK: Final = 4.0  # parts of a grey level in which ink is kept
_LONGER_SIDE: Final = 256  # pixels to which PySceneDetect reduces a frame


class Content:
    """The meter of `grid`, `ink`, `contrast`, `kinship` and, with `release`, of `hsv_change`."""

    def __init__(self, release: bool = False) -> None:
        self._grid, self._ink = Rows(np.uint8), Rows(np.uint8)
        self._inked: NDArray[np.uint8] = np.zeros(_LUMA, np.uint8)
        self._levels = Columns(("contrast", "kinship"))
        self._row: NDArray[np.uint8] = np.zeros(WIDTH, np.uint8)
        self._coloured = self._row[:_LUMA].copy()  # luma when colours were last looked at
        self._hsv = HsvChange() if release else None

    def add(self, picture: Picture) -> None:
        """Take the next frame in."""
        row, before = self._row, self._row.copy()
        row[:_LUMA] = _cells(_coarse(picture), GRID)
        moved = cv2.norm(row[:_LUMA], self._coloured, cv2.NORM_L1) >= _LITTLE * _LUMA
        if picture.previous is None or moved:
            self._coloured = row[:_LUMA].copy()
            row[_LUMA:_U] = _cells(_thinned(picture.u), COARSE)
            row[_U:] = _cells(_thinned(picture.v), COARSE)
        self._grid.add(row)
        if picture.previous is None or picture.changed:
            self._inked = _ink(picture.half)
        self._ink.add(self._inked)
        contrast = cv2.meanStdDev(picture.half)[1].item()
        much = picture.previous is None or cv2.norm(row, before, cv2.NORM_L1) >= _MUCH * WIDTH
        self._levels.add(contrast, _kinship(picture) if much else 1.0)
        if self._hsv is not None:
            self._hsv.add(picture.frame.bgr())

    def columns(self) -> dict[str, NDArray[Any]]:
        """grid: (T * 72,), ink: (T * 48,) uint8; contrast, kinship: (T,); hsv_change: (T * 3,)
        int32, or empty."""
        return {
            "grid": self._grid.flat(),
            "ink": self._ink.flat(),
            **self._levels.columns(),
            "hsv_change": self._hsv.columns() if self._hsv is not None else np.zeros(0, np.int32),
        }


class HsvChange:
    """How far hue, saturation and value are from the frame before, as PySceneDetect sees it.

    Frames are reduced to 256 pixels on the longer side, bilinearly. Rows are sums over all pixels
    of absolute differences; (0, 0, 0) for the first frame, (-1, -1, -1) for a frame whose size is
    not the first one's: PySceneDetect leaves those out.
    """

    def __init__(self) -> None:
        self._rows = Rows(np.int32)
        self._shape: tuple[int, ...] | None = None
        self._last: NDArray[np.uint8] | None = None

    def add(self, frame: NDArray[np.uint8]) -> None:
        """Take in the next frame, (H, W, 3) BGR, as stored."""
        if self._shape is None:
            self._shape = frame.shape
        if frame.shape != self._shape:
            self._rows.add((-1, -1, -1))
            return
        hsv = _hsv(frame)
        change = (0, 0, 0) if self._last is None else cv2.sumElems(cv2.absdiff(hsv, self._last))[:3]
        self._rows.add(change)
        self._last = hsv

    def columns(self) -> NDArray[np.int32]:
        """(T * 3,): hue, saturation, value of frame 0, then of frame 1, ..."""
        return self._rows.flat()


class Rows:
    """Rows of one type, gathered as bytes."""

    def __init__(self, dtype: Any) -> None:
        self._dtype = np.dtype(dtype)
        self._bytes = bytearray()

    def add(self, row: Any) -> None:
        """Append one row."""
        self._bytes += np.asarray(row, self._dtype).data

    def flat(self) -> NDArray[Any]:
        """All rows, one behind the other: a view, after which none can be added."""
        return np.frombuffer(self._bytes, self._dtype)


def _kinship(picture: Picture) -> float:
    """Correlation of fine detail with the frame before, 0 to 1.

    A codec keyframe, a flash of light or a colour that changes leave the drawing's lines where
    they were; a cut does not. Only the middle is looked at: bars stay where they are at every cut.
    """
    if picture.previous is None or min(picture.half.shape) < _SMALLEST:
        return 0.0
    now, before = _detail(picture.half), _detail(picture.previous.half)
    energy = float(np.vdot(before, before)) * float(np.vdot(now, now))
    return max(float(np.vdot(now, before)) / (energy + 1.0) ** 0.5, 0.0)


def _detail(half: Small) -> NDArray[np.float32]:
    """What stands out from its surroundings, in the middle of the picture."""
    h, w = half.shape
    middle = half[h // 7 : h - h // 7, w // 12 : w - w // 12]
    fine = cv2.subtract(middle, cv2.blur(middle, (9, 9)), dtype=cv2.CV_32F)
    return np.clip(fine, -_STRONG, _STRONG)  # pyright: ignore[reportReturnType]


def _ink(half: Small) -> NDArray[np.uint8]:
    """How much detail each cell of luma bears: the mean distance from what is around it, times
    `_INK`. Lines on white paper hardly change a mean; they change this."""
    around = cv2.blur(half, (9, 9))
    detail = cv2.convertScaleAbs(cv2.absdiff(half, around), alpha=_INK)
    return _cells(detail, GRID)  # pyright: ignore[reportArgumentType]


def _cells(plane: Small, cells: tuple[int, int]) -> NDArray[np.uint8]:
    """Means over a grid, row by row. A plane smaller than the grid is stretched."""
    return cv2.resize(plane, cells, interpolation=cv2.INTER_AREA).ravel()  # pyright: ignore[reportReturnType]


def _coarse(picture: Picture) -> Small:
    """A quarter of the luma's size, where the picture is large enough for that."""
    return halve(picture.half) if min(picture.luma.shape) >= 32 else picture.luma


def _thinned(plane: Small) -> Small:
    """Every fourth pixel of every fourth row: colour areas are large."""
    return np.ascontiguousarray(plane[1::4, 1::4]) if min(plane.shape) >= 16 else plane


def _hsv(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Hue, saturation and value of a BGR picture, reduced."""
    return cv2.cvtColor(_reduced(frame), cv2.COLOR_BGR2HSV)  # pyright: ignore[reportReturnType]


def _reduced(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = frame.shape[:2]
    factor = max(height, width) / float(_LONGER_SIDE)
    if factor <= 1.0:
        return frame
    size = (max(1, round(width / factor)), max(1, round(height / factor)))
    return cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR)  # pyright: ignore[reportReturnType]
