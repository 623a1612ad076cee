"""One child process that makes parts, watched: what hangs is ended, what dies is found out.

A decoder that crashes or hangs on a hostile file takes this process with it and nothing else. The
guard then knows which items were being worked on, starts a fresh child and makes the part again,
item by item; one that stalls, or kills its process again and again, is recorded as a failure.
"""

from __future__ import annotations

import multiprocessing as mp
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from sakuga.core import pulse
from sakuga.core.errors import SakugaError
from sakuga.core.needs import needs_of
from sakuga.core.records import Failure
from sakuga.core.stage import Job, Outcome, run_part
from sakuga.core.threads import one_thread

CRASHES = 2  # a signal of its own (segmentation fault, abort): the item is given up
KILLS = 4  # a signal from outside (SIGKILL: the system or the user): it may not be the item's fault
_PRELOAD = ["sakuga.core.stage", "sakuga.core.video", "cv2"]


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
        self._process: Any = None
        self._attempt: _Attempt | None = None
        self._connection: Connection | None = None
        self._beats: Any = None
        self._first_beat = 0

    @property
    def busy(self) -> bool:
        """True from `start` until `step` returned an outcome."""
        return self._attempt is not None

    @property
    def beats(self) -> int:
        """Signs of life since the part was begun, a packet each while it decodes."""
        return max(0, self._beats.value - self._first_beat) if self._beats is not None else 0

    @property
    def pid(self) -> int | None:
        """The child's process id, once it has started."""
        return self._process.pid if self._process else None

    def start(self, job: Job) -> None:
        """Begin to make a part."""
        self._attempt = _Attempt(job)
        self._first_beat = self._beats.value if self._beats is not None else 0
        self._send()

    def waitables(self) -> list[Any]:
        """What to wait on before the next `step`: the pipe and the child's end."""
        return [self._connection, self._process.sentinel] if self._process else []

    def step(self) -> Outcome | WorldError | None:
        """Look at the child once: the part's outcome, what stopped it, or None while it works."""
        attempt = self._attempt
        if attempt is None or self._connection is None:
            return None
        try:
            while self._connection.poll():
                kind, value = self._connection.recv()
                if kind == "items":
                    attempt.items, attempt.since = value, time.monotonic()
                    continue
                self._attempt = None
                return value if kind == "done" else WorldError(value)
        except (EOFError, OSError):
            self._process.join(5)
        if not self._process.is_alive():
            return self._died(attempt)
        return self._check_time(attempt)

    def run(self, job: Job) -> Outcome | WorldError:
        """Make a part and wait for it."""
        self.start(job)
        while (outcome := self.step()) is None:
            wait(self.waitables(), timeout=0.5)
        return outcome

    def close(self) -> None:
        """End the child, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None
        self._attempt = None

    # ---- inside

    def _send(self) -> None:
        attempt = self._attempt
        assert attempt is not None
        if self._process is None or not self._process.is_alive():
            self._spawn()
        attempt.items, attempt.since, attempt.beats = (), time.monotonic(), -1
        attempt.beat_at = attempt.since
        try:
            assert self._connection is not None
            self._connection.send((attempt.job, attempt.doomed, attempt.alone))
        except (BrokenPipeError, ConnectionError):
            return  # it died at once: `step` sees that

    def _spawn(self) -> None:
        context: Any = _context()
        self._connection, theirs = context.Pipe()
        self._beats, self._first_beat = context.Value("Q", 0, lock=False), 0
        self._process = context.Process(
            target=_serve, args=(theirs, self._beats, self._threads, dict(os.environ)), daemon=True
        )
        with one_thread():  # in the server of processes, which is started with the first
            self._process.start()
        theirs.close()

    def _check_time(self, attempt: _Attempt) -> WorldError | None:
        now = time.monotonic()
        if self._beats.value != attempt.beats:
            attempt.beats, attempt.beat_at = self._beats.value, now
        silent = now - max(attempt.beat_at, attempt.since)
        spent = now - attempt.since
        if silent > (self._limits.stall if attempt.items else self._limits.idle):
            return self._give_up(attempt, f"no sign of life for {silent:.0f} s")
        if self._limits.total and attempt.items and spent > self._limits.total:
            return self._give_up(attempt, f"not done after {spent:.0f} s")
        return None

    def _give_up(self, attempt: _Attempt, why: str) -> WorldError | None:
        self._process.kill()
        self._process.join()
        return self._again(attempt, "stalled", f"{why}; its process was ended", limit=1)

    def _died(self, attempt: _Attempt) -> WorldError | None:
        code = self._process.exitcode
        killed = code == -getattr(signal, "SIGKILL", 9)
        what = "was killed from outside" if killed else f"ended with exit code {code}"
        limit = KILLS if killed else CRASHES
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
                    return WorldError(f"a worker can't start: {message}")
                stage = attempt.job.stage.name
                attempt.doomed[item] = Failure(item, stage, reason, message)
        self._send()
        return None


def _context() -> Any:
    """A way to start processes that never copies this one's threads and locks."""
    if "forkserver" in mp.get_all_start_methods():
        context = mp.get_context("forkserver")
        context.set_forkserver_preload(_PRELOAD)
        return context
    return mp.get_context("spawn")


def _serve(connection: Connection, beats: Any, threads: int, environment: dict[str, str]) -> None:
    """The child: make parts as they come, until the other end is gone.

    It has its parent's environment of now, not that of when the server of processes was started.
    """
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pulse.watch(_counter(beats))
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


def _counter(beats: Any) -> Callable[[], None]:
    def count() -> None:
        beats.value += 1

    return count


def _end_with_parent() -> None:
    parent = mp.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
