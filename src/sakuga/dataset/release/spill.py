"""Rows too many for memory, sorted into buckets on disk by a hash and taken out one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sakuga.dataset.release.cells import pc

BUCKET_ROWS = 8_192  # rows that a bucket comes to, if the hash is even: what memory holds at once
MOST_BUCKETS = 256  # of which two spills are open at once: a process may have 1024 files


def buckets_for(rows: int) -> int:
    """How many buckets so many rows want."""
    return min(max(1, -(-rows // BUCKET_ROWS)), MOST_BUCKETS)


class Spill:
    """One file of rows for each bucket, written and then read once."""

    def __init__(self, folder: Path, name: str, schema: pa.Schema, buckets: int) -> None:
        self.buckets = buckets
        self._schema = schema
        self._paths = [folder / f"{name}-{number:04d}.arrow" for number in range(buckets)]
        self._files: dict[int, tuple[Any, Any]] = {}

    def add(self, table: pa.Table, key: str) -> None:
        """Put every row into the bucket that the hexadecimal hash in a column names."""
        places = self._places(table[key])
        order = np.argsort(places, kind="stable")
        batch = table.take(pa.array(order)).combine_chunks()
        bounds = np.searchsorted(places[order], np.arange(self.buckets + 1))
        for number in np.unique(places).tolist():
            first, last = int(bounds[number]), int(bounds[number + 1])
            self._writer(number).write_table(batch.slice(first, last - first))

    def take(self, number: int) -> pa.Table:
        """The rows of one bucket, in the order in which they came; its file goes."""
        self.close()
        path = self._paths[number]
        if not path.exists():
            return self._schema.empty_table()
        with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
            table = reader.read_all()
        path.unlink()
        return table

    def close(self) -> None:
        """Write the files' ends; nothing can be added any more."""
        for writer, file in self._files.values():
            writer.close()
            file.close()
        self._files = {}

    def _places(self, hashes: pa.ChunkedArray) -> NDArray[np.int64]:
        """Buckets are ranges of hashes, so that all of them in their order are in hash order."""
        heads = pc.utf8_slice_codeunits(hashes, 0, 6).dictionary_encode().combine_chunks()
        values = [int(head, 16) * self.buckets >> 24 for head in heads.dictionary.to_pylist()]
        return np.array(values, np.int64)[heads.indices.to_numpy()]

    def _writer(self, number: int) -> Any:
        if number not in self._files:
            file = pa.OSFile(str(self._paths[number]), "wb")
            options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
            self._files[number] = pa.ipc.new_stream(file, self._schema, options=options), file
        return self._files[number][0]
