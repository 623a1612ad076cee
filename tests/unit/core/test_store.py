"""Parts are written whole or not at all, here and in a bucket."""

from __future__ import annotations

import uuid
from pathlib import Path

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


def test_a_part_in_many_row_groups_is_one_part(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sakuga.core.store.ROW_GROUP", 1)
    with store.writing(PART, Source, {}) as out:
        for name in "abc":
            out.add([source(name)], [])
    assert [row.id for row in store.read_part(PART, Source)] == ["a", "b", "c"]


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
