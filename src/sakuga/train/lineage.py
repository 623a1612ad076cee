"""Where the clips of a run are from: so that a takedown can name what was trained on them (§4, §6).

lineage.parquet    a row a clip: its id, its video's and its source's hashes, link, licence, and
                   what of it conditions a net
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sakuga.core.errors import RequestError
from sakuga.core.recipe import fingerprint
from sakuga.core.records import Row
from sakuga.models.svd_format import Kind

NAME = "lineage.parquet"
_TEXTS = ("id", "video", "source_group", "url", "licence", "timing_class", "split")
_SCHEMA = pa.schema(
    [(name, pa.string()) for name in _TEXTS]
    + [("start", pa.int64()), ("end", pa.int64()), ("dynamic_score", pa.float64())]
)


@dataclass(frozen=True)
class Lineage:
    """The clips of a pack, in its order. table: as the file has it."""

    table: pa.Table

    @property
    def fingerprint(self) -> str:
        """Of the clips and the bytes of their videos: the same for the same material."""
        return fingerprint(self.column("id"), self.column("video"))

    def known(self, name: str) -> list[str | None]:
        """A column's texts; None where nothing is known."""
        return [None if each is None else str(each) for each in self.table[name].to_pylist()]

    def column(self, name: str) -> list[str]:
        """A column's texts. Raises RequestError where one is not known."""
        return [str(each) for each in self._whole(name)]

    def dynamic_scores(self) -> list[float]:
        """Keyframes by frames of each clip. Raises RequestError where one is not known."""
        return [float(each) for each in self._whole("dynamic_score")]

    @property
    def kind(self) -> Kind:
        """What the frames are: a dataset's are keyframes, and their timing is known; a shard's are
        moments."""
        return "moments" if self.unknown("timing_class") else "keyframes"

    def unknown(self, name: str) -> int:
        """Of how many clips a column says nothing."""
        return self.table[name].null_count

    def licences(self) -> Mapping[str | None, int]:
        """How many clips are under each; None where none is known."""
        return Counter(self.table["licence"].to_pylist())

    def videos(self) -> int:
        """How many there are."""
        return len(set(self.column("video")))

    def of(self, ids: Sequence[str]) -> Lineage:
        """The clips with these ids, in this order."""
        place = {id: number for number, id in enumerate(self.column("id"))}
        return Lineage(self.table.take([place[id] for id in ids]))

    def write(self, folder: Path) -> Path:
        """Leave it in a folder."""
        pq.write_table(self.table, folder / NAME)
        return folder / NAME

    def _whole(self, name: str) -> list[Any]:
        if lacking := self.unknown(name):
            raise RequestError(
                f"{NAME}: no {name} of {lacking} of its {self.table.num_rows} clips; a dataset of "
                "`sakuga build` has it"
            )
        return self.table[name].to_pylist()


def write(rows: Iterable[Row], folder: Path) -> None:
    """The lineage of these clips, in a folder."""
    write_plain(({name: getattr(row, name) for name in _SCHEMA.names} for row in rows), folder)


def write_plain(rows: Iterable[Mapping[str, object]], folder: Path) -> None:
    """The same, of plain rows; what they do not say is null."""
    Lineage(pa.Table.from_pylist([dict(row) for row in rows], _SCHEMA)).write(folder)


def read(folder: Path) -> Lineage:
    """The lineage in a folder. Raises RequestError where there is none."""
    try:
        return Lineage(pq.read_table(folder / NAME, schema=_SCHEMA))
    except (OSError, pa.ArrowException) as error:
        raise RequestError(
            f"{folder}: no {NAME} can be read from it, so nothing would say what was trained on; "
            "name the dataset that it was made of, and it is packed anew"
        ) from error
