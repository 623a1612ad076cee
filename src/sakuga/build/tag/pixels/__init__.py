"""Backend `pixels`: the words that counting pixels proves, and no others; nothing is downloaded.

Each word has its definition in `words.WORDS`, and its score is 0.35 (what `choose` takes) where the
definition is just met. A word that means more than colours and places of pixels is never said:
neither `night` nor `outdoors`, whatever the picture looks like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sakuga.build.tag import Seen
from sakuga.core.images import Picture
from sakuga.core.records import SeenTag


@dataclass(frozen=True, slots=True)
class Pixels:
    """The tagger of the profile `lite`; it gives no ratings."""

    def load(self) -> Callable[[Iterable[Picture]], Iterable[Seen]]:
        """The worker."""
        return _see


def _see(pictures: Iterable[Picture]) -> Iterator[Seen]:
    for picture in pictures:
        yield Seen(seen_in(picture))


def seen_in(picture: Picture) -> list[SeenTag]:
    """What is proven of a picture (H, W, 3) uint8 BGR; of one that is all one colour nothing is."""
    from sakuga.build.tag.pixels.look import look_at
    from sakuga.build.tag.pixels.words import WORDS

    look = look_at(picture)
    if look.blank:
        return []
    scores = ((word, float(defined(look))) for word, defined in WORDS.items())
    return [SeenTag(word, "general", score) for word, score in scores if score > 0]
