"""Every item ends as rows or as a failure; a broken world stops the part."""

from __future__ import annotations

from pathlib import Path

import pytest

from sakuga.core.plan import make_plan
from sakuga.core.stage import run_part
from sakuga.core.store import Store
from tests.fakes import Draw, Drawing, Print, Show, write_sources


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
