"""How far two sides are apart by one net: Fréchet and KID, with all that says how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sakuga.evaluate.extractors import Seen
from sakuga.metrics import frechet, kid
from sakuga.metrics.frechet import Extrapolated
from sakuga.metrics.kid import Subsets
from sakuga.metrics.resample import Estimate, Floats

WIDE = 512  # numbers of a feature, from which on the extrapolation draws once, not three times


@dataclass(frozen=True, slots=True)
class Distance:
    """frechet: FID or FVD, at this n, with its interval. extrapolated: at unlimited n. kid: without
    bias. subsets: KID as other tools report it. samples: of each side; width: numbers of a feature.
    """

    net: str
    frechet: Estimate
    extrapolated: Extrapolated | None
    kid: Estimate
    subsets: Subsets
    samples: int
    width: int

    @property
    def full_rank(self) -> bool:
        """More samples than numbers; else the Fréchet distance is of what can't be a covariance."""
        return self.samples > self.width


def distance(
    a: Sequence[Seen],
    b: Sequence[Seen],
    groups: tuple[Sequence[str], Sequence[str]],
    net: str,
    seed: int = 0,
) -> Distance:
    """Of two sides' clips; frames of one clip, or clips of one film, are drawn together."""
    one, other = stacked(a), stacked(b)
    of = (spread(a, groups[0]), spread(b, groups[1]))
    draws = 3 if min(one.shape) <= WIDE else 1
    return Distance(
        net,
        frechet.with_interval(one, other, of, seed),
        frechet.extrapolated(one, other, of, draws, seed),
        kid.with_interval(one, other, of, seed),
        kid.over_subsets(one, other, seed=seed),
        min(len(one), len(other)),
        one.shape[1],
    )


def stacked(seen: Sequence[Seen]) -> Floats:
    """(samples, D) of all clips, one after the other."""
    return np.concatenate([each.vectors for each in seen]).astype(np.float64)


def spread(seen: Sequence[Seen], groups: Sequence[str]) -> list[str]:
    """(samples,) each clip's group, as often as it has vectors."""
    return [group for each, group in zip(seen, groups, strict=True) for _ in each.vectors]
