"""An order in which alike things stand side by side: average linkage, turned to fit (§3.2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def clustered(likeness: NDArray[np.float64]) -> list[int]:
    """The order of N things by their (N, N) symmetric likeness, at most 1; takes N^3 steps.

    The two groups that are most alike on average are joined, again and again; where two are
    joined, each may be turned round, so that the ends that meet are as alike as can be.
    """
    groups = [[n] for n in range(len(likeness))]
    mean = likeness.astype(np.float64).copy()
    np.fill_diagonal(mean, -np.inf)
    while len(groups) > 1:
        a, b = sorted(divmod(int(np.argmax(mean)), len(groups)))
        size_a, size_b = len(groups[a]), len(groups[b])
        joined = (mean[a] * size_a + mean[b] * size_b) / (size_a + size_b)
        joined[a] = -np.inf
        mean[a, :], mean[:, a] = joined, joined
        mean = np.delete(np.delete(mean, b, 0), b, 1)
        groups[a] = _joined(groups[a], groups.pop(b), likeness)
    return groups[0] if groups else []


def _joined(a: list[int], b: list[int], likeness: NDArray[np.float64]) -> list[int]:
    ways = [(x, y) for x in (a, a[::-1]) for y in (b, b[::-1])]
    left, right = max(ways, key=lambda way: float(likeness[way[0][-1], way[1][0]]))
    return [*left, *right]
