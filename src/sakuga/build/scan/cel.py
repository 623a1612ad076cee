"""What changes once the camera's move is taken back: a drawing on twos under a pan on ones."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.blocks import BLOCK, Floats, block_means, blocks_in
from sakuga.build.scan.measures import Measures
from sakuga.build.scan.movement import STILL, Move, movement
from sakuga.build.scan.picture import Picture, Small
from sakuga.core.measures import CEL

_EVERYWHERE: Final = 0.6  # squared grey levels, median of the blocks: the whole view changed
_ENOUGH: Final = 0.45  # of the texture agrees: no need to look any further
_WAITS: Final = 2  # frames after one in which no move was found
_FIT: Final = 0.3  # of the texture agrees, or more: a move
_LEAST: Final = 0.04  # pixels of the half picture: less is no move


class CelMeter:
    """Measures `measures.CEL`.

    A block counts by the lesser of two changes: as the camera moved it, and as it stood. Cels in
    front of a background that pans away behind them do not move with it.
    """

    def __init__(self) -> None:
        self._measures = Measures(CEL)
        self._last = STILL
        self._waits = 0  # frames until a move is looked for again

    def add(self, picture: Picture) -> None:
        """Take the next frame in."""
        before = picture.previous
        if before is None:
            self._last = STILL
            self._measures.add([65025.0] * 4)
            return
        if not picture.changed:
            self._measures.add([0.0] * 4)
            return
        blocks = _difference(picture.luma, before.luma)
        ranked = np.sort(blocks, axis=None)
        if ranked[len(ranked) // 2] > _EVERYWHERE and self._waits == 0:
            move = movement(before.half, picture.half, STILL, self._last, _ENOUGH)
            self._last = move if move.fit > _FIT else STILL
            self._waits = 0 if move.fit > _FIT else _WAITS
            if move.fit > _FIT and max(abs(move.x), abs(move.y)) + 50 * abs(move.zoom) > _LEAST:
                back = _difference(picture.luma, _moved(before.luma, move))
                ranked = np.sort(np.minimum(blocks, back), axis=None)
        else:
            self._last, self._waits = STILL, max(self._waits - 1, 0)
        count = len(ranked)
        at = [-1, max(count - 4, 0), int(0.9 * (count - 1)), count // 2]
        self._measures.add(ranked[at])

    def columns(self) -> dict[str, NDArray[np.uint8]]:
        """(T,) uint8 for each of the names."""
        return self._measures.columns()


def _moved(luma: Small, move: Move) -> Small:
    """The picture as the camera's move leaves it; move: in pixels of half the size."""
    h, w = luma.shape
    scale = 1 + move.zoom
    across, down = (1 - scale) * (w - 1) / 2 + 2 * move.x, (1 - scale) * (h - 1) / 2 + 2 * move.y
    form = np.array([[scale, 0, across], [0, scale, down]])
    moved: Any = cv2.warpAffine(
        luma, form, (w, h), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return moved


def _difference(now: Small, other: Small) -> Floats:
    """Variance of the difference in each block, (h, w), squared grey levels."""
    h, w = now.shape
    size = blocks_in(h) * BLOCK, blocks_in(w) * BLOCK
    both = np.zeros((2, *size), np.float32)
    both[0, :h, :w] = cv2.subtract(now, other, dtype=cv2.CV_32F)
    np.multiply(both[0], both[0], out=both[1])
    mean, square = block_means(both)
    return np.maximum(square - mean * mean, 0.0)
