"""What covers the picture for a moment and gives it back: flashes, impact frames, wings.

None of it is a boundary, and all of it hides the pictures that a boundary is judged by. So it is
painted over with the frame before it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SHORTEST: Final = 8
"""Frames of a shot: what came suddenly and is gone sooner is none."""
LIKE_A_CUT: Final = 0.75
"""Of a change: what leads to it in smaller steps did not come by a cut."""
_LONGEST: Final = 24  # frames of something that comes and goes bit by bit
_AMOUNT: Final = 10.0  # grey levels by which the picture leaves
_AMPLE: Final = 30.0  # grey levels: a change by more gives no more leeway
_BACK: Final = {True: 0.3, False: 0.2}
"""Of that amount: what is nearer to where it was is back; if it was soon, if it took longer."""

Steps = NDArray[np.float32]


def sources(points: NDArray[np.float32]) -> NDArray[np.intp]:
    """(T,): for each frame the one to be seen instead: itself, or the one before a flash."""
    seen = np.arange(len(points))
    lengths = _lengths(points)
    t = 1
    while t < len(points):
        length = int(lengths[t])
        seen[t : t + length] = seen[t - 1]
        t += max(length, 1)
    return seen


def _lengths(points: NDArray[np.float32]) -> NDArray[np.intp]:
    """(T,): frames from each on until the picture is back as before; 0 if it never left."""
    frames = len(points)
    steps = np.zeros(frames, np.float32)
    steps[1:] = np.abs(np.diff(points, axis=0)).sum(axis=1)
    lengths = np.zeros(frames, np.intp)
    amount, largest = steps.copy(), steps.copy()
    for length in range(1, min(_LONGEST, frames - 2) + 1):
        reach = frames - length
        away = np.abs(points[1 + length :] - points[: reach - 1]).sum(axis=1)
        inside = slice(1, reach)
        largest[inside] = np.maximum(largest[inside], steps[1 + length :])
        sudden = largest[inside] >= LIKE_A_CUT * amount[inside]
        back = away < _BACK[length < SHORTEST] * np.minimum(amount[inside], _AMPLE)
        left = (amount[inside] >= _AMOUNT) & (steps[inside] > 0.2 * _AMOUNT)
        known = lengths[inside] > 0
        lengths[inside][back & left & ~known & ~(sudden & (length >= SHORTEST))] = length
        amount[inside] = np.maximum(amount[inside], away)
    return lengths
