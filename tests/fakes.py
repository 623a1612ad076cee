"""Stages of a few lines, and what else stands in for the real thing."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sakuga.core.errors import NoFrames
from sakuga.core.recipe import fingerprint
from sakuga.core.records import Counts, Source
from sakuga.core.store import Part, Store
from tests.clocks import mark


@dataclass(frozen=True, slots=True)
class Drawing:
    """What `Draw` makes."""

    of: ClassVar[str] = "drawing"
    id: str
    source: str
    frames: Counts


@dataclass(frozen=True, slots=True)
class Print:
    """What `Show` makes."""

    of: ClassVar[str] = "drawing"
    id: str
    url: str
    frames: list[int]
    image: bytes


def source(name: str, part: int = 0) -> Source:
    """A source with this id."""
    return Source(name, part, name, name, "fake", "mp4", name, 1, 1, None, [], None, None)


def write_sources(store: Store, parts: Sequence[Sequence[str]]) -> list[Part]:
    """Sources with the given ids, part by part."""
    written = []
    for number, names in enumerate(parts):
        part = Part("sources", number, fingerprint(list(names)))
        with store.writing(part, Source, {}) as out:
            out.add([source(name, number) for name in names], [])
        written.append(part)
    return written


@dataclass(frozen=True)
class Draw:
    """Sources to drawings. An item whose id begins with a verb does that: see `_act`."""

    name: ClassVar[str] = "draw"
    reads: ClassVar[tuple[type, ...]] = (Source,)
    writes: ClassVar[type] = Drawing
    version: ClassVar[int] = 1

    frames: int = 3
    marks: str = ""  # a folder in which every attempt leaves a mark
    batch: int = 1
    load_for: float = 0.0  # seconds

    def load(self) -> Callable[[Sequence[tuple[Source]]], Iterator[Drawing]]:
        if self.load_for:
            self._mark("load")
            time.sleep(self.load_for)
        return self._work

    def _work(self, items: Sequence[tuple[Source]]) -> Iterator[Drawing]:
        for (item,) in items:
            self._mark(item.id)
            _act(item.id)
            yield Drawing(item.id, item.id, np.arange(self.frames, dtype=np.int32))

    def _mark(self, name: str) -> None:
        if self.marks:
            mark(self.marks, name)


def _act(name: str) -> None:
    match name.split("-")[0]:
        case "bad":
            raise NoFrames("nothing in it")
        case "bug":
            raise KeyError("oops")
        case "full":
            raise OSError(errno.ENOSPC, "No space left on device")
        case "hang":
            time.sleep(600)
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Show:
    """Drawings, with their source, to prints: the second stage of a small pipeline."""

    name: ClassVar[str] = "show"
    reads: ClassVar[tuple[type, ...]] = (Drawing, Source)
    writes: ClassVar[type] = Print
    version: ClassVar[int] = 1

    text: str = "x"

    def load(self) -> Any:
        return lambda items: (
            Print(d.id, s.url, d.frames.tolist(), self.text.encode()) for d, s in items
        )
