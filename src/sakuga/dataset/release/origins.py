"""Where an export's rows come from, in the release's columns: imported tables, or a dataset."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sakuga.core.errors import RequestError
from sakuga.core.schema import schema_of
from sakuga.core.store import Store, table_of
from sakuga.dataset.place import Place, find
from sakuga.dataset.release import back
from sakuga.dataset.release.cells import mask_of, pc
from sakuga.dataset.release.columns import SCHEMA, SPLITS, TAXONOMY
from sakuga.dataset.release.record import Annotation
from sakuga.dataset.subsets import BEAUTIFUL, BOUND, DIGITS

Members = dict[str, NDArray[np.bool_]]  # split of the release -> which rows stand in it

BATCH_ROWS = 4_096
OURS = {"train_full": "train", "val": "validation", "test": "test"}
ENDINGS = {"matroska": "mkv"}  # containers that files are not called after


class Origin(Protocol):
    """Rows in the release's schema, some at a time, with the splits in which they stand."""

    def rows(self) -> int:
        """How many there are."""
        ...

    def batches(self) -> Iterator[tuple[pa.Table, Members]]:
        """All of them, in an order that stays the same."""
        ...


def origin_of(root: str) -> Origin:
    """The rows that a folder publishes; where there are none, its imported tables.

    Raises RequestError where there is neither.
    """
    store = Store(root)
    published = any(name.endswith(".parquet") for name in store.names("dataset"))
    if store.parts(table_of(Annotation)) and not published:
        return Tables(store)
    return Published(find(root))


@dataclass(frozen=True, slots=True)
class Tables:
    """What `sakuga import` made, in the release's own splits; in ours where these are unknown."""

    store: Store

    def rows(self) -> int:
        """How many annotations there are."""
        folder = posixpath.join(self.store.root, "tables", table_of(Annotation))
        files = _opened(folder, self._names())
        return sum(file.metadata.num_rows for file in files)

    def batches(self) -> Iterator[tuple[pa.Table, Members]]:
        """Some parts after another: most are small."""
        held: list[pa.Table] = []
        for name in self._names():
            held.append(self._read(name))
            if sum(table.num_rows for table in held) >= BATCH_ROWS:
                yield from _annotations(held)
                held = []
        yield from _annotations(held)

    def _read(self, name: str) -> pa.Table:
        table = self.store.read_table(("tables", table_of(Annotation), name))
        table = table.replace_schema_metadata(None)
        if not table.schema.equals(schema_of(Annotation)):
            raise RequestError(
                f"{self.store.root}: another version of sakuga imported this; import it again"
            )
        return table

    def _names(self) -> list[str]:
        return [part.file for part in self.store.parts(table_of(Annotation))]


@dataclass(frozen=True, slots=True)
class Published:
    """What `sakuga build` published: train, validation, test, and §5.1's subsets of train."""

    place: Place

    def rows(self) -> int:
        """How many rows the dataset has."""
        return sum(file.metadata.num_rows for file in self._files())

    def batches(self) -> Iterator[tuple[pa.Table, Members]]:
        """One file after another."""
        for file in self._files():
            there = set(file.schema_arrow.names)
            wanted = [name for name in (*_COLUMNS, *_LATER) if name in there]
            lacking = [name for name in _COLUMNS if name not in there]
            if lacking:
                raise RequestError(
                    f"{self.place.folder}: no column {', '.join(lacking)}; build it again"
                )
            for batch in file.iter_batches(BATCH_ROWS, columns=wanted, use_threads=False):
                yield _published(batch), _members(batch)

    def _files(self) -> Iterator[pq.ParquetFile]:
        return _opened(self.place.folder, self.place.files)


def _opened(folder: str, names: Iterable[str]) -> Iterator[pq.ParquetFile]:
    fs, base = fsspec.core.url_to_fs(folder)
    for name in names:
        with fs.open(posixpath.join(base, name), "rb") as file:
            yield pq.ParquetFile(file, pre_buffer=False)


_SAME = ("text_description", "aesthetic_score", "dynamic_score", "rating", "width", "height")
_COLUMNS = (
    *("id", "url", "video", "index", "start_seconds", "end_seconds", "frames", "keyframes"),
    *("anime_tags", "user_tags", "text_description", "aesthetic_score", "dynamic_score"),
    *("text_probability", "width", "height", "container", "file_bytes", "frame_rate", "split"),
)
_LATER = ("rating", "taxonomy")  # columns that datasets of the first version lack


def _annotations(tables: list[pa.Table]) -> Iterator[tuple[pa.Table, Members]]:
    if tables:
        for batch in pa.concat_tables(tables).combine_chunks().to_batches():
            yield _told(batch), _kept(batch)


