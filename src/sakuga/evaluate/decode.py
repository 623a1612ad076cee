"""What `evaluate.apart` does with files: clips of one, its length, clips of a dataset's film."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from sakuga.core.images import Picture
from sakuga.core.pulse import alive
from sakuga.core.records import Failure, Row
from sakuga.dataset.footage import Footage
from sakuga.dataset.frames import ClipFrames, Wanted, frames_of
from sakuga.evaluate.clips import Clips, shaped
from sakuga.evaluate.pictures import MOVING, PICTURES, frame_of, frames_of_gif

Decode = Callable[[Path], Iterable[Any]]  # frames as the decoder has them, or (H, W, 3) RGB
OfFilm = Callable[[Iterable[Row], Wanted, Footage], Iterable[ClipFrames | Failure]]


def frames_of_file(file: Path) -> Iterator[Any]:
    """Of a film, a GIF, a folder of pictures. Raises ItemError."""
    if file.is_dir():
        yield from map(frame_of, pictures_in(file))
    elif file.suffix.lower() in MOVING:
        yield from frames_of_gif(file)
    else:
        from sakuga.core.video import VideoReader

        with VideoReader(str(file)) as reader:
            yield from reader.frames()


@dataclass(frozen=True, slots=True)
class Lengths:
    """The number of frames of a file, for its one name."""

    decode: Decode = frames_of_file

    def __call__(self, file: Path, names: Sequence[str]) -> Iterator[tuple[str, int]]:
        """Raises ItemError."""
        [name] = names
        yield name, _length(file, self.decode)


@dataclass(frozen=True, slots=True)
class Cuts:
    """(T, H, W, 3) of each clip of a file, as its last frame comes: read once, or, where a clip is
    the whole file, twice, to count its frames. NAME#3 is the fourth span."""

    clips: Clips
    decode: Decode = frames_of_file

    def __call__(self, file: Path, names: Sequence[str]) -> Iterator[tuple[str, Picture]]:
        """Raises ItemError."""
        clips = self.clips
        length = clips.span or _length(file, self.decode)
        places = clips.places(length).tolist()
        spans = {int(name.rpartition("#")[2]) if clips.span else 0: name for name in names}
        held: list[Picture] = []
        for number, frame in enumerate(self.decode(file)):
            span, place = divmod(number, length)
            if span not in spans or place not in places:
                continue
            held.append(shaped(_rgb(frame), clips))
            if place == places[-1]:
                yield spans[span], np.stack(held)
                held.clear()


@dataclass(frozen=True, slots=True)
class Keyframes:
    """(T, H, W, 3) of each clip of a dataset's film, whose rows stand for it."""

    clips: Clips
    footage: Footage
    decode: OfFilm = frames_of

    def __call__(
        self, rows: Sequence[Row], names: Sequence[str]
    ) -> Iterator[tuple[str, Picture] | Failure]:
        """Those that can't be had are failures."""
        with alive():  # the tables that say where the film is may be long
            self.footage.part(rows[0].video)
        wanted = Wanted(count=self.clips.frames, how="uniform")
        left = [row for row in rows if row.id in set(names)]
        for made in self.decode(left, wanted, self.footage):
            if isinstance(made, Failure):
                yield made
            else:
                yield made.id, np.stack([shaped(each, self.clips) for each in made.pixels])


def pictures_in(folder: Path) -> list[Path]:
    """A sequence's pictures in order: 2.png before 10.png."""
    found = [path for path in folder.iterdir() if path.suffix.lower() in PICTURES]
    return sorted(found, key=lambda p: ([int(n) for n in re.findall(r"\d+", p.stem)], p.name))


def _length(file: Path, decode: Decode) -> int:
    return len(pictures_in(file)) if file.is_dir() else sum(1 for _ in decode(file))


def _rgb(frame: Any) -> Picture:
    if isinstance(frame, np.ndarray):
        return cast(Picture, frame)
    return np.ascontiguousarray(frame.upright()[..., ::-1])
