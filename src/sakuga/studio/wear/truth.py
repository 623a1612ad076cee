"""The truth about a file from its schedule: states, cuts, transitions, flashes, exposures.

A drawing counts from the first file frame that bears it. That frame is NEW, or MIXED if it bears
another picture too; the pure frame after a MIXED one is NEW. So the same drawing may be found at
either of the two. A mix whose smaller share is under a tenth is UNSCORED.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sakuga.studio.sequence import MIXED, NEW, REPEAT, UNSCORED, Sequence, Span, WornTruth
from sakuga.studio.wear.schedule import Parts, Schedule, Show

FAINT: Final = 0.1  # share of a picture in a mix under which nobody can be asked to see it

Content = tuple[tuple[tuple[int, float], ...], ...]


def truth(
    path: Path, sequence: Sequence, schedule: Schedule, wears: list[str], seed: int
) -> WornTruth:
    """The page beside a file. wears: every wear with its parameters."""
    first, last = extent(schedule)
    shots = _shots(sequence, first, last)
    return WornTruth(
        file=path.name,
        style=sequence.style,
        seed=seed,
        wears=wears,
        film_rate=_text(schedule.film_rate),
        file_rate=_text(schedule.rate),
        cuts=cuts(sequence, first, last),
        spans=_spans(sequence.spans, first, last),
        flashes=_flashes(sequence, schedule),
        states=states(schedule.shows, sequence.picture),
        cel_states=states(schedule.shows, sequence.cel),
        source=[_source(show) for show in schedule.shows],
        exposures=_told(sequence.exposures, shots, schedule.exact),
        cel_exposures=_told(sequence.cel_exposures, shots, schedule.exact),
    )


def states(shows: list[Show], labels: NDArray[np.int32]) -> list[int]:
    """State of each file frame against the one before. labels: (T,) one for each picture."""
    found, before = list[int](), None
    for show in shows:
        now = _content(show, labels)
        found.append(_state(before, now))
        before = now
    return found


def _content(show: Show, labels: NDArray[np.int32]) -> Content:
    upper = _labelled(show.upper, labels)
    lower = upper if show.lower is None else _labelled(show.lower, labels)
    return upper, lower


def _labelled(parts: Parts, labels: NDArray[np.int32]) -> tuple[tuple[int, float], ...]:
    shares: dict[int, float] = {}
    for frame, weight in parts:
        label = int(labels[frame])
        shares[label] = shares.get(label, 0.0) + weight
    return tuple(sorted((label, round(share, 6)) for label, share in shares.items()))


def _state(before: Content | None, now: Content) -> int:
    if before is None:
        return NEW
    if before == now:
        return REPEAT
    shares: dict[int, float] = {}
    for rows in now:
        for label, share in rows:
            shares[label] = shares.get(label, 0.0) + share / 2
    if len(shares) == 1:
        return NEW
    return MIXED if max(shares.values()) <= 1 - FAINT else UNSCORED


def extent(schedule: Schedule) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last film frame, of those with more than a faint share, of each file frame."""
    seen = [
        [frame for frame, share in show.parts().items() if share >= FAINT]
        for show in schedule.shows
    ]
    return np.array([min(frames) for frames in seen]), np.array([max(frames) for frames in seen])


def cuts(sequence: Sequence, first: NDArray[np.int64], last: NDArray[np.int64]) -> list[float]:
    """Hard cuts: midway between the first frame that bears the new shot and the first pure one.

    A cut whose new shot never stands alone is left out; two cuts at one place count once.
    """
    changes = np.flatnonzero(np.diff(sequence.shot)) + 1
    hard = [c for c in changes.tolist() if not any(s.start <= c <= s.end for s in sequence.spans)]
    found = set[float]()
    for cut in hard:
        bears, pure = _reaches(last, cut), _reaches(first, cut)
        if bears > 0 and pure < len(first):
            found.add((bears + pure) / 2)
    return sorted(found)


def _reaches(frames: NDArray[np.int64], wanted: int) -> int:
    """First file frame whose film frame is `wanted` or later; their number if none is."""
    later = np.flatnonzero(frames >= wanted)
    return int(later[0]) if len(later) else len(frames)


def _spans(
    spans: list[Span], first: NDArray[np.int64], last: NDArray[np.int64]
) -> list[list[int | str]]:
    found: list[list[int | str]] = []
    for span in spans:
        start, end = _reaches(last, span.start), _reaches(first, span.end)
        if start < end:
            found.append([start, end, span.kind])
    return found


def _flashes(sequence: Sequence, schedule: Schedule) -> list[int]:
    bright = set(sequence.flashes)
    return [
        n
        for n, show in enumerate(schedule.shows)
        if any(share >= FAINT and frame in bright for frame, share in show.parts().items())
    ]


def _source(show: Show) -> float:
    return round(sum(frame * share for frame, share in show.parts().items()), 4)


def _told(exposures: list[int | None], shots: list[int], exact: bool) -> list[int | None]:
    return [exposures[shot] if exact else None for shot in shots]


def _shots(sequence: Sequence, first: NDArray[np.int64], last: NDArray[np.int64]) -> list[int]:
    """Shots that the file shows, those left out whose cut is at its very start or end."""
    seen = np.union1d(sequence.shot[first], sequence.shot[last])
    least, most = sequence.shot[last[0]], sequence.shot[first[-1]]
    return [int(shot) for shot in seen if least <= shot <= most]


def _text(rate: Fraction) -> str:
    return f"{rate.numerator}/{rate.denominator}"
