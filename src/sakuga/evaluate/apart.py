"""Work on files in a process apart, watched: a hostile one costs what is in it, and nothing else.

What the work gives comes as it is made, arrays through the pipe without being pickled. Nothing is
asked ahead, so the child holds one result at most. A file whose decoding kills its process is tried
twice (four times where the kill came from outside), one that hangs once.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from sakuga.core.child import CRASHES, Child
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
    """A child that does `work` on one file after another; a context manager, which ends it."""

    def __init__(self, work: Work, limits: Limits) -> None:
        self._work, self._limits = work, limits
        self._child: Child | None = None
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
                for made in _asked(child, (file, left), self._limits):
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
            self._child = Child(_serve, self._work)
            try:
                _heard(self._child, self._limits.idle)
            except _Gone as gone:
                self._failed_starts += 1
                if self._failed_starts >= CRASHES:
                    raise WorldError(
                        f"the process that decodes can't start: {gone.message}; a script that "
                        'measures must do so under `if __name__ == "__main__":`'
                    ) from gone
        return self._child


def _asked(
    child: Child, question: tuple[Any, Sequence[str]], limits: Limits
) -> Iterator[tuple[str, Any] | Failure]:
    """Its answers to one question. Raises _Gone, and what the child says must stop the command."""
    try:
        child.connection.send(question)
    except OSError as error:
        raise _lost(child) from error
    while (answer := _heard(child, limits.stall)) is not None:
        if isinstance(answer, Exception):
            raise answer
        yield answer


def _heard(child: Child, patience: float) -> Any:
    """Its next message. Raises _Gone where it ends, or gives no sign of life for so many seconds
    in which it is waited for."""
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
        return _received(child.connection)
    except (EOFError, OSError) as error:
        raise _lost(child) from error


def _lost(child: Child) -> _Gone:
    child.gone()
    what, limit = child.death()
    return _Gone("crashed", f"its process {what}, {limit} times", limit)


# ---- in the child


def _serve(connection: Connection, work: Work) -> None:
    _send(connection, None)  # ready
    while True:
        try:
            file, names = connection.recv()
        except (EOFError, OSError):
            return
        for answer in _answers(work, file, names):
            beat()
            _send(connection, answer)
        _send(connection, None)


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


# ---- the pipe


def _send(connection: Connection, what: Any) -> None:
    """Arrays follow as they lie in memory: pickled among the rest they took five times as long."""
    arrays: list[pickle.PickleBuffer] = []
    head = pickle.dumps(what, protocol=5, buffer_callback=arrays.append)
    raw = [array.raw() for array in arrays]
    connection.send((head, [len(each) for each in raw]))
    for each in raw:
        connection.send_bytes(each)


def _received(connection: Connection) -> Any:
    head, sizes = connection.recv()
    arrays = [bytearray(size) for size in sizes]
    for array in arrays:
        connection.recv_bytes_into(array)
    return pickle.loads(head, buffers=arrays)
