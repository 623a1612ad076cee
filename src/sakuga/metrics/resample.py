"""How sure a mean is: percentile bootstrap in which what belongs together is drawn together.

A statistic that is no mean is resampled by its linear part: `value + mean of the influences`, which
costs nothing beyond the influences themselves (the bootstrap of the infinitesimal jackknife).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
RESAMPLES = 1000

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and the ends of its 95% interval; None where one group says nothing of others."""

    value: float
    low: float | None = None
    high: float | None = None


def mean_with_interval(
    values: Floats, groups: Sequence[Hashable] | None = None, seed: int = 0
) -> Estimate:
    """The mean of (N,) values. groups: (N,) what is drawn together; each by itself if None."""
    made = resampled(values, groups, seed)
    return estimate(float(values.mean()), made)


def estimate(value: float, made: Floats | None) -> Estimate:
    """A value with the interval of its (R,) resampled values."""
    if made is None:
        return Estimate(value)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(made, [tail, 1 - tail])
    return Estimate(value, float(low), float(high))


def resampled(
    values: Floats, groups: Sequence[Hashable] | None = None, seed: int = 0
) -> Floats | None:
    """(R,) means of resampled (N,) values, whole groups drawn; None of fewer than two groups."""
    of = numbered(groups) if groups is not None else np.arange(len(values))
    sizes = np.bincount(of)
    if len(sizes) < 2:
        return None
    sums = np.bincount(of, values, len(sizes))
    random = np.random.default_rng(seed)
    made = np.empty(RESAMPLES)
    for n in range(RESAMPLES):
        drawn = random.integers(0, len(sizes), len(sizes))
        made[n] = sums[drawn].sum() / sizes[drawn].sum()
    return made


def numbered(groups: Sequence[Hashable]) -> NDArray[np.int64]:
    """(N,) a number for each, from 0, equal for equal groups."""
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(each, len(seen)) for each in groups], np.int64)
