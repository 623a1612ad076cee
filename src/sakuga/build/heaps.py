"""Where to divide one set of numbers into two heaps, the quiet and the loud.

Minimum error thresholding (Kittler and Illingworth 1986): of all divisions the one under which
two normal heaps are likeliest. What is known of films beforehand joins in as a few imagined
frames, so that a film of one heap only is divided rightly too. Quiet heaps reach down to nothing
and have long tails, so it is tried with several floors under the numbers; of these divisions the
one near which the fewest numbers lie is taken, or one that lies nearer to where it is expected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FLOORS: Final = (0.0, 1.0, 2.0, 3.0)
"""Levels below which numbers are taken for equal, one trial each."""
_CEILING: Final = 7.5
_GRID: Final = np.arange(0.2, 6.01, 0.05)  # where a division may lie
_NEAR: Final = 0.45  # standard deviation of the window in which numbers near a division count
_LOWER: Final = 0.008  # share of the numbers that a division one level lower is worth
_NEARER: Final = 0.025  # and one that is a level nearer to where it is expected
_FEW: Final = 20  # imagined numbers far from any division
_TAIL: Final = 0.4  # level from the quiet mean from which its heap thins out only slowly


@dataclass(frozen=True, slots=True)
class Heap:
    """What is known of a heap beforehand: mean and spread, how far the mean may lie off, and how
    many imagined numbers that knowledge weighs."""

    mean: float
    off: float
    spread: float
    weight: float


QUIET: Final = Heap(mean=0.0, off=2.0, spread=0.6, weight=5)
LOUD: Final = Heap(mean=5.5, off=0.5, spread=2.2, weight=10)
_EITHER: Final = 5  # imagined numbers on each side, for the heaps' shares


def divide(levels: Floats, expected: float | None = None) -> float:
    """The level that parts the quiet from the loud; `levels` may be empty.

    expected: where it lies in films like this one, if that is known.
    """
    best, least = 0.0, np.inf
    ascending = np.sort(levels)
    for floor in FLOORS:
        at = _division(np.clip(ascending, floor, _CEILING), floor)
        near = np.exp(-(((levels - at) / _NEAR) ** 2) / 2).sum() / (len(levels) + _FEW)
        near += _LOWER * at if expected is None else _NEARER * abs(at - expected)
        if near < least:
            best, least = at, near
    return best


def _division(ascending: Floats, floor: float) -> float:
    """From where on a number more likely belongs to the loud heap of the likeliest two."""
    quiet, loud = _likeliest(ascending, floor)
    grid = np.maximum(_GRID, floor)
    away = np.abs(grid - quiet.mean) / quiet.spread
    slow = min(max(_TAIL / quiet.spread, 1.0), 4.0)
    tail = np.where(away < slow, away**2 / 2, slow * away - slow**2 / 2)
    for_quiet = np.log(quiet.weight / quiet.spread) - tail
    for_loud = np.log(loud.weight / loud.spread) - ((grid - loud.mean) / loud.spread) ** 2 / 2
    beyond = ((for_loud > for_quiet) & (grid > quiet.mean)) | (grid >= loud.mean)
    return float(_GRID[np.argmax(beyond)]) if beyond.any() else float(_GRID[-1])


def _likeliest(ascending: Floats, floor: float) -> tuple[Heap, Heap]:
    """The two heaps of the likeliest division; `weight` is their share. All divisions are tried."""
    count = len(ascending)
    below, above = np.arange(count + 1), np.arange(count, -1, -1)
    sums = np.concatenate(([0.0], np.cumsum(ascending)))
    squares = np.concatenate(([0.0], np.cumsum(ascending**2)))
    known = Heap(max(QUIET.mean, floor - 0.5), QUIET.off, QUIET.spread, QUIET.weight)
    quiet, quiet_spread, cost = _fit(sums, squares, below, known)
    loud, loud_spread, cost_loud = _fit(sums[-1] - sums, squares[-1] - squares, above, LOUD)
    share = (above + _EITHER) / (count + 2 * _EITHER)
    cost = cost + cost_loud - above * np.log(share) - below * np.log(1 - share)
    at = int(np.argmin(np.where(loud < quiet, np.inf, cost)))
    return (
        Heap(float(quiet[at]), 0.0, float(quiet_spread[at]), float(1 - share[at])),
        Heap(float(loud[at]), 0.0, float(loud_spread[at]), float(share[at])),
    )


def _fit(
    sums: Floats, squares: Floats, counts: NDArray[np.int_], known: Heap
) -> tuple[Floats, Floats, Floats]:
    """Mean, spread and cost (negative log-likelihood) of a heap, for every division."""
    pull = (known.spread / known.off) ** 2
    mean = (sums + pull * known.mean) / (counts + pull)
    rest = np.maximum(squares - 2 * mean * sums + counts * mean**2, 0.0)
    rest = rest + known.weight * known.spread**2
    variance = rest / (counts + known.weight)
    cost = (counts + known.weight) * np.log(variance) / 2 + rest / variance / 2
    cost = cost + ((mean - known.mean) / known.off) ** 2 / 2
    return mean, np.sqrt(variance), cost
