"""Is one frame in five no timing? The cadence of 3:2 pulldown, from where new drawings appear.

Of each five frames one shows no new drawing, always the same one; drawings on twos use only two of
the five places (holds of 3, 2, 3, 2), on threes four of them. Without pulldown every place is used
alike, whatever the timing, but on fives: those prove nothing, and are left to what is around them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, exp, lgamma, log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

CYCLE: Final = 5
_STRAY: Final = 0.05  # share of the drawings that may appear in a place that should show none
_TIMES: Final = 2.5  # the change of the stillest neighbour, and a frame is surely new
_STILL: Final = 8.0  # squared grey levels: less change proves nothing
_CHANCE: Final = 0.02  # that drawings at random leave so many places empty
_FEW: Final = 6  # drawings: so few can be even by chance
_UNEVEN: Final = 0.85  # share of the frames in the commonest hold, under pulldown;
_EVEN: Final = 0.95  # and once it is taken back


@dataclass(frozen=True, slots=True)
class Repeats:
    """places: the frame numbers modulo 5 at which no new drawing appears."""

    places: frozenset[int]

    def allows(self, frames: NDArray[Any]) -> bool:
        """Whether these new drawings leave at least one of the places empty, but for a stray."""
        counts = np.bincount(np.asarray(frames) % CYCLE, minlength=CYCLE)
        return min(counts[place] for place in self.places) <= max(1, len(frames) // 8)

    def best(self, frames: NDArray[Any]) -> int:
        """The place that makes the timing of these drawings the most even."""
        return max(sorted(self.places), key=lambda place: _evenness(in_film(frames, place)))


def repeats(frames: NDArray[Any]) -> Repeats | None:
    """The empty places, if frame numbers of new drawings prove a pulldown; else None.

    Proof is that so many places are not left empty by chance, or that without them the timing
    becomes even.
    """
    counts = np.bincount(np.asarray(frames, np.int64) % CYCLE, minlength=CYCLE)
    total = int(counts.sum())
    order = np.argsort(-counts, kind="stable")
    for used in range(2, CYCLE):
        strays = total - int(counts[order[:used]].sum())
        if strays > _STRAY * total or counts[order[1]] < 2:
            continue
        empty = order[used:].tolist()
        if comb(CYCLE, used) * _at_most(strays, total, 1 - used / CYCLE) < _CHANCE:
            return Repeats(frozenset(empty))
        even = [place for place in empty if _made_even(frames, place)]
        return Repeats(frozenset(even)) if even else None
    return None


def _at_most(hits: int, trials: int, chance: float) -> float:
    """The probability of so few hits (binomial)."""
    return sum(
        exp(
            lgamma(trials + 1) - lgamma(n + 1) - lgamma(trials - n + 1)
            + n * log(chance) + (trials - n) * log(1 - chance)
        )
        for n in range(hits + 1)
    )  # fmt: skip


def surely_new(change: NDArray[Any]) -> NDArray[np.int64]:
    """Numbers of the frames that change far more than the stillest of the five around them.

    change: (T,) as in `records.Signals`. Judged only against its neighbours, a repeat stands out
    at any quality; it is no matter here if a small new drawing is missed.
    """
    around = np.lib.stride_tricks.sliding_window_view(np.pad(change, 2, mode="edge"), CYCLE)
    return np.flatnonzero((change > _TIMES * around.min(axis=1)) & (change > _STILL))


def _made_even(frames: NDArray[Any], place: int) -> bool:
    """Whether uneven holds are all alike once a place is no frame of the film."""
    if len(frames) <= _FEW:
        return False
    before = _evenness(np.asarray(frames, np.int64))
    return before < _UNEVEN and _evenness(in_film(frames, place)) > _EVEN


def in_film(frames: NDArray[Any], place: int) -> NDArray[np.int64]:
    """Frame numbers of the film, from those of a file whose frames at a place are none."""
    numbers = np.asarray(frames, np.int64)
    return numbers - (numbers - place + CYCLE - 1) // CYCLE


def _evenness(numbers: NDArray[np.int64]) -> float:
    """The share of the frames that stand in holds of the commonest length, 0 to 1."""
    holds = np.diff(numbers)
    frames = np.bincount(holds, holds)
    return float(frames.max() / frames.sum()) if len(holds) else 0.0
