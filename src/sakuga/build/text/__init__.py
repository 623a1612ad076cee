"""Room `text`: samples to where text stands in them (§3.2: the safety paragraph's text detection).

What kind of text it is (a logo, a subtitle, credits, drawn) is told by `overlay`, from all clips of
a video together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, field, replace
from typing import Annotated, Any, ClassVar, Protocol

from annotated_types import Ge

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
    """use: a TextFinder. most: it is shown at most so many samples of a clip, evenly chosen, the
    first and the last among them; 0: all."""

    name: ClassVar[str] = "text"
    reads: ClassVar[tuple[type, ...]] = (Samples,)
    writes: ClassVar[type] = TextBoxes
    version: ClassVar[int] = 1
    batch: ClassVar[int] = 16

    use: Any
    most: Annotated[int, Ge(0)] = 0

    def load(self) -> Callable[[Sequence[Item]], Iterable[TextBoxes | Failure]]:
        """The worker; what a finder gives that can't be is a failure of the clip alone."""
        look = self.use.load()

        def work(items: Sequence[Item]) -> Iterator[TextBoxes | Failure]:
            for clip, found in by_clip([self._shown(item[0]) for item in items], look):
                try:
                    frames = [_checked(n, f) for n, f in zip(clip.frames, found, strict=True)]
                    yield TextBoxes(clip.id, clip.video, frames)
                except ItemError as error:
                    yield failure_of(self.name, clip.id, error)

        return work

    def _shown(self, clip: Samples) -> Samples:
        count = len(clip.frames)
        if not self.most or count <= self.most:
            return clip
        step = (count - 1) / max(1, self.most - 1)
        chosen = [round(n * step) for n in range(self.most)]
        frames, images = [clip.frames[n] for n in chosen], [clip.images[n] for n in chosen]
        return replace(clip, frames=frames, images=images)


def _checked(frame: int, found: Found) -> FrameText:
    probability = share(found.probability, "the probability of text")
    boxes = [TextBox(*(share(n, "a box's side or score") for n in astuple(b))) for b in found.boxes]
    return FrameText(frame, probability, boxes)
