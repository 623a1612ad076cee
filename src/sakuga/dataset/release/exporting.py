"""`sakuga export sakuga42m`: the release's files, `sakugadataset_{train_full,...,test}.parquet`.

They are made aside and take their places whole. A split without rows has no file; files of an
earlier export that are written no more go, and files that no export of ours wrote are not touched.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from sakuga.core.errors import RequestError
from sakuga.core.store import Store
from sakuga.dataset.exports import Exported
from sakuga.dataset.release.columns import SCHEMA, SPLITS, file_of
from sakuga.dataset.release.origins import origin_of
from sakuga.dataset.staging import move, staging

NAME = "sakuga42m"
STAGING = ".exporting"
GROUP_ROWS = 8_192  # rows of a row group: what is held of each file
_MARK = b"sakuga.export"  # in the metadata of files that an export wrote

Seen = Callable[[str, int, int], None]  # what, done, of how many


def export_release(root: str, to: str, seen: Seen = lambda *_: None) -> Exported:
    """Write the dataset of a folder, or what was imported into it, in the release's schema.

    Memory does not grow with the rows. Raises RequestError where there is nothing to export, and
    where another's files stand in the way.
    """
    origin, target = origin_of(root), Store(to)
    rows = origin.rows()
    if not rows:
        raise RequestError(f"{root}: there are no rows to export; build or import some first")
    _refuse_foreign(target)
    done = 0
    with staging(target, STAGING) as staged:
        with ExitStack() as stack:
            files = {split: stack.enter_context(_File(staged / file_of(split))) for split in SPLITS}
            for table, members in origin.batches():
                for split, mask in members.items():
                    if mask.any():
                        files[split].add(table.filter(pa.array(mask)))
                done += table.num_rows
                seen("export", done, rows)
        written = {file_of(split): file.rows for split, file in files.items() if file.rows}
        for name in map(file_of, SPLITS):
            if name in written:
                move(staged / name, target, name)
            else:
                target.remove(name)
    return Exported(NAME, to, done, written)


def _refuse_foreign(target: Store) -> None:
    """Raises RequestError where an export would write over a file that none wrote."""
    for name in map(file_of, SPLITS):
        if target.exists(name) and not _is_ours(target, name):
            raise RequestError(
                f"{target.root}/{name} is there, and no export wrote it; choose another --to"
            )


def _is_ours(target: Store, name: str) -> bool:
    fs, _ = fsspec.core.url_to_fs(target.root)
    try:
        with fs.open(target.path(name), "rb") as file:
            return _MARK in (pq.read_schema(file).metadata or {})
    except (OSError, pa.ArrowException):
        return False


class _File:
    """One file of the release; not there before its first row."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None
        self._held: list[pa.Table] = []
        self.rows = 0

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        if self._writer is not None:
            self._writer.close()

    def add(self, table: pa.Table) -> None:
        """More rows."""
        self._held.append(table)
        self.rows += table.num_rows
        if sum(held.num_rows for held in self._held) >= GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if not self._held:
            return
        if self._writer is None:
            schema = SCHEMA.with_metadata({_MARK: NAME.encode()})
            self._writer = pq.ParquetWriter(str(self._path), schema, compression="zstd")
        self._writer.write_table(pa.concat_tables(self._held))
        self._held = []
