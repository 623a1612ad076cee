"""Folders of small clips to be measured, of blobs and of noise, and decoders that do harm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sakuga.core.records import Row
from sakuga.dataset.footage import Footage
from sakuga.dataset.frames import Wanted, frames_of
from sakuga.evaluate.decode import frames_of_file
from tests.clocks import mark
from tests.films import pictures, write
from tests.hostile import ACTS

LENGTH = 20  # frames


def blobs(folder: Path, count: int = 10, seed: int = 0, length: int = LENGTH) -> Path:
    """0.mp4, 1.mp4, ...: a moving square over a scene of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(count):
        write(folder / f"{n}.mp4", pictures(length, 96, 64, seed + n))
    return folder


def noise(folder: Path, count: int = 10, seed: int = 0) -> Path:
    """The same of noise."""
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(count):
        random = np.random.default_rng(seed + n)
        frames = (random.integers(0, 256, (64, 96, 3), np.uint8) for _ in range(LENGTH))
        write(folder / f"{n}.mp4", frames)
    return folder


@dataclass(frozen=True, slots=True)
class Hostile:
    """Decodes files as ever, but does something at the frame `after` of the file named `on`.

    until: a file that is written the first time, and lifts the spell by being there. marks: a
    folder in which it leaves a mark before.
    """

    act: str
    on: str
    after: int = 0
    until: str = ""
    marks: str = ""

    def __call__(self, file: Path) -> Iterator[Any]:
        for number, frame in enumerate(frames_of_file(file)):
            if file.name == self.on and number == self.after and not Path(self.until).is_file():
                if self.until:
                    Path(self.until).touch()
                _do(self.act, self.marks)
            yield frame


@dataclass(frozen=True, slots=True)
class HostileFilm:
    """Keyframes of a dataset's clips as ever, but does something at one clip of the film `on`."""

    act: str
    on: str
    after: int  # clips of the film
    marks: str = ""

    def __call__(self, rows: Iterable[Row], wanted: Wanted, footage: Footage) -> Iterator[Any]:
        for row in rows:
            if row.url == self.on and row.index == self.after:
                _do(self.act, self.marks)
            yield from frames_of([row], wanted, footage)


def _do(act: str, marks: str) -> None:
    if marks:
        mark(marks, act)
    ACTS[act]()
