"""A batch of a release file as typed rows; what can't be a row becomes a failure with its reason.

A row needs an id, an address and a time. Anything else that can't be read is null in the row and
kept word for word in `unread`: a garbled size is no reason to lose a clip.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sakuga.core.records import Failure
from sakuga.dataset.release import cells
from sakuga.dataset.release.cells import Cells, pc
from sakuga.dataset.release.columns import RATINGS, TAXONOMY

Reader = Callable[[pa.Array], Cells]

_score: Reader = partial(cells.number, least=0.0, most=1.0)
_count: Reader = partial(cells.whole, least=0)
_pixels: Reader = partial(cells.whole, least=1)
TOLD: dict[str, tuple[str, Reader, pa.DataType]] = {  # field -> the column it is read from
    "identifier": ("identifier", cells.text, pa.string()),
    "frames": ("frame_number", _count, pa.int64()),
    "keyframes": ("key_frame_number", _count, pa.int64()),
    "anime_tags": ("anime_tags", cells.tags, pa.string()),
    "user_tags": ("user_tags", cells.tags, pa.string()),
    "text_description": ("text_description", cells.text, pa.string()),
    "aesthetic_score": ("aesthetic_score", _score, pa.float64()),
    "dynamic_score": ("dynamic_score", _score, pa.float64()),
    "rating": ("rating", partial(cells.one_of, names=RATINGS), pa.string()),
    "text_probability": ("text_prob", _score, pa.float64()),
    "width": ("width", _pixels, pa.int64()),
    "height": ("height", _pixels, pa.int64()),
    "file_ext": ("file_ext", cells.extension, pa.string()),
    "file_bytes": ("file_size", cells.size, pa.int64()),
    "fps": ("fps", partial(cells.number, least=0.001, most=1000.0), pa.float64()),
    **{
        axis: (column, partial(cells.taxon, axis=axis), pa.string())
        for axis, column in TAXONOMY.items()
    },
}
CONTENT = ("url", "start_ms", "end_ms", *TOLD, "unread")  # what two rows of one clip agree in
FLAT = pa.schema(  # a row on its way through the import
    [
        ("id", pa.string()),
        ("source", pa.string()),
        ("url", pa.string()),
        ("start_ms", pa.int64()),
        ("end_ms", pa.int64()),
        *((field, kind) for field, (_, _, kind) in TOLD.items()),
        ("fps_doubtful", pa.bool_()),
        ("unread", pa.string()),  # a JSON list; null if empty
        ("file", pa.int64()),  # its place among the files ...
        ("row", pa.int64()),  # ... and in its file, from 0
        ("splits", pa.int64()),  # a bit for each split
    ]
)


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that a batch is of: its place, its name, its split's bit, its batch's first row."""

    file: int
    name: str
    splits: int
    row: int


def read_rows(batch: pa.RecordBatch, origin: Origin) -> tuple[pa.Table, list[Failure]]:
    """The rows that can be used, in the schema FLAT, and the failures that the others become."""
    told = {column: batch.column(column) for column in batch.schema.names}
    nothing = pa.nulls(len(batch))
    clip = cells.identity(told["hash_identifier"])
    url = cells.text(told["url_link"])
    start, end = (cells.milliseconds(told[f"scene_{at}_time"]) for at in ("start", "end"))
    optional = {field: read(told.get(column, nothing)) for field, (column, read, _) in TOLD.items()}
    wrong = _wrong(clip, url, start, end)
    rows: dict[str, Any] = {
        "id": clip.values,
        "source": _sources(url.values),
        "url": url.values,
        "start_ms": start.values,
        "end_ms": end.values,
        **{field: each.values for field, each in optional.items()},
        "unread": _unread(optional, len(batch)),
        "file": np.full(len(batch), origin.file),
        "row": origin.row + np.arange(len(batch)),
        "splits": np.full(len(batch), origin.splits),
    }
    rows["fps_doubtful"] = _doubtful(rows)
    table = pa.Table.from_arrays([_as(rows[f.name], f.type) for f in FLAT], schema=FLAT)
    failures = [
        _failure(reason, place, origin, (clip, optional["identifier"]), (start, end))
        for reason, places in wrong.items()
        for place in places.tolist()
    ]
    return table.filter(_as(~_any(wrong, len(batch)), pa.bool_())), failures


