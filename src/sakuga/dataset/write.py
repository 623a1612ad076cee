"""Rows to the published dataset: `DIR/dataset/{train,validation,test}-*.parquet` and its card."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sakuga.core.recipe import plain
from sakuga.core.records import Row
from sakuga.core.schema import schema_of
from sakuga.core.store import Part, Store, table_of
from sakuga.dataset.card import card

FORMAT = 1  # of the files below; raised when equal rows no longer give equal files
SPLITS = ("train", "validation", "test")
SHARD_ROWS = 100_000


def write_dataset(
    store: Store,
    parts: Sequence[Part],
    stages: Sequence[Any],
    provenance: Mapping[str, Sequence[str]],
) -> None:
    """Write every split, in the order of the parts, then the card; then drop older files.

    `provenance`: table -> the columns that come from it. A split without rows has no file.
    """
    schema = described_schema(stages, provenance)
    written: dict[str, int] = {}  # file -> rows
    for split in SPLITS:
        for number, shard in enumerate(_shards(store, parts, split)):
            name = f"{split}-{number:05d}.parquet"
            store.write_table(("dataset", name), shard.cast(schema), {})
            written[name] = shard.num_rows
    store.write_bytes(("dataset", "README.md"), card(written, stages).encode())
    for name in store.names("dataset"):
        if name.endswith(".parquet") and name not in written:
            store.remove("dataset", name)


def described_schema(stages: Iterable[Any], provenance: Mapping[str, Sequence[str]]) -> pa.Schema:
    """The schema of a row, in which every field says which table it comes from, by which recipe."""
    recipes = {table_of(stage.writes): json.dumps(plain(stage), sort_keys=True) for stage in stages}
    origin = {column: table for table, columns in provenance.items() for column in columns}
    return pa.schema(
        [_described(field, origin.get(field.name), recipes) for field in schema_of(Row)]
    )


def _described(field: pa.Field, table: str | None, recipes: Mapping[str, str]) -> pa.Field:
    if table is None:
        return field.with_metadata({"sakuga.from": "nothing: no room of this profile knows it"})
    return field.with_metadata({"sakuga.from": table, "sakuga.recipe": recipes.get(table, "")})


def _shards(store: Store, parts: Sequence[Part], split: str) -> Iterator[pa.Table]:
    """The rows of one split, in tables of at most SHARD_ROWS and as few as can be."""
    held: list[pa.Table] = []
    for part in parts:
        table = store.read_table(("tables", part.table, part.file)).replace_schema_metadata(None)
        of_split = pc.equal(table["split"], split)  # pyright: ignore[reportAttributeAccessIssue]
        held.append(table.filter(of_split))
        while sum(t.num_rows for t in held) >= SHARD_ROWS:
            joined = pa.concat_tables(held)
            yield joined.slice(0, SHARD_ROWS)
            held = [joined.slice(SHARD_ROWS)]
    if sum(t.num_rows for t in held):
        yield pa.concat_tables(held)
