"""The images that a build kept of its clips (room `sample`), one clip at a time."""

from __future__ import annotations

from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq

from sakuga.core.errors import ItemError
from sakuga.core.files import open_file
from sakuga.core.records import Samples
from sakuga.core.schema import from_table
from sakuga.core.store import Store


class NoSamples(ItemError):
    """No build at hand holds images of a clip."""

    reason = "no_samples"


def samples_of(build: str | None, part: int | None, clip_id: str) -> Samples:
    """A clip's samples; only the group of rows that they stand in is read. Raises NoSamples."""
    for address in _files(build, part) if build is not None and part is not None else ():
        group = _groups(address).get(clip_id)
        if group is not None:
            with open_file(address) as file:
                table = pq.ParquetFile(file, pre_buffer=False).read_row_group(
                    group, use_threads=False
                )
            ids: pa.ChunkedArray = table["id"]
            [samples] = from_table(Samples, table.slice(ids.index(clip_id).as_py(), 1))
            return samples
    raise NoSamples(
        f"{clip_id}: no samples of this clip are at hand; they lie in the folder of its build, "
        "not with the published files"
    )


def _files(build: str, part: int) -> list[str]:
    store = Store(build)
    parts = [each for each in store.parts("samples") if each.number == part]
    return ["/".join((build.rstrip("/"), "tables", each.table, each.file)) for each in parts]


@cache
def _groups(address: str) -> dict[str, int]:
    """Clip -> the group of rows it stands in. Never stale: a part's name tells its content."""
    with open_file(address) as file:
        parquet = pq.ParquetFile(file, pre_buffer=False)
        return {
            clip: group
            for group in range(parquet.num_row_groups)
            for clip in parquet.read_row_group(group, ["id"], use_threads=False)["id"].to_pylist()
        }
