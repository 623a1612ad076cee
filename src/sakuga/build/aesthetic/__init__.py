"""Room `aesthetic`: samples to how well a clip looks, the maximum over its samples (§3.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from sakuga.build.pictures import by_clip, share
from sakuga.core.errors import ItemError
from sakuga.core.images import Picture
from sakuga.core.records import Aesthetic, Failure, Samples
from sakuga.core.stage import failure_of

Item = tuple[Samples]


class AestheticJudge(Protocol):
    """A recipe; its worker gives each (H, W, 3) uint8 BGR picture a score from 0 to 1, in order."""

    def load(self) -> Callable[[Iterable[Picture]], Iterable[float]]:
        """The worker."""
        ...


@dataclass(frozen=True, slots=True)
class Judge:
    """use: an AestheticJudge."""

    name: ClassVar[str] = "aesthetic"
    reads: ClassVar[tuple[type, ...]] = (Samples,)
    writes: ClassVar[type] = Aesthetic
    version: ClassVar[int] = 1
    batch: ClassVar[int] = 16

    use: Any

    def load(self) -> Callable[[Sequence[Item]], Iterable[Aesthetic | Failure]]:
        """The worker; a score that can't be is a failure of the clip alone."""
        look = self.use.load()

        def work(items: Sequence[Item]) -> Iterator[Aesthetic | Failure]:
            for clip, scores in by_clip([item[0] for item in items], look):
                try:
                    checked = [share(score, "the score") for score in scores]
                    yield Aesthetic(clip.id, clip.video, max(checked), clip.frames, checked)
                except ItemError as error:
                    yield failure_of(self.name, clip.id, error)

        return work
