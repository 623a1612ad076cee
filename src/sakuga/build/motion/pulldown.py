"""Is one frame in five no timing? The cadence of 3:2 pulldown, from where new drawings appear.

Of each five frames one shows no new drawing, always the same one; drawings on twos use only two of
the five places (holds of 3, 2, 3, 2), on threes four of them. Without pulldown every place is used
alike, whatever the timing, but on fives: those prove nothing, and are left to what is around them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

CYCLE: Final = 5
_STRAY: Final = 0.03  # share of the drawings that may appear in a place that should show none
_CHANCE: Final = 0.01  # that drawings at random leave so many places empty


@dataclass(frozen=True, slots=True)
class Repeats:
    """places: the frame numbers modulo 5 at which no new drawing appears."""

    places: frozenset[int]

    def allows(self, frames: NDArray[Any]) -> bool:
        """Whether these new drawings leave at least one of the places empty, but for a stray."""
        counts = np.bincount(np.asarray(frames) % CYCLE, minlength=CYCLE)
        return min(counts[place] for place in self.places) <= max(1, len(frames) // 20)

    def best(self, frames: NDArray[Any]) -> int:
        """The place that makes the timing of these drawings the most even."""
        return max(sorted(self.places), key=lambda place: _evenness(frames, place))


def repeats(frames: NDArray[Any]) -> Repeats | None:
    """The empty places, if frame numbers of new drawings prove a pulldown; else None."""
    counts = np.bincount(np.asarray(frames, np.int64) % CYCLE, minlength=CYCLE)
    total = int(counts.sum())
    order = np.argsort(-counts, kind="stable")
    for used in range(2, CYCLE):
        strays = total - int(counts[order[:used]].sum())
        if strays <= _STRAY * total:
            chance = log(comb(CYCLE, used)) + total * log(used / CYCLE)
            empty = frozenset(order[used:].tolist())
            return Repeats(empty) if chance < log(_CHANCE) and counts[order[1]] > 1 else None
    return None


def _evenness(frames: NDArray[Any], place: int) -> float:
    film = np.asarray(frames, np.int64)
    film = film - (film - place + CYCLE - 1) // CYCLE
    holds = np.diff(film)
    return float(np.bincount(holds, holds).max()) if len(holds) else 0.0
