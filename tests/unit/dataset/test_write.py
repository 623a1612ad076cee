"""Rows to files: splits, shards, provenance, the card."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from sakuga.build.pipeline import stages_of
from sakuga.build.publish import PROVENANCE
from sakuga.core.records import Row
from sakuga.core.store import Part, Store
from sakuga.dataset import write as module
from sakuga.dataset.card import card
from sakuga.dataset.write import write_dataset
from tests.unit.build.test_publish import row_of

STAGES = stages_of("lite")


def rows(splits: str) -> list[Row]:
    """A row for each letter: t(rain), v(alidation), e(test)."""
    names: dict[str, Any] = {"t": "train", "v": "validation", "e": "test"}
    return [
        dataclasses.replace(row_of(), id=f"{n}", split=names[letter])
        for n, letter in enumerate(splits)
    ]


def publish(root: Path, *parts: str) -> dict[str, list[str]]:
    """Write a dataset from parts with such rows; the ids in each of its files."""
    store, written = Store(str(root)), []
    for number, splits in enumerate(parts):
        part = Part("rows", number, "0" * 16)
        with store.writing(part, Row, {}) as out:
            out.add(rows(splits), [])
        written.append(part)
    write_dataset(store, written, STAGES, PROVENANCE)
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


def test_files_of_an_older_dataset_go(tmp_path: Path) -> None:
    publish(tmp_path, "tve")
    assert list(publish(tmp_path, "t")) == ["train-00000.parquet"]


def test_a_dataset_without_rows_has_a_card(tmp_path: Path) -> None:
    assert publish(tmp_path, "") == {}
    assert (tmp_path / "dataset" / "README.md").read_text().startswith("---\n")


def test_every_column_names_its_table_and_recipe(tmp_path: Path) -> None:
    publish(tmp_path, "t")
    schema = pq.read_schema(tmp_path / "dataset" / "train-00000.parquet")
    assert schema.names == [f.name for f in dataclasses.fields(Row)]
    for field in schema:
        origin = field.metadata[b"sakuga.from"].decode()
        known = [table for table, columns in PROVENANCE.items() if field.name in columns]
        assert origin == (known[0] if known else "nothing: no room of this profile knows it")
    recipe = json.loads(schema.field("holds").metadata[b"sakuga.recipe"])
    assert recipe["recipe"] == "sakuga.build.keyframe:Keyframe"


def test_the_card_counts_its_splits() -> None:
    text = card(
        {"train-00000.parquet": 1000, "train-00001.parquet": 5, "test-00000.parquet": 2}, []
    )
    assert "| train | 1,005 |" in text
    assert "path: train-*.parquet" in text
    assert "validation" not in text.partition("\n---\n")[0]


def test_arrays_are_lists_in_the_file(tmp_path: Path) -> None:
    publish(tmp_path, "t")
    table = pq.read_table(tmp_path / "dataset" / "train-00000.parquet")
    assert table["holds"].to_pylist() == [[2, 8]]
    assert np.array_equal(table["keyframe_numbers"][0].values, [0, 2])
