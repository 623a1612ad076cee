"""What a stage is, and how one part of its table is made.

A stage is a recipe that reads record types and writes exactly one table. The first type it reads is
the item it works on; the others are joined to it. Part 12 of every table is about the same videos,
so (stage, part) is the unit of work, of retry and of resume.
"""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar, Protocol, runtime_checkable

from sakuga.core.errors import ItemError, RequestError, StopBuild
from sakuga.core.needs import needs_of
from sakuga.core.pulse import alive, beat
from sakuga.core.recipe import plain
from sakuga.core.records import Failure
from sakuga.core.store import Part, Store

Item = tuple[Any, ...]
Worker = Callable[[Sequence[Item]], Iterable[Any]]
Begun = Callable[[Sequence[str]], None]
WHOLE = -1  # as a stage's `batch`: all items of one video at once
WORLD = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENOMEM})


@runtime_checkable
class Stage(Protocol):
    """A frozen dataclass: its fields are its parameters, `load` gives what does the work."""

    name: ClassVar[str]
    reads: ClassVar[tuple[type, ...]]  # the first is the item, the rest are joined to it by id
    # Not in the protocol, since most stages need none of them:
    # `optional`, those of `reads` that may be lacking: their place in the item is None
    # `batch`, how many items the worker is given at once, 1 unless told; WHOLE: those of one video
    # `needs`, what must be there before it can be loaded: see `core.needs`
    writes: ClassVar[type]
    version: ClassVar[int]  # raised when equal parameters no longer make equal rows

    def load(self) -> Worker:
        """The worker: items, each a tuple in the order of `reads`, to rows in their order."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """One part of one stage, with the parts it reads; picklable, so that it can travel.

    An input is None where no stage of the profile makes that table.
    """

    root: str
    stage: Any
    part: Part
    inputs: tuple[Part | None, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The inputs that there are."""
        return tuple(part for part in self.inputs if part)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What making one part came to."""

    rows: int
    failures: int
    seconds: float


def run_part(
    job: Job,
    doomed: dict[str, Failure] | None = None,
    begun: Begun | None = None,
    alone: bool = False,
) -> Outcome:
    """Make one part and write it. A bad item becomes a failure; a broken world is raised.

    `doomed` are items that are known to kill or stall a process: they are recorded, not tried.
    `begun` is told the ids of the items that are worked on next, and of none once they are done.
    `alone`: no batches.
    """
    started = time.monotonic()
    store = Store(job.root)
    worker = _loaded(job.stage)
    with store.writing(job.part, job.stage.writes, facts_of(job)) as out:
        size = 1 if alone else getattr(job.stage, "batch", 1)
        for batch in _batches(_items(job, store), size):
            known = [doomed[item[0].id] for item in batch if doomed and item[0].id in doomed]
            alive = [item for item in batch if not (doomed and item[0].id in doomed)]
            made, failed = _attempt(job.stage, worker, alive, begun or _unheard)
            if begun:
                begun([])  # what follows is no item's doing
            out.add(made, known + failed)
            beat()
    return Outcome(out.rows, len(out.failures), time.monotonic() - started)


def facts_of(job: Job) -> dict[str, str]:
    """What is written into a part's file beside its rows."""
    return {
        "sakuga.recipe": json.dumps(plain(job.stage), sort_keys=True),
        "sakuga.inputs": json.dumps([f"{p.table}/{p.file}" for p in job.parts]),
    }


def _attempt(
    stage: Any, worker: Worker, batch: Sequence[Item], begun: Begun
) -> tuple[list[Any], list[Failure]]:
    """Work on a batch; if it fails, on each of its items alone.

    A worker may give a Failure in a row's place: the others of its batch then stand.
    """
    if not batch:
        return [], []
    begun([item[0].id for item in batch])
    try:
        rows = list(worker(batch))
        failed = [row for row in rows if isinstance(row, Failure)]
        return [row for row in rows if not isinstance(row, Failure)], failed
    except (MemoryError, RequestError, StopBuild):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in WORLD:
            raise
        if len(batch) == 1:
            return [], [failure_of(stage.name, batch[0][0].id, error)]
    parts = [_attempt(stage, worker, [item], begun) for item in batch]
    return [row for made, _ in parts for row in made], [f for _, failed in parts for f in failed]


def failure_of(stage: str, item: str, error: Exception) -> Failure:
    """The row that an exception becomes."""
    reason = error.reason if isinstance(error, ItemError) else "unexpected"
    message = str(error) if isinstance(error, ItemError) else f"{type(error).__name__}: {error}"
    return Failure(item, stage, reason, message)


def _items(job: Job, store: Store) -> Iterator[Item]:
    """The first input's rows, each with its row of every other input; left out where one lacks.

    What lacks a row has failed in the stage that should have made it, and is recorded there. Where
    it is `optional`, None takes its place.
    """
    (part, record), *rest = zip(job.inputs, job.stage.reads, strict=True)
    looked_up = [{row.id: row for row in store.read_part(p, r)} if p else {} for p, r in rest]
    optional = optional_of(job.stage)
    for row in store.iterate_part(part, record) if part else ():
        others = [
            rows.get(_link(row, r)) if rows else None
            for rows, (_, r) in zip(looked_up, rest, strict=True)
        ]
        if all(
            other is not None or r in optional for other, (_, r) in zip(others, rest, strict=True)
        ):
            yield (row, *others)


def optional_of(stage: Any) -> tuple[type, ...]:
    """Those of a stage's `reads` that may be lacking."""
    return getattr(stage, "optional", ())


def _link(row: Any, record: Any) -> str:
    """The id under which a row finds its row of another record type."""
    return row.id if row.of == record.of else getattr(row, record.of)


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    if size == WHOLE:
        yield from (list(of_video) for _, of_video in groupby(items, lambda item: item[0].video))
        return
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


_workers: dict[Any, Worker] = {}


def _loaded(stage: Any) -> Worker:
    """One load per process; a field that says only how the work is done makes another worker."""
    key = type(stage), repr(stage)
    if key not in _workers:
        with alive() if needs_of(stage).weights else nullcontext():  # a model takes its time
            _workers[key] = stage.load()
    return _workers[key]


def _unheard(_: Sequence[str]) -> None:
    pass
