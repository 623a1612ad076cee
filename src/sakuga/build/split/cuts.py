"""Hard cuts: a change that stands out from the changes between the drawings on both sides.

Held frames count for nothing: a shot on threes is as quiet, or as lively, as its drawings are
(`AdaptiveDetector` averages over frames, so that after a hold every drawing looks like a cut).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sakuga.build.split.boundary import Border, cut
from sakuga.build.split.film import Film, Points, changes, distance, spread
from sakuga.build.split.flashes import LIKE_A_CUT, SHORTEST

_ZONES: Final = 3  # shortest shots' lengths on each side that a change is compared with
_MEMORY: Final = 48  # frames: an explosion or a flash lasts no longer
_ALIKE: Final = 0.3  # of a change: pictures nearer to each other than that are one,
_ALMOST: Final = 9.0  # and never further than so many grey levels
_SMALLEST: Final = 3.5  # grey levels: a cut changes the picture by at least this much
_UNLIKELY: Final = 0.05
_NOISE: Final = 1.0  # grey levels: changes that are nothing


def hard_cuts(film: Film, taken: Sequence[Border] = ()) -> list[Border]:
    """Every cut, in order, that no known transition bears."""
    steps = changes(film.points)
    found: list[Border] = []
    for t in _largest_around(steps):
        confidence = _confidence(t, film, steps)
        if confidence > _UNLIKELY and not any(b.first - 1 <= t <= b.last + 1 for b in taken):
            low = max((b.last for b in taken if b.last <= t), default=0)
            high = min((b.first for b in taken if b.first > t), default=film.frames)
            if not _grew(t, film.points[low:high], steps[low:high], low):
                found.append(cut(t, confidence))
    return found


def _largest_around(steps: NDArray[np.float32]) -> list[int]:
    """Changes large enough for a cut, and larger than all that are too near for another shot."""
    around = 2 * SHORTEST - 1
    padded = np.pad(steps, SHORTEST - 1)
    largest = np.lib.stride_tricks.sliding_window_view(padded, around).max(axis=1)
    return np.flatnonzero((steps >= _SMALLEST) & (steps >= largest)).tolist()


def _grew(t: int, points: Points, steps: NDArray[np.float32], low: int) -> bool:
    """True where something grew over the picture and is gone at t, or came at t and fades away.

    The picture after t was there before, and no step that led away from it was as large as t's.
    Points and steps are those from frame `low` on, between two transitions.
    """
    here = t - low
    past, future = slice(max(here - _MEMORY, 0), here), slice(here, here + _MEMORY)
    alike, sudden = min(_ALIKE * steps[here], _ALMOST), LIKE_A_CUT * steps[here]
    seen = distance(points[past], points[here]) < alike
    if seen.any() and steps[past][_last(seen) + 1 :].max(initial=0) < sudden:
        return True
    back = distance(points[future], points[here - 1]) < alike
    return bool(back.any() and steps[future][1 : int(back.argmax()) + 1].max() < sudden)


def _last(true: NDArray[np.bool_]) -> int:
    return int(np.flatnonzero(true)[-1])


def _confidence(t: int, film: Film, steps: NDArray[np.float32]) -> float:
    """That frame t opens a new shot, 0 to 1.

    By how much it changes and stands out; lines that stay where they were, and a change in one
    place alone, speak against it.
    """
    jump = _lasting(film.points, t)
    settled = steps[t + 1 : t + SHORTEST * _ZONES].copy()
    settled[:1] = 0  # many codecs need a frame to get the new picture right
    around = max(_liveliness(steps[1:t][::-1]), _liveliness(settled))
    odds = 7 * log(jump / (around + _NOISE) / 2.2) + 0.6 * log(jump / 10)
    odds -= 45 * max(float(film.kinship[t]) - 0.12, 0.0)
    odds -= 10 * max(0.75 - spread(film, t - 1, t + 1), 0.0)
    return 1 / (1 + exp(-max(odds, -50.0)))


def _lasting(points: Points, t: int) -> float:
    """How much of the change is still there two frames on, and against two frames before."""
    before, after = points[max(t - 3, 0) : t], points[t : t + 3]
    return float(max(distance(before[:, None], after[None]).min(), 1e-3))


def _liveliness(steps: NDArray[np.float32]) -> float:
    """Of one side, nearest first: its largest change. Far ones count less.

    Where another cut may be, after a shortest shot's length, it is the second largest.
    """
    near = float(steps[: SHORTEST - 1].max(initial=0.0))
    for zone in range(1, _ZONES):
        beyond = steps[zone * SHORTEST - 1 : (zone + 1) * SHORTEST - 1]
        if len(beyond) > 1:
            near = max(near, float(np.partition(beyond, -2)[-2]) / (1 + zone * zone))
    return near
