"""t-SNE of clips (§5.3, Figure 10): PCA to 50, a fixed seed, a perplexity that n allows.

By scikit-learn (BSD-3-Clause). Distances in it mean little and sizes nothing: read the table first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sakuga.metrics.resample import Floats

COMPONENTS, PERPLEXITY = 50, 30.0


@dataclass(frozen=True, slots=True)
class Point:
    """A clip's place. side: of which dataset."""

    side: str
    clip: str
    x: float
    y: float


def points(
    names: Mapping[str, Sequence[str]], vectors: Mapping[str, Floats], seed: int = 0
) -> list[Point]:
    """All clips of all sides; none without vectors. vectors: side -> (clips, D)."""
    if not vectors:
        return []
    found = tsne(principal(np.concatenate(list(vectors.values()))), seed)
    owners = [(side, clip) for side in vectors for clip in names[side]]
    return [
        Point(side, clip, float(x), float(y))
        for (side, clip), (x, y) in zip(owners, found, strict=True)
    ]


def principal(features: Floats) -> Floats:
    """(N, at most 50) along the directions in which they vary most; signs fixed."""
    centred = features - features.mean(0)
    left, sizes, right = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign(right[np.arange(len(right)), np.abs(right).argmax(1)])
    return (left * sizes * signs)[:, :COMPONENTS]


def perplexity(count: int) -> float:
    """30, or a third of what so many clips allow."""
    return min(PERPLEXITY, max(1.0, (count - 1) / 3))


def tsne(features: Floats, seed: int = 0) -> Floats:
    """(N, 2). Equal features are spread a little."""
    from sklearn.manifold import TSNE

    if not features.any():
        return np.zeros((len(features), 2))  # all alike: it divides by their spread
    made: Any = TSNE(
        perplexity=perplexity(len(features)), init="pca" if features.shape[1] > 1 else "random",
        learning_rate="auto", random_state=seed,
    )  # fmt: skip
    return np.asarray(made.fit_transform(features), np.float64)
