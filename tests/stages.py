"""Stages of a few lines for what few stages do: optional inputs, whole videos, one at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sakuga.core.errors import Refused
from sakuga.core.needs import Needs
from sakuga.core.recipe import where
from sakuga.core.records import Failure, Source
from sakuga.core.stage import WHOLE, failure_of


@dataclass(frozen=True, slots=True)
class Tally:
    of: ClassVar[str] = "source"
    id: str
    frames: int | None


@dataclass(frozen=True, slots=True)
class Spared:
    of: ClassVar[str] = "source"
    id: str
    frames: int | None


@dataclass(frozen=True, slots=True)
class Piece:
    of: ClassVar[str] = "piece"
    id: str
    video: str


@dataclass(frozen=True, slots=True)
class Counted:
    of: ClassVar[str] = "piece"
    id: str
    of_video: int


@dataclass(frozen=True)
class Choosy:
    """Refuses what is called no-..., in the middle of a batch."""

    name: ClassVar[str] = "choosy"
    reads: ClassVar[tuple[type, ...]] = (Source,)
    writes: ClassVar[type] = Tally
    version: ClassVar[int] = 1
    batch: ClassVar[int] = 8

    def load(self) -> Callable[[Sequence[tuple[Source]]], Iterator[Tally | Failure]]:
        return lambda items: (
            failure_of(self.name, source.id, Refused("no"))
            if source.id.startswith("no-")
            else Tally(source.id, 1)
            for (source,) in items
        )


@dataclass(frozen=True)
class Spare:
    """What was tallied of a source, if anything was."""

    name: ClassVar[str] = "spare"
    reads: ClassVar[tuple[type, ...]] = (Source, Tally)
    optional: ClassVar[tuple[type, ...]] = (Tally,)
    writes: ClassVar[type] = Spared
    version: ClassVar[int] = 1

    def load(self) -> Callable[[Sequence[tuple[Source, Tally | None]]], Iterator[Spared]]:
        return lambda items: (
            Spared(source.id, tally.frames if tally else None) for source, tally in items
        )


@dataclass(frozen=True)
class Cut:
    """Three pieces of each source."""

    name: ClassVar[str] = "cut"
    reads: ClassVar[tuple[type, ...]] = (Source,)
    writes: ClassVar[type] = Piece
    version: ClassVar[int] = 1

    def load(self) -> Callable[[Sequence[tuple[Source]]], Iterator[Piece]]:
        return lambda items: (Piece(f"{s.id}-{n}", s.id) for (s,) in items for n in range(3))


@dataclass(frozen=True)
class Count:
    """How many pieces came together."""

    name: ClassVar[str] = "count"
    reads: ClassVar[tuple[type, ...]] = (Piece,)
    writes: ClassVar[type] = Counted
    version: ClassVar[int] = 1
    batch: ClassVar[int] = WHOLE

    def load(self) -> Callable[[Sequence[tuple[Piece]]], Iterator[Counted]]:
        return lambda items: (Counted(piece.id, len(items)) for (piece,) in items)


@dataclass(frozen=True)
class Loud:
    """A backend with a parameter, and with a field that says only how it works."""

    needs: ClassVar[Needs] = Needs(alone=True)

    volume: int = 1
    batch: int = where(8)


@dataclass(frozen=True)
class Holder:
    """A stage that holds a backend."""

    name: ClassVar[str] = "hold"
    reads: ClassVar[tuple[type, ...]] = (Source,)
    writes: ClassVar[type] = Tally
    version: ClassVar[int] = 1

    use: Any
    floor: float = 0.5

    def load(self) -> Callable[[Sequence[tuple[Source]]], Iterator[Tally]]:
        return lambda items: (Tally(source.id, self.use.volume) for (source,) in items)


@dataclass(frozen=True)
class Lonely:
    """Tells which process worked on what; to be run by one process only."""

    name: ClassVar[str] = "lonely"
    reads: ClassVar[tuple[type, ...]] = (Source,)
    writes: ClassVar[type] = Tally
    version: ClassVar[int] = 1
    needs: ClassVar[Needs] = Needs(alone=True)

    def load(self) -> Callable[[Sequence[tuple[Source]]], Iterator[Tally]]:
        return lambda items: (Tally(source.id, os.getpid()) for (source,) in items)


@dataclass(frozen=True)
class Told:
    """What the environment of the working process says."""

    name: ClassVar[str] = "told"
    reads: ClassVar[tuple[type, ...]] = (Source,)
    writes: ClassVar[type] = Tally
    version: ClassVar[int] = 1

    def load(self) -> Callable[[Sequence[tuple[Source]]], Iterator[Tally]]:
        return lambda items: (Tally(s.id, int(os.environ["SAKUGA_TOLD"])) for (s,) in items)


@dataclass(frozen=True)
class FarAway:
    """A backend that nobody can install."""

    needs: ClassVar[Needs] = Needs(extra="far", modules=("no_such_package",))
