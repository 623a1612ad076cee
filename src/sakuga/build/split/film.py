"""A film as `split` sees it: a point per frame, and how far apart two points are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sakuga.core.records import Signals

LUMA: Final = 48
"""The first columns of `Signals.grid`: 8x6 cells of luma; the rest are 4x3 of U and of V."""
WIDTH: Final = 72
CHROMA: Final = 1.5  # a level of colour weighs more than a level of grey: colours span less

Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Film:
    """Four ways to look at T frames.

    points: (T, 72) float32, scaled so that the L1 distance of two is about their mean difference in
    grey levels; mixing: (T, 72) float64, the same for the Euclidean distance, root mean square;
    detail: (T,) variance of luma inside the cells, so without what the cells show; kinship: (T,)
    how alike the lines of the drawing are to the frame before's, 0 to 1.
    """

    points: Points
    mixing: NDArray[np.float64]
    detail: NDArray[np.float64]
    kinship: NDArray[np.float32]

    @property
    def frames(self) -> int:
        """T, how many frames there are."""
        return len(self.points)

    def seen(self, sources: NDArray[np.intp]) -> Film:
        """The film with other frames in place of some."""
        return Film(
            self.points[sources],
            self.mixing[sources],
            self.detail[sources],
            self.kinship[sources],
        )


def film(signals: Signals) -> Film:
    """The film that was measured."""
    grid = signals.grid.reshape(-1, WIDTH)
    between = grid[:, :LUMA].astype(np.float64).var(axis=1)
    return Film(
        points=grid * _scale(1 / LUMA, CHROMA / (WIDTH - LUMA)).astype(np.float32),
        mixing=grid * _scale(LUMA**-0.5, CHROMA * (WIDTH - LUMA) ** -0.5),
        detail=np.maximum(np.square(signals.contrast.astype(np.float64)) - between, 0.0),
        kinship=signals.kinship,
    )


def _scale(luma: float, chroma: float) -> NDArray[np.float64]:
    return np.repeat([luma, chroma], [LUMA, WIDTH - LUMA])


def spread(film: Film, a: int, b: int) -> float:
    """Mean change by root mean square change between two frames: 0.8 and more where all changes."""
    a, b = max(a, 0), min(b, film.frames - 1)
    mean = np.abs(film.points[b] - film.points[a]).sum()
    return float(mean / max(np.sqrt(np.square(film.mixing[b] - film.mixing[a]).sum()), 1e-6))


def distance(a: Points, b: Points) -> NDArray[np.float32]:
    """Between points of equal shape, along their last axis."""
    return np.abs(a - b).sum(axis=-1)


def changes(points: Points) -> NDArray[np.float32]:
    """(T,): from each frame's predecessor to it; 0 for the first."""
    steps = np.zeros(len(points), np.float32)
    steps[1:] = distance(points[1:], points[:-1])
    return steps
