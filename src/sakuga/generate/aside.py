"""A hidden folder to write into, until all in it is whole; those that killed runs left go.

    OUT/.sakuga.generated.TOKEN.part/    what is being written
    OUT/.sakuga.generated.TOKEN.lock     held as long as somebody writes there

The lock is taken before its folder is made, and the system lets go of it when a run is killed: a
folder whose lock nobody holds is nobody's.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from sakuga.core.lock import held
from sakuga.generate.pictures import MARK


@contextmanager
def aside(home: Path) -> Generator[Path]:
    """A new folder in `home`, which is made if it is not there; gone when the block is left. Raises
    OSError."""
    home.mkdir(parents=True, exist_ok=True)
    sweep(home)
    lock = home / f".sakuga{MARK}.{secrets.token_hex(6)}.lock"
    folder = lock.with_suffix(".part")
    try:
        with held(lock, _wait):
            try:
                folder.mkdir()
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        lock.unlink(missing_ok=True)


def sweep(home: Path) -> None:
    """Remove what killed runs left; what can't be removed, such as another user's, stays."""
    names = {
        each.with_suffix("") for end in ("part", "lock") for each in home.glob(f".*{MARK}.*.{end}")
    }
    for name in names:
        lock = name.with_name(f"{name.name}.lock")
        with suppress(OSError), held(lock, _leave):
            shutil.rmtree(name.with_name(f"{name.name}.part"), ignore_errors=True)
            lock.unlink(missing_ok=True)  # while it is held: who waits for it makes another


def _wait() -> None:
    """For one that sweeps, and came between the making of the lock and its taking."""


def _leave() -> None:
    raise BlockingIOError("somebody writes there")
