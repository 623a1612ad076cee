"""The Fréchet distance of two sets of features (§5.2, §5.3: FID and FVD), in float64.

    |m1 - m2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2)

with unbiased covariances (n - 1). With S = A^T A the last trace is the sum of the singular values
of A1 A2^T: exact whatever the rank, no square root of a matrix is taken, and with fewer samples
than dimensions A is the centred features themselves, n rows instead of d.

The value is too large by about b / n (it counts noise as distance): compare equal n only, and see
`extrapolated`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sakuga.metrics.resample import Estimate, Floats, estimate, numbered, resampled

Features = NDArray[np.floating[Any]]
Groups = Sequence[Hashable] | None
FRACTIONS = (1.0, 0.8, 0.65, 0.5, 0.4)  # of the samples, for the extrapolation


def frechet(a: Features, b: Features) -> float:
    """Of (N, D) and (M, D) features. Raises ValueError: NaN, other widths, under two samples."""
    return between(_half(checked(a)), _half(checked(b)))


@dataclass(frozen=True, slots=True)
class Half:
    """One side. root: (R, D) with root^T root the covariance; mean: (D,)."""

    mean: Floats
    root: Floats


def between(a: Half, b: Half) -> float:
    """The distance of two sides; never below 0."""
    if a.root.shape[1] != b.root.shape[1]:
        raise ValueError(f"features of {a.root.shape[1]} and {b.root.shape[1]} numbers: one model?")
    cross = np.linalg.svd(a.root @ b.root.T, compute_uv=False).sum()
    spread = np.square(a.root).sum() + np.square(b.root).sum()
    return max(0.0, float(np.square(a.mean - b.mean).sum() + spread - 2 * cross))


class Moments:
    """Mean and covariance of features that come in pieces; exact to rounding, in float64."""

    def __init__(self, width: int) -> None:
        self.samples = 0
        self._mean = np.zeros(width)
        self._scatter = np.zeros((width, width))

    def add(self, features: Features) -> None:
        """Take (N, D) more. Raises ValueError for NaN and other widths."""
        more = checked(features, least=1)
        if more.shape[1] != len(self._mean):
            raise ValueError(f"features of {more.shape[1]} numbers, not {len(self._mean)}")
        mean = more.mean(0)
        centred, apart = more - mean, mean - self._mean
        total = self.samples + len(more)
        weight = self.samples * len(more) / total
        self._scatter += centred.T @ centred + weight * np.outer(apart, apart)
        self._mean += apart * (len(more) / total)
        self.samples = total

    @property
    def covariance(self) -> Floats:
        """(D, D), unbiased."""
        return self._scatter / (self.samples - 1)

    def half(self) -> Half:
        """For `between`. Raises ValueError under two samples."""
        if self.samples < 2:
            raise ValueError(f"{self.samples} samples have no covariance: 2 or more are needed")
        spread, axes = np.linalg.eigh(self.covariance)
        root = np.sqrt(np.maximum(spread, 0))[:, None] * axes.T
        return Half(self._mean.copy(), root[spread > 0])


@dataclass(frozen=True, slots=True)
class Influence:
    """The distance, and by how much each sample pulls at it: (N,) and (M,), each of mean 0."""

    distance: float
    of_a: Floats
    of_b: Floats


def influence(a: Features, b: Features) -> Influence:
    """The distance with its first derivative in the weight of every sample."""
    one, other = checked(a), checked(b)
    if one.shape[1] != other.shape[1]:
        raise ValueError(f"features of {one.shape[1]} and {other.shape[1]} numbers: one model?")
    (q1, r1), (q2, r2) = _factors(one), _factors(other)
    left, sizes, right = np.linalg.svd(r1 @ r2.T, full_matrices=False)
    apart = one.mean(0) - other.mean(0)
    spread = np.square(r1).sum() + np.square(r2).sum()
    return Influence(
        max(0.0, float(np.square(apart).sum() + spread - 2 * sizes.sum())),
        _pull(one, apart, _square_of(q1, left, sizes), float(sizes.sum())),
        _pull(other, -apart, _square_of(q2, right.T, sizes), float(sizes.sum())),
    )


def with_interval(
    a: Features, b: Features, groups: tuple[Groups, Groups] = (None, None), seed: int = 0
) -> Estimate:
    """The distance and its sampling interval at this n, by the bootstrap of its linear part.

    groups: of a's and b's samples, what is drawn together, as frames of one clip. The interval is
    about the value at this n, bias and all; its lower end is never below 0. One factorisation,
    however many resamples: a bootstrap of the distance itself would count every sample that is
    drawn twice as noise that is not there.
    """
    found = influence(a, b)
    pulls = [resampled(found.of_a, groups[0], seed), resampled(found.of_b, groups[1], seed + 1)]
    if pulls[0] is None or pulls[1] is None:
        return Estimate(found.distance)
    return estimate(found.distance, np.maximum(0, found.distance + pulls[0] + pulls[1]))


@dataclass(frozen=True, slots=True)
class Extrapolated:
    """The distance of unlimited samples (Chong & Forsyth, arXiv 1911.07023): the line through the
    distances of parts of the samples over 1 / their number, where that is 0.

    distances: at FRACTIONS of the samples, the mean of several draws. sound: even the smallest part
    had more samples than features have numbers; below that the law is no line.
    """

    value: float
    distances: list[float]
    sound: bool


def extrapolated(
    a: Features,
    b: Features,
    groups: tuple[Groups, Groups] = (None, None),
    draws: int = 3,
    seed: int = 0,
) -> Extrapolated | None:
    """From whole groups left out at random; None where a part would have under two of them."""
    one, other = checked(a), checked(b)
    of = [np.arange(len(x)) if g is None else numbered(g)
          for x, g in zip((one, other), groups, strict=True)]  # fmt: skip
    if min(int(each.max()) + 1 for each in of) * FRACTIONS[-1] < 2:
        return None
    random, means, least = np.random.default_rng(seed), list[float](), len(one)
    for fraction in FRACTIONS:
        found: list[float] = []
        for _ in range(draws if fraction < 1 else 1):
            parts = [x[_kept(g, fraction, random)] for x, g in zip((one, other), of, strict=True)]
            found.append(frechet(*parts))
            least = min(least, *map(len, parts))
        means.append(float(np.mean(found)))
    slope_and_value = np.polyfit([1 / f for f in FRACTIONS], means, 1)
    return Extrapolated(float(slope_and_value[1]), means, least > one.shape[1])


def checked(features: Features, least: int = 2) -> Floats:
    """(N, D) in float64. Raises ValueError for another shape, too few of them, NaN or infinity."""
    made = np.asarray(features, np.float64)
    if made.ndim != 2 or len(made) < least:
        raise ValueError(f"features of shape {made.shape}: must be (N, D), N {least} or more")
    if not np.isfinite(made).all():
        rows = int((~np.isfinite(made).all(1)).sum())
        raise ValueError(f"{rows} of {len(made)} features hold NaN or infinity")
    return made


def _half(features: Floats) -> Half:
    centred = _centred(features)
    if len(centred) > centred.shape[1]:
        centred = np.asarray(np.linalg.qr(centred, mode="r"), np.float64)
    return Half(features.mean(0), centred)


def _factors(features: Floats) -> tuple[Floats | None, Floats]:
    """Q with orthonormal columns (None for the identity) and R, whose product they are, centred."""
    centred = _centred(features)
    if len(centred) <= centred.shape[1]:
        return None, centred
    q, r = np.linalg.qr(centred)
    return q, r


def _centred(features: Floats) -> Floats:
    return (features - features.mean(0)) / np.sqrt(len(features) - 1)


def _square_of(q: Floats | None, axes: Floats, sizes: Floats) -> Floats:
    """(N,) the diagonal of U S U^T, U = q axes."""
    rows = axes if q is None else q @ axes
    return np.square(rows) @ sizes


def _pull(features: Floats, apart: Floats, crossed: Floats, cross: float) -> Floats:
    """(N,). With weight w the row of A is multiplied by sqrt(w n), and so is that of A1 A2^T."""
    n, centred = len(features), _centred(features)
    spread = np.square(centred).sum(1)
    moved = 2 * (centred @ apart) * np.sqrt(n - 1)
    return moved + n * spread - spread.sum() - n * crossed + cross


def _kept(of: NDArray[np.int64], fraction: float, random: np.random.Generator) -> Any:
    groups = int(of.max()) + 1
    chosen = random.permutation(groups)[: round(groups * fraction)]
    return np.isin(of, chosen)
