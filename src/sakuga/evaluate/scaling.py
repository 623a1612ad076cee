"""How retrieval grows with data (§5.1, Figure 7): subsets by powers, several seeds, a fitted law.

What trains and scores is given: `train_and_score(clips, seed)` learns from the clips with these
numbers and gives a score. So this knows nothing of nets, and any trainer can be measured.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

TrainAndScore = Callable[[Sequence[int], int], float]

# Student's t at 97.5%, of 1 to 30 degrees of freedom; more are taken for 30, which errs to the
# wide side by 4% at most.
STUDENT = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160),
    *(2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056),
    *(2.052, 2.048, 2.045, 2.042),
)


@dataclass(frozen=True, slots=True)
class Point:
    """One run: clips it learned from, its seed, its score."""

    clips: int
    seed: int
    score: float


@dataclass(frozen=True, slots=True)
class Size:
    """All runs of one size. low, high: 95% interval of the mean over seeds; None of one run."""

    clips: int
    runs: int
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Law:
    """score = at_one + per_doubling x log2(clips), by least squares over all runs.

    low, high: 95% interval of per_doubling; None of fewer than three runs. explained: share of the
    variance, 0 to 1.
    """

    at_one: float
    per_doubling: float
    low: float | None
    high: float | None
    explained: float

    def score(self, clips: float) -> float:
        """What the law says of so many clips."""
        return self.at_one + self.per_doubling * math.log2(clips)


@dataclass(frozen=True, slots=True)
class Scaling:
    """Sizes ascending. rising: the mean is higher at every size than at the one before."""

    sizes: list[Size]
    law: Law
    rising: bool


def sizes_of(total: int, steps: int, power: float = 2.0) -> list[int]:
    """The whole and `steps` - 1 smaller sizes, each `power` times smaller than the next; ascending.

    Raises ValueError where the smallest would have no clip or two would be the same.
    """
    if steps < 2 or power <= 1:
        raise ValueError(f"steps = {steps}, power = {power}: must be 2 or more, and over 1")
    sizes = [round(total / power**n) for n in reversed(range(steps))]
    if sizes[0] < 1 or len(set(sizes)) < steps:
        raise ValueError(
            f"{total} clips can't be divided into {steps} sizes by {power}: take fewer"
        )
    return sizes


def subset(total: int, clips: int, seed: int) -> NDArray[np.int64]:
    """(clips,) numbers of clips, ascending. Of one seed, a smaller subset lies within a larger."""
    if not 0 < clips <= total:
        raise ValueError(f"{clips} clips of {total}: must be 1 to all of them")
    return np.sort(np.random.default_rng(seed).permutation(total)[:clips])


def points(
    train_and_score: TrainAndScore,
    total: int,
    sizes: Iterable[int],
    seeds: Iterable[int],
    done: Iterable[Point] = (),
) -> Iterator[Point]:
    """Every run that is not `done`, as it ends: keep them, and a stopped measurement goes on.

    The small sizes come first, of all seeds. Raises ValueError for a score that is no number.
    """
    there = {(point.clips, point.seed) for point in done}
    seeds = list(seeds)
    for clips in sorted(sizes):
        for seed in seeds:
            if (clips, seed) in there:
                continue
            score = float(train_and_score(subset(total, clips, seed).tolist(), seed))
            if not math.isfinite(score):
                raise ValueError(f"the score of {clips} clips, seed {seed}, is {score}")
            yield Point(clips, seed, score)


def summary(runs: Iterable[Point]) -> Scaling:
    """Means, intervals and the law. Raises ValueError for runs of fewer than two sizes."""
    runs = list(runs)
    by_size: dict[int, list[float]] = {}
    for run in runs:
        by_size.setdefault(run.clips, []).append(run.score)
    if len(by_size) < 2:
        raise ValueError(f"runs of {len(by_size)} size: a law takes two or more")
    sizes = [_size(clips, by_size[clips]) for clips in sorted(by_size)]
    means = [size.mean for size in sizes]
    return Scaling(sizes, law(runs), all(a < b for a, b in pairwise(means)))


def law(runs: Sequence[Point]) -> Law:
    """The line through all runs, over the logarithm of their clips."""
    x = np.log2([run.clips for run in runs])
    y = np.array([run.score for run in runs])
    spread = x - x.mean()
    slope = float(spread @ y / (spread @ spread))
    start = float(y.mean() - slope * x.mean())
    rest = y - start - slope * x
    whole = float(((y - y.mean()) ** 2).sum())
    low = high = None
    if len(runs) > 2:
        error = math.sqrt(float(rest @ rest) / (len(runs) - 2) / float(spread @ spread))
        low, high = (slope + sign * student(len(runs) - 2) * error for sign in (-1, 1))
    return Law(start, slope, low, high, 1 - float(rest @ rest) / whole if whole else 1.0)


def student(freedom: int) -> float:
    """Student's t at 97.5%."""
    return STUDENT[min(freedom, len(STUDENT)) - 1]


def _size(clips: int, scores: Sequence[float]) -> Size:
    mean, low, high = float(np.mean(scores)), None, None
    if len(scores) > 1:
        half = student(len(scores) - 1) * float(np.std(scores, ddof=1)) / math.sqrt(len(scores))
        low, high = mean - half, mean + half
    return Size(clips, len(scores), mean, low, high)
