"""New drawing or repeat, frame by frame, from a reading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sakuga.core.records import Signals
from sakuga.timing.reading import Reading


@dataclass(frozen=True, slots=True)
class Drawings:
    """T frames, each compared with the one before it; frame 0 is always new.

    new: (T,) bool, this frame shows a new picture; mixed: (T,) bool, it bears two pictures;
    cel: (T,) bool, it shows a new drawing, camera moves left out; confidence: (T,) float32, 0.5
    to 1, of `new`; returns: (T,) int32, the earlier frame whose picture this one shows again, -1
    where none is known.
    """

    new: NDArray[np.bool_]
    mixed: NDArray[np.bool_]
    cel: NDArray[np.bool_]
    confidence: NDArray[np.float32]
    returns: NDArray[np.int32]


def drawings(signals: Signals, reading: Reading, least: float = 0.5) -> Drawings:
    """Decide for every frame of a video; least: probability from which an answer is yes.

    A mixed frame before one that shows the later picture alone is not where that picture begins:
    the next frame is. Where no such frame comes, as in a blended conversion of drawings on ones,
    the mixed frame is all that there is of it.
    """
    mixed = reading.mixed >= least
    new = (reading.new >= least) | mixed
    clear = np.append((new & ~mixed)[1:], False)
    back = new & (reading.back >= least) & (signals.match >= 0)
    chance = np.maximum(reading.new, reading.mixed)
    new &= ~(mixed & clear)
    return Drawings(
        new=new,
        mixed=mixed,
        cel=(reading.cel >= least) & new,
        confidence=np.clip(np.where(new, chance, 1 - chance), 0.5, 1).astype(np.float32),
        returns=np.where(back, signals.match, -1).astype(np.int32),
    )
