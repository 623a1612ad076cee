"""Time that flies while a process hangs: no test waits for it, and none is too quick for others."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path


class Clock:
    """Stands for the module `time` of who watches: where `flies()`, each look is an hour later.

    Who is slow is not taken for one who hangs, however slow the machine is.
    """

    def __init__(self, flies: Callable[[], bool] = lambda: False) -> None:
        self.ahead = 0.0  # seconds
        self._flies = flies

    def monotonic(self) -> float:
        """The time now, ahead of the machine's."""
        self.ahead += 3600.0 * self._flies()
        return time.monotonic() + self.ahead


def mark(folder: Path | str, name: str) -> None:
    """Leave a file that says what this process is about to do."""
    Path(folder, f"{name}.{os.getpid()}.{time.monotonic_ns()}").touch()


def lives(folder: Path, name: str) -> bool:
    """Whether a process that left such a mark is still there."""
    import psutil

    return any(psutil.pid_exists(int(m.name.split(".")[1])) for m in folder.glob(f"{name}.*"))
