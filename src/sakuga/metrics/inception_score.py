"""The Inception score (§5.2, Table 3), pooled over all frames and per clip: two numbers, two names.

    exp E KL(p(y|x) || p(y))

Pooled, p(y) is the mean over all frames, and many clips give several. Per clip, it is the mean over
one clip's frames, which are much alike, and the score is near its floor of 1: the paper's 1.09 and
1.12 look like that, though it does not say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sakuga.metrics.frechet import Features, Groups, checked
from sakuga.metrics.resample import Estimate, Floats, estimate, mean_with_interval, resampled

SPLITS = 10


@dataclass(frozen=True, slots=True)
class Pooled:
    """whole: with p(y) over all frames. mean, deviation: over splits, each with its own p(y)."""

    whole: Estimate
    mean: float
    deviation: float
    splits: int


def pooled(
    logits: Features, splits: int = SPLITS, groups: Groups = None, seed: int | None = 0
) -> Pooled:
    """Of (N, C) logits. groups: (N,) what is drawn together for the interval, as frames of a clip.

    seed: of the shuffle before splitting; None leaves the order. Fewer frames than splits are a
    split each. Raises ValueError for NaN.
    """
    found = checked(logits, least=1)
    order = np.arange(len(found)) if seed is None else np.random.default_rng(seed).permutation(
        len(found)
    )  # fmt: skip
    splits = min(splits, len(found))
    edges = [n * len(found) // splits for n in range(splits + 1)]
    scores = [
        float(np.exp(_divergences(found[order[start:stop]]).mean()))
        for start, stop in pairwise(edges)
    ]
    return Pooled(
        _whole(found, groups, seed or 0), float(np.mean(scores)), float(np.std(scores)), splits
    )


def per_clip(clips: Sequence[Features], groups: Groups = None, seed: int = 0) -> Estimate:
    """The mean of the clips' own scores. clips: (T, C) logits of each."""
    scores = [np.exp(_divergences(checked(clip, least=1)).mean()) for clip in clips]
    return mean_with_interval(np.array(scores), groups, seed)


def _whole(logits: Floats, groups: Groups, seed: int) -> Estimate:
    """A frame's influence on the mean divergence is its own: through p(y) it has none."""
    divergences = _divergences(logits)
    made = resampled(divergences, groups, seed)
    return estimate(float(np.exp(divergences.mean())), None if made is None else np.exp(made))


def _divergences(logits: Floats) -> Floats:
    """(N,) of each frame's classes from the mean's."""
    shifted = logits - logits.max(1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    p = np.exp(log_p)
    log_q = np.log(np.maximum(p.mean(0), np.finfo(np.float64).tiny))
    return (p * (log_p - log_q)).sum(1)
