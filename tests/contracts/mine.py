"""A tagger as someone else would write it, in a module of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sakuga.build.tag import Seen
from sakuga.core.images import Picture
from sakuga.core.records import SeenTag


@dataclass(frozen=True)
class Brightness:
    """Says `bright` of a picture, as surely as it is."""

    least: float = 0.0

    def load(self) -> Callable[[Iterable[Picture]], Iterator[Seen]]:
        def look(pictures: Iterable[Picture]) -> Iterator[Seen]:
            for picture in pictures:
                bright = max(self.least, float(picture.mean()) / 255)
                yield Seen([SeenTag("bright", "general", bright)])

        return look
