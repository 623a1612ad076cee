"""What a dataset's card and metadata are made from: its files, what is in them, what made them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

import sakuga
from sakuga.core.recipe import public
from sakuga.core.store import table_of
from sakuga.dataset.statistics import Statistics


@dataclass(frozen=True, slots=True)
class File:
    """One published Parquet file. unpacked: bytes before compression."""

    name: str
    split: str
    rows: int
    bytes: int
    unpacked: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Publication:
    """A dataset as it is about to be published. tables: column -> the table it comes from."""

    files: tuple[File, ...]
    statistics: Statistics
    stages: tuple[Any, ...]
    tables: Mapping[str, str]

    @property
    def splits(self) -> tuple[str, ...]:
        """Those that have rows, in the order of their files."""
        return tuple(dict.fromkeys(file.split for file in self.files))

    @property
    def tools(self) -> str:
        """What wrote the files, as a sentence."""
        return f"Written by sakuga {sakuga.__version__} with PyArrow {pa.__version__}."

    def recipe_lines(self) -> list[str]:
        """What made each table, a line of JSON each: `clips: {"recipe": ...}`."""
        return [
            f"{table_of(stage.writes)}: {json.dumps(public(stage), sort_keys=True)}"
            for stage in self.stages
        ]


def tables_of(stages: Iterable[Any], provenance: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Column -> the table it comes from, where a stage makes that table."""
    made = {table_of(stage.writes) for stage in stages}
    return {column: table for table in provenance if table in made for column in provenance[table]}
