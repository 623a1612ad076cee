"""Work for `evaluate.apart` that reads no file; apart from the rest, so that its process is quick
to begin."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sakuga.core.errors import RequestError, Unreadable


@dataclass(frozen=True, slots=True)
class Says:
    """It does one thing, for each name or at once."""

    what: str

    def __call__(self, file: Any, names: Sequence[str]) -> Iterator[Any]:
        del file
        if self.what == "pid":
            yield from ((name, os.getpid()) for name in names)
        elif self.what == "arrays":
            yield from ((name, np.full((int(name), 3), int(name), np.uint8)) for name in names)
        elif self.what == "less":
            yield names[0], 1
        elif self.what == "refused":
            raise RequestError("Pillow is missing; install it")
        elif self.what == "unreadable":
            yield names[0], 1
            raise Unreadable("torn")
        elif self.what == "full":
            raise OSError(errno.ENOSPC, "No space left on device")
        elif self.what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        else:
            os._exit(0)

    def __reduce__(self) -> Any:
        """As a script without a guard, or a machine without memory: the child can't begin."""
        return (_dies if self.what == "stillborn" else Says), (self.what,)


def _dies(_: str) -> None:
    os._exit(3)
