"""Dissolves: one picture turning into another along a straight line.

What tells one from a pan or a zoom: the ends differ much, nothing moves that way before or behind,
and fine contrast sags, because two pictures that lie over each other blur each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from typing import Final

from sakuga.build.split.boundary import Border
from sakuga.build.split.film import Film, spread
from sakuga.build.split.ramps import Doubles, Ramps
from sakuga.build.split.runs import (
    LONGEST,
    Run,
    apart,
    best,
    is_smooth,
    lengths_of_steps,
    peaks,
)

LENGTHS: Final = (5, 7, 9, 12, 16, 21, 28, 37, 48)
"""Frames that are tried everywhere; between them one is looked for where it is worth it."""
SHORTEST: Final = 5
_BLOCK: Final = 4096  # frames looked at together, so that long films need no more memory


def dissolves(film: Film, taken: Sequence[Border] = ()) -> list[Border]:
    """Every dissolve, in order, that shares no frame with what is known already."""
    steps = lengths_of_steps(film.mixing)

    def possible(run: Run) -> bool:
        free = not any(run.meets(other.first, other.last) for other in taken)
        return free and is_smooth(run, steps)

    tried = apart([run for run in _tried(film.mixing) if possible(run)])
    refined = [_refined(film.mixing, run) for run in tried]
    found = apart([run for run in refined if possible(run)])
    return [_border(film, run) for run in sorted(found, key=lambda run: run.first)]


def _tried(points: Doubles) -> list[Run]:
    found: list[Run] = []
    for start in range(0, len(points), _BLOCK):
        offset = max(start - LONGEST, 0)
        ramps = Ramps(points[offset : start + _BLOCK + LONGEST])
        for length in LENGTHS:
            found += [run.moved(offset) for run in peaks(ramps.fit(length))]
    return found


def _refined(points: Doubles, run: Run) -> Run:
    """The best run of any length near one that was found by trying some."""
    length = run.last - run.first
    reach = max(3, length // 3)
    offset = max(run.first - LONGEST, 0)
    ramps = Ramps(points[offset : run.last + LONGEST])
    near = (run.first - offset - reach, run.first - offset + reach + 1)
    lengths = range(max(SHORTEST, length - reach), min(length + reach, LONGEST) + 1)
    tried = [best(ramps.fit(n, within=near)) for n in lengths]
    found = [run, *(better.moved(offset) for better in tried if better is not None)]
    return max(found, key=lambda run: run.worth)


def _border(film: Film, run: Run) -> Border:
    at = (run.first + run.last + 1) // 2
    return Border("dissolve", at, run.first, run.last, _confidence(film, run))


def _confidence(film: Film, run: Run) -> float:
    """From how straight it is and how far it leads, and how much the fine contrast sags.

    Pans sag by nothing. A few frames of acting may be straight by chance: they must be straighter.
    One thing that changes its colour is no dissolve.
    """
    by_chance = max(run.error - 0.02 * (run.last - run.first), 0.0)
    alone = max(0.72 - spread(film, run.first - 1, run.last), 0.0)
    odds = 16 * (0.93 - _sag(film, run)) + 25 * (0.13 - run.error) - 40 * (by_chance + alone)
    return 1 / (1 + exp(-odds - log(run.span / 20)))


def _sag(film: Film, run: Run) -> float:
    """Fine contrast half-way, as a share of the mean of both ends: 0.5 for unrelated pictures."""
    third = (run.last - run.first) // 3
    before = film.detail[max(run.first - 3, 0) : max(run.first, 1)].mean()
    behind = film.detail[min(run.last, film.frames - 1) : run.last + 3].mean()
    middle = film.detail[run.first + third : run.last - third].mean()
    return float((middle + 1) / ((before + behind) / 2 + 1))
