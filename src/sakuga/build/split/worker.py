"""The worker of `split`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sakuga.build.split import release
from sakuga.build.split.boundary import Border, clips
from sakuga.build.split.cuts import hard_cuts
from sakuga.build.split.dissolves import dissolves
from sakuga.build.split.fades import fades
from sakuga.build.split.film import WIDTH, film
from sakuga.build.split.flashes import sources
from sakuga.core.records import Clip, Signals, Video

if TYPE_CHECKING:
    from sakuga.build.split import Item, Split


PIECE: Final = 8192
"""Frames of a film that are looked at in one go."""
OVERLAP: Final = 1024
"""Frames on either side that are looked at as well, so that pieces agree."""


class Worker:
    """Clips of one video after another."""

    def __init__(self, split: Split) -> None:
        self._split = split

    def __call__(self, items: Sequence[Item]) -> Iterator[Clip]:
        for signals, video in items:
            found = self._borders(signals, video)
            yield from clips(signals, video, found, self._split.min_length)

    def _borders(self, signals: Signals, video: Video) -> list[Border]:
        if self._split.mode == "frames":
            return release.borders(self._split, signals, video)
        return between_drawings(signals, self._split.min_confidence)


def between_drawings(signals: Signals, min_confidence: float) -> list[Border]:
    """Every border that is likely enough, in order. What bears a transition is no cut.

    A long film is looked at piece by piece, in constant memory: nothing that is asked here reaches
    further than the overlap of two pieces.
    """
    found: list[Border] = []
    for start in range(0, signals.frames, PIECE):
        end = min(start + PIECE, signals.frames)
        low, high = max(0, start - OVERLAP), min(end + OVERLAP, signals.frames)
        last = end if end < signals.frames else end + 1
        found += [
            border
            for near in _within(_piece(signals, low, high), min_confidence)
            if start <= (border := near.later(low)).at < last
        ]
    return found


def _piece(signals: Signals, low: int, high: int) -> Signals:
    """The frames [low, high) of what is read here."""
    return replace(
        signals,
        frames=high - low,
        grid=signals.grid[low * WIDTH : high * WIDTH],
        contrast=signals.contrast[low:high],
        kinship=signals.kinship[low:high],
    )


def _within(signals: Signals, min_confidence: float) -> list[Border]:
    raw = film(signals)
    seen = raw.seen(sources(raw.points))
    both = [*fades(raw), *fades(seen)]
    found = _apart([b for b in both if b.confidence >= min_confidence])
    found += [b for b in dissolves(seen, found) if b.confidence >= min_confidence]
    found += [b for b in hard_cuts(seen, found) if b.confidence >= min_confidence]
    return sorted(found, key=lambda border: border.at)


def _apart(borders: list[Border]) -> list[Border]:
    """The surest ones that share nothing."""
    kept: list[Border] = []
    for border in sorted(borders, key=lambda border: -border.confidence):
        if not any(_meet(border, other) for other in kept):
            kept.append(border)
    return kept


def _meet(one: Border, other: Border) -> bool:
    """One frame or less between them: they are the same change."""
    return one.first <= other.last + 1 and other.first <= one.last + 1
