"""Tables on disk: parts, atomic writes, failures, staleness. A bucket works where a folder does.

    ROOT/tables/TABLE/part-00012.KEY.parquet     the rows of one part
    ROOT/failures/TABLE/part-00012.KEY.parquet   its items that came to nothing; absent if none

KEY is derived from the recipe that made the part and from the keys of the parts it was made from
(see `core.stage.Plan`), so whether a part is there and up to date is seen from its name alone, and
what was written by another recipe is never mistaken for it. A part's failures are written before
its rows: the file of rows is the mark that the part is done.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import tempfile
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from sakuga.core.files import file_system
from sakuga.core.records import Failure
from sakuga.core.schema import from_table, schema_of, to_table

Record = TypeVar("Record")

ROW_GROUP = 8 << 20  # bytes that come together before they are written out
TEMPORARY = ".tmp"

_PART = re.compile(r"part-(\d{5,})\.([0-9a-f]{16})\.parquet$")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of one table: its number and the key of what it was made by and from."""

    table: str
    number: int
    key: str

    @property
    def file(self) -> str:
        """Its file name."""
        return f"part-{self.number:05d}.{self.key}.parquet"


def table_of(record: type) -> str:
    """A record type's table name: `Clip` stands in `clips`, `TagScores` in `tag_scores`."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", record.__name__).lower()
    return name if name.endswith("s") else f"{name}s"


class Store:
    """The tables under one folder or bucket prefix; cheap to make, picklable."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._fs, self._base = file_system(root)
        self._local = "file" in (
            self._fs.protocol if isinstance(self._fs.protocol, tuple) else (self._fs.protocol,)
        )

    def __reduce__(self) -> tuple[type[Store], tuple[str]]:
        return Store, (self.root,)

    @property
    def is_local(self) -> bool:
        """True where the root is a folder of this machine."""
        return self._local

    def path(self, *names: str) -> str:
        """A path below the root, in the file system's own form."""
        return posixpath.join(self._base, *names)

    # ---- parts

    def parts(self, table: str, of: str = "tables") -> list[Part]:
        """Every part of a table that is there, whatever made it, by number."""
        found = [(_PART.search(name), name) for name in self._names(of, table)]
        return sorted(
            (Part(table, int(m[1]), m[2]) for m, _ in found if m), key=lambda p: (p.number, p.key)
        )

    @contextmanager
    def writing(self, part: Part, record: type, facts: dict[str, str]) -> Generator[PartWriter]:
        """Write a part whole, a few rows at a time, or not at all if an exception leaves the block.

        Failures are written first, then the rows take their name; what other recipes left goes.
        """
        with self._temporary(("tables", part.table, part.file)) as file:
            writer = PartWriter(file, record, facts)
            try:
                yield writer
                writer.flush()
            finally:
                writer.close()
            if writer.failures:
                table = to_table(Failure, writer.failures)
                self.write_table(("failures", part.table, part.file), table, {})
        self._drop_others(part, keep_failures=bool(writer.failures))

    def read_part(self, part: Part, record: type[Record]) -> list[Record]:
        """The rows of one part."""
        return from_table(record, self.read_table(("tables", part.table, part.file)))

    def iterate_part(self, part: Part, record: type[Record], rows: int = 64) -> Iterator[Record]:
        """The rows of one part, a few in memory at a time."""
        with self._fs.open(self.path("tables", part.table, part.file), "rb") as file:
            for batch in _parquet(file).iter_batches(rows, use_threads=False):
                yield from from_table(record, pa.Table.from_batches([batch]))

    def read_failures(self, part: Part) -> list[Failure]:
        """The failures of one part; none if it has no such file."""
        if part.file not in self._names("failures", part.table):
            return []
        return from_table(Failure, self.read_table(("failures", part.table, part.file)))

    def facts(self, part: Part) -> dict[str, str]:
        """What was written with a part: its recipe and more, from the file's own metadata."""
        with self._fs.open(self.path("tables", part.table, part.file), "rb") as file:
            metadata = pq.read_schema(file).metadata or {}
        return {k.decode(): v.decode() for k, v in metadata.items() if k.startswith(b"sakuga.")}

    def drop(self, part: Part) -> None:
        """Forget a part: its rows first, so that a failure file alone never looks like a part."""
        self.remove("tables", part.table, part.file)
        self.remove("failures", part.table, part.file)

    def _drop_others(self, part: Part, keep_failures: bool) -> None:
        for of in ("tables", "failures"):
            keep = of == "tables" or keep_failures
            for other in self.parts(part.table, of):
                if other.number == part.number and not (keep and other.key == part.key):
                    self.remove(of, other.table, other.file)

    # ---- files

    def write_table(self, names: Sequence[str], table: pa.Table, facts: dict[str, str]) -> None:
        """Write a Parquet file whole or not at all."""
        kept = {
            **(table.schema.metadata or {}),
            **{k.encode(): v.encode() for k, v in facts.items()},
        }
        table = table.replace_schema_metadata(kept)
        self._atomic(names, lambda file: pq.write_table(table, file, compression="zstd"))

    def write_bytes(self, names: Sequence[str], content: bytes) -> None:
        """Write a file whole or not at all."""
        self._atomic(names, lambda file: file.write(content))

    def read_table(self, names: Sequence[str], columns: list[str] | None = None) -> pa.Table:
        """A Parquet file as a table."""
        with self._fs.open(self.path(*names), "rb") as file:
            return _parquet(file).read(columns, use_threads=False)

    def read_bytes(self, *names: str) -> bytes:
        """A file's content."""
        with self._fs.open(self.path(*names), "rb") as file:
            return file.read()

    def exists(self, *names: str) -> bool:
        """True where there is such a file or folder."""
        return bool(self._fs.exists(self.path(*names)))

    def remove(self, *names: str) -> None:
        """Remove a file; nothing happens where there is none."""
        try:
            self._fs.rm_file(self.path(*names))
        except FileNotFoundError:
            return

    def names(self, *folder: str) -> list[str]:
        """File names in a folder below the root, ascending; none where there is no such folder."""
        return sorted(self._names(*folder))

    def _names(self, *folder: str) -> list[str]:
        try:
            if self._local:
                return os.listdir(self.path(*folder))
            return [
                posixpath.basename(n)
                for n in self._fs.ls(self.path(*folder), detail=False, refresh=True)
            ]
        except FileNotFoundError:
            return []

    def _atomic(self, names: Sequence[str], write: Callable[[Any], object]) -> None:
        with self._temporary(names) as file:
            write(file)

    @contextmanager
    def _temporary(self, names: Sequence[str]) -> Generator[Any]:
        """A file under a name of its own that takes the right one at the end of the block.

        In a bucket an object appears whole by itself; it is made here first.
        """
        path = self.path(*names)
        if not self._local:
            with tempfile.TemporaryFile() as file:
                yield file
                file.seek(0)
                with self._fs.open(path, "wb") as target:
                    shutil.copyfileobj(file, target)
            return
        self._fs.makedirs(posixpath.dirname(path), exist_ok=True)
        temporary = f"{path}.{uuid.uuid4().hex[:8]}{TEMPORARY}"
        try:
            with open(temporary, "wb") as file:  # noqa: PTH123
                yield file
            os.replace(temporary, path)  # noqa: PTH105
        except BaseException:
            with suppress(FileNotFoundError):
                os.remove(temporary)  # noqa: PTH107
            raise

    def sweep(self) -> None:
        """Remove what killed builds left half written; only where no other build is at work."""
        tables = [(of, table) for of in ("tables", "failures") for table in self._names(of)]
        for folder in ((), ("dataset",), *tables) if self._local else ():
            for name in self._names(*folder):
                if name.endswith(TEMPORARY):
                    self.remove(*folder, name)


