"""Room `tag`: samples to tag scores and ratings, frame by frame (§3.1, §3.2).

What is kept goes down to a floor well under any threshold, so that `choose` can be retuned without
looking at a picture again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Annotated, Any, ClassVar, Protocol, overload

import numpy as np
from annotated_types import Interval
from numpy.typing import NDArray

from sakuga.build.pictures import by_clip, share
from sakuga.core.errors import BadOutput, ItemError
from sakuga.core.images import Picture
from sakuga.core.records import (
    Failure,
    FrameTags,
    Ratings,
    Samples,
    SeenTag,
    TagKind,
    TagScores,
)
from sakuga.core.stage import failure_of

Item = tuple[Samples]


class Scores(Sequence[SeenTag]):
    """The scores of a whole vocabulary, (N,); a tag is made only when it is asked for.

    A model scores ten thousand tags a picture and a clip keeps some tens of them: making an object
    of each would cost more than the model.
    """

    def __init__(
        self, names: Sequence[str], kinds: Sequence[TagKind], scores: NDArray[np.floating[Any]]
    ) -> None:
        self._names, self._kinds, self._scores = names, kinds, scores

    def __len__(self) -> int:
        return len(self._scores)

    @overload
    def __getitem__(self, index: int) -> SeenTag: ...
    @overload
    def __getitem__(self, index: slice) -> Scores: ...
    def __getitem__(self, index: int | slice) -> SeenTag | Scores:
        if isinstance(index, slice):
            return Scores(self._names[index], self._kinds[index], self._scores[index])
        return SeenTag(self._names[index], self._kinds[index], float(self._scores[index]))

    def doubtful(self, floor: float) -> Iterator[SeenTag]:
        """Those not surely under the floor: at least that, or no number, or no score at all."""
        passed = ~((self._scores < floor) & (self._scores >= 0))  # also where one is NaN
        return (self[int(n)] for n in np.flatnonzero(passed))


@dataclass(frozen=True, slots=True)
class Seen:
    """What a tagger sees in one picture; ratings are null where it gives none.

    tags: those it would keep; of a large vocabulary best as `Scores`.
    """

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
        tags = list(seen.tags.doubtful(self.floor) if isinstance(seen.tags, Scores) else seen.tags)
        for tag in tags:
            share(tag.score, f"the score of {tag.name!r}")
        kept = [tag for tag in tags if tag.score >= self.floor]
        return sorted(kept, key=lambda tag: (-tag.score, tag.name))


def _summing_to_one(ratings: Ratings | None) -> Ratings | None:
    if ratings is None:
        return None
    scores = astuple(ratings)
    total = sum(scores)
    if not (total > 0 and min(scores) >= 0):  # also where one is NaN
        raise BadOutput(f"ratings {scores}: must be at least 0, and not all 0")
    return Ratings(*(score / total for score in scores))
