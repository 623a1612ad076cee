"""A film as `split` sees it: a point per frame, and how far apart two points are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sakuga.build.evidence import evidence
from sakuga.core.records import Signals

LUMA: Final = 48
"""The first columns of `Signals.grid`: 8x6 cells of luma; the rest are 4x3 of U and of V."""
WIDTH: Final = 72
_CHROMA: Final = 1.5  # a level of colour weighs more than a level of grey: colours span less

Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Film:
    """points: (T, 72) float32, scaled so that the L1 distance of two is about their mean difference
    in grey levels; luma: (T, 48) float32, cells in grey levels; drawings: (D,) frames on which a
    new drawing appears, the first is 0."""

    points: Points
    luma: Points
    drawings: NDArray[np.int64]

    @property
    def frames(self) -> int:
        """T, how many frames there are."""
        return len(self.points)


def film(signals: Signals) -> Film:
    """The film that was measured."""
    grid = signals.grid.reshape(-1, WIDTH).astype(np.float32)
    scale = np.full(WIDTH, _CHROMA / (WIDTH - LUMA), np.float32)
    scale[:LUMA] = 1.0 / LUMA
    new = evidence(signals).new.copy()
    new[:1] = True
    return Film(grid * scale, grid[:, :LUMA], np.flatnonzero(new))


def distance(a: Points, b: Points) -> NDArray[np.float32]:
    """Between points of equal shape, along their last axis."""
    return np.abs(a - b).sum(axis=-1)


def changes(points: Points) -> NDArray[np.float32]:
    """(T,): from each frame's predecessor to it; 0 for the first."""
    steps = np.zeros(len(points), np.float32)
    steps[1:] = distance(points[1:], points[:-1])
    return steps
