"""What the release's keyframe rule reads: SSIM of 64x64 grey thumbnails, frame against frame.

Sakuga-42M, section 3.1: frames are resized to 64x64 and compared in luma with SSIM. The numbers
are those of scikit-image's `structural_similarity` (BSD 3-Clause; Wang et al. 2004) at its
defaults: windows of 7x7, sample covariance, a border of 3 pixels left out.
"""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.columns import Columns
from sakuga.build.scan.picture import Picture

SIDE: Final = 64
_WINDOW: Final = 7
_C1: Final = (0.01 * 255) ** 2
_C2: Final = (0.03 * 255) ** 2

Grey = NDArray[np.float64]


class Ssim:
    """The meter of `ssim`; gathers nothing unless `release`."""

    def __init__(self, release: bool) -> None:
        self._gathered = Columns(("ssim",)) if release else None
        self._last: Grey | None = None

    def add(self, picture: Picture) -> None:
        """Take the next frame in."""
        if self._gathered is None:
            return
        now = thumbnail(picture.frame.bgr())
        self._gathered.add(1.0 if self._last is None else ssim(self._last, now))
        self._last = now

    def columns(self) -> dict[str, NDArray[Any]]:
        """ssim: (T,) float32, or empty."""
        if self._gathered is None:
            return {"ssim": np.zeros(0, np.float32)}
        return self._gathered.columns()


def thumbnail(bgr: NDArray[np.uint8]) -> Grey:
    """(H, W, 3) uint8 BGR to (64, 64) grey."""
    small = cv2.resize(bgr, (SIDE, SIDE))
    return cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float64)


def ssim(a: Grey, b: Grey) -> float:
    """Mean structural similarity of two grey pictures of 0 to 255, 7 pixels a side or larger."""
    mean_a, mean_b = _mean(a), _mean(b)
    sample = _WINDOW**2 / (_WINDOW**2 - 1)
    var_a = sample * (_mean(a * a) - mean_a * mean_a)
    var_b = sample * (_mean(b * b) - mean_b * mean_b)
    both = sample * (_mean(a * b) - mean_a * mean_b)
    above = (2 * mean_a * mean_b + _C1) * (2 * both + _C2)
    below = (mean_a**2 + mean_b**2 + _C1) * (var_a + var_b + _C2)
    edge = (_WINDOW - 1) // 2
    return float((above / below)[edge:-edge, edge:-edge].mean())


def _mean(plane: Grey) -> Grey:
    window = (_WINDOW, _WINDOW)
    return cv2.blur(plane, window, borderType=cv2.BORDER_REFLECT)  # pyright: ignore[reportReturnType]
