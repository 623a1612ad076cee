"""Straight lines in a film: every run of frames tried as a mix of what lies before and behind it.

A dissolve of n frames from picture A to picture B shows (1 - a) A + a B with a = 1/(n+1), ...,
n/(n+1), and so do the means of any area. The squared error of that model, over the run and a few
frames on both sides that should stand still, follows from running sums: the cost of one length is
the same for 5 frames and for 48.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

CONTEXT: Final = 6
"""Frames: enough for acting to average out, few enough to be of one shot mostly."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fits:
    """One length tried at S first frames from `first` on: runs [first + i, first + i + length).

    span: (S,) how far apart the two ends are; error: (S,) root mean square distance from the model
    over run and context, as a share of span; bend: (S,) the same over the run alone.
    """

    first: int
    length: int
    span: Doubles
    error: Doubles
    bend: Doubles


class Ramps:
    """points: (T, C). Outside the film its first and last frame go on.

    context: frames on both sides of a run that stand for the pictures it leads from and to.
    """

    def __init__(self, points: Doubles, context: int = CONTEXT) -> None:
        self._pad = context
        self._frames = len(points)
        padded = np.pad(points, ((self._pad, self._pad), (0, 0)), mode="edge")
        self._sums = _running(padded)
        self._weighted = _running(padded * np.arange(len(padded))[:, None])
        self._squares = _running((padded * padded).sum(axis=1))

    def fit(
        self,
        length: int,
        start: Doubles | None = None,
        end: Doubles | None = None,
        within: tuple[int, int] | None = None,
    ) -> Fits:
        """Runs of one length that start anywhere, or within [first, last).

        `start` or `end` (C,) is a colour in place of the film there.
        """
        low, high = within or (0, self._frames)
        first = max(low, 0)
        s = np.arange(first, min(high, self._frames - length + 1)) + self._pad
        a, still_a = self._side(s - self._pad, start)
        b, still_b = self._side(s + length, end)
        run = self._run(s, length, a, b)
        span = np.maximum(np.square(b - a).sum(axis=1), 1e-6)
        sides = self._pad * ((start is None) + (end is None))
        error = (run + still_a + still_b) / ((length + sides) * span)
        return Fits(first, length, np.sqrt(span), _root(error), _root(run / (length * span)))

    def _side(self, first: NDArray[np.intp], colour: Doubles | None) -> tuple[Doubles, Doubles]:
        """The mean picture of each context, and the squared distances of its frames from it."""
        if colour is not None:
            return colour[None, :].repeat(len(first), axis=0), np.zeros(len(first))
        behind = first + self._pad
        mean = (self._sums[behind] - self._sums[first]) / self._pad
        squares = self._squares[behind] - self._squares[first]
        return mean, squares - self._pad * np.square(mean).sum(axis=1)

    def _run(self, s: NDArray[np.intp], length: int, a: Doubles, b: Doubles) -> Doubles:
        """Squared distances of each run's frames from the line between a and b."""
        share = np.arange(1, length + 1) / (length + 1)
        total = self._sums[s + length] - self._sums[s]
        ramped = self._weighted[s + length] - self._weighted[s] - (s - 1)[:, None] * total
        to_b = ramped / (length + 1)
        squares = self._squares[s + length] - self._squares[s]
        cross = -2 * ((total - to_b) * a).sum(axis=1) - 2 * (to_b * b).sum(axis=1)
        model = (
            np.square(1 - share).sum() * np.square(a).sum(axis=1)
            + np.square(share).sum() * np.square(b).sum(axis=1)
            + 2 * (share * (1 - share)).sum() * (a * b).sum(axis=1)
        )
        return squares + cross + model


def _running(values: Doubles) -> Doubles:
    """Sums of everything before each place, from 0 on; one longer than `values`."""
    sums = np.zeros((len(values) + 1, *values.shape[1:]))
    np.cumsum(values, axis=0, out=sums[1:])
    return sums


def _root(squares: Doubles) -> Doubles:
    return np.sqrt(np.maximum(squares, 0.0))
