"""The rhythm of drawings: frames that show little by themselves are read by those around them.

Animation is held on twos, on threes, or not at all, for seconds on end. So the chance that a frame
is new depends on how long the drawing before it has been held, and that dependence is learnt from
the film itself, around each frame: a hidden Markov model whose state is the age of the drawing
(Rabiner 1989), its chances found by Baum and Welch's iteration within a window that moves along.
Where frames speak for themselves nothing changes. Only repeats are told this way (`evidence`): a
film on ones would else lose the few that it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_AGES: Final = 8  # frames that a drawing's age is counted to; beyond, all are alike
_AROUND: Final = 36  # frames on either side from which the rhythm is learnt
_UNAWARE: Final = 4.0  # imagined frames of each age, new as often as all frames around
_ROUNDS: Final = 3
_LOUDEST: Final = 6.0  # log-odds of one frame that are listened to
_RAREST: Final = 0.01  # chance that nothing makes impossible
_PIECE: Final = 96  # frames that are gone through one after the other; pieces go side by side
_LAP: Final = 24  # frames around a piece that are looked at as well


@dataclass(frozen=True, slots=True)
class _Steps:
    """How likely each frame is new (or not) and its drawing before it of each age: (T, AGES)."""

    new: Floats
    held: Floats


def settled(odds: Floats) -> Floats:
    """Log-odds that a frame is new, from those of each frame alone: (T,)."""
    heard = np.clip(odds, -_LOUDEST, _LOUDEST)
    steps = _ages(heard, np.full((len(odds), _AGES), 0.5))
    for _ in range(_ROUNDS - 1):
        steps = _ages(heard, _chances(steps))
    new, held = (np.maximum(part.sum(axis=1), 1e-9) for part in (steps.new, steps.held))
    return np.log(new / held)


def _chances(steps: _Steps) -> Floats:
    """(T, AGES): chance that a drawing of an age gives way, as it is around each frame."""
    new, held = _near(steps.new), _near(steps.held)
    every = new.sum(axis=1) / np.maximum((new + held).sum(axis=1), 1e-9)
    chances = (new + _UNAWARE * every[:, None]) / (new + held + _UNAWARE)
    return np.clip(chances, _RAREST, 1 - _RAREST)


def _near(values: Floats) -> Floats:
    """Sums over the frames around each frame."""
    sums = np.concatenate((np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)))
    at = np.arange(len(values))
    return sums[np.minimum(at + _AROUND + 1, len(at))] - sums[np.maximum(at - _AROUND, 0)]


def _ages(odds: Floats, chances: Floats) -> _Steps:
    """Forward and backward through all pieces at once."""
    count = len(odds)
    starts = np.arange(0, count, _PIECE)
    at = np.arange(-_LAP, _PIECE + _LAP)[:, None] + starts  # (steps, pieces)
    inside = (at >= 0) & (at < count)
    at = np.clip(at, 0, count - 1)
    shows = 1 / (1 + np.exp(-np.where(inside, odds[at], 0.0)))[..., None]
    gives = chances[at] * shows
    stays = (1 - chances[at]) * (1 - shows)
    before, after = _forward(gives, stays), _backward(gives, stays)
    new = before * gives * after[..., :1]
    held = before * stays * np.concatenate((after[..., 1:], after[..., -1:]), axis=-1)
    all_of_it = (new + held).sum(axis=-1, keepdims=True)
    middle = slice(_LAP, _LAP + _PIECE)
    return _Steps(*(
        np.swapaxes((part / all_of_it)[middle], 0, 1).reshape(-1, _AGES)[:count]
        for part in (new, held)
    ))  # fmt: skip


def _forward(gives: Floats, stays: Floats) -> Floats:
    """Ages before each step, given all that came before: (steps, pieces, AGES)."""
    ages = np.empty_like(gives)
    now = np.full(gives.shape[1:], 1 / _AGES)
    for step in range(len(gives)):
        ages[step] = now
        older = now * stays[step]
        now = np.concatenate(((now * gives[step]).sum(axis=1, keepdims=True), older[:, :-1]), 1)
        now[:, -1] += older[:, -1]
        now /= now.sum(axis=1, keepdims=True)
    return ages


def _backward(gives: Floats, stays: Floats) -> Floats:
    """How well what comes after each step goes with the ages after it, likewise."""
    fits = np.empty_like(gives)
    now = np.ones(gives.shape[1:])
    for step in range(len(gives) - 1, -1, -1):
        fits[step] = now
        older = np.concatenate((now[:, 1:], now[:, -1:]), 1)
        now = gives[step] * now[:, :1] + stays[step] * older
        now /= now.max(axis=1, keepdims=True)
    return fits
