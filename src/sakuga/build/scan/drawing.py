"""How far each frame is from the one before, so that `evidence` can tell drawing from noise."""

from __future__ import annotations

from typing import Any, Final

import cv2
from numpy.typing import NDArray

from sakuga.build.scan.columns import Columns
from sakuga.build.scan.picture import Picture

_BLOCK: Final = 8


class DrawingMeter:
    """Measures the columns that tell a new drawing from a repeat."""

    def __init__(self) -> None:
        self._gathered = Columns(("block_max",))

    def add(self, picture: Picture) -> None:
        """Take the next frame in."""
        h, w = picture.luma.shape
        size = (max(w // _BLOCK, 1), max(h // _BLOCK, 1))
        blocks = cv2.resize(picture.difference.astype("float32"), size, interpolation=cv2.INTER_AREA)
        self._gathered.add(float(blocks.max()))

    def columns(self) -> dict[str, NDArray[Any]]:
        """The measured columns."""
        return self._gathered.columns()
