"""Clips that are measured: how many, which of their frames, at what size; alike on every side.

Clips come from a `Source` (`evaluate.sources`, or any that gives the same). Which of them are taken
follows from the seed and their names alone: clips of the same name on two sides are taken together.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, Protocol, cast

import cv2
import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray
from pydantic.dataclasses import dataclass as checked_dataclass

from sakuga.core.errors import ItemError, RequestError
from sakuga.core.images import Picture
from sakuga.core.records import Failure

Expand = Literal["none", "repeat", "timing"]
HOLDS = {"ones": 1, "twos": 2, "threes": 3}
LEAST = 8  # clips; what is said of fewer is no measurement


class TooFewFrames(ItemError):
    """A clip has fewer frames than are asked for."""

    reason = "too_few_frames"


class NotFinite(ItemError):
    """A model gave what is no number."""

    reason = "not_finite"


@checked_dataclass(frozen=True, slots=True)
class Clips:
    """What is measured, of every side alike.

    count: clips, at most: all sides get as many as the smallest has. frames: of each; a dataset's
    are keyframes, evenly spaced (§4.2: 8), and shorter clips are left out. take: of a file, evenly
    spaced over it, or the first. span: cuts files into clips of so many frames, 0: a file is a
    clip. expand: what a net that sees motion is given: the frames, every frame twice, or every
    drawing as long as its clip's timing holds it. height, width: cut to their ratio, then resized.
    split: of a dataset, "" for all.
    """

    count: Annotated[int, Ge(LEAST)] = 2048
    frames: Annotated[int, Ge(1)] = 8
    take: Literal["uniform", "first"] = "uniform"
    span: Annotated[int, Ge(0)] = 0
    expand: Expand = "none"
    height: Annotated[int, Ge(8)] = 320
    width: Annotated[int, Ge(8)] = 576
    split: Literal["", "train", "validation", "test"] = ""
    seed: Annotated[int, Ge(0)] = 0

    @property
    def shown(self) -> int:
        """Frames that a net that sees motion is given, at least."""
        return self.frames * (2 if self.expand == "repeat" else 1)

    @property
    def nbytes(self) -> int:
        """Of one clip's frames."""
        return self.frames * self.height * self.width * 3

    @property
    def protocol(self) -> str:
        """In words, to stand beside a number."""
        way = {
            "none": "as they are",
            "repeat": "every frame twice",
            "timing": "every drawing held as its clip's timing says",
        }[self.expand]
        taken = "evenly spaced" if self.take == "uniform" else "the first"
        cut = f" of a span of {self.span}" if self.span else ""
        return (
            f"{self.frames} frames of each, {taken}{cut} (of a dataset evenly spaced keyframes), "
            f"cut around the middle to {self.width}:{self.height} and resized to "
            f"{self.width}x{self.height}, smaller by area, larger by cubic interpolation; nets "
            f"that see motion are given them {way}; seed {self.seed}"
        )

    def places(self, there: int) -> NDArray[np.int64]:
        """(frames,) of a file's or span's frames. Raises TooFewFrames."""
        if there < self.frames:
            raise TooFewFrames(f"{there} frames; {self.frames} are asked for")
        if self.take == "first":
            return np.arange(self.frames)
        return np.floor(np.linspace(0, there - 1, self.frames) + 0.5).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Ref:
    """A clip before it is read. name: its own within its source. film: what it was cut from, whose
    clips are drawn together for intervals."""

    name: str
    film: str
    caption: str | None = None
    timing: str | None = None


@dataclass(frozen=True, slots=True)
class Clip:
    """pixels: (T, H, W, 3) uint8 RGB."""

    ref: Ref
    pixels: Picture

    def moving(self, expand: Expand) -> Picture:
        """(T', H, W, 3) for a net that sees motion. Raises ItemError without a timing class."""
        if expand == "none":
            return self.pixels
        held = 2 if expand == "repeat" else HOLDS.get(self.ref.timing or "")
        if held is None:
            raise ItemError(f"no timing class: {self.ref.timing}")
        return np.repeat(self.pixels, held, axis=0)


class Source(Protocol):
    """Where one side's clips come from."""

    @property
    def name(self) -> str:
        """What it is called on the page."""
        ...

    def refs(self, clips: Clips, left_out: Counter[str]) -> Sequence[Ref | Failure]:
        """All its clips, and files that had to be read to know theirs and could not be; what can't
        be a clip otherwise is counted by reason. Raises RequestError."""
        ...

    def read(self, refs: Sequence[Ref], clips: Clips) -> Iterator[Clip | Failure]:
        """Their pixels, or by its name why not, in any order; each once."""
        ...


@dataclass(slots=True)
class Chosen:
    """Clips of one source, in the order of the seed. lost: what is of them or of its files and
    could not be read, which is counted in left_out, too."""

    source: Source
    refs: list[Ref]
    left_out: Counter[str] = field(default_factory=Counter[str])
    lost: list[Failure] = field(default_factory=list[Failure])

    def lose(self, failure: Failure) -> None:
        """Count it, and remember why."""
        self.left_out[failure.reason] += 1
        self.lost.append(failure)


def choose(sources: Sequence[Source], clips: Clips) -> list[Chosen]:
    """As many of each source. Raises RequestError where one has too few."""
    found = [_ordered(source, clips) for source in sources]
    for each in found:
        enough(each.source.name, len(each.refs), each.left_out)
    count = min(clips.count, *(len(each.refs) for each in found))
    for each in found:
        each.left_out["more than are measured"] += len(each.refs) - count
        each.refs = each.refs[:count]
    return found


def enough(name: str, count: int, left_out: Counter[str]) -> None:
    """Raise RequestError where a source has too few clips."""
    if count < LEAST:
        why = ", ".join(f"{n} {reason}" for reason, n in left_out.items() if n)
        raise RequestError(
            f"{name}: {count} clips can be measured and {LEAST} are the least"
            f"{'; left out: ' + why if why else ''}; name a folder with more, ask for fewer frames "
            "(--set clips.frames=4), or cut films into clips (--set clips.span=48)"
        )


def _ordered(source: Source, clips: Clips) -> Chosen:
    made = Chosen(source, [])
    for each in source.refs(clips, made.left_out):
        if isinstance(each, Failure):
            made.lose(each)
        else:
            made.refs.append(each)

    def lot(ref: Ref) -> bytes:
        return hashlib.sha256(f"{clips.seed}:{ref.name}".encode()).digest()

    made.refs.sort(key=lot)
    return made


def shaped(picture: Picture, clips: Clips) -> Picture:
    """(H, W, 3) cut around the middle to the ratio asked for, then resized; smaller by area."""
    height, width = picture.shape[:2]
    scale = max(clips.height / height, clips.width / width)
    rows = min(height, max(1, round(clips.height / scale)))
    columns = min(width, max(1, round(clips.width / scale)))
    top, left = (height - rows) // 2, (width - columns) // 2
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    cut = np.ascontiguousarray(picture[top : top + rows, left : left + columns])
    return cast(Picture, cv2.resize(cut, (clips.width, clips.height), interpolation=way))
