"""Rows to files: splits, shards, provenance."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sakuga.core.records import Row
from sakuga.core.store import Store
from sakuga.dataset import write as module
from tests.unit.dataset.makers import PIXELS, PROVENANCE, row
from tests.unit.dataset.makers import publish as published


def rows(splits: str) -> list[Row]:
    """A row for each letter: t(rain), v(alidation), e(test)."""
    names: dict[str, Any] = {"t": "train", "v": "validation", "e": "test"}
    return [row(n, id=f"{n}", split=names[letter]) for n, letter in enumerate(splits)]


def publish(root: Path, *parts: str) -> dict[str, list[str]]:
    """Write a dataset from parts with such rows; the ids in each of its files."""
    store = Store(published(root, *map(rows, parts), stages=PIXELS))
    return {
        name: store.read_table(("dataset", name), ["id"])["id"].to_pylist()
        for name in store.names("dataset")
        if name.endswith(".parquet")
    }


def test_every_split_has_its_file_in_the_order_of_the_parts(tmp_path: Path) -> None:
    assert publish(tmp_path, "ttv", "te") == {
        "train-00000.parquet": ["0", "1", "0"],
        "validation-00000.parquet": ["2"],
        "test-00000.parquet": ["1"],
    }


def test_large_splits_come_in_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHARD_ROWS", 2)
    found = publish(tmp_path, "ttt", "", "tt", "v")
    assert {name: len(ids) for name, ids in found.items()} == {
        "train-00000.parquet": 2,
        "train-00001.parquet": 2,
        "train-00002.parquet": 1,
        "validation-00000.parquet": 1,
    }


def test_rows_stand_in_groups_that_can_be_read_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GROUP_ROWS", 2)
    publish(tmp_path, "ttttt")
    file = pq.ParquetFile(tmp_path / "dataset" / "train-00000.parquet")
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [2, 2, 1]
    file.close()


def test_files_of_an_older_dataset_go(tmp_path: Path) -> None:
    publish(tmp_path, "tve")
    assert list(publish(tmp_path, "t")) == ["train-00000.parquet"]


def test_a_dataset_without_rows_has_its_papers(tmp_path: Path) -> None:
    assert publish(tmp_path, "") == {}
    assert (tmp_path / "dataset" / "README.md").read_text().startswith("---\n")
    assert json.loads((tmp_path / "dataset" / "croissant.json").read_text())["recordSet"] == []


def test_every_column_names_its_table_recipe_and_meaning(tmp_path: Path) -> None:
    publish(tmp_path, "t")
    schema = pq.read_schema(tmp_path / "dataset" / "train-00000.parquet")
    assert schema.names == [f.name for f in dataclasses.fields(Row)]
    made = {"clips", "videos", "keyframes"}
    for field in schema:
        assert field.metadata[b"description"]
        origin = field.metadata[b"sakuga.from"].decode()
        known = [table for table in made if field.name in PROVENANCE[table]]
        assert origin == (known[0] if known else "nothing: no room of this profile knows it")
    recipe = json.loads(schema.field("holds").metadata[b"sakuga.recipe"])
    assert recipe["version"] == 3


def test_arrays_are_lists_in_the_file(tmp_path: Path) -> None:
    publish(tmp_path, "t")
    table = pq.read_table(tmp_path / "dataset" / "train-00000.parquet")
    assert table["holds"].to_pylist() == [[1, 1, 1, 1]]
    assert table["keyframe_numbers"].to_pylist() == [[0, 1, 2, 3]]
