"""R@k of ranked pairs (§5.1, Table 2), how sure it is, and what bounds it from both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sakuga.metrics.ranks import Ints, Ranks

AT = (1, 5, 10)  # Table 2
LEVEL = 0.95
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Recall:
    """Shares of the queries, 0 to 1. share: the right one is among the first k. low, high: ends of
    the interval. chance: what guessing finds. ceiling: what a perfect model could find, see
    `ceilings`; 1 where nothing is said of captions.
    """

    k: int
    share: float
    low: float
    high: float
    chance: float
    ceiling: float = 1.0


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Equal captions in one gallery. pairs: that share theirs. to_video, to_text: see `ceilings`,
    by k."""

    pairs: int
    to_video: dict[int, float]
    to_text: dict[int, float]


def recalls(
    ranks: Ints,
    gallery: int,
    groups: Sequence[Hashable] | None = None,
    ceiling: dict[int, float] | None = None,
    seed: int = 0,
) -> list[Recall]:
    """R@1, R@5 and R@10 of (Q,) ranks, with percentile bootstrap intervals.

    groups: (Q,) what is drawn together, as clips of one film; each query by itself if None.
    """
    hits = np.stack([ranks < k for k in AT], axis=1)
    low, high = bootstrap(hits, groups, seed)
    return [
        Recall(
            k=k,
            share=float(hits[:, n].mean()),
            low=float(low[n]),
            high=float(high[n]),
            chance=min(1.0, k / gallery),
            ceiling=(ceiling or {}).get(k, 1.0),
        )
        for n, k in enumerate(AT)
    ]


def bootstrap(
    hits: NDArray[np.bool_], groups: Sequence[Hashable] | None = None, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both ends, (K,) each, of the intervals of the means of (Q, K) hits.

    Without groups a resampled mean is Binomial(Q, mean) / Q, which is drawn as such. With groups
    whole groups are drawn; shots of one film are alike, and taken singly they promise too much.
    """
    rng = np.random.default_rng(seed)
    means = _resampled(hits, groups, rng) if groups is not None else _drawn(hits, rng)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return low, high


def _drawn(hits: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.float64]:
    drawn = rng.binomial(len(hits), hits.mean(0), (RESAMPLES, hits.shape[1]))
    return drawn / len(hits)


def _resampled(
    hits: NDArray[np.bool_], groups: Sequence[Hashable], rng: np.random.Generator
) -> NDArray[np.float64]:
    numbered: dict[Hashable, int] = {}
    of = np.array([numbered.setdefault(each, len(numbered)) for each in groups])
    sums = np.stack([np.bincount(of, column, len(numbered)) for column in hits.T], axis=1)
    sizes = np.bincount(of, minlength=len(numbered))
    means = np.empty((RESAMPLES, hits.shape[1]))
    for n in range(RESAMPLES):
        drawn = np.bincount(rng.integers(0, len(sizes), len(sizes)), minlength=len(sizes))
        means[n] = drawn @ sums / (drawn @ sizes)
    return means


def ceilings(captions: Sequence[Hashable], ranks: Ranks) -> Duplicates:
    """What captions that occur more than once in a gallery leave to be found.

    captions: (N,) of all pairs. Of n equal captions in a gallery, n clips are equally right and one
    is counted: at most min(k, n) of n captions find their own clip among the first k. Clips look
    for captions that are tied, and ties count against us: all are found if n <= k, otherwise none.
    """
    counts = [
        n
        for start in range(0, len(ranks.pairs), ranks.gallery)
        for n in Counter(captions[i] for i in ranks.pairs[start : start + ranks.gallery]).values()
    ]
    total = sum(counts)
    return Duplicates(
        sum(n for n in counts if n > 1),
        {k: sum(min(k, n) for n in counts) / total for k in AT},
        {k: sum(n for n in counts if n <= k) / total for k in AT},
    )
