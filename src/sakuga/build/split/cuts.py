"""Hard cuts: a change that stands out from the changes between the drawings on both sides.

Held frames count for nothing: a shot on threes is as quiet, or as lively, as its drawings are
(`AdaptiveDetector` averages over frames, so that after a hold every drawing looks like a cut).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sakuga.build.split.boundary import Border, cut
from sakuga.build.split.film import Film, Points, changes, distance

_DRAWINGS: Final = 6  # on each side that a change is compared with
_REACH: Final = 24  # frames: drawings further away say nothing
_RETURN: Final = 7  # frames: what is back by then was a flash or an impact; 8 are a shot
_SMALLEST: Final = 5.0  # grey levels: a cut changes the picture by at least this much
_NOISE: Final = 1.0  # grey levels: changes that are nothing


def hard_cuts(film: Film) -> list[Border]:
    """Every cut, in order."""
    points = without_flashes(film.points)
    steps = changes(points)
    return [
        cut(t, confidence)
        for t in np.flatnonzero(steps >= _SMALLEST).tolist()
        if (confidence := _confidence(t, points, steps, film.drawings)) > 0.05
    ]


def without_flashes(points: Points) -> Points:
    """The same film with flashes and impact frames painted over by the frame before them."""
    steps = changes(points)
    clean = points.copy()
    t = 1
    while t < len(points):
        length = _excursion(points, steps, t)
        clean[t : t + length] = points[t - 1]
        t += max(length, 1)
    return clean


def _excursion(points: Points, steps: NDArray[np.float32], t: int) -> int:
    """Frames from t until the picture is back as it was before t; 0 if it never left or returns."""
    if steps[t] < 2 * _SMALLEST:
        return 0
    for length in range(1, min(_RETURN, len(points) - 1 - t) + 1):
        if distance(points[t + length], points[t - 1]) < 0.3 * steps[t]:
            return length
    return 0


def _confidence(
    t: int, points: Points, steps: NDArray[np.float32], drawings: NDArray[np.int64]
) -> float:
    """That frame t opens a new shot, 0 to 1."""
    jump = _lasting(points, t)
    before, after = _liveliness(steps, drawings, t)
    odds = 4.0 * np.log(jump / (3.0 * (max(before, after) + _NOISE))) + 2.0 * np.log(
        jump / (2.0 * _SMALLEST)
    )
    return float(1.0 / (1.0 + np.exp(-odds)))


def _lasting(points: Points, t: int) -> float:
    """How much of the change is still there two frames on, and against two frames before."""
    before, after = points[max(t - 3, 0) : t], points[t : t + 3]
    return float(max(distance(before[:, None], after[None]).min(), 1e-3))


def _liveliness(
    steps: NDArray[np.float32], drawings: NDArray[np.int64], t: int
) -> tuple[float, float]:
    """The second largest change between the last drawings before t, and the next ones after."""
    place = int(np.searchsorted(drawings, t))
    before = drawings[max(place - _DRAWINGS, 0) : place]
    behind = place + int(place < len(drawings) and drawings[place] == t)
    after = drawings[behind : behind + _DRAWINGS]
    return (
        _second(steps[before[before >= max(t - _REACH, 1)]]),
        _second(steps[after[after <= t + _REACH]]),
    )


def _second(values: NDArray[np.float32]) -> float:
    return float(np.sort(values)[-2]) if len(values) > 1 else 0.0
