"""A sign of life: long loops call `beat`, and whoever watches the process sees it is not stuck."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

OFTEN = 5.0  # seconds


def _unwatched() -> None:
    pass


_beat: Callable[[], None] = _unwatched


def beat() -> None:
    """Say that work goes on; costs next to nothing when nobody watches."""
    _beat()


def watch(call: Callable[[], None]) -> None:
    """From now on, in this process, `beat` calls `call`."""
    global _beat
    _beat = call


@contextmanager
def alive() -> Generator[None]:
    """Beats by itself for as long as the block runs: for a call that is long and can't say so."""
    done = threading.Event()

    def keep() -> None:
        while not done.wait(OFTEN):
            beat()

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()
