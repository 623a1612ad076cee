"""How far each frame is from the one before, so that `evidence` can tell drawing from noise."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.blocks import Floats, Looked, change, stir
from sakuga.build.scan.columns import Columns
from sakuga.build.scan.picture import Picture
from sakuga.build.scan.returns import Returns

_WAKE: Final = 1 / 300  # of a change comes back in the frames after it, as the codec refines it
_FADES: Final = 0.5  # of that wake is left a frame later
EVERYTHING: Final = 65025.0
"""What stands in `change` and `stir` of a frame that has none to be compared with."""
_AROUND: Final = np.ones((3, 3), np.uint8)


class DrawingMeter:
    """Measures `change`, `stir`, `drift` and the `match` columns; see the room's page.

    A change must last: it is the least, block by block, of this frame against the one before,
    against the one before that, and of the next frame against the one before. Codecs make single
    frames worse (B-frames); those come back to what they were.
    """

    def __init__(self) -> None:
        self._changes = Columns(("change",))
        self._stirs = Columns(("stir", "drift"))
        self._returns = Returns()
        self._last: list[Looked] = []  # the two frames before, the latest first
        self._wake: Floats | None = None  # what is still to be expected of earlier changes
        self._open: tuple[Floats, Floats] | None = None  # the frame before: its change, the wake

    def add(self, picture: Picture) -> None:
        """Take the next frame in."""
        now = Looked(picture)
        if not self._last or self._last[0].luma.shape != now.luma.shape:
            self._begin(picture.index, now)
            return
        step = change(now, self._last[0])
        two = change(now, self._last[1]) if len(self._last) > 1 else None
        self._close(two)
        wake = np.float32(1) if self._wake is None else 1 + _WAKE * cv2.dilate(self._wake, _AROUND)
        self._open = (step if two is None else np.minimum(step, two)), wake
        self._stirs.add(*self._stirred(picture, now, wake))
        self._returns.add(picture.index, now, float(step.max()))
        self._wake = step if self._wake is None else np.maximum(step, _FADES * self._wake)
        self._last = [now, self._last[0]]

    def columns(self) -> dict[str, NDArray[Any]]:
        """T rows each, see `records.Signals`."""
        changes = self._changes.columns()["change"]
        if self._open is not None:
            changes = np.append(changes, np.float32((self._open[0] / self._open[1]).max()))
        return {"change": changes, **self._stirs.columns(), **self._returns.columns()}

    def _begin(self, index: int, now: Looked) -> None:
        """At the first frame, and where the size of the picture changes."""
        self._close(None)
        self._last, self._wake, self._open = [now], None, None
        self._changes.add(EVERYTHING)
        self._stirs.add(EVERYTHING, 0.0)
        self._returns.begin(index, now)

    def _close(self, two: Floats | None) -> None:
        """Write down the frame before, now that the next one is known; `two`: from before it."""
        if self._open is not None:
            step, wake = self._open
            lasting = step if two is None else np.minimum(step, two)
            self._changes.add(float((lasting / wake).max()))

    def _stirred(self, picture: Picture, now: Looked, wake: Any) -> tuple[float, float]:
        if not picture.changed:
            return 0.0, 0.0
        found = stir(now.half, self._last[0].half)
        if isinstance(wake, np.ndarray):
            h, w = found.blocks.shape
            wake = cv2.resize(wake, (w, h), interpolation=cv2.INTER_AREA)
        return float((found.blocks / wake).max()), found.drift
