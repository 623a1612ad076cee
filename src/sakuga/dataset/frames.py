"""Frames for training: keyframes of clips, decoded from their films or taken from the samples.

A film's clips are read in one pass, forward, whatever their number. Frames are found by number and
PTS; a clip of which one can't be found again is a failure, never another clip's frames.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Literal, cast, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import ItemError, NoFrames, RequestError
from sakuga.core.images import Picture, from_jpeg
from sakuga.core.records import Failure, Row
from sakuga.core.stage import failure_of
from sakuga.dataset.columns import meant
from sakuga.dataset.footage import Film, Footage
from sakuga.dataset.pick import How, Short, check, pick
from sakuga.dataset.samples import samples_of

if TYPE_CHECKING:
    from sakuga.core.frame import Frame
    from sakuga.core.video import VideoReader

Origin = Literal["film", "samples"]
Size = int | tuple[int, int] | None

GAP = 300  # frames between two clips over which seeking is quicker than reading on
STAGE = "frames"  # as a failure's `stage`


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is taken of every clip. count: keyframes. size: one number for both, or (height, width):
    stretched to it, as ViCLIP's test transform does; None: as the film is shown.
    """

    count: int = 8
    size: Size = None
    how: How = "uniform"
    seed: int = 0
    short: Short = "refuse"
    origin: Origin = "film"

    def checked(self) -> Wanted:
        """This; raises RequestError for what can't be."""
        check(self.count, self.how, self.short)
        if self.origin not in get_args(Origin):
            raise RequestError(f"origin = {self.origin!r}: {meant(self.origin, get_args(Origin))}")
        if self.size is not None and min(_height_width(self.size)) < 1:
            raise RequestError(f"size = {self.size!r}: must be 1 pixel or more")
        return self

    def places(self, row: Row, keyframes: int) -> NDArray[np.int64]:
        """(count,) places among that many keyframes of a clip."""
        return pick(keyframes, self.count, self.how, self.short, self.seed, row.id)


@dataclass(frozen=True, slots=True)
class ClipFrames:
    """Frames of one clip. pixels: (count, H, W, 3) uint8 RGB, upright; sample aspect not applied.

    numbers: (count,) frames of the video, ascending. origin: where they were taken from.
    """

    id: str
    pixels: Picture
    numbers: NDArray[np.int64]
    origin: Origin


@dataclass(frozen=True, slots=True)
class _Lost:
    """A clip that gave no frames."""

    id: str
    error: ItemError


def frames_of(
    rows: Iterable[Row], wanted: Wanted, footage: Footage
) -> Iterator[ClipFrames | Failure]:
    """One result for each row; clips of one video that follow each other come as they are read."""
    for made in _made(rows, wanted, footage):
        yield failure_of(STAGE, made.id, made.error) if isinstance(made, _Lost) else made


def frames_of_one(row: Row, wanted: Wanted, footage: Footage) -> ClipFrames:
    """The frames of one clip; raises ItemError."""
    [made] = _made([row], wanted, footage)
    if isinstance(made, _Lost):
        raise made.error
    return made


def _made(rows: Iterable[Row], wanted: Wanted, footage: Footage) -> Iterator[ClipFrames | _Lost]:
    for _, of_video in groupby(rows, key=lambda row: row.video):
        if wanted.origin == "samples":
            yield from (_tried(row, wanted, footage) for row in of_video)
        else:
            yield from _of_film(list(of_video), wanted, footage)


def _tried(row: Row, wanted: Wanted, footage: Footage) -> ClipFrames | _Lost:
    try:
        return _from_samples(row, wanted, footage)
    except ItemError as error:
        return _Lost(row.id, error)


def _from_samples(row: Row, wanted: Wanted, footage: Footage) -> ClipFrames:
    samples = samples_of(footage.build, footage.part(row.video), row.id)
    places = wanted.places(row, len(samples.frames))
    try:
        images = [fitted(from_jpeg(samples.images[n]), wanted.size) for n in places]
    except ValueError as error:
        raise NoFrames(f"a sample of {row.id}: {error}") from error
    numbers = np.array(samples.frames, np.int64)[places]
    return ClipFrames(row.id, np.stack(images), numbers, "samples")


@dataclass(slots=True)
class _Open:
    """A clip some of whose frames have not come yet."""

    row: Row
    numbers: NDArray[np.int64]
    images: dict[int, Picture] = field(default_factory=dict[int, Picture])

    @property
    def left(self) -> set[int]:
        return set(self.numbers.tolist()) - self.images.keys()

    def closed(self) -> ClipFrames:
        pixels = np.stack([self.images[n] for n in self.numbers.tolist()])
        return ClipFrames(self.row.id, pixels, self.numbers, "film")


def _of_film(rows: list[Row], wanted: Wanted, footage: Footage) -> Iterator[ClipFrames | _Lost]:
    clips: list[_Open] = []
    for row in rows:
        try:
            places = wanted.places(row, len(row.keyframe_numbers))
            clips.append(_Open(row, row.start + row.keyframe_numbers[places].astype(np.int64)))
        except ItemError as error:
            yield _Lost(row.id, error)
    if not clips:
        return
    done: set[int] = set()
    try:
        for number, made in _read(clips, wanted.size, footage.film(rows[0])):
            done.add(number)
            yield made
        lost: ItemError = NoFrames("not all of its frames decode again")
    except ItemError as error:
        lost = error
    yield from (_Lost(clip.row.id, lost) for n, clip in enumerate(clips) if n not in done)


def _read(clips: Sequence[_Open], size: Size, film: Film) -> Iterator[tuple[int, ClipFrames]]:
    """The clips of one film that are found whole, each with its place in `clips`."""
    from sakuga.core.video import VideoReader

    owners: dict[int, list[int]] = {}
    for place, clip in enumerate(clips):
        for number in clip.left:
            owners.setdefault(number, []).append(place)
    with VideoReader(film.url, film.stream) as reader:
        for frame in _found(reader, sorted(owners), film.pts):
            image = fitted(frame.upright(), size)
            for place in owners[frame.index]:
                clips[place].images[frame.index] = image
                if not clips[place].left:
                    yield place, clips[place].closed()
                    clips[place].images.clear()


def _found(reader: VideoReader, numbers: list[int], pts: NDArray[np.int64]) -> Iterator[Frame]:
    """The frames with these numbers; by seeking where the build knows when each is shown."""
    if len(pts):
        for run in _runs([number for number in numbers if number < len(pts)]):
            yield from reader.frames_at(run, pts)
        return
    left = set(numbers)
    for frame in reader.frames():
        if frame.index in left:
            left.discard(frame.index)
            yield frame
        if not left:
            return


def _runs(numbers: list[int]) -> Iterator[list[int]]:
    """Ascending numbers, parted where the gap is large."""
    if not numbers:
        return
    edges = [n for n in range(1, len(numbers)) if numbers[n] - numbers[n - 1] > GAP]
    for start, stop in zip([0, *edges], [*edges, len(numbers)], strict=True):
        yield numbers[start:stop]


def fitted(picture: Picture, size: Size) -> Picture:
    """(H, W, 3) BGR as RGB, at a size; smaller by area, larger by cubic interpolation."""
    if size is not None:
        height, width = _height_width(size)
        smaller = height * width < picture.shape[0] * picture.shape[1]
        way = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
        picture = cast(Picture, cv2.resize(picture, (width, height), interpolation=way))
    return np.ascontiguousarray(picture[..., ::-1])


def _height_width(size: int | tuple[int, int]) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else size
