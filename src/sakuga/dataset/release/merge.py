"""One row for each clip: the release repeats its clips in several files, and leaks some twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sakuga.core.records import Failure
from sakuga.dataset.release.cells import mask_of, pc
from sakuga.dataset.release.rows import CONTENT


@dataclass(frozen=True, slots=True)
class Merged:
    """Clips, each with all of its splits; rows that only told another split; rows of no use."""

    clips: pa.Table
    repeats: int
    failures: list[Failure]


def merge(rows: pa.Table, files: Sequence[str]) -> Merged:
    """The first row of every id, in the order of files and rows, joined by those that equal it.

    A row that equals one of its own split is a duplicate; one that says something else of the same
    clip contradicts it. Both are failures.
    """
    rows = rows.take(pc.sort_indices(rows, sort_keys=[(k, "ascending") for k in _ORDER]))
    starts, groups = _groups(rows["id"])
    if len(starts) == rows.num_rows:
        return Merged(rows, 0, [])
    first = rows.take(pa.array(starts[groups]))
    differing = _differing(rows, first)
    same = np.logical_and.reduce([~mask for mask in differing.values()])
    splits = rows["splits"].to_numpy()
    twice = same & ~_first_of(groups * (1 << 32) + splits, same)
    joined = np.zeros(len(starts), np.int64)
    np.bitwise_or.at(joined, groups[same], splits[same])
    failures = [_duplicate(rows, first, n, files) for n in np.flatnonzero(twice).tolist()]
    for place in np.flatnonzero(~same).tolist():
        columns = [column for column, mask in differing.items() if mask[place]]
        failures.append(_contradiction(rows, first, place, files, columns))
    column = rows.schema.get_field_index("splits")
    clips = rows.take(pa.array(starts)).set_column(column, "splits", pa.array(joined))
    return Merged(clips, rows.num_rows - len(starts) - len(failures), failures)


_ORDER = ("id", "file", "row")


def _groups(ids: pa.ChunkedArray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each run of equal ids starts, and for each row which run it is of."""
    if not len(ids):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    begins = np.ones(len(ids), np.bool_)
    begins[1:] = mask_of(pc.not_equal(ids.slice(1), ids.slice(0, len(ids) - 1)))
    return np.flatnonzero(begins), np.cumsum(begins) - 1


def _differing(rows: pa.Table, first: pa.Table) -> dict[str, NDArray[np.bool_]]:
    """Column -> where a row differs in it from the first of its clip; null equals null."""
    found: dict[str, NDArray[np.bool_]] = {}
    for name in CONTENT:
        one, other = rows[name], first[name]
        nulls = pc.and_(pc.is_null(one), pc.is_null(other))
        found[name] = ~(mask_of(pc.equal(one, other)) | mask_of(nulls))
    return found


def _first_of(keys: NDArray[np.int64], among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """True at the first row of each key, of those that are `among`."""
    places = np.flatnonzero(among)
    mask = np.zeros(len(keys), np.bool_)
    mask[places[np.unique(keys[places], return_index=True)[1]]] = True
    return mask


def _duplicate(rows: pa.Table, first: pa.Table, place: int, files: Sequence[str]) -> Failure:
    what = f"{_where(rows, place, files)}: equals {_where(first, place, files)}"
    return Failure(rows["id"][place].as_py(), "import", "duplicate", what)


def _contradiction(
    rows: pa.Table, first: pa.Table, place: int, files: Sequence[str], columns: Sequence[str]
) -> Failure:
    what = (
        f"{_where(rows, place, files)}: has the hash_identifier of {_where(first, place, files)} "
        f"and differs in {', '.join(columns)}"
    )
    return Failure(rows["id"][place].as_py(), "import", "contradiction", what)


def _where(rows: pa.Table, place: int, files: Sequence[str]) -> str:
    return f"{files[rows['file'][place].as_py()]}, row {rows['row'][place].as_py()}"
