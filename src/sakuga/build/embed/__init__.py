"""Room `embed`: a clip and its description to vectors whose product is their score (§4.1, §5.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import BadOutput, ItemError
from sakuga.core.images import Picture
from sakuga.core.records import (
    Description,
    Embeddings,
    Failure,
    Keyframes,
    Samples,
    Signals,
    Video,
)
from sakuga.core.stage import WHOLE, failure_of

Item = tuple[Keyframes, Samples, Video, Signals, Description | None]
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shown:
    """What an encoder is shown of one clip.

    frames: (N,) numbers in the video. pictures: of them, (H, W, 3) uint8 BGR, decoded as they are
    asked for; one that is no image raises an ItemError then. text: the description; may be None.
    """

    frames: NDArray[np.int32]
    pictures: Sequence[Picture]
    text: str | None


@dataclass(frozen=True, slots=True)
class Vectors:
    """clip: (D,). text: (D,), or None where there was none."""

    clip: Vector
    text: Vector | None


class Encoder(Protocol):
    """A recipe; its worker gives each clip, in order, its vectors, or why there are none."""

    @property
    def keyframes(self) -> int:
        """How many it is shown, the middle of as many equal parts; 0: the clip's samples."""
        ...

    @property
    def side(self) -> int:
        """Pixels to which both sides of keyframes are stretched; samples are as they are."""
        ...

    def load(self) -> Callable[[Iterable[Shown]], Iterable[Vectors | ItemError]]:
        """The worker."""
        ...


@dataclass(frozen=True, slots=True)
class Embed:
    """use: an Encoder."""

    name: ClassVar[str] = "embed"
    reads: ClassVar[tuple[type, ...]] = (Keyframes, Samples, Video, Signals, Description)
    optional: ClassVar[tuple[type, ...]] = (Description,)
    writes: ClassVar[type] = Embeddings
    version: ClassVar[int] = 1
    batch: ClassVar[int] = WHOLE  # a film is read once, forward

    use: Any

    def load(self) -> Callable[[Sequence[Item]], Iterable[Embeddings | Failure]]:
        """The worker; what can't be shown or encoded is a failure of the clip alone."""
        encoder, encode = self.use, self.use.load()

        def work(items: Sequence[Item]) -> Iterator[Embeddings | Failure]:
            from sakuga.build.embed.showing import shown

            lost: dict[int, ItemError] = {}
            frames: dict[int, NDArray[np.int32]] = {}

            def whole() -> Iterator[Shown]:
                for n, one in enumerate(shown(items, encoder.keyframes, encoder.side)):
                    if isinstance(one, ItemError):
                        lost[n] = one
                    else:
                        frames[n] = one.frames
                        yield one

            made = list(encode(whole()))
            if len(made) != len(frames):
                raise BadOutput(f"{len(made)} results for {len(frames)} clips")
            results: dict[int, Vectors | ItemError] = dict(zip(frames, made, strict=True)) | lost
            for n, item in enumerate(items):
                try:
                    yield _row(item, frames.get(n), results[n])
                except ItemError as error:
                    yield failure_of(self.name, item[0].id, error)

        return work


def _row(item: Item, frames: NDArray[np.int32] | None, made: Vectors | ItemError) -> Embeddings:
    if isinstance(made, ItemError):
        raise made
    assert frames is not None
    clip = _checked(made.clip, "the clip's vector")
    described = item[4] is not None
    if described != (made.text is not None):
        raise BadOutput("a vector of a description that is not there, or none of one that is")
    text = np.empty(0, np.float32)
    if made.text is not None:
        text = _checked(made.text, "the description's vector")
        if len(text) != len(clip):
            raise BadOutput(f"vectors of {len(clip)} and {len(text)}: must be equally long")
    return Embeddings(item[0].id, item[0].video, frames, clip, text)


def _checked(vector: Vector, what: str) -> Vector:
    """The vector, if it is one. Raises BadOutput."""
    vector = np.asarray(vector, np.float32)
    if vector.ndim != 1 or not len(vector):
        raise BadOutput(f"{what} has the shape {vector.shape}: must be (D,)")
    if not np.isfinite(vector).all():
        raise BadOutput(f"{what} holds NaN or infinity")
    if not vector.any():
        raise BadOutput(f"{what} is zero everywhere")
    return vector
