"""One child process that makes parts, watched: what hangs is ended, what dies is found out.

A decoder that crashes or hangs on a hostile file takes this process with it and nothing else. The
guard then knows which items were being worked on, starts a fresh child and makes the part again,
item by item; one that stalls, or kills its process again and again, is recorded as a failure.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from sakuga.core.child import CRASHES, Child
from sakuga.core.errors import SakugaError
from sakuga.core.needs import needs_of
from sakuga.core.records import Failure
from sakuga.core.stage import Job, Outcome, run_part


class WorldError(Exception):
    """The part can't be made because of the machine, not of an item: disk full, out of memory."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that an item may take without a sign of life, and in all (None: no limit).

    idle: without a sign of life where no item is at work: starting, loading, writing.
    """

    stall: float = 120.0
    total: float | None = None
    idle: float = 120.0


@dataclass(slots=True)
class _Attempt:
    job: Job
    doomed: dict[str, Failure] = field(default_factory=dict[str, Failure])
    deaths: Counter[str] = field(default_factory=Counter[str])
    items: Sequence[str] = ()  # those that the child is working on
    alone: bool = False  # no more batches: one item in it killed or stalled the child
    since: float = 0.0
    beats: int = -1
    beat_at: float = 0.0


class Guard:
    """A child process and the part it is making; not thread-safe."""

    def __init__(self, limits: Limits, threads: int) -> None:
        self._limits = limits
        self._threads = threads
        self._child: Child | None = None
        self._attempt: _Attempt | None = None
        self._first_beat = 0

    @property
    def busy(self) -> bool:
        """True from `start` until `step` returned an outcome."""
        return self._attempt is not None

    @property
    def beats(self) -> int:
        """Signs of life since the part was begun, a packet each while it decodes."""
        return max(0, self._child.beats - self._first_beat) if self._child else 0

    @property
    def pid(self) -> int | None:
        """The child's process id, once it has started."""
        return self._child.pid if self._child else None

    def start(self, job: Job) -> None:
        """Begin to make a part."""
        self._attempt = _Attempt(job)
        self._first_beat = self._child.beats if self._child else 0
        self._send()

    def waitables(self) -> list[Any]:
        """What to wait on before the next `step`: the pipe and the child's end."""
        return self._child.waitables if self._child else []

    def step(self) -> Outcome | WorldError | None:
        """Look at the child once: the part's outcome, what stopped it, or None while it works."""
        attempt, child = self._attempt, self._child
        if attempt is None or child is None:
            return None
        alive = child.alive  # asked first: what it said before its end is then all there
        try:
            while child.connection.poll():
                kind, value = child.connection.recv()
                if kind == "items":
                    attempt.items, attempt.since = value, time.monotonic()
                    continue
                self._attempt = None
                return value if kind == "done" else WorldError(value)
        except (EOFError, OSError):
            child.gone()
            alive = child.alive
        if not alive:
            return self._died(attempt, child)
        return self._check_time(attempt, child)

    def run(self, job: Job) -> Outcome | WorldError:
        """Make a part and wait for it."""
        self.start(job)
        while (outcome := self.step()) is None:
            wait(self.waitables(), timeout=0.5)
        return outcome

    def close(self) -> None:
        """End the child, whatever it is doing."""
        if self._child is not None:
            self._child.end()
            self._child = None
        self._attempt = None

    # ---- inside

    def _send(self) -> None:
        attempt = self._attempt
        assert attempt is not None
        if self._child is None or not self._child.alive:
            self._child, self._first_beat = Child(_serve, self._threads), 0
        attempt.items, attempt.since, attempt.beats = (), time.monotonic(), -1
        attempt.beat_at = attempt.since
        try:
            self._child.connection.send((attempt.job, attempt.doomed, attempt.alone))
        except (BrokenPipeError, ConnectionError):
            return  # it died at once: `step` sees that

    def _check_time(self, attempt: _Attempt, child: Child) -> WorldError | None:
        now = time.monotonic()
        if child.beats != attempt.beats:
            attempt.beats, attempt.beat_at = child.beats, now
        silent = now - max(attempt.beat_at, attempt.since)
        spent = now - attempt.since
        if silent > (self._limits.stall if attempt.items else self._limits.idle):
            return self._give_up(attempt, child, f"no sign of life for {silent:.0f} s")
        if self._limits.total and attempt.items and spent > self._limits.total:
            return self._give_up(attempt, child, f"not done after {spent:.0f} s")
        return None

    def _give_up(self, attempt: _Attempt, child: Child, why: str) -> WorldError | None:
        child.end()
        return self._again(attempt, "stalled", f"{why}; its process was ended", limit=1)

    def _died(self, attempt: _Attempt, child: Child) -> WorldError | None:
        what, limit = child.death()
        return self._again(attempt, "crashed", f"its process {what}, {limit} times", limit)

    def _again(self, attempt: _Attempt, reason: str, message: str, limit: int) -> WorldError | None:
        """Make the part once more; without the item that ended the child `limit` times."""
        if len(attempt.items) > 1:
            attempt.alone = True
        else:
            item = next(iter(attempt.items), "")
            attempt.deaths[item] += 1
            if attempt.deaths[item] >= (limit if item else max(limit, CRASHES)):
                if not item:
                    self._attempt = None
                    return WorldError(f"a worker can't start: {message}{self._advice()}")
                stage = attempt.job.stage.name
                attempt.doomed[item] = Failure(item, stage, reason, message)
        self._send()
        return None

    def _advice(self) -> str:
        """For a script whose import starts the build again: in the child, that can't end well."""
        if self._child is None or self._child.begun:
            return ""
        return '; a script must do its work under `if __name__ == "__main__":`'


def _serve(connection: Connection, threads: int) -> None:
    """The child: make parts as they come, until the other end is gone."""
    while True:
        try:
            job, doomed, alone = connection.recv()
        except (EOFError, OSError):
            return
        most = os.cpu_count() or 1  # what runs in one process only is to have the whole machine
        os.environ["SAKUGA_THREADS"] = str(most if needs_of(job.stage).alone else threads)
        connection.send(_make(job, doomed, alone, connection))


def _make(
    job: Job, doomed: dict[str, Failure], alone: bool, connection: Connection
) -> tuple[str, Any]:
    try:
        return "done", run_part(job, doomed, lambda ids: connection.send(("items", ids)), alone)
    except Exception as error:  # noqa: BLE001  (the world is broken: told to the parent, who stops)
        ours = isinstance(error, SakugaError)
        return "world", str(error) if ours else f"{type(error).__name__}: {error}"
