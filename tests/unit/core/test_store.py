"""Parts are written whole or not at all, here and in a bucket."""

from __future__ import annotations

import subprocess
import sys
import uuid
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sakuga.core.records import Failure, Source
from sakuga.core.store import Part, Store
from tests.fakes import source

PART = Part("sources", 3, "0" * 16)


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return Store(str(tmp_path) if request.param == "folder" else f"memory://{uuid.uuid4().hex}")


def write(
    store: Store, part: Part, names: list[str], failures: list[Failure] | None = None
) -> None:
    with store.writing(part, Source, {"sakuga.recipe": "{}"}) as out:
        out.add([source(name) for name in names], failures or [])


def test_a_part_is_read_back_in_its_order(store: Store) -> None:
    write(store, PART, ["b", "a"])
    assert [row.id for row in store.read_part(PART, Source)] == ["b", "a"]
    assert [row.id for row in store.iterate_part(PART, Source, rows=1)] == ["b", "a"]
    assert store.parts("sources") == [PART]
    assert store.facts(PART) == {"sakuga.recipe": "{}"}


def test_nothing_is_left_of_a_part_whose_making_fails(store: Store) -> None:
    with pytest.raises(OSError, match="full"), store.writing(PART, Source, {}) as out:
        out.add([source("a")], [])
        raise OSError("disk full")
    assert store.parts("sources") == []
    assert store.names("tables", "sources") == []


def test_a_part_made_by_another_recipe_takes_the_place_of_the_old_one(store: Store) -> None:
    write(store, PART, ["a"], [Failure("b", "collect", "unreadable", "")])
    newer = Part("sources", 3, "1" * 16)
    write(store, newer, ["a"])
    assert store.parts("sources") == [newer]
    assert store.parts("sources", "failures") == []


def test_failures_stand_beside_their_part(store: Store) -> None:
    failure = Failure("b", "collect", "unreadable", "why")
    write(store, PART, ["a"], [failure])
    assert store.read_failures(PART) == [failure]
    store.drop(PART)
    assert store.read_failures(PART) == []


@pytest.mark.parametrize(("size", "groups"), [(1, 7), (200, 3), (8 << 20, 1)])
def test_a_part_in_many_row_groups_is_one_part(
    size: int, groups: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that were held are written with those that filled the group, before them."""
    monkeypatch.setattr("sakuga.core.store.ROW_GROUP", size)
    store, names = Store(str(tmp_path)), "abcdefg"
    with store.writing(PART, Source, {}) as out:
        for name in names:
            out.add([source(name)], [])
    assert [row.id for row in store.read_part(PART, Source)] == list(names)
    written = pq.ParquetFile(tmp_path / "tables" / "sources" / PART.file)
    assert written.num_row_groups == groups


def test_what_a_killed_build_left_is_swept(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    write(store, PART, ["a"])
    (tmp_path / "dataset").mkdir()
    for folder in (tmp_path, tmp_path / "dataset", tmp_path / "tables" / "sources"):
        (folder / f"{PART.file}.12345678.tmp").touch()
    store.sweep()
    assert list(tmp_path.rglob("*.tmp")) == []
    assert store.parts("sources") == [PART]


def test_a_missing_folder_has_no_parts(store: Store) -> None:
    assert store.parts("clips") == []


def test_tables_are_read_and_written_without_more_threads(tmp_path: Path) -> None:
    """Arrow's pools abort a process that ends while one of their threads starts."""
    write(Store(str(tmp_path)), PART, ["a"])
    command = [sys.executable, "-c", COUNT_THREADS, str(tmp_path)]
    threads = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert threads[0] == threads[1]


COUNT_THREADS = """
import sys, psutil
from sakuga.core.records import Source
from sakuga.core.store import Part, Store
import pyarrow
pyarrow.array([1])
before = psutil.Process().num_threads()
store = Store(sys.argv[1])
part = Part("sources", 3, "0" * 16)
rows = store.read_part(part, Source)
list(store.iterate_part(part, Source))
store.read_table(("tables", "sources", part.file), ["id"])
with store.writing(Part("sources", 4, "0" * 16), Source, {}) as out:
    out.add(rows, [])
print(before, psutil.Process().num_threads())
"""
