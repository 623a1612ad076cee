"""Drawings that come back: each change is compared with pictures seen before it.

A small memory of pictures, each known by the means of its blocks (a perceptual hash that keeps
its grey levels); the nearest one is then measured in the same way as the frame before.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.blocks import Floats, change, stir
from sakuga.build.scan.columns import Columns
from sakuga.build.scan.picture import Small

KEPT: Final = 64
"""Pictures remembered: about five seconds of animation on twos."""
_FAR: Final = 5.0  # grey levels between the means of a block: no repeat of each other
_FINE: Final = 64  # parts of a grey level in which means are remembered
_OTHER: Final = 1000.0  # squared grey levels: no repeat, in any film
_QUIET: Final = 3.0  # a change below this (squared grey levels) is never worth a look
_LOUD: Final = 60.0  # one above this always is
_ABOVE: Final = 2.0  # times the usual change of repeated frames
_RISE, _FALL = 0.05, 0.5  # how fast the usual change is learnt


class Returns:
    """Measures `match`, `match_change` and `match_stir`."""

    def __init__(self) -> None:
        self._frames = Columns(("match",), np.int32)
        self._measured = Columns(("match_change", "match_stir"))
        self._usual = 0.0
        self._numbers: list[int] = []  # frame numbers of what is remembered, in a ring
        self._pictures: list[tuple[Small, Small, Floats]] = []
        self._means = np.zeros((KEPT, 1), np.uint16)
        self._next = 0

    def begin(self, index: int, luma: Small, half: Small, means: Floats, _: Floats) -> None:
        """The first frame, or the first of another size."""
        self._numbers, self._pictures, self._next = [], [], 0
        self._means = np.zeros((KEPT, means.size), np.uint16)
        self._remember(index, luma, half, means)
        self._write(-1, 0.0, 0.0)

    def add(
        self, index: int, luma: Small, half: Small, means: Floats, share: Floats, step: float
    ) -> None:
        """The next frame; `step`: its largest change from the frame before."""
        gate = min(max(_QUIET, _ABOVE * self._usual), _LOUD)
        self._usual += (step - self._usual) * (_RISE if step > self._usual else _FALL)
        if step <= gate:
            self._write(-1, 0.0, 0.0)
            return
        self._write(*self._nearest(luma, half, means, share))
        self._remember(index, luma, half, means)

    def columns(self) -> dict[str, NDArray[Any]]:
        """T rows each, see `records.Signals`."""
        return {**self._frames.columns(), **self._measured.columns()}

    def _nearest(
        self, luma: Small, half: Small, means: Floats, share: Floats
    ) -> tuple[int, float, float]:
        """The picture most like this one, the latest left out: this frame has just left it."""
        count = len(self._numbers)
        if count < 2:
            return -1, 0.0, 0.0
        mine = _known_by(means)
        apart = np.abs(np.subtract(self._means[:count], mine, dtype=np.int16)).max(axis=1)
        apart[(self._next - 1) % KEPT] = np.iinfo(np.int16).max
        at = int(apart.argmin())
        if apart[at] > _FAR * _FINE:
            return -1, 0.0, 0.0
        old, old_half, old_means = self._pictures[at]
        changed = float(change(luma[None], old[None], (means - old_means)[None], share).max())
        if changed > _OTHER:
            return self._numbers[at], changed, changed
        stirred = float(stir(half[None], old_half[None]).blocks.max())
        return self._numbers[at], changed, stirred

    def _remember(self, index: int, luma: Small, half: Small, means: Floats) -> None:
        at = self._next
        picture = luma.copy(), half.copy(), means.copy()
        if at == len(self._numbers):
            self._numbers.append(index)
            self._pictures.append(picture)
        else:
            self._numbers[at], self._pictures[at] = index, picture
        self._means[at] = _known_by(means)
        self._next = (at + 1) % KEPT

    def _write(self, frame: int, changed: float, stirred: float) -> None:
        self._frames.add(frame)
        self._measured.add(changed, stirred)


def _known_by(means: Floats) -> NDArray[np.uint16]:
    """The hash of a picture: the means of its blocks, finely."""
    return (means.ravel() * _FINE).astype(np.uint16)
