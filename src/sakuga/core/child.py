"""A child process and the pipe to it: it gives signs of life, and ends with its parent.

Whoever starts one watches it; see `core.guard` for parts of a build, `evaluate.apart` for clips.
"""

from __future__ import annotations

import multiprocessing as mp
import os
import signal
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from sakuga.core import pulse
from sakuga.core.threads import one_thread

CRASHES = 2  # a signal of its own (segmentation fault, abort): what it worked on is given up
KILLS = 4  # a signal from outside (SIGKILL: the system or the user): it may not be the item's fault
_PRELOAD = ["sakuga.core.stage", "sakuga.core.video", "cv2"]


class Child:
    """A process that runs `serve(connection, *arguments)`, begun at once.

    It has its parent's environment of now, not that of when the server of processes was started.
    preload: modules that the first child finds imported, and so all.
    """

    def __init__(
        self, serve: Callable[..., None], *arguments: Any, preload: Sequence[str] = ()
    ) -> None:
        context = _context(preload)
        self.connection: Connection
        self.connection, theirs = context.Pipe()
        self._beats: Any = context.Value("Q", 0, lock=False)
        self._begun: Any = context.Value("b", 0, lock=False)
        self._process: Any = context.Process(
            target=_begin,
            args=(serve, theirs, self._begun, self._beats, dict(os.environ), arguments),
            daemon=True,
        )
        with one_thread():  # in the server of processes, which is started with the first
            self._process.start()
        theirs.close()

    @property
    def begun(self) -> bool:
        """Whether it got past the import of the parent's main module, which comes first."""
        return bool(self._begun.value)

    @property
    def beats(self) -> int:
        """Signs of life so far; see `core.pulse`."""
        return self._beats.value

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.is_alive()

    @property
    def waitables(self) -> list[Any]:
        """What to wait on: the pipe and its end."""
        return [self.connection, self._process.sentinel]

    def gone(self) -> None:
        """Wait for its end, which is near: its side of the pipe is closed."""
        self._process.join(60)

    def end(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.join()

    def death(self) -> tuple[str, int]:
        """How it ended, in words, and how often that may happen before an item is given up."""
        code = self._process.exitcode
        if code == -getattr(signal, "SIGKILL", 9):
            return "was killed from outside", KILLS
        return f"ended with exit code {code}", CRASHES


def shared(size: int) -> Any:
    """So many bytes that a child sees, too, when they are one of its arguments."""
    return _context().RawArray("B", max(1, size))


def _context(preload: Sequence[str] = ()) -> Any:
    """A way to start processes that never copies this one's threads and locks."""
    if "forkserver" in mp.get_all_start_methods():
        context = mp.get_context("forkserver")
        context.set_forkserver_preload([*_PRELOAD, *preload])
        return context
    return mp.get_context("spawn")


def _begin(
    serve: Callable[..., None],
    connection: Connection,
    begun: Any,
    beats: Any,
    environment: dict[str, str],
    arguments: tuple[Any, ...],
) -> None:
    begun.value = 1
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pulse.watch(_counter(beats))
    serve(connection, *arguments)


def _counter(beats: Any) -> Callable[[], None]:
    def count() -> None:
        beats.value += 1

    return count


def _end_with_parent() -> None:
    parent = mp.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
