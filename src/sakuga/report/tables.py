"""Reading what a build has left in its folder, whole or half done; needs no profile."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import fsspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sakuga.core.errors import RequestError
from sakuga.core.records import (
    Aesthetic,
    Captions,
    Classes,
    Clip,
    Description,
    Embeddings,
    Failure,
    Keyframes,
    Motion,
    Row,
    Samples,
    Signals,
    Source,
    Tags,
    TagScores,
    Text,
    TextBoxes,
    Ticks,
    Video,
)
from sakuga.core.schema import from_table, schema_of
from sakuga.core.store import Part, Store, table_of
from sakuga.dataset.release.record import Annotation

ALWAYS = (Source, Video, Signals, Clip, Keyframes, Samples, Motion, Row)  # what every build makes
ORDER: tuple[type, ...] = (
    *(Source, Video, Signals, Clip, Keyframes, Samples, Motion),
    *(TagScores, Tags, Captions, TextBoxes, Text, Aesthetic, Classes, Description, Embeddings, Row),
    Annotation,  # of an imported release
)
BATCH = 32_768  # rows in memory at a time

Record = TypeVar("Record")
Json = Any  # what `json` reads and writes


class Tables:
    """The tables of one folder, by record type. Raises RequestError where there are none."""

    def __init__(self, root: str) -> None:
        self.store = Store(root)
        self._numbers: dict[str, int] | None = None  # video -> its part
        if not self.store.names("tables"):
            raise RequestError(
                f"{root}: no build has been here; make one with: sakuga build INPUT... --out {root}"
            )

    def parts(self, record: type) -> list[Part]:
        """The parts of a table, one for each number."""
        return list({p.number: p for p in self.store.parts(table_of(record))}.values())

    def columns(self, record: type, *names: str) -> Any:
        """Some columns of a table as one Arrow table; without rows where nothing is there yet."""
        schema = pa.schema([schema_of(record).field(name) for name in names])
        read = [self._read(part, names) for part in self.parts(record)]
        return pa.concat_tables([schema.empty_table(), *read])

    def batches(self, record: type, *names: str, rows: int = BATCH) -> Iterator[Any]:
        """Some columns of a table, so many rows at a time, in the order of the parts."""
        fs, _ = fsspec.core.url_to_fs(self.store.root)
        for part in self.parts(record):
            with fs.open(self.store.path("tables", part.table, part.file), "rb") as file:
                parquet = pq.ParquetFile(file, pre_buffer=False)
                if not set(names) <= set(parquet.schema_arrow.names):
                    raise self._other_version(part)
                for batch in parquet.iter_batches(rows, columns=list(names), use_threads=False):
                    yield batch.select(list(names))

    def parts_with(self, record: type, videos: Iterable[str]) -> list[Part]:
        """The parts of a table in which rows of these videos stand."""
        if self._numbers is None:
            of = [(p.number, self._read(p, ("id",)).column("id")) for p in self.parts(Video)]
            self._numbers = {video: number for number, ids in of for video in ids.to_pylist()}
        numbers = {self._numbers.get(video) for video in videos}
        return [part for part in self.parts(record) if part.number in numbers]

    def records(
        self,
        record: type[Record],
        column: str,
        values: Iterable[str],
        parts: Sequence[Part] | None = None,
    ) -> list[Record]:
        """The rows of a table, or of some parts, in which a text column has one of the values."""
        wanted = sorted(set(values))
        found: list[Record] = []
        for part in (self.parts(record) if parts is None else parts) if wanted else ():
            if len(_among(self._read(part, (column,)), column, wanted)):
                whole = self._read(part, schema_of(record).names)
                found += from_table(record, _among(whole, column, wanted))
        return found

    def pts(self, videos: Iterable[str]) -> dict[str, Ticks]:
        """Video -> when each of its frames is shown, in its own time base."""
        wanted = sorted(set(videos))
        found: dict[str, Ticks] = {}
        for part in self.parts_with(Signals, wanted):
            read: Any = _among(self._read(part, ("id", "pts")), "id", wanted)
            for video, ticks in zip(read.column("id").to_pylist(), read.column("pts"), strict=True):
                found[video] = ticks.values.to_numpy()
        return found

    def failures(self, record: type) -> Iterator[Failure]:
        """The items that should have stood in a table and came to nothing, part by part."""
        done = set(self.parts(record))
        for part in self.store.parts(table_of(record), "failures"):
            if part in done:
                yield from self.store.read_failures(part)

    def all_failures(self) -> Iterator[Failure]:
        """Every item that came to nothing, in the order of the stages."""
        return (failure for record in ORDER for failure in self.failures(record))

    def recipes(self) -> dict[str, list[Json]]:
        """Table -> the recipes that made its parts; more than one where a profile changed."""
        made = {table_of(record): self._recipes(record) for record in ORDER if record is not Source}
        return {table: recipes for table, recipes in made.items() if recipes}

    def _recipes(self, record: type) -> list[Json]:
        texts = {self.store.facts(part).get("sakuga.recipe", "{}") for part in self.parts(record)}
        return [json.loads(text) for text in sorted(texts)]

    def _read(self, part: Part, columns: Sequence[str]) -> Any:
        try:
            table = self.store.read_table(("tables", part.table, part.file), list(columns))
        except pa.ArrowInvalid as error:
            raise self._other_version(part) from error
        return table.replace_schema_metadata(None)

    def _other_version(self, part: Part) -> RequestError:
        return RequestError(
            f"{self.store.root}: another version of sakuga made the table {part.table}; "
            "use that version, or build into another folder"
        )


def _among(table: Any, column: str, values: Sequence[str]) -> Any:
    """The rows whose text is one of the values. No filter expression: it would start threads."""
    kept: Any = pc.call_function("is_in", [table[column]], pc.SetLookupOptions(pa.array(values)))
    return table.filter(kept)
