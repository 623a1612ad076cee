"""Building in tests: in this process or in one of its own, and all that a build has written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from filelock import FileLock

from sakuga.build.pipeline import Request, Result, Watcher, build
from sakuga.core.guard import Limits
from sakuga.core.records import Failure
from sakuga.core.store import Store, table_of
from tests.costs import MAIN

ROOT = Path(__file__).parents[1]
LEAN = str(Path(__file__).with_name("lean.toml"))
CLI = [sys.executable, "-c", MAIN]
PATIENT = Limits(stall=600, idle=600)  # seconds: no item of a test is slow, but a machine may be


def run(out: Path | str, *inputs: Path, watcher: Watcher | None = None, **more: Any) -> Result:
    """Build in this process's name, with one worker and the lean profile unless told."""
    asked = {"workers": 1, "profile": LEAN, "limits": PATIENT, **more}
    return build(Request(str(out), [str(path) for path in inputs], **asked), watcher)


def env(**more: str) -> dict[str, str]:
    """The environment of now, for a process that imports what this one does."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]]), **more}


def words(out: Path, *inputs: Path, flags: Sequence[str] = ()) -> list[str]:
    """What follows `sakuga` to build."""
    lean = () if "--profile" in flags else ("--profile", LEAN)
    return ["build", *map(str, inputs), "--out", str(out), *lean, *flags]


@contextmanager
def started(
    out: Path, *inputs: Path, flags: Sequence[str] = ()
) -> Generator[subprocess.Popen[str]]:
    """`sakuga build` as a command, in a process group of its own; killed, if it has not ended."""
    with subprocess.Popen(
        [*CLI, *words(out, *inputs, flags=flags)], env=env(), text=True, cwd=ROOT,
        start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as command:  # fmt: skip
        try:
            yield command
        finally:
            if command.poll() is None:
                os.killpg(command.pid, signal.SIGKILL)


@dataclass
class Built:
    """What stands in an output folder or bucket."""

    store: Store

    def rows(self, record: type[Any]) -> list[Any]:
        """All rows of one table, by part."""
        table = table_of(record)
        return [
            row for part in self.store.parts(table) for row in self.store.read_part(part, record)
        ]

    def failures(self) -> dict[str, Failure]:
        """Every failure, by the id of its item."""
        found: dict[str, Failure] = {}
        for table in self.store.names("failures"):
            for part in self.store.parts(table, "failures"):
                found |= {f.id: f for f in self.store.read_failures(part)}
        return found

    def tables(self) -> dict[str, pa.Table]:
        """Every Parquet file that a build writes, by name."""
        found: dict[str, pa.Table] = {}
        folders = [(of, t) for of in ("tables", "failures") for t in self.store.names(of)]
        for folder in [*folders, ("dataset",)]:
            for name in self.store.names(*folder):
                if name.endswith(".parquet"):
                    found["/".join((*folder, name))] = self.store.read_table((*folder, name))
        return found

    def files(self) -> dict[str, tuple[int, int]]:
        """Every table's file and what changes when it is written again."""
        return {
            str(path.relative_to(self.store.root)): (path.stat().st_ino, path.stat().st_mtime_ns)
            for path in sorted(Path(self.store.root, "tables").rglob("*.parquet"))
        }


def built(out: Path | str) -> Built:
    """What a build wrote there."""
    return Built(Store(str(out)))


def assert_equal(ours: Path | str, theirs: Path | str) -> None:
    """Two builds wrote the same tables, failures and dataset, row for row."""
    mine, other = built(ours).tables(), built(theirs).tables()
    assert sorted(mine) == sorted(other)
    for name, table in mine.items():
        assert table.equals(other[name], check_metadata=True), name
    assert any(name.startswith("dataset/") for name in mine)


def once(folder: Path, make: Callable[[Path], object]) -> Path:
    """A folder that one of the test processes fills and all of them read; a name has one maker."""
    done = folder.with_name(f"{folder.name}.done")
    with FileLock(f"{folder}.lock"):
        if not done.exists():
            folder.mkdir()
            make(folder)
            done.write_text(make.__module__)
        assert done.read_text() == make.__module__, f"others have filled {folder}"
    return folder
