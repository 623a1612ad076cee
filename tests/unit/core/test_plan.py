"""What is stale is seen from names alone, and only what reads a change is made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from sakuga.core.plan import Stale, drop_from, make_plan, readers_of
from sakuga.core.stage import run_part
from sakuga.core.store import Store
from tests.fakes import Draw, Show, write_sources


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path))


def build(store: Store, stages: list[object], parts: list[list[str]]) -> list[tuple[str, int]]:
    """Make all that is missing; what was made."""
    plan = make_plan(store, stages, write_sources(store, parts))
    for job in plan.jobs:
        run_part(job)
    return [(job.stage.name, job.part.number) for job in plan.jobs]


def test_everything_is_made_once(store: Store) -> None:
    made = [("draw", 0), ("draw", 1), ("show", 0), ("show", 1)]
    assert build(store, [Draw(), Show()], [["a"], ["b"]]) == made
    assert build(store, [Draw(), Show()], [["a"], ["b"]]) == []


def test_new_footage_makes_only_its_own_parts(store: Store) -> None:
    build(store, [Draw(), Show()], [["a"]])
    assert build(store, [Draw(), Show()], [["a"], ["b"]]) == [("draw", 1), ("show", 1)]


def test_a_changed_recipe_makes_stale_what_reads_it_and_nothing_else(store: Store) -> None:
    sources = write_sources(store, [["a"], ["b"]])
    build(store, [Draw(), Show()], [["a"], ["b"]])
    plan = make_plan(store, [Draw(), Show("y")], sources)
    assert [job.stage.name for job in plan.jobs] == ["show", "show"]
    assert plan.stale() == [Stale("show", 2, ('text "x" -> "y"',))]
    plan = make_plan(store, [Draw(4), Show()], sources)
    assert len(plan.jobs) == 4
    assert plan.stale() == [Stale("draw", 2, ("frames 3 -> 4",))]


def test_changed_sources_are_no_stale_recipe(store: Store) -> None:
    build(store, [Draw(), Show()], [["a"]])
    plan = make_plan(store, [Draw(), Show()], write_sources(store, [["a", "b"]]))
    assert len(plan.jobs) == 2
    assert plan.stale() == []


def test_dropping_a_stage_drops_its_readers(store: Store) -> None:
    build(store, [Draw(), Show()], [["a"], ["b"]])
    sources = store.parts("sources")
    drop_from(make_plan(store, [Draw(), Show()], sources), Draw(), [1])
    jobs = make_plan(store, [Draw(), Show()], sources).jobs
    assert [(job.stage.name, job.part.number) for job in jobs] == [("draw", 1), ("show", 1)]


def test_readers_are_direct_and_indirect() -> None:
    stages = [Draw(), Show()]
    assert readers_of(stages[0], stages) == [stages[1]]
    assert readers_of(stages[1], stages) == []


def test_a_range_of_parts_is_planned_alone(store: Store) -> None:
    sources = write_sources(store, [["a"], ["b"], ["c"]])
    plan = make_plan(store, [Draw()], sources, range(1, 2))
    assert [job.part.number for job in plan.jobs] == [1]
