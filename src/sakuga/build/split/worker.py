"""The worker of `split`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sakuga.build.split import release
from sakuga.build.split.boundary import clips
from sakuga.core.records import Clip, Signals, Video
from sakuga.timing.boundaries import Boundary, BoundaryRule, boundaries
from sakuga.timing.reading import reading

if TYPE_CHECKING:
    from sakuga.build.split import Item, Split


class Worker:
    """Clips of one video after another."""

    def __init__(self, split: Split) -> None:
        self._split = split

    def __call__(self, items: Sequence[Item]) -> Iterator[Clip]:
        for signals, video in items:
            found = self._boundaries(signals, video)
            yield from clips(signals, video, found, self._split.min_length)

    def _boundaries(self, signals: Signals, video: Video) -> list[Boundary]:
        if self._split.mode == "frames":
            return release.borders(self._split, signals, video)
        rule = BoundaryRule(least=self._split.min_confidence)
        return boundaries(signals, reading(signals, video.time_base), rule)
