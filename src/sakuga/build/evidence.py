"""New drawing or repeat? One automatic decision per frame, from `Signals` alone.

Shared ground of `keyframe`, `split` and `motion`. A held drawing is not still once it has been
encoded, and how restless it is differs a hundredfold from film to film. So the level is read off
the film: within some 20 seconds on either side, the frames' changes fall into two heaps, repeats
and drawings, and the split that makes the two most likely is taken (minimum error thresholding:
Kittler and Illingworth 1986), with what is known of films beforehand as a few imagined frames, so
that a film of one heap only is read rightly too. A view that slides coherently is new at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sakuga.core.records import Signals

Floats = NDArray[np.float64]

_AROUND: Final = 480  # frames on either side whose heaps are read
_EVERY: Final = 48  # frames between two readings; between them they are interpolated
_LEAST: Final = 1.3  # level (log) below which every frame is equally still
_MOST: Final = 7.5  # level above which every frame is equally new
_TAIL: Final = 1.0  # standard deviations from which the repeats' heap thins out only slowly
_DRIFT: Final = 0.22  # share of the change that one shift of the view explains: more is no noise
_DRIFTING: Final = (1.0, 4.0)  # levels between which a drift is asked about
_SURE: Final = 2.0  # log-odds of a drift


@dataclass(frozen=True, slots=True)
class Heap:
    """What is known of a heap beforehand: log levels, standard deviations, imagined frames."""

    mean: float
    mean_within: float
    spread: float
    frames: int


REPEATS: Final = Heap(mean=0.5, mean_within=1.0, spread=0.6, frames=5)
DRAWINGS: Final = Heap(mean=5.5, mean_within=0.5, spread=1.8, frames=10)
_EITHER: Final = 5  # imagined frames of each kind, for how common they are


@dataclass(frozen=True, slots=True)
class Evidence:
    """T frames, each compared with the one before it; frame 0 is always new.

    new: (T,) bool, this frame shows a new picture; confidence: (T,) float32, 0.5 to 1, how sure
    that decision is; returns: (T,) int32, the earlier frame of which this new one is a repeat, -1
    where none is known.
    """

    new: NDArray[np.bool_]
    confidence: NDArray[np.float32]
    returns: NDArray[np.int32]


def evidence(signals: Signals) -> Evidence:
    """Decide for every frame of a video."""
    levels = level(signals.change, signals.stir)
    low, high = _DRIFTING
    drifts = (signals.drift > _DRIFT) & (levels > low) & (levels < high)
    heaps = _heaps(levels, drifts)
    odds = _odds(levels, heaps)
    odds = np.where(drifts, np.maximum(odds, _SURE), odds)
    odds[:1] = np.inf
    returning = _odds(level(signals.match_change, signals.match_stir), heaps) < 0
    new = odds > 0
    return Evidence(
        new,
        (1 / (1 + np.exp(-np.abs(odds)))).astype(np.float32),
        np.where(new & returning, signals.match, -1).astype(np.int32),
    )


def level(change: NDArray[np.float32], stir: NDArray[np.float32]) -> Floats:
    """One number for how much a frame differs, as a logarithm: (T,).

    The geometric mean of change (twice) and stir (once): each alone is fooled by other codecs.
    """
    return np.log(np.cbrt(np.square(change, dtype=np.float64) * stir) + 0.01)


@dataclass(frozen=True, slots=True)
class _Heaps:
    """(T,) each: means and spreads of the levels of repeats and drawings, share of drawings."""

    quiet: Floats
    quiet_spread: Floats
    loud: Floats
    loud_spread: Floats
    share: Floats


def _heaps(levels: Floats, left_out: NDArray[np.bool_]) -> _Heaps:
    frames = len(levels)
    clipped = np.clip(levels, _LEAST, _MOST)
    use = ~left_out
    use[:1] = False
    centres = np.arange(0, frames + _EVERY - 1, _EVERY)
    readings = np.array([_split(_near(clipped, use, centre)) for centre in centres])
    at = np.arange(frames)
    return _Heaps(*(np.interp(at, centres, column) for column in readings.T))


def _near(levels: Floats, use: NDArray[np.bool_], centre: int) -> Floats:
    part = slice(max(0, centre - _AROUND), centre + _AROUND + 1)
    return np.sort(levels[part][use[part]])


def _split(ascending: Floats) -> tuple[float, float, float, float, float]:
    """The likeliest two heaps: every place between two frames is tried."""
    count = len(ascending)
    below, above = np.arange(count + 1), np.arange(count, -1, -1)
    sums = np.concatenate(([0.0], np.cumsum(ascending)))
    squares = np.concatenate(([0.0], np.cumsum(ascending**2)))
    quiet, quiet_spread, cost = _heap(sums, squares, below, REPEATS)
    loud, loud_spread, cost_above = _heap(sums[-1] - sums, squares[-1] - squares, above, DRAWINGS)
    share = (above + _EITHER) / (count + 2 * _EITHER)
    cost = cost + cost_above - above * np.log(share) - below * np.log(1 - share)
    best = int(np.argmin(np.where(loud < quiet, np.inf, cost)))
    return quiet[best], quiet_spread[best], loud[best], loud_spread[best], share[best]


def _heap(
    sums: Floats, squares: Floats, counts: NDArray[np.int_], known: Heap
) -> tuple[Floats, Floats, Floats]:
    """Mean, spread and cost (negative log-likelihood) of a heap, for every way to split."""
    weight = (known.spread / known.mean_within) ** 2
    mean = (sums + weight * known.mean) / (counts + weight)
    rest = np.maximum(squares - 2 * mean * sums + counts * mean**2, 0.0)
    variance = (rest + known.frames * known.spread**2) / (counts + known.frames)
    cost = (counts + known.frames) * np.log(variance) / 2
    cost += (rest + known.frames * known.spread**2) / variance / 2
    cost += ((mean - known.mean) / known.mean_within) ** 2 / 2
    return mean, np.sqrt(variance), cost


def _odds(levels: Floats, heaps: _Heaps) -> Floats:
    """Log-odds that a frame of this level is a new drawing; never falls as the level grows."""
    levels = np.clip(levels, _LEAST, _MOST)
    away = np.abs(levels - heaps.quiet) / heaps.quiet_spread
    tail = np.where(away < _TAIL, away**2 / 2, _TAIL * away - _TAIL**2 / 2)
    quiet = np.log1p(-heaps.share) - np.log(heaps.quiet_spread) - tail
    loud = np.log(heaps.share) - np.log(heaps.loud_spread)
    loud = loud - ((levels - heaps.loud) / heaps.loud_spread) ** 2 / 2
    odds = loud - quiet
    odds = np.where(levels <= heaps.quiet, np.minimum(odds, -5.0), odds)
    return np.where(levels >= heaps.loud, np.maximum(odds, 5.0), odds)
