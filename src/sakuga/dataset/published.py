"""A published dataset, open: filter, count, read as rows, Arrow, Polars, SQL, or frames (§5.1).

Nothing is read before it is asked for, and rows are never all in memory at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads
import pyarrow.parquet as pq

from sakuga.core.errors import RequestError
from sakuga.core.records import Row
from sakuga.core.schema import from_table, hints, schema_of
from sakuga.dataset.columns import meant, who_fills
from sakuga.dataset.footage import Footage
from sakuga.dataset.place import SPLITS, Place, find
from sakuga.dataset.subsets import condition, subset_named
from sakuga.dataset.views import duckdb_query, duckdb_relation, polars_frame
from sakuga.dataset.where import conditions

if TYPE_CHECKING:
    import duckdb
    import polars

    from sakuga.core.images import Picture
    from sakuga.core.records import Failure
    from sakuga.dataset.frames import ClipFrames, Origin, Size
    from sakuga.dataset.pick import How, Short

BATCH = 1024  # rows in memory at a time


def open_dataset(folder: str, footage: str | Iterable[str] = ()) -> Dataset:
    """The dataset in a build's folder, or in the folder of its Parquet files; here or in a bucket.

    footage: folders that hold the films, if the build that knows them is not at hand.
    Raises RequestError where no dataset is.
    """
    place = find(folder)
    folders = (footage,) if isinstance(footage, str) else tuple(footage)
    return Dataset(place, Footage(place.build, folders), place.files)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows of a published dataset: all, or those of a split, a subset, a condition. Immutable."""

    place: Place
    footage: Footage
    files: tuple[str, ...]
    condition: pc.Expression | None = None
    columns: tuple[str, ...] | None = None  # None: all

    # ---- fewer rows, fewer columns

    def where(self, *expressions: pc.Expression, **wanted: Any) -> Dataset:
        """The rows that meet all conditions. A column is to equal a value, to be one of those in a
        list or set, to be in [a, b) of `range(a, b)` or `between(a, b)`, or to be null: None. One
        of tags is to hold the tag, or any of them; a nested one takes a dict. Raises RequestError.

            where(pc.field("keyframes") >= 8, timing={"ones", "twos"}, taxonomy={"time": "night"})
        """
        return self._and(conditions(self.schema, expressions, wanted))

    def split(self, name: str) -> Dataset:
        """The rows of train, validation or test; a split may be empty."""
        if name not in SPLITS:
            raise RequestError(f"there is no split {name!r}; {meant(name, SPLITS)}")
        kept = set(self.place.of_split(name))
        return dataclasses.replace(self, files=tuple(f for f in self.files if f in kept))

    def subset(self, name: str) -> Dataset:
        """§5.1's `small` or `aesthetic`; raises RequestError if no row has what it is made of."""
        subset = subset_named(name)
        whole = dataclasses.replace(self, files=self.place.files, condition=None)
        known = pc.field(subset.reads).is_valid()
        if subset.name != "small" and len(whole) and not whole._and(known):
            raise RequestError(
                f"subset {name!r} reads {subset.reads}, which is null in every row of "
                f"{self.place.folder}; build with {who_fills(subset.reads)}"
            )
        return self._and(condition(subset))

    def select(self, *columns: str) -> Dataset:
        """The same rows with these columns alone; rows that are iterated have no others."""
        for column in columns:
            if column not in self.schema.names:
                raise RequestError(
                    f"there is no column {column!r}; {meant(column, self.schema.names)}"
                )
        return dataclasses.replace(self, columns=columns)

    def _and(self, more: pc.Expression | None) -> Dataset:
        if self.condition is not None and more is not None:
            more = self.condition & more
        return dataclasses.replace(self, condition=self.condition if more is None else more)

    # ---- rows

    def __len__(self) -> int:
        return self._arrow_dataset.count_rows(filter=self.condition, use_threads=False)

    def __iter__(self) -> Iterator[Row]:
        return self._rows(self._arrow_dataset.get_fragments())

    def _rows(self, fragments: Iterable[Any]) -> Iterator[Row]:
        record = self._record
        for batch in self._batches(fragments, BATCH):
            yield from from_table(record, pa.Table.from_batches([batch]))

    def __getitem__(self, clip_id: str) -> Row:
        """The row of a clip, by its id or the beginning of it. Raises RequestError."""
        functions: Any = pc  # bear no types
        begins = self._and(functions.starts_with(pc.field("id"), clip_id))
        # Where it stands is told by the columns of the condition alone; the others are read there.
        groups = [
            group
            for fragment in self._arrow_dataset.get_fragments()
            for group in fragment.split_by_row_group(schema=self.schema)
            if group.count_rows(filter=begins.condition, use_threads=False)
        ]
        found = list(islice(begins._rows(groups), 2))
        if len(found) != 1:
            many = "more than one clip" if found else "no clip"
            raise RequestError(f"{clip_id!r}: {many} of this dataset has an id that begins so")
        return found[0]

    def __reduce__(self) -> tuple[Any, ...]:
        return Dataset, tuple(getattr(self, f.name) for f in dataclasses.fields(self))

    def __repr__(self) -> str:
        parts = [self.place.folder]
        if self.files != self.place.files:
            parts.append(", ".join(self.files) or "no file")
        if self.condition is not None:
            parts.append(str(self.condition))
        return f"Dataset({'; '.join(parts)})"

    # ---- as tables

    @cached_property
    def schema(self) -> pa.Schema:
        """The columns: those of a row, then what else the files hold."""
        there = self._in_files
        missing = [f.name for f in schema_of(Row) if not f.nullable and f.name not in there.names]
        if missing:
            raise RequestError(
                f"{self.place.folder}: written by another version of sakuga, it lacks "
                f"{', '.join(missing)}; build it again"
            )
        others = [f for f in there if f.name not in schema_of(Row).names]
        return pa.schema([*schema_of(Row), *others])

    @cached_property
    def _in_files(self) -> pa.Schema:
        paths = self.place.paths(self.place.files[:1])
        if not paths:
            return schema_of(Row)
        with self.place.filesystem().open_input_file(paths[0]) as file:
            return pq.read_schema(file)

    def batches(self, rows: int = BATCH) -> Iterator[pa.RecordBatch]:
        """The rows as Arrow batches of at most so many, in the order of the files."""
        return self._batches(self._arrow_dataset.get_fragments(), rows)

    def _batches(self, fragments: Iterable[Any], rows: int) -> Iterator[pa.RecordBatch]:
        # Group by group, without threads: Arrow's scanner reads ahead in a file as far as it gets,
        # whatever it is told, but never beyond the row groups that were given.
        groups = (
            group
            for fragment in fragments
            for group in fragment.split_by_row_group(self.condition, self.schema)
        )
        for group in groups:
            yield from group.to_batches(
                self.schema, columns=self._names, filter=self.condition, batch_size=rows,
                batch_readahead=0, fragment_readahead=0, use_threads=False,
                fragment_scan_options=pads.ParquetFragmentScanOptions(pre_buffer=False),
            )  # fmt: skip

    def arrow(self) -> pa.Table:
        """All the rows, in memory."""
        schema = pa.schema([self.schema.field(name) for name in self._names])
        return pa.Table.from_batches(list(self.batches()), schema)

    def polars(self) -> polars.LazyFrame:
        """A lazy frame: nothing is read before `collect`. Raises RequestError without Polars."""
        plain = self.condition is None and self.place.is_local
        known = set(self._names) <= set(self._in_files.names)
        files = self.place.paths(self.files) if plain and known else []
        return polars_frame(self._filtered, self._names, files)

    def duckdb(self, connection: duckdb.DuckDBPyConnection | None = None) -> Any:
        """A DuckDB relation, lazy; in `connection` its rows stand as the view `shots`, too."""
        return duckdb_relation(self._filtered, self._names, connection)

    def sql(self, query: str) -> Any:
        """A query's relation; the rows are `shots`: `sql("select avg(frames) from shots")`."""
        return duckdb_query(self._filtered, query)

    @property
    def _names(self) -> list[str]:
        return list(self.columns) if self.columns is not None else self.schema.names

    @property
    def _record(self) -> type[Row]:
        """Row, or a record of the chosen columns, with their types."""
        if self.columns is None:
            return Row
        fields = [(name, hints(Row)[name]) for name in self.columns if name in hints(Row)]
        return cast("type[Row]", dataclasses.make_dataclass("Row", fields, frozen=True, slots=True))

    @cached_property
    def _arrow_dataset(self) -> pads.FileSystemDataset:
        form, system = pads.ParquetFileFormat(), self.place.filesystem()
        fragments = [
            form.make_fragment(path, filesystem=system) for path in self.place.paths(self.files)
        ]
        return pads.FileSystemDataset(fragments, self.schema, form, system)

    @property
    def _filtered(self) -> pads.Dataset:
        whole = self._arrow_dataset
        return whole if self.condition is None else whole.filter(self.condition)

    # ---- frames

    def frames(
        self,
        row: Row | str,
        count: int = 8,
        size: Size = None,
        how: How = "uniform",
        seed: int = 0,
        short: Short = "refuse",
        origin: Origin = "film",
    ) -> Picture:
        """(count, H, W, 3) uint8 RGB: keyframes of one clip, given as its row or its id.

        See `each_frames`. Raises ItemError where the clip has too few or its film can't be read.
        """
        from sakuga.dataset.frames import Wanted, frames_of_one

        wanted = Wanted(count, size, how, seed, short, origin).checked()
        whole = dataclasses.replace(self, columns=None)
        return frames_of_one(
            whole[row] if isinstance(row, str) else row, wanted, self.footage
        ).pixels

    def each_frames(
        self,
        rows: Iterable[Row] | None = None,
        count: int = 8,
        size: Size = None,
        how: How = "uniform",
        seed: int = 0,
        short: Short = "refuse",
        origin: Origin = "film",
    ) -> Iterator[ClipFrames | Failure]:
        """Keyframes of many clips, by default of this dataset's; for every row one result.

        Rows of one video are best given one after the other, as the dataset has them: then it is
        read once, forward. how: `uniform`, `middle` or `random` (see `sakuga.dataset.pick`). short:
        a clip with fewer keyframes is refused (§5), or repeats its last. origin: `film` decodes the
        source video; `samples` takes the images that the build kept, every 12th keyframe.
        """
        from sakuga.dataset.frames import Wanted, frames_of

        wanted = Wanted(count, size, how, seed, short, origin).checked()
        whole = dataclasses.replace(self, columns=None)
        return frames_of(whole if rows is None else rows, wanted, self.footage)
