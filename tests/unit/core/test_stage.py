"""Every item ends as rows or as a failure; a broken world stops the part."""

from __future__ import annotations

from pathlib import Path

import pytest

from sakuga.core.errors import RequestError
from sakuga.core.plan import make_plan
from sakuga.core.stage import run_part
from sakuga.core.store import Store
from tests.fakes import Draw, Drawing, Print, Show, write_sources
from tests.stages import Choosy, Count, Counted, Cut, Spare, Spared


@pytest.mark.parametrize("batch", [1, 2, 10])
def test_a_bad_item_costs_only_itself(tmp_path: Path, batch: int) -> None:
    store = Store(str(tmp_path))
    sources = write_sources(store, [["a", "bad-1", "b", "bug-1"]])
    [job] = make_plan(store, [Draw(batch=batch)], sources).jobs
    outcome = run_part(job)
    assert (outcome.rows, outcome.failures) == (2, 2)
    assert [row.id for row in store.read_part(job.part, Drawing)] == ["a", "b"]
    failures = {f.id: (f.stage, f.reason, f.message) for f in store.read_failures(job.part)}
    assert failures == {
        "bad-1": ("draw", "no_frames", "nothing in it"),
        "bug-1": ("draw", "unexpected", "KeyError: 'oops'"),
    }


def test_a_full_disk_stops_the_part_and_writes_nothing(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    [job] = make_plan(store, [Draw()], write_sources(store, [["a", "full"]])).jobs
    with pytest.raises(OSError, match="No space"):
        run_part(job)
    assert store.names("tables", "drawings") == []


def test_what_failed_upstream_is_left_out_downstream(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    jobs = make_plan(store, [Draw(), Show()], write_sources(store, [["a", "bad-1"]])).jobs
    for job in jobs:
        run_part(job)
    assert [row.id for row in store.read_part(jobs[1].part, Print)] == ["a"]
    assert store.read_failures(jobs[1].part) == []


def test_a_worker_may_give_a_failure_in_a_row_s_place(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    [job] = make_plan(store, [Choosy()], write_sources(store, [["a", "no-1", "b"]])).jobs
    outcome = run_part(job)
    assert (outcome.rows, outcome.failures) == (2, 1)
    assert [(f.id, f.reason) for f in store.read_failures(job.part)] == [("no-1", "refused")]


@pytest.mark.parametrize(
    ("before", "expected"),
    [([], {"a": None, "no-1": None}), ([Choosy()], {"a": 1, "no-1": None})],
    ids=["no stage makes it", "it failed for one"],
)
def test_what_is_optional_may_be_lacking(
    tmp_path: Path, before: list[Choosy], expected: dict[str, int | None]
) -> None:
    store = Store(str(tmp_path))
    jobs = make_plan(store, [*before, Spare()], write_sources(store, [["a", "no-1"]])).jobs
    for job in jobs:
        run_part(job)
    rows = store.read_part(jobs[-1].part, Spared)
    assert {row.id: row.frames for row in rows} == expected


def test_all_items_of_a_video_come_at_once(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    sources = write_sources(store, [["x", "y", "z"]])
    for job in make_plan(store, [Cut(), Count()], sources).jobs:
        run_part(job)
    rows = store.read_part(job.part, Counted)
    assert [(row.id, row.of_video) for row in rows] == [
        *(("x-0", 3), ("x-1", 3), ("x-2", 3), ("y-0", 3), ("y-1", 3), ("y-2", 3)),
        *(("z-0", 3), ("z-1", 3), ("z-2", 3)),
    ]


def test_what_is_read_must_be_made(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    with pytest.raises(RequestError, match=r"\[show\] reads drawings, which no room"):
        make_plan(store, [Show()], write_sources(store, [["a"]]))