class PartWriter:
    """Rows into one Parquet file, written out whenever a few megabytes have come together."""

    def __init__(self, file: Any, record: type, facts: dict[str, str]) -> None:
        self._record = record
        schema = schema_of(record).with_metadata({k.encode(): v.encode() for k, v in facts.items()})
        # Dictionaries cost two fifths of the time of writing and make most tables larger;
        # statistics cost a third of its memory, and nothing reads them.
        self._writer = pq.ParquetWriter(
            file, schema, compression="zstd", use_dictionary=False, write_statistics=False
        )
        self._held: list[pa.Buffer] = []
        self._size = 0  # bytes of what is held
        self.rows = 0
        self.failures: list[Failure] = []

    def add(self, rows: Sequence[Any], failures: Sequence[Failure]) -> None:
        """Rows that are good for ever, and items that came to nothing."""
        self.failures += failures
        if not rows:
            return
        table = to_table(self._record, rows)
        self.rows += len(rows)
        self._size += table.nbytes
        if self._size > ROW_GROUP:
            self._write(table)
        else:
            self._held.append(_in_one_piece(table))

    def close(self) -> None:
        """Write the file's footer."""
        self._writer.close()

    def flush(self) -> None:
        """Write out what is held."""
        if self._held:
            self._write()

    def _write(self, *last: pa.Table) -> None:
        held = [pa.ipc.open_stream(one).read_all() for one in self._held]
        self._writer.write_table(pa.concat_tables([*held, *last]))
        self._held, self._size = [], 0


def _in_one_piece(table: pa.Table) -> pa.Buffer:
    """A table as one block of memory.

    Its hundreds of small ones, if kept, would stand between the large blocks that a net works in,
    and keep their room from being used again: half a megabyte was lost with every clip.
    """
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


def _parquet(file: Any) -> pq.ParquetFile:
    """Read without Arrow's pools of threads: one that is still starting at exit aborts it."""
    return pq.ParquetFile(file, pre_buffer=False)


def read_all(store: Store, parts: Iterable[Part], record: type) -> pa.Table:
    """The rows of many parts of one table, joined in the order given."""
    tables = [store.read_table(("tables", p.table, p.file)) for p in parts]
    if not tables:
        return schema_of(record).empty_table()
    return pa.concat_tables([t.replace_schema_metadata(None) for t in tables])
