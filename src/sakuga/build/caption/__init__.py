"""Room `caption`: samples to raw captions, kept as the model gave them (§3.1).

Only what no one sees is taken out: control characters and line breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from sakuga.build.pictures import Pictures
from sakuga.build.wording import one_line
from sakuga.core.errors import BadOutput, ItemError
from sakuga.core.images import Picture
from sakuga.core.records import Captions, Failure, Samples
from sakuga.core.stage import failure_of

Item = tuple[Samples]
Said = Sequence[str] | ItemError


class Captioner(Protocol):
    """A recipe; its worker is shown clips, each a sequence of (H, W, 3) uint8 BGR pictures in the
    order of time.

    For each clip, in order, it gives its captions, one for each picture or one of them all; or the
    ItemError that tells why there are none. Pictures are decoded when they are asked for, and one
    that is no image raises Unreadable then.
    """

    def load(self) -> Callable[[Sequence[Sequence[Picture]]], Iterable[Said]]:
        """The worker."""
        ...


@dataclass(frozen=True, slots=True)
class Caption:
    """use: a Captioner."""

    name: ClassVar[str] = "caption"
    reads: ClassVar[tuple[type, ...]] = (Samples,)
    writes: ClassVar[type] = Captions
    version: ClassVar[int] = 1
    batch: ClassVar[int] = 128

    use: Any

    def load(self) -> Callable[[Sequence[Item]], Iterable[Captions | Failure]]:
        """The worker."""
        say = self.use.load()

        def work(items: Sequence[Item]) -> Iterator[Captions | Failure]:
            clips = [item[0] for item in items]
            said = list(say([Pictures(clip) for clip in clips]))
            if len(said) != len(clips):
                raise BadOutput(f"{len(said)} answers for {len(clips)} clips")
            for clip, texts in zip(clips, said, strict=True):
                try:
                    yield _row(clip, texts)
                except ItemError as error:
                    yield failure_of(self.name, clip.id, error)

        return work


def _row(clip: Samples, texts: Said) -> Captions:
    if isinstance(texts, ItemError):
        raise texts
    if len(texts) not in (1, len(clip.images)):
        raise BadOutput(f"{len(texts)} captions for {len(clip.images)} samples")
    lines = [one_line(text) for text in texts]
    if not any(lines):
        raise BadOutput("every caption is empty")
    return Captions(clip.id, clip.video, clip.frames[: len(lines)], lines)
