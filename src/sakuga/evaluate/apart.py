"""Work on files in a process apart, watched: a hostile one costs what is in it, and nothing else.

What the work gives comes as it is made, its arrays through memory that both processes see, which
has room for one result: the child makes the next while this one is looked at, and then waits. A
file whose decoding kills its process is tried twice (four times where the kill came from outside),
one that hangs once.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import accumulate
from multiprocessing.connection import Connection, wait
from typing import Any

from sakuga.core.child import CRASHES, Child, shared
from sakuga.core.errors import ItemError, RequestError, StopBuild
from sakuga.core.guard import Limits, WorldError
from sakuga.core.pulse import beat
from sakuga.core.records import Failure
from sakuga.core.stage import WORLD, failure_of

STAGE = "evaluate"  # as a failure's `stage`
Work = Callable[[Any, Sequence[str]], Iterator[tuple[str, Any] | Failure]]
"""From a file, or what stands for one, and the names of what is wanted of it: each with its name,
in any order, or why not. What it raises befalls all that have not come. Picklable."""


class _Gone(Exception):
    """The child ended, or was ended. limit: how often that may happen."""

    def __init__(self, reason: str, message: str, limit: int) -> None:
        super().__init__(message)
        self.reason, self.message, self.limit = reason, message, limit


class Apart:
    """A child that does `work` on one file after another; a context manager, which ends it.

    room: bytes of the arrays of one result; what is larger goes through the pipe, at a higher cost.
    """

    def __init__(self, work: Work, limits: Limits, room: int = 0) -> None:
        self._work, self._limits, self._room = work, limits, room
        self._child: Child | None = None
        self._memory: Any = None
        self._failed_starts = 0

    def __enter__(self) -> Apart:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child is not None:
            self._child.end()

    def each(self, file: Any, names: Sequence[str]) -> Iterator[tuple[str, Any] | Failure]:
        """What the work gives of a file: for each name one result; to be read to the end.

        Raises RequestError, and WorldError.
        """
        left, deaths = list(names), 0
        while left:
            try:
                child = self._started()
                for made in self._asked(child, (file, left)):
                    left.remove(made.id if isinstance(made, Failure) else made[0])
                    yield made
                message, reason = "it did not decode again as it had", ItemError.reason
            except _Gone as gone:
                deaths += 1
                if deaths < gone.limit:
                    continue
                message, reason = gone.message, gone.reason
            yield from (Failure(name, STAGE, reason, message) for name in left)
            return

    def _started(self) -> Child:
        """A child that is ready for work. Raises WorldError where none can be had."""
        while self._child is None or not self._child.alive:
            self._memory = shared(self._room)
            module = type(self._work).__module__
            self._child = Child(_serve, self._work, self._memory, preload=[module])
            try:
                self._heard(self._child, self._limits.idle)
            except _Gone as gone:
                self._failed_starts += 1
                if self._failed_starts >= CRASHES:
                    raise WorldError(
                        f"the process that decodes can't start: {gone.message}; a script that "
                        'measures must do so under `if __name__ == "__main__":`'
                    ) from gone
        return self._child

    def _asked(
        self, child: Child, question: tuple[Any, Sequence[str]]
    ) -> Iterator[tuple[str, Any] | Failure]:
        """The answers to one question. Raises _Gone, and what the child says must stop all."""
        try:
            child.connection.send(question)
        except OSError as error:
            raise _lost(child) from error
        while (answer := self._heard(child, self._limits.stall)) is not None:
            if isinstance(answer, Exception):
                raise answer
            yield answer

    def _heard(self, child: Child, patience: float) -> Any:
        """The next message. Raises _Gone where the child ends, or gives no sign of life for so many
        seconds in which it is waited for."""
        beats, since = child.beats, time.monotonic()
        try:
            while not child.connection.poll():
                if not child.alive and not child.connection.poll():
                    raise _lost(child)
                if child.beats != beats:
                    beats, since = child.beats, time.monotonic()
                if (silent := time.monotonic() - since) > patience:
                    child.end()
                    raise _Gone("stalled", f"no sign of life for {silent:.0f} s; it was ended", 1)
                wait(child.waitables, timeout=0.5)
            return _received(child.connection, self._memory)
        except (EOFError, OSError) as error:
            raise _lost(child) from error


def _lost(child: Child) -> _Gone:
    child.gone()
    what, limit = child.death()
    return _Gone("crashed", f"its process {what}, {limit} times", limit)


# ---- in the child


def _serve(connection: Connection, work: Work, memory: Any) -> None:
    told = _Telling(connection, memory)
    told.send(None)  # ready
    while True:
        try:
            file, names = told.question()
            for answer in _answers(work, file, names):
                beat()
                told.send(answer)
            told.send(None)
        except (EOFError, OSError):
            return


def _answers(work: Work, file: Any, names: Sequence[str]) -> Iterator[Any]:
    """What the work gives; of what it raises, a failure for each name that is left, or what stops
    the command."""
    left = list(names)
    try:
        for made in work(file, names):
            left.remove(made.id if isinstance(made, Failure) else made[0])
            yield made
    except (RequestError, StopBuild) as error:
        yield error
    except Exception as error:  # noqa: BLE001  (recorded for the file, as `core.stage` does it)
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in WORLD):
            yield WorldError(f"{type(error).__name__}: {error}")
        else:
            yield from (failure_of(STAGE, name, error) for name in left)


# ---- from one to the other


class _Telling:
    """The child's side: arrays are laid into the memory, or follow through the pipe."""

    def __init__(self, connection: Connection, memory: Any) -> None:
        self._connection, self._memory = connection, memoryview(memory).cast("B")
        self._full = False

    def send(self, what: Any) -> None:
        """Waits until the memory is free."""
        arrays: list[pickle.PickleBuffer] = []
        head = pickle.dumps(what, protocol=5, buffer_callback=arrays.append)
        raw = [array.raw() for array in arrays]
        sizes = [len(each) for each in raw]
        self._wait()
        self._full = 0 < sum(sizes) <= len(self._memory)
        for each, end in zip(raw, accumulate(sizes), strict=True) if self._full else ():
            self._memory[end - len(each) : end] = each
        self._connection.send((head, sizes, self._full))
        for each in raw if not self._full else ():
            self._connection.send_bytes(each)

    def question(self) -> Any:
        """The next one. Raises EOFError at the end."""
        self._wait()
        return self._connection.recv()

    def _wait(self) -> None:
        if self._full:
            self._connection.recv()
            self._full = False


def _received(connection: Connection, memory: Any) -> Any:
    """What `_Telling.send` sent; the memory is free again."""
    head, sizes, full = connection.recv()
    if full:
        view = memoryview(memory).cast("B")
        ends = zip(sizes, accumulate(sizes), strict=True)
        arrays = [bytearray(view[end - size : end]) for size, end in ends]
        with suppress(OSError):  # it died since, which is seen when it is asked again
            connection.send(None)
    else:
        arrays = [bytearray(size) for size in sizes]
        for array in arrays:
            connection.recv_bytes_into(array)
    return pickle.loads(head, buffers=arrays)
