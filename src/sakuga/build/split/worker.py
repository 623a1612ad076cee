"""The worker of `split`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sakuga.build.split import release
from sakuga.build.split.boundary import Border, clips
from sakuga.build.split.cuts import hard_cuts
from sakuga.build.split.dissolves import dissolves
from sakuga.build.split.fades import fades
from sakuga.build.split.film import film
from sakuga.build.split.flashes import sources
from sakuga.core.records import Clip, Signals, Video

if TYPE_CHECKING:
    from sakuga.build.split import Item, Split


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
    """Every border that is likely enough, in order. What bears a transition is no cut."""
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
