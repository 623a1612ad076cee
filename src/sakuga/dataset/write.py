"""Rows to the published dataset: `DIR/dataset/{train,validation,test}-*.parquet` and its papers."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sakuga.core.columns import column
from sakuga.core.recipe import public
from sakuga.core.store import Part, Store, table_of
from sakuga.dataset.card import card
from sakuga.dataset.columns import row_schema
from sakuga.dataset.croissant import croissant
from sakuga.dataset.place import SPLITS
from sakuga.dataset.publication import File, Publication, tables_of
from sakuga.dataset.statistics import Tally

FORMAT = 2  # of the files below; raised when equal rows no longer give equal files
SHARD_ROWS = 100_000
GROUP_ROWS = 10_000  # that are read together: what a reader holds in memory


def write_dataset(
    store: Store,
    parts: Sequence[Part],
    stages: Sequence[Any],
    provenance: Mapping[str, Sequence[str]],
) -> None:
    """Write every split, in the order of the parts, Croissant, the card; then drop older files.

    `provenance`: table -> the columns that come from it. A split without rows has no file.
    """
    schema = described_schema(stages, provenance)
    files: list[File] = []
    tally = Tally()
    for split in SPLITS:
        for number, shard in enumerate(_shards(store, parts, split)):
            files.append(_write(store, split, number, shard.cast(schema)))
            tally.add(split, shard)
    made = Publication(tuple(files), tally.finish(), tuple(stages), tables_of(stages, provenance))
    store.write_bytes(("dataset", "croissant.json"), croissant(made))
    store.write_bytes(("dataset", "README.md"), card(made).encode())
    for name in store.names("dataset"):
        if name.endswith(".parquet") and name not in {file.name for file in files}:
            store.remove("dataset", name)


def _write(store: Store, split: str, number: int, shard: pa.Table) -> File:
    """Encode a shard, the same bytes however its rows came together, and write it."""
    name, sink = f"{split}-{number:05d}.parquet", io.BytesIO()
    pq.write_table(shard.combine_chunks(), sink, compression="zstd", row_group_size=GROUP_ROWS)
    encoded = sink.getvalue()
    store.write_bytes(("dataset", name), encoded)
    footer = pq.read_metadata(io.BytesIO(encoded))
    unpacked = sum(footer.row_group(n).total_byte_size for n in range(footer.num_row_groups))
    digest = hashlib.sha256(encoded).hexdigest()
    return File(name, split, shard.num_rows, len(encoded), unpacked, digest)


def described_schema(stages: Iterable[Any], provenance: Mapping[str, Sequence[str]]) -> pa.Schema:
    """The schema of a row; each field says what it means, from which table and recipe it comes."""
    recipes = {
        table_of(stage.writes): json.dumps(public(stage), sort_keys=True) for stage in stages
    }
    origin = tables_of(stages, provenance)
    return pa.schema([_described(field, origin.get(field.name), recipes) for field in row_schema()])


def _described(field: pa.Field, table: str | None, recipes: Mapping[str, str]) -> pa.Field:
    meaning = {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}
    if table is None:
        origin = {"sakuga.from": "nothing: no room of this profile knows it"}
    else:
        origin = {"sakuga.from": table, "sakuga.recipe": recipes.get(table, "")}
    return field.with_metadata(meaning | origin)


def _shards(store: Store, parts: Sequence[Part], split: str) -> Iterator[pa.Table]:
    """The rows of one split, in tables of at most SHARD_ROWS and as few as can be."""
    held: list[pa.Table] = []
    for part in parts:
        table = store.read_table(("tables", part.table, part.file)).replace_schema_metadata(None)
        of_split = [each == split for each in table["split"].to_pylist()]
        held.append(table.filter(column(of_split, pa.bool_())))
        while sum(t.num_rows for t in held) >= SHARD_ROWS:
            joined = pa.concat_tables(held)
            yield joined.slice(0, SHARD_ROWS)
            held = [joined.slice(SHARD_ROWS)]
    if sum(t.num_rows for t in held):
        yield pa.concat_tables(held)
