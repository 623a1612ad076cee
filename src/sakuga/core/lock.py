"""One build at a time in a folder; builds of parts that don't overlap may run side by side.

ROOT/.lock, ROOT/.lock-3-7   held by the build of everything, or of parts 3 to 7, while it runs
ROOT/.gate                   held for a moment by a build that begins: two never look round at once

The system lets go of a file that a killed build held.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from sakuga.core.errors import RequestError
from sakuga.core.store import Store

GATE = 60.0  # seconds to wait for others that begin at the same time

_NAME = re.compile(r"\.lock(?:-(\d+)-(\d+))?$")
_EVERYTHING = range(1 << 62)


@contextmanager
def alone(store: Store, parts: range | None) -> Generator[None]:
    """Hold a folder, or some parts of it; sweep it, first and last, where no other build is in it.

    A bucket has no locks: there it is the user who must not start two builds. Raises RequestError
    where another build holds any of these parts.
    """
    if not store.is_local:
        yield
        return
    os.makedirs(store.path(), exist_ok=True)  # noqa: PTH103
    mine = FileLock(store.path(f".lock-{parts.start}-{parts.stop - 1}" if parts else ".lock"))
    with _gate(store):
        others = list(_held(store))
        if any(_overlap(parts or _EVERYTHING, other) for other in others):
            raise _taken(store)
        mine.acquire()
        if not others:
            store.sweep()
    try:
        yield
    finally:
        with suppress(OSError, RequestError), _gate(store):
            mine.release()
            if not list(_held(store)):
                store.sweep()
        mine.release()


@contextmanager
def held(file: Path, waiting: Callable[[], None]) -> Generator[None]:
    """Hold a file of the machine's own; where another does, call `waiting`, then wait for it."""
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waiting()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _gate(store: Store) -> Generator[None]:
    try:
        with FileLock(store.path(".gate"), timeout=GATE):
            yield
    except Timeout as error:
        raise _taken(store) from error


def _held(store: Store) -> Iterator[range]:
    """What other builds hold at this moment; files that nobody holds any more are removed."""
    for name in store.names():
        if found := _NAME.fullmatch(name):
            try:
                with FileLock(store.path(name), timeout=0):
                    pass
                with suppress(OSError):
                    store.remove(name)
            except Timeout:
                first, last = found.groups()
                yield range(int(first), int(last) + 1) if first else _EVERYTHING


def _overlap(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop


def _taken(store: Store) -> RequestError:
    return RequestError(f"another build is at work in {store.root}; wait for it, or end it")