def source_of(url: str) -> str:
    """The id of the `Source` at an address."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def _sources(urls: pa.Array) -> pa.Array:
    """Every address is hashed once."""
    coded = urls.dictionary_encode()
    ids = [source_of(url) for url in coded.dictionary.to_pylist()]
    return pa.array(ids, pa.string()).take(coded.indices)


def _wrong(clip: Cells, url: Cells, start: Cells, end: Cells) -> Mapping[str, NDArray[np.int64]]:
    """Reason -> the rows that can't be used for it; a row is counted for the first of them."""
    unknown = _null(start) | _null(end)
    reasons = {
        "bad_id": clip.bad,
        "no_id": _null(clip),
        "no_url": _null(url),
        "bad_time": start.bad | end.bad,
        "no_time": unknown,
        "end_before_start": cells.mask_of(pc.less(end.values, start.values)),
        "no_length": cells.mask_of(pc.equal(end.values, start.values)),
    }
    seen = np.zeros(len(unknown), np.bool_)
    found: dict[str, NDArray[np.int64]] = {}
    for reason, mask in reasons.items():
        found[reason] = np.flatnonzero(mask & ~seen)
        seen |= mask
    return found


def _failure(
    reason: str, place: int, origin: Origin, names: tuple[Cells, ...], times: tuple[Cells, ...]
) -> Failure:
    clip, identifier = (each.given[place].as_py() for each in names)
    start, end = (each.given[place].as_py() for each in times)
    where = f"{origin.name}, row {origin.row + place}"
    told = {
        "bad_id": f"hash_identifier {clip!r} is no 64 hex digits",
        "no_id": "hash_identifier is missing",
        "no_url": "url_link is missing",
        "bad_time": f"{start!r} to {end!r}: a time is written HH:MM:SS.mmm",
        "no_time": f"{start!r} to {end!r}: a time is missing",
        "end_before_start": f"{start} to {end}: it ends before it starts",
        "no_length": f"{start} to {end}: it ends where it starts",
    }
    return Failure(clip or identifier or where, "import", reason, f"{where}: {told[reason]}")


def _unread(optional: Mapping[str, Cells], rows: int) -> pa.Array:
    """What could not be read, a JSON list for each row."""
    kept: dict[int, list[str]] = {}
    for field, each in optional.items():
        for place in np.flatnonzero(each.bad).tolist():
            column = TOLD[field][0]
            kept.setdefault(place, []).append(f"{column}={each.given[place].as_py()}")
    texts = [json.dumps(kept[n], ensure_ascii=False) if n in kept else None for n in range(rows)]
    return pa.array(texts, pa.string())


def _doubtful(rows: Mapping[str, Any]) -> pa.Array:
    """True where frames and times come to another rate than fps: off by a frame and a hundredth."""
    seconds = pc.divide(pc.cast(pc.subtract(rows["end_ms"], rows["start_ms"]), pa.float64()), 1e3)
    frames = pc.cast(rows["frames"], pa.float64(), safe=False)
    off = pc.abs(pc.subtract(pc.multiply(rows["fps"], seconds), frames))
    allowed = pc.add(pc.multiply(frames, 0.01), 1.5)
    return pc.fill_null(pc.greater(off, allowed), False)


def _null(each: Cells) -> NDArray[np.bool_]:
    return cells.mask_of(pc.is_null(each.values))


def _any(wrong: Mapping[str, NDArray[np.int64]], rows: int) -> NDArray[np.bool_]:
    mask = np.zeros(rows, np.bool_)
    for places in wrong.values():
        mask[places] = True
    return mask


def _as(values: Any, kind: pa.DataType) -> pa.Array:
    return pa.array(values, kind) if isinstance(values, np.ndarray) else pc.cast(values, kind)
