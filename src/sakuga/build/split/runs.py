"""Which of all runs that `ramps` tried is a transition: the best, or the straightest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sakuga.build.split.ramps import Doubles, Fits

LONGEST: Final = 60
"""Frames of a transition, or of one half of a fade."""
WORST: Final = 0.25
"""Error as a share of span; a hard cut in the middle of a run makes 0.29."""
_SPAN: Final = 12.0  # grey levels between the ends, root mean square: less is acting
_STRIDE: Final = 0.45  # of span in one frame: more is a cut


@dataclass(frozen=True, slots=True)
class Run:
    """Frames [first, last) lead along a straight line; worth: how far they lead, how straight."""

    first: int
    last: int
    worth: float
    span: float
    error: float

    def moved(self, frames: int) -> Run:
        """The same run, counted from elsewhere."""
        return replace(self, first=self.first + frames, last=self.last + frames)

    def meets(self, first: int, last: int) -> bool:
        """True where it shares a frame with [first, last)."""
        return self.first < last and first < self.last


def best(fits: Fits) -> Run | None:
    """The run that leads furthest and straightest, if any is good enough."""
    worth = _worth(fits)
    return _run(fits, int(worth.argmax())) if worth.max(initial=0.0) > 0 else None


def straightest(fits: Fits) -> Run | None:
    """The straightest run, if any is good enough."""
    error = np.where(_worth(fits) > 0, fits.error, np.inf)
    return _run(fits, int(error.argmin())) if error.min(initial=np.inf) < WORST else None


def peaks(fits: Fits) -> list[Run]:
    """Runs that are better than those that start right before or behind."""
    worth = np.pad(_worth(fits), 1)
    peak = (worth[1:-1] > 0) & (worth[1:-1] >= worth[:-2]) & (worth[1:-1] >= worth[2:])
    return [_run(fits, i) for i in np.flatnonzero(peak).tolist()]


def apart(runs: list[Run]) -> list[Run]:
    """The best ones that share no frame."""
    kept: list[Run] = []
    for run in sorted(runs, key=lambda run: -run.worth):
        if not any(run.meets(other.first, other.last) for other in kept):
            kept.append(run)
    return kept


def lengths_of_steps(points: Doubles) -> Doubles:
    """(T,): from each frame's predecessor to it, Euclidean; 0 for the first."""
    steps = np.zeros(len(points))
    steps[1:] = np.sqrt(np.square(np.diff(points, axis=0)).sum(axis=1))
    return steps


def is_smooth(run: Run, steps: Doubles) -> bool:
    """No single step makes nearly half of the way."""
    return float(steps[run.first : run.last + 1].max(initial=0.0)) < _STRIDE * run.span


def _worth(fits: Fits) -> Doubles:
    good = (fits.span >= _SPAN) & (fits.error < WORST) & (fits.bend < WORST)
    return np.where(good, fits.span * (1 - np.square(fits.error / WORST)), 0.0)


def _run(fits: Fits, i: int) -> Run:
    first = fits.first + i
    span, error = float(fits.span[i]), float(fits.error[i])
    return Run(first, first + fits.length, float(_worth(fits)[i]), span, error)
