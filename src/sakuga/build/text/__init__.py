"""Room `text`: samples to where text stands in them (§3.2: the safety paragraph's text detection).

What kind of text it is (a logo, a subtitle, credits, drawn) is told by `overlay`, from all clips of
a video together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any, ClassVar, Protocol

from sakuga.build.pictures import by_clip, share
from sakuga.core.errors import ItemError
from sakuga.core.images import Picture
from sakuga.core.records import Failure, FrameText, Samples, TextBox, TextBoxes
from sakuga.core.stage import failure_of

Item = tuple[Samples]


@dataclass(frozen=True, slots=True)
class Found:
    """The text in one picture: how probable it is that there is any, 0 to 1, and where."""

    probability: float
    boxes: Sequence[TextBox] = field(default_factory=tuple[TextBox, ...])


class TextFinder(Protocol):
    """A recipe; its worker says for each (H, W, 3) uint8 BGR picture what it finds, in order."""

    def load(self) -> Callable[[Iterable[Picture]], Iterable[Found]]:
        """The worker."""
        ...


@dataclass(frozen=True, slots=True)
class FindText:
    """use: a TextFinder."""

    name: ClassVar[str] = "text"
    reads: ClassVar[tuple[type, ...]] = (Samples,)
    writes: ClassVar[type] = TextBoxes
    version: ClassVar[int] = 1
    batch: ClassVar[int] = 16

    use: Any

    def load(self) -> Callable[[Sequence[Item]], Iterable[TextBoxes | Failure]]:
        """The worker; what a finder gives that can't be is a failure of the clip alone."""
        look = self.use.load()

        def work(items: Sequence[Item]) -> Iterator[TextBoxes | Failure]:
            for clip, found in by_clip([item[0] for item in items], look):
                try:
                    frames = [_checked(n, f) for n, f in zip(clip.frames, found, strict=True)]
                    yield TextBoxes(clip.id, clip.video, frames)
                except ItemError as error:
                    yield failure_of(self.name, clip.id, error)

        return work


def _checked(frame: int, found: Found) -> FrameText:
    probability = share(found.probability, "the probability of text")
    boxes = [TextBox(*(share(n, "a box's side or score") for n in astuple(b))) for b in found.boxes]
    return FrameText(frame, probability, boxes)
