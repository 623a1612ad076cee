"""KID: the squared maximum mean discrepancy with a cubic kernel, unbiased (arXiv 1801.01401).

    k(x, y) = (x y / d + 1)^3

Beside the Fréchet distance because it has no bias: equal distributions give 0 on average at any
number of samples, and so it may come out below 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sakuga.metrics.frechet import Features, Groups, checked
from sakuga.metrics.resample import Estimate, Floats, estimate, numbered, resampled

BLOCK = 1024  # rows of the kernel at once
SUBSETS, SUBSET = 100, 1000  # as published


@dataclass(frozen=True, slots=True)
class Subsets:
    """Over random subsets, as torch-fidelity and torchmetrics report it. size: of each."""

    mean: float
    deviation: float
    size: int


def kid(a: Features, b: Features, groups: tuple[Groups, Groups] = (None, None)) -> float:
    """Of (N, D) and (M, D) features, all pairs. Raises ValueError as `frechet`.

    groups: pairs within a group are left out of what a set has in common with itself: frames of one
    clip are alike, and two others of the same distribution would not be.
    """
    return _parts(a, b, groups)[0]


def with_interval(
    a: Features, b: Features, groups: tuple[Groups, Groups] = (None, None), seed: int = 0
) -> Estimate:
    """The same with its interval, by the bootstrap of its linear part, whole groups drawn."""
    value, of_a, of_b = _parts(a, b, groups)
    pulls = [resampled(of_a, groups[0], seed), resampled(of_b, groups[1], seed + 1)]
    if pulls[0] is None or pulls[1] is None:
        return Estimate(value)
    return estimate(value, value + pulls[0] + pulls[1])


def over_subsets(
    a: Features, b: Features, subsets: int = SUBSETS, size: int = SUBSET, seed: int = 0
) -> Subsets:
    """Mean and standard deviation over random subsets of both, without replacement."""
    one, other = checked(a), checked(b)
    size = min(size, len(one), len(other))
    random = np.random.default_rng(seed)
    made = [
        kid(one[random.permutation(len(one))[:size]], other[random.permutation(len(other))[:size]])
        for _ in range(subsets)
    ]
    return Subsets(float(np.mean(made)), float(np.std(made)), size)


def _parts(a: Features, b: Features, groups: tuple[Groups, Groups]) -> tuple[float, Floats, Floats]:
    """The value and the influences of a's and b's samples, each of mean 0."""
    one, other = checked(a), checked(b)
    if one.shape[1] != other.shape[1]:
        raise ValueError(f"features of {one.shape[1]} and {other.shape[1]} numbers: one model?")
    within = [_within(x, g) for x, g in zip((one, other), groups, strict=True)]
    across = _across(one, other)
    value = within[0].mean() + within[1].mean() - across[0].mean() - across[1].mean()
    pulls = [2 * (own - far - (own - far).mean()) for own, far in zip(within, across, strict=True)]
    return float(value), pulls[0], pulls[1]


def _across(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """(N,) and (M,) what each sample has in common with the other set."""
    of_a, of_b = np.empty(len(a)), np.zeros(len(b))
    for start in range(0, len(a), BLOCK):
        kernel = _kernel(a[start : start + BLOCK], b)
        of_a[start : start + BLOCK] = kernel.mean(1)
        of_b += kernel.sum(0)
    return of_a, of_b / len(a)


def _within(features: Floats, groups: Groups) -> Floats:
    """(N,) what each sample has in common with those of its set that are not of its group.

    A row is weighted by the pairs it has, so that the mean of all rows is that of all pairs.
    """
    of = np.arange(len(features)) if groups is None else numbered(groups)
    if int(of.max()) < 1:
        raise ValueError(f"{len(features)} samples of one group: two groups or more are needed")
    sums, counts = np.empty(len(of)), np.empty(len(of))
    for start in range(0, len(of), BLOCK):
        part = slice(start, start + BLOCK)
        apart = of[part, None] != of
        sums[part] = (_kernel(features[part], features) * apart).sum(1)
        counts[part] = apart.sum(1)
    return sums / counts.mean()


def _kernel(rows: Floats, columns: Floats) -> Floats:
    return (rows @ columns.T / rows.shape[1] + 1) ** 3
