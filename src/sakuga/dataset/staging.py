"""Files and folders that are made whole somewhere else and then take their place at once."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import fsspec

from sakuga.core.store import Store


@contextmanager
def staging(store: Store, name: str) -> Generator[Path]:
    """A folder to make things in; gone at the end of the block, however it ends.

    It lies below the store's root, where moving is renaming; for a bucket, on this machine. What a
    killed process left under the name is removed first.
    """
    if not store.is_local:
        with tempfile.TemporaryDirectory(prefix="sakuga-") as folder:
            yield Path(folder)
        return
    staged = Path(store.path(name))
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    try:
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def move(staged: Path, store: Store, *names: str) -> None:
    """Give a staged file or folder its place below a store's root, instead of what is there."""
    target = store.path(*names)
    if not store.is_local:
        fs, _ = fsspec.core.url_to_fs(store.root)
        for file in [staged] if staged.is_file() else sorted(staged.rglob("*")):
            if file.is_file():
                below = file.relative_to(staged).as_posix()
                fs.put_file(str(file), target if below == "." else f"{target}/{below}")
        return
    if staged.is_dir():
        shutil.rmtree(target, ignore_errors=True)
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    os.replace(staged, target)  # noqa: PTH105
