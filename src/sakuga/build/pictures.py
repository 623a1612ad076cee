"""The samples of many clips as one stream of pictures, and what a model says of them back by clip.

A model works on batches, and clips are of any length: so batches run across clips, and only a few
decoded pictures are in memory at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sakuga.core.errors import BadOutput, Unreadable
from sakuga.core.images import Picture, from_jpeg
from sakuga.core.records import Samples

Seen = TypeVar("Seen")
Look = Callable[[Iterable[Picture]], Iterable[Seen]]


def by_clip(clips: Sequence[Samples], look: Look[Seen]) -> Iterator[tuple[Samples, list[Seen]]]:
    """Each clip with what `look` gives for each of its samples, in their order.

    Raises BadOutput where `look` gives fewer or more than it was shown, and Unreadable where a
    sample is no image.
    """
    seen = iter(look(picture for clip in clips for picture in Pictures(clip)))
    for clip in clips:
        of_clip = [one for _, one in zip(clip.images, seen, strict=False)]
        if len(of_clip) < len(clip.images):
            raise BadOutput(f"{len(of_clip)} results for the {len(clip.images)} samples of a clip")
        yield clip, of_clip
    if next(seen, None) is not None:
        raise BadOutput("more results than pictures")


class Pictures(Sequence[Picture]):
    """One clip's samples, each decoded when asked for; raises Unreadable if it is no image."""

    def __init__(self, clip: Samples) -> None:
        self._clip = clip

    def __len__(self) -> int:
        return len(self._clip.images)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        try:
            return from_jpeg(self._clip.images[index])
        except ValueError as error:
            frame = self._clip.frames[index]
            raise Unreadable(f"the sample of frame {frame} can't be decoded") from error


def share(value: float, what: str) -> float:
    """The value, if it is one from 0 to 1. Raises BadOutput."""
    if not (math.isfinite(value) and -1e-6 <= value <= 1 + 1e-6):
        raise BadOutput(f"{what} is {value}: must be 0 to 1")
    return min(1.0, max(0.0, float(value)))


def batches(pictures: Iterable[Picture], size: int) -> Iterator[list[Picture]]:
    """The pictures in lists of `size`, the last may be shorter."""
    held: list[Picture] = []
    for picture in pictures:
        held.append(picture)
        if len(held) == size:
            yield held
            held = []
    if held:
        yield held
