"""How well classes are told: accuracy, macro F1, confusion, calibration, intervals.

Pure functions of arrays. Classes are numbers from 0; `true` and `told` are (N,) whole numbers,
`probabilities` (N, C) rows that sum to 1. No clips at all is an error, never a figure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.integer[Any]]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, and between which two it lies with the probability that was asked for."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Clips told with a probability in (low, high]; means are NaN where there are none."""

    low: float
    high: float
    clips: int
    confidence: float  # mean probability of the class that was told
    accuracy: float


def confusion(true: Numbers, told: Numbers, classes: int) -> NDArray[np.int64]:
    """(C, C) counts: row the true class, column the told one. Raises ValueError."""
    _check(true, told)
    for numbers in (true, told):
        if numbers.min() < 0 or numbers.max() >= classes:
            raise ValueError(f"classes run from 0 to {classes - 1}; found {np.unique(numbers)}")
    counts = np.bincount(true.astype(np.int64) * classes + told, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64)


def accuracy(true: Numbers, told: Numbers) -> float:
    """Share that is told right."""
    _check(true, told)
    return float(np.mean(true == told))


def f1(counts: NDArray[np.int64]) -> Doubles:
    """(C,) F1 of each class; NaN for a class that is neither true nor told of any clip."""
    right, either = np.diag(counts), counts.sum(0) + counts.sum(1)
    return np.divide(2.0 * right, either, out=np.full(len(counts), np.nan), where=either > 0)


def macro_f1(true: Numbers, told: Numbers, classes: int) -> float:
    """Mean F1 of the classes that are true or told of any clip, each alike however rare."""
    return float(np.nanmean(f1(confusion(true, told, classes))))


def reliability(probabilities: Doubles, true: Numbers, bins: int = 15) -> list[Bin]:
    """How often the told class is right, by how surely it was told; bins of equal width."""
    sure, right = _sureness(probabilities, true)
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.searchsorted(edges, sure, side="left") - 1, 0, bins - 1)
    return [
        Bin(float(low), float(high), *_means(sure[place == i], right[place == i]))
        for i, (low, high) in enumerate(pairwise(edges))
    ]


def calibration_error(probabilities: Doubles, true: Numbers, bins: int = 15) -> float:
    """Expected calibration error: mean distance of confidence and accuracy over the bins (ECE)."""
    table = [row for row in reliability(probabilities, true, bins) if row.clips]
    return sum(row.clips * abs(row.confidence - row.accuracy) for row in table) / len(true)


def log_loss(probabilities: Doubles, true: Numbers) -> float:
    """Mean cross-entropy in nats; a probability under 1e-12 counts as that."""
    _sureness(probabilities, true)
    given = probabilities[np.arange(len(true)), true]
    return float(-np.log(np.maximum(given, 1e-12)).mean())


def bootstrap(
    figure: Callable[[NDArray[np.int64]], float],
    groups: NDArray[Any],
    *,
    rounds: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """A figure's percentile interval when the groups are drawn anew, with replacement.

    figure: of (M,) places among the N items, some of them more than once; groups: (N,) what each
    item belongs to, items of one group are drawn together: shots of one film are not independent.
    A figure that is NaN in a round is left out of it. Pairs are kept: a difference of two figures
    is a figure. Raises ValueError.
    """
    if not 0 < level < 1 or rounds < 1 or not len(groups):
        raise ValueError(f"bootstrap of {len(groups)} items, rounds={rounds}, level={level}")
    _, which = np.unique(groups, return_inverse=True)
    order = np.argsort(which, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(which))[:-1])
    random = np.random.default_rng(seed)
    drawn = [
        figure(
            np.concatenate([members[g] for g in random.integers(len(members), size=len(members))])
        )
        for _ in range(rounds)
    ]
    tail = (1 - level) / 2
    low, high = np.nanquantile(drawn, [tail, 1 - tail])
    return Interval(figure(np.arange(len(groups))), float(low), float(high))


def _means(sure: Doubles, right: NDArray[np.bool_]) -> tuple[int, float, float]:
    if not len(sure):
        return 0, float("nan"), float("nan")
    return len(sure), float(sure.mean()), float(right.mean())


def _sureness(probabilities: Doubles, true: Numbers) -> tuple[Doubles, NDArray[np.bool_]]:
    """(N,) the highest probability, and whether it is the true class's."""
    if probabilities.ndim != 2 or len(probabilities) != len(true) or not len(true):
        raise ValueError(
            f"probabilities {probabilities.shape} of {len(true)} clips: must be (N, C)"
        )
    if not np.allclose(probabilities.sum(1), 1, atol=1e-4) or probabilities.min() < 0:
        raise ValueError("probabilities must be 0 or more, and the rows sum to 1")
    return probabilities.max(1), probabilities.argmax(1) == true


def _check(true: Numbers, told: Numbers) -> None:
    if true.shape != told.shape or true.ndim != 1 or not len(true):
        raise ValueError(f"true {true.shape} and told {told.shape}: must be (N,) alike, N over 0")
