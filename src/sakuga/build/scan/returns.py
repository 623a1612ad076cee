"""Drawings that come back: each change is compared with pictures seen before it.

A small memory of pictures, each known by the means of its blocks (a perceptual hash that keeps
its grey levels); the nearest one is then measured in the same way as the frame before.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.blocks import Looked, change, stir
from sakuga.build.scan.columns import Columns

KEPT: Final = 64
"""Pictures remembered: about five seconds of animation on twos."""
_QUIET: Final = 3.0  # a change below this (squared grey levels) is never worth a look
_LOUD: Final = 60.0  # one above this always is
_ABOVE: Final = 2.0  # times the usual change of repeated frames
_RISE, _FALL = 0.05, 0.5  # how fast the usual change is learnt


class Returns:
    """Measures `match`, `match_change` and `match_stir`."""

    def __init__(self) -> None:
        self._frames = Columns(("match",), np.int32)
        self._measured = Columns(("match_change", "match_stir"))
        self._memory: deque[tuple[int, Looked]] = deque(maxlen=KEPT)
        self._usual = 0.0

    def begin(self, index: int, now: Looked) -> None:
        """The first frame, or the first of another size."""
        self._memory.clear()
        self._memory.append((index, now))
        self._write(-1, 0.0, 0.0)

    def add(self, index: int, now: Looked, step: float) -> None:
        """The next frame; `step`: its largest change from the frame before."""
        gate = min(max(_QUIET, _ABOVE * self._usual), _LOUD)
        self._usual += (step - self._usual) * (_RISE if step > self._usual else _FALL)
        if step <= gate:
            self._write(-1, 0.0, 0.0)
            return
        self._write(*self._nearest(now))
        self._memory.append((index, now))

    def columns(self) -> dict[str, NDArray[Any]]:
        """T rows each, see `records.Signals`."""
        return {**self._frames.columns(), **self._measured.columns()}

    def _nearest(self, now: Looked) -> tuple[int, float, float]:
        """The picture most like this one, the latest left out: this frame has just left it."""
        seen = list(self._memory)[:-1]
        if not seen:
            return -1, 0.0, 0.0
        apart = np.stack([old.means for _, old in seen]) - now.means
        frame, old = seen[int(np.abs(apart).max(axis=(1, 2)).argmin())]
        return frame, float(change(now, old).max()), float(stir(now.half, old.half).blocks.max())

    def _write(self, frame: int, changed: float, stirred: float) -> None:
        self._frames.add(frame)
        self._measured.add(changed, stirred)
