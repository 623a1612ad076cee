"""Room `sample`: keyframes to samples (§3.1: every 12th keyframe), and always the first.

Only what is needed is decoded: clips that follow each other in one video are read in one pass, and
frames that no other frame is coded from are passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, ClassVar

from annotated_types import Ge, Le

from sakuga.core.errors import NoFrames
from sakuga.core.records import Keyframes, Samples, Signals, Video

Item = tuple[Keyframes, Video, Signals]


@dataclass(frozen=True, slots=True)
class Sample:
    """every: take each nth keyframe. longest: pixels of the longer side, never enlarged."""

    name: ClassVar[str] = "sample"
    reads: ClassVar[tuple[type, ...]] = (Keyframes, Video, Signals)
    writes: ClassVar[type] = Samples
    version: ClassVar[int] = 2
    batch: ClassVar[int] = 64

    every: Annotated[int, Ge(1)] = 12  # §3.1
    longest: Annotated[int, Ge(16)] = 1024
    quality: Annotated[int, Ge(1), Le(100)] = 90

    def load(self) -> Callable[[Sequence[Item]], Iterable[Samples]]:
        """The worker; raises NoFrames where a keyframe can't be decoded again."""
        return self._work

    def _work(self, items: Sequence[Item]) -> Iterator[Samples]:
        for _, of_video in groupby(items, key=lambda item: item[1].id):
            yield from self._of_video(list(of_video))

    def _of_video(self, items: Sequence[Item]) -> Iterator[Samples]:
        from sakuga.core.images import fit, to_jpeg
        from sakuga.core.video import VideoReader

        _, video, signals = items[0]
        wanted = {
            keyframes.id: keyframes.frames[:: self.every].tolist() for keyframes, _, _ in items
        }
        numbers = sorted(number for of_clip in wanted.values() for number in of_clip)
        with VideoReader(video.url, video.stream) as reader:
            images = {
                frame.index: to_jpeg(fit(frame.upright(), self.longest), self.quality)
                for frame in reader.frames_at(numbers, signals.pts)
            }
        for keyframes, _, _ in items:
            of_clip = wanted[keyframes.id]
            if any(number not in images for number in of_clip):
                raise NoFrames(f"of the frames {of_clip}, not all decode again")
            yield Samples(keyframes.id, video.id, of_clip, [images[n] for n in of_clip])
