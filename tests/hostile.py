"""A `scan` that does what hostile files make decoders do, in the process that it runs in."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from sakuga.build.scan import Scan
from sakuga.core.records import Signals, Video
from tests.clocks import mark

Item = tuple[Video]


@dataclass(frozen=True, slots=True)
class HostileScan:
    """act: what happens; on: at files with this name, or with none at all; until: a path that
    lifts the spell by being there; marks: a folder in which who does it leaves a mark before."""

    name: ClassVar[str] = "scan"
    reads: ClassVar[tuple[type, ...]] = (Video,)
    writes: ClassVar[type] = Signals
    version: ClassVar[int] = 1
    batch: ClassVar[int] = 1

    act: Literal["hang", "crash", "abort", "kill", "exit", "full", "raise"] = "hang"
    on: str = ""
    until: str = ""
    marks: str = ""
    release: bool = False

    def load(self) -> Callable[[Sequence[Item]], Iterable[Signals]]:
        scan = Scan().load()

        def work(items: Sequence[Item]) -> Iterator[Signals]:
            for item in items:
                if Path(item[0].url).name == self.on and not Path(self.until).is_file():
                    if self.marks:
                        mark(self.marks, self.act)
                    ACTS[self.act]()
                yield from scan([item])

        return work


def _full() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _raise() -> None:
    raise ValueError("a bug of ours")


ACTS: dict[str, Callable[[], object]] = {
    "hang": lambda: time.sleep(600),
    "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "abort": os.abort,
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exit": lambda: os._exit(0),
    "full": _full,
    "raise": _raise,
}