def _told(batch: pa.RecordBatch) -> pa.Table:
    """Annotations in the release's schema."""
    return _table(
        {
            "identifier": batch["identifier"],
            "hash_identifier": batch["id"],
            "url_link": batch["url"],
            "scene_start_time": back.times(batch["start_ms"]),
            "scene_end_time": back.times(batch["end_ms"]),
            "frame_number": batch["frames"],
            "key_frame_number": batch["keyframes"],
            "anime_tags": back.tags(batch["anime_tags"]),
            "user_tags": back.tags(batch["user_tags"]),
            "text_prob": batch["text_probability"],
            "file_ext": batch["file_ext"],
            "file_size": back.exact_size(batch["file_bytes"]),
            "fps": batch["fps"],
            **{name: batch[name] for name in _SAME},
            **{column: back.labels(batch[axis], axis) for axis, column in TAXONOMY.items()},
        }
    )


def _published(batch: pa.RecordBatch) -> pa.Table:
    """Rows of a dataset in the release's schema."""
    nothing = pa.nulls(len(batch))
    told = {name: batch[name] if name in batch.schema.names else nothing for name in _LATER}
    taxonomy = told["taxonomy"]
    classes = {
        a: nothing if taxonomy is nothing else pc.struct_field(taxonomy, a) for a in TAXONOMY
    }
    index = pc.cast(batch["index"], pa.string())
    return _table(
        {
            "identifier": pc.binary_join_element_wise(batch["video"], index, ":"),
            "hash_identifier": batch["id"],
            "url_link": batch["url"],
            "scene_start_time": back.times(_milliseconds(batch["start_seconds"])),
            "scene_end_time": back.times(_milliseconds(batch["end_seconds"])),
            "frame_number": batch["frames"],
            "key_frame_number": batch["keyframes"],
            "anime_tags": back.tags(batch["anime_tags"]),
            "user_tags": back.tags(batch["user_tags"]),
            "text_prob": batch["text_probability"],
            "file_ext": _endings(batch["container"]),
            "file_size": back.rounded_size(batch["file_bytes"]),
            "fps": _rates(batch["frame_rate"]),
            **{name: told[name] if name in told else batch[name] for name in _SAME},
            **{
                column: back.labels(pc.cast(classes[axis], pa.string()), axis)
                for axis, column in TAXONOMY.items()
            },
        }
    )


def _table(columns: dict[str, pa.Array]) -> pa.Table:
    made = [pc.cast(columns[field.name], field.type) for field in SCHEMA]
    return pa.Table.from_arrays(made, schema=SCHEMA)


def _kept(batch: pa.RecordBatch) -> Members:
    """The release's own splits; ours, by group, for clips of which no file's name told one."""
    told = back.spaced(batch["splits"])
    members = {
        split: mask_of(pc.match_substring_regex(told, pattern=rf"\b{split}\b")) for split in SPLITS
    }
    lost = mask_of(pc.equal(told, ""))
    if lost.any():
        heads = [int(group[:8], 16) / 2**32 for group in batch["source_group"].to_pylist()]
        ours = np.searchsorted([0.90, 0.95], heads, side="right")
        splits = np.array(list(OURS.values()))[ours]
        for split, mask in _subsets(batch, splits).items():
            members[split] |= mask & lost
    return members


def _members(batch: pa.RecordBatch) -> Members:
    return _subsets(batch, np.array(batch["split"].to_pylist()))


def _subsets(batch: pa.RecordBatch, splits: NDArray[Any]) -> Members:
    """Our splits as the release's, and the subsets of train (§5.1)."""
    members = {split: splits == ours for split, ours in OURS.items()}
    last = pc.utf8_slice_codeunits(batch["id"], -DIGITS)
    train = members["train_full"]
    members["train_small"] = train & mask_of(pc.less(last, BOUND))
    members["train_aesthetic"] = train & mask_of(pc.greater(batch["aesthetic_score"], BEAUTIFUL))
    return members


def _milliseconds(seconds: pa.Array) -> pa.Array:
    return pc.cast(pc.round(pc.multiply(seconds, 1000.0)), pa.int64())


def _endings(containers: pa.Array) -> pa.Array:
    """What files of a container are called."""
    coded = containers.dictionary_encode()
    names = [ENDINGS.get(name, name) for name in coded.dictionary.to_pylist()]
    return pa.array(names, pa.string()).take(coded.indices)


def _rates(fractions: pa.Array) -> pa.Array:
    """`24000/1001` as a double; null where the container did not say."""
    halves = pc.split_pattern(fractions, pattern="/")
    over, under = (pc.cast(pc.list_element(halves, n), pa.float64()) for n in (0, 1))
    return pc.if_else(pc.equal(over, 0.0), None, pc.divide(over, under))
