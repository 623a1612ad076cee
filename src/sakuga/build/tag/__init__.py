"""Room `tag`: samples to tag scores and ratings, frame by frame (§3.1, §3.2).

What is kept goes down to a floor well under any threshold, so that `choose` can be retuned without
looking at a picture again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Annotated, Any, ClassVar, Protocol

from annotated_types import Interval

from sakuga.build.pictures import by_clip, share
from sakuga.core.errors import BadOutput, ItemError
from sakuga.core.images import Picture
from sakuga.core.records import Failure, FrameTags, Ratings, Samples, SeenTag, TagScores
from sakuga.core.stage import failure_of

Item = tuple[Samples]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a tagger sees in one picture; ratings are null where it gives none."""

    tags: Sequence[SeenTag]
    ratings: Ratings | None = None


class Tagger(Protocol):
    """A recipe; its worker is shown (H, W, 3) uint8 BGR pictures of any size.

    For each it gives what it sees, in their order; scores are 0 to 1, ratings are any four scores
    of at least 0 that are not all 0. It batches as it likes; pictures may be of many clips.
    """

    def load(self) -> Callable[[Iterable[Picture]], Iterable[Seen]]:
        """The worker."""
        ...


@dataclass(frozen=True, slots=True)
class Tag:
    """use: a Tagger. floor: scores under it are not kept."""

    name: ClassVar[str] = "tag"
    reads: ClassVar[tuple[type, ...]] = (Samples,)
    writes: ClassVar[type] = TagScores
    version: ClassVar[int] = 1
    batch: ClassVar[int] = 16

    use: Any
    floor: Annotated[float, Interval(ge=0, le=1)] = 0.1

    def load(self) -> Callable[[Sequence[Item]], Iterable[TagScores | Failure]]:
        """The worker; what a tagger gives that can't be is a failure of the clip alone."""
        look = self.use.load()

        def work(items: Sequence[Item]) -> Iterator[TagScores | Failure]:
            for clip, seen in by_clip([item[0] for item in items], look):
                try:
                    yield self._row(clip, seen)
                except ItemError as error:
                    yield failure_of(self.name, clip.id, error)

        return work

    def _row(self, clip: Samples, seen: Sequence[Seen]) -> TagScores:
        frames = [
            FrameTags(frame, self._kept(one), _summing_to_one(one.ratings))
            for frame, one in zip(clip.frames, seen, strict=True)
        ]
        return TagScores(clip.id, clip.video, frames)

    def _kept(self, seen: Seen) -> list[SeenTag]:
        for tag in seen.tags:
            share(tag.score, f"the score of {tag.name!r}")
        kept = [tag for tag in seen.tags if tag.score >= self.floor]
        return sorted(kept, key=lambda tag: (-tag.score, tag.name))


def _summing_to_one(ratings: Ratings | None) -> Ratings | None:
    if ratings is None:
        return None
    scores = astuple(ratings)
    total = sum(scores)
    if not (total > 0 and min(scores) >= 0):  # also where one is NaN
        raise BadOutput(f"ratings {scores}: must be at least 0, and not all 0")
    return Ratings(*(score / total for score in scores))
