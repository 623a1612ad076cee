"""`datasets`, DuckDB and Polars read what is published, offline, with types, nulls or not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import polars
import pytest

from sakuga.core.records import Row
from sakuga.core.schema import schema_of, to_table
from tests.unit.dataset.makers import publish, row, seen

SEEN = [seen(n) for n in range(30)]
NULLS = [row(n, split="validation", start_seconds=None, end_seconds=None) for n in range(30, 40)]
MIXED = [(seen if n % 2 else row)(n, split="test", user_tags=[]) for n in range(40, 50)]
SETS = {  # what stands in the splits; a split without rows has no file
    "all": {"train": SEEN, "validation": NULLS, "test": MIXED},
    "no train": {"validation": NULLS, "test": MIXED},
    "nothing known": {"validation": NULLS},
    "one": {"train": SEEN[:1]},
}


@pytest.fixture(params=SETS)
def splits(request: pytest.FixtureRequest) -> dict[str, list[Row]]:
    return SETS[request.param]


@pytest.fixture
def folder(splits: dict[str, list[Row]], tmp_path: Path) -> Path:
    publish(tmp_path, *splits.values())
    return tmp_path / "dataset"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """`datasets`, offline and with a cache of its own."""
    import datasets

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    load = partial(datasets.load_dataset, cache_dir=str(tmp_path / "cache"))
    monkeypatch.setattr(datasets, "load_dataset", load)
    datasets.disable_progress_bars()
    yield datasets
    datasets.enable_progress_bars()


def test_load_dataset_gives_every_split_its_rows_and_types(
    folder: Path, splits: dict[str, list[Row]], hub: Any
) -> None:
    loaded = hub.load_dataset(str(folder))
    told = hub.Features.from_arrow_schema(schema_of(Row))
    assert set(loaded) == set(splits)
    for split, rows in splits.items():
        assert loaded[split].features == told
        assert loaded[split].to_list() == to_table(Row, rows).to_pylist()


def test_load_dataset_streams_them_too(
    folder: Path, splits: dict[str, list[Row]], hub: Any
) -> None:
    for split, rows in splits.items():
        streamed = hub.load_dataset(str(folder), split=split, streaming=True)
        assert list(streamed) == to_table(Row, rows).to_pylist()


def test_splits_join_though_a_column_is_null_all_over_one(
    folder: Path, splits: dict[str, list[Row]], hub: Any
) -> None:
    loaded = hub.load_dataset(str(folder))
    joined = hub.concatenate_datasets(list(loaded.values()))
    assert len(joined) == sum(map(len, splits.values()))
    known = [r.aesthetic_score for rows in splits.values() for r in rows]
    assert joined["aesthetic_score"][:] == known


def test_polars_reads_all_files_at_once(folder: Path, splits: dict[str, list[Row]]) -> None:
    frame = polars.read_parquet(folder / "*.parquet").sort("id")
    told = sorted((r for rows in splits.values() for r in rows), key=lambda r: r.id)
    assert frame["id"].to_list() == [r.id for r in told]
    assert frame["ratings"].to_list() == to_table(Row, told)["ratings"].to_pylist()
    assert frame["holds"].to_list() == [r.holds.tolist() for r in told]
    assert frame.schema["taxonomy"] == polars.Struct(
        dict.fromkeys(
            ("time", "venue", "media", "filming", "composition", "character"), polars.String
        )
    )


def test_duckdb_asks_into_nested_columns(folder: Path, splits: dict[str, list[Row]]) -> None:
    told = [r for rows in splits.values() for r in rows]
    query = f"""select count(*), count(*) filter (taxonomy.time = 'night'),
        count(*) filter (list_contains(anime_tags, 'smoke')), sum(list_sum(holds))
        from '{folder}/*.parquet'"""
    with duckdb.connect() as connection:
        [found] = connection.execute(query).fetchall()
    assert found == (
        len(told),
        sum(r.taxonomy is not None and r.taxonomy.time == "night" for r in told),
        sum("smoke" in (r.anime_tags or []) for r in told),
        sum(r.frames for r in told),
    )


def test_opening_and_reading_ends_cleanly(tmp_path: Path) -> None:
    """In a process of its own: nothing hangs, nothing is written to stderr."""
    publish(tmp_path, SEEN)
    code = """
import sys, sakuga
shots = sakuga.open(sys.argv[1])
rows = iter(shots)
next(rows)
print(len(shots), shots.where(timing="twos").sql("select count(*) from shots").fetchall()[0][0])
"""
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{len(SEEN)} {sum(r.timing == 'twos' for r in SEEN)}\n"
