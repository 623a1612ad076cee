"""Ranking 44,000 pairs both ways in galleries of 2560, as a ratio to the matrix products alone.

CPU seconds of this process; each is the best of three. The products are one for each gallery: both
directions read the same one. Memory is the most that was held at once beyond the vectors.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.table import Line
from sakuga.metrics.ranks import GALLERY, rank
from sakuga.metrics.recall import ceilings, recalls

PAIRS = 44_000  # of the paper's test split
TIMES = 3
MOST = 128  # MiB

Floats = NDArray[np.float32]


def lines() -> Iterator[Line]:
    """The lines of its table."""
    for width in (512, 768):
        video, text = vectors(width, 0), vectors(width, 1)
        alone = cheapest(lambda v=video, t=text: products(v, t))
        whole = cheapest(lambda v=video, t=text: evaluate(v, t))
        print(
            f"- {width} wide: products {alone:.2f} s, ranks, R@k and intervals {whole:.2f} s",
            file=sys.stderr,
        )
        yield Line(f"{width} wide, time / the products alone", whole / alone, "<=", 2)
        yield Line(f"{width} wide, MiB beyond the vectors", held(video, text), "<=", MOST)


def vectors(width: int, seed: int) -> Floats:
    """(PAIRS, width), of length 1."""
    made = np.random.default_rng(seed).standard_normal((PAIRS, width), np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def products(video: Floats, text: Floats) -> None:
    """The scores of every gallery, and nothing else."""
    for start in range(0, PAIRS - GALLERY + 1, GALLERY):
        rows = slice(start, start + GALLERY)
        video[rows] @ text[rows].T


def evaluate(video: Floats, text: Floats) -> None:
    """All that is made of them."""
    ranks = rank(video, text)
    duplicates = ceilings(range(PAIRS), ranks)
    recalls(ranks.text_to_video, ranks.gallery, ceiling=duplicates.to_video)
    recalls(ranks.video_to_text, ranks.gallery, ceiling=duplicates.to_text)


def cheapest(work: Callable[[], None]) -> float:
    """CPU seconds of the best of a few times."""
    taken: list[float] = []
    for _ in range(TIMES):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


def held(video: Floats, text: Floats) -> float:
    """MiB of the peak; NumPy's memory is traced."""
    tracemalloc.start()
    evaluate(video, text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20
