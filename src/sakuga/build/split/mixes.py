"""Dissolves: one picture turning into another along a straight line.

What tells one from a pan or a zoom: the ends differ much, nothing moves that way before or behind,
and fine contrast sags, because two pictures that lie over each other blur each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Final

import numpy as np

from sakuga.build.split.boundary import Border
from sakuga.build.split.film import Film, spread
from sakuga.build.split.ramps import Doubles, Fits, Ramps

LENGTHS: Final = (5, 7, 9, 12, 16, 21, 28, 37, 48)
"""Frames that are tried everywhere; between them one is looked for where it is worth it."""
SHORTEST: Final = 5
LONGEST: Final = 60
_BLOCK: Final = 4096  # frames looked at together, so that long films need no more memory
_SPAN: Final = 12.0  # grey levels between the ends, root mean square: less is acting
_WORST: Final = 0.25  # of span: a hard cut in the middle of a run makes 0.29
_STRIDE: Final = 0.45  # of span in one frame


@dataclass(frozen=True, slots=True)
class Mix:
    """Frames [first, last) lead along a straight line; worth: how much by, how straight."""

    first: int
    last: int
    worth: float
    span: float
    error: float
    bend: float


def dissolves(film: Film, taken: Sequence[Border] = ()) -> list[Border]:
    """Every dissolve, in order, that shares no frame with what is known already."""
    strides = lengths_of_steps(film.mixing)
    free = [m for m in _tried(film.mixing) if is_smooth(m, strides) and not _in(m, taken)]
    found = [_refined(film.mixing, mix) for mix in _apart(free)]
    found = _apart([m for m in found if is_smooth(m, strides) and not _in(m, taken)])
    return [_border(film, mix) for mix in sorted(found, key=lambda m: m.first)]


def _in(mix: Mix, taken: Sequence[Border]) -> bool:
    return any(mix.first < other.last and other.first < mix.last for other in taken)


def best(fits: Fits, first: int = 0, last: int | None = None) -> Mix | None:
    """The best run that starts in [first, last), as far as one is any good."""
    chosen = slice(first, last)
    worth = _worth(fits)[chosen]
    if not len(worth) or worth.max() <= 0:
        return None
    return _mix(fits, first + int(worth.argmax()), 0)


def lengths_of_steps(points: Doubles) -> Doubles:
    """(T,): from each frame's predecessor to it, Euclidean; 0 for the first."""
    steps = np.zeros(len(points))
    steps[1:] = np.sqrt(np.square(np.diff(points, axis=0)).sum(axis=1))
    return steps


def is_smooth(mix: Mix, strides: Doubles) -> bool:
    """No single step makes nearly half of the way: that would be a cut."""
    return float(strides[mix.first : mix.last + 1].max(initial=0.0)) < _STRIDE * mix.span


def straightest(fits: Fits, first: int, last: int) -> Mix | None:
    """The straightest run that starts in [first, last), as far as one is any good."""
    chosen = slice(first, last)
    error = np.where(_worth(fits) > 0, fits.error, np.inf)[chosen]
    if not len(error) or np.isinf(error.min()):
        return None
    return _mix(fits, first + int(error.argmin()), 0)


def _worth(fits: Fits) -> Doubles:
    good = (fits.span >= _SPAN) & (fits.error < _WORST) & (fits.bend < _WORST)
    return np.where(good, fits.span * (1 - np.square(fits.error / _WORST)), 0.0)


def _mix(fits: Fits, s: int, offset: int) -> Mix:
    worth = float(_worth(fits)[s])
    numbers = (float(fits.span[s]), float(fits.error[s]), float(fits.bend[s]))
    return Mix(s + offset, s + offset + fits.length, worth, *numbers)


def _tried(points: Doubles) -> list[Mix]:
    found: list[Mix] = []
    for start in range(0, len(points), _BLOCK):
        offset = max(start - LONGEST, 0)
        ramps = Ramps(points[offset : start + _BLOCK + LONGEST], LONGEST)
        for length in LENGTHS:
            if length < ramps.longest:
                found += _peaks(ramps.fit(length), offset)
    return found


def _peaks(fits: Fits, offset: int) -> list[Mix]:
    """Runs that are better than those that start right before or behind."""
    worth = np.pad(_worth(fits), 1)
    peak = (worth[1:-1] > 0) & (worth[1:-1] >= worth[:-2]) & (worth[1:-1] >= worth[2:])
    return [_mix(fits, s, offset) for s in np.flatnonzero(peak).tolist()]


def _apart(mixes: list[Mix]) -> list[Mix]:
    """The best ones that share no frame."""
    kept: list[Mix] = []
    for mix in sorted(mixes, key=lambda m: -m.worth):
        if all(mix.last <= other.first or mix.first >= other.last for other in kept):
            kept.append(mix)
    return kept


def _refined(points: Doubles, mix: Mix) -> Mix:
    """The best run of any length near one that was found by trying some."""
    length = mix.last - mix.first
    reach = max(3, length // 3)
    offset = max(mix.first - LONGEST, 0)
    ramps = Ramps(points[offset : mix.last + LONGEST], LONGEST)
    lengths = range(max(SHORTEST, length - reach), min(length + reach, ramps.longest - 1) + 1)
    near = max(mix.first - offset - reach, 0)
    tried = [best(ramps.fit(n), near, near + 2 * reach + 1) for n in lengths]
    better = max((t for t in tried if t is not None), key=lambda m: m.worth, default=None)
    if better is None or better.worth <= mix.worth:
        return mix
    return Mix(
        better.first + offset,
        better.last + offset,
        better.worth,
        better.span,
        better.error,
        better.bend,
    )


def _border(film: Film, mix: Mix) -> Border:
    at = (mix.first + mix.last + 1) // 2
    return Border("dissolve", at, mix.first, mix.last, _confidence(film, mix))


def _confidence(film: Film, mix: Mix) -> float:
    """From how straight it is and how far it leads, and how much the fine contrast sags.

    Pans sag by nothing. A few frames of acting may be straight by chance: they must be straighter.
    One thing that changes its colour is no dissolve.
    """
    by_chance = max(mix.error - 0.02 * (mix.last - mix.first), 0.0)
    alone = max(0.72 - spread(film, mix.first - 1, mix.last), 0.0)
    odds = 16 * (0.93 - _sag(film, mix)) + 25 * (0.13 - mix.error) - 40 * (by_chance + alone)
    return 1 / (1 + exp(-odds - log(mix.span / 20)))


def _sag(film: Film, mix: Mix) -> float:
    """Fine contrast half-way, as a share of the mean of both ends: 0.5 for unrelated pictures."""
    third = (mix.last - mix.first) // 3
    before = film.detail[max(mix.first - 3, 0) : max(mix.first, 1)].mean()
    behind = film.detail[min(mix.last, film.frames - 1) : mix.last + 3].mean()
    middle = film.detail[mix.first + third : mix.last - third].mean()
    return float((middle + 1) / ((before + behind) / 2 + 1))
