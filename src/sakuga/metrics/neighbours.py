"""How far two sets lie among each other: whose are a sample's nearest neighbours (§5.3, Figure 10).

What a picture of t-SNE can't fake: measured in the space itself. 1 where the sets are one
distribution, 0 where no sample has a neighbour of the other set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sakuga.metrics.frechet import Features, Groups, checked
from sakuga.metrics.resample import Estimate, Floats, mean_with_interval, numbered

NEIGHBOURS = 10


@dataclass(frozen=True, slots=True)
class Mixing:
    """rate: share of neighbours that are the other set's, over what chance would give. neighbours:
    of each sample. chance: that share, where the sets are one distribution."""

    rate: Estimate
    neighbours: int
    chance: float


def mixing(
    a: Features,
    b: Features,
    groups: tuple[Groups, Groups] = (None, None),
    neighbours: int = NEIGHBOURS,
    seed: int = 0,
) -> Mixing:
    """Of (N, D) and (M, D) features, by Euclidean distance.

    groups: a sample's own group gives no neighbours, and is drawn together for the interval: shots
    of one film are alike. Raises ValueError as `frechet`, and where a set has one group only.
    """
    one, other = checked(a), checked(b)
    of = [np.arange(len(x)) if g is None else numbered(g)
          for x, g in zip((one, other), groups, strict=True)]  # fmt: skip
    for each in of:
        if int(each.max()) < 1:
            raise ValueError("a set of one group has no neighbours of its own: two are needed")
    # Group numbers of b follow on those of a.
    group = np.concatenate([of[0], of[1] + of[0].max() + 1])
    side = np.repeat([False, True], [len(one), len(other)])
    both = np.concatenate([one, other])
    apart = _squared(both)
    apart[group[:, None] == group] = np.inf
    free = np.isfinite(apart).sum(1)
    count = min(neighbours, int(free.min()))
    nearest = np.argpartition(apart, count - 1, axis=1)[:, :count]
    share = (side[nearest] != side[:, None]).mean(1)
    across = np.where(side, len(one), len(other))
    chance = across / free
    return Mixing(mean_with_interval(share / chance, group.tolist(), seed), count,
                  float(chance.mean()))  # fmt: skip


def _squared(features: Floats) -> Floats:
    """(N, N) squared distances."""
    lengths = np.square(features).sum(1)
    return lengths[:, None] + lengths - 2 * features @ features.T
