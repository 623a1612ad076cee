"""A `sakuga` command that stands still at a moment of its own, for a test to stop it there.

Whoever waits for files and then sends a signal races with the command, which may end first.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests import builds

STANDS = 600  # seconds: longer than any test waits


@contextmanager
def held(
    where: str,
    number: int,
    *arguments: object,
    python: Sequence[str] = (sys.executable,),
    env: Mapping[str, str] | None = None,
) -> Generator[tuple[subprocess.Popen[bytes], Path]]:
    """The command after `number` calls of `module:function` or `module:Class.method`, standing.

    Beside it, the file of what it says. python: what starts its processes; they are in a group of
    their own, which is killed at the end.
    """
    with tempfile.TemporaryDirectory() as folder:
        there, said = Path(folder) / "there", Path(folder) / "said"
        words = [*python, "-m", "tests.held", where, str(number), str(there), *map(str, arguments)]
        with said.open("wb") as file:
            command = subprocess.Popen(
                words, env=env or builds.env(), stdout=file, stderr=file, start_new_session=True
            )
        try:
            while not there.exists():
                assert command.poll() is None, said.read_text()
                time.sleep(0.01)
            yield command, said
        finally:
            with suppress(ProcessLookupError):
                os.killpg(command.pid, signal.SIGKILL)
            command.wait()


def stopped(
    how: signal.Signals, where: str, number: int, *arguments: object, **started: Any
) -> tuple[int, str]:
    """Its exit code, and all it said, when it gets a signal there; SIGKILL goes to its group."""
    with held(where, number, *arguments, **started) as (command, said):
        (os.killpg if how == signal.SIGKILL else os.kill)(command.pid, how)
        return command.wait(), said.read_text()


def _stand(where: str, number: int, there: Path) -> None:
    """Have a function's caller wait after this call."""
    module, _, path = where.partition(":")
    *owners, name = path.split(".")
    owner = functools.reduce(getattr, owners, importlib.import_module(module))
    setattr(owner, name, _waiting(getattr(owner, name), number, there))


def _waiting(whole: Callable[..., Any], number: int, there: Path) -> Callable[..., Any]:
    calls = itertools.count(1)

    @functools.wraps(whole)
    def waiting(*given: Any, **named: Any) -> Any:
        result = whole(*given, **named)
        if next(calls) == number:
            there.touch()
            time.sleep(STANDS)
        return result

    return waiting


if __name__ == "__main__":
    where, number, there = (sys.argv.pop(1) for _ in range(3))
    _stand(where, int(number), Path(there))
    importlib.import_module("sakuga.cli").main()
