"""Engines write equal tables; what hangs, crashes or is killed costs no good item."""

from __future__ import annotations

import os
import subprocess
import sys
from multiprocessing.connection import wait
from pathlib import Path

import pytest

from sakuga.core.child import Child
from sakuga.core.engine import Engine, Inline, Local
from sakuga.core.guard import Limits, WorldError
from sakuga.core.plan import make_plan
from sakuga.core.records import Failure
from sakuga.core.stage import Job, Outcome
from sakuga.core.store import Store
from tests.clocks import Clock, lives
from tests.fakes import Draw, Show, write_sources
from tests.stages import Lonely, Tally, Told


def run(
    engine: Engine,
    root: Path,
    parts: list[list[str]],
    marks: str = "",
    batch: int = 1,
    done: list[Job] | None = None,
) -> dict[str, bytes]:
    """Build with an engine; the bytes of every file it wrote. done: jobs are added as they end."""
    store = Store(str(root))
    stages = [Draw(marks=marks, batch=batch), Show()]
    done = [] if done is None else done

    def finished(job: Job, _: Outcome) -> None:
        assert all(p.table == "sources" or p in {j.part for j in done} for p in job.inputs)
        done.append(job)

    engine.run(make_plan(store, stages, write_sources(store, parts)).jobs, finished)
    assert make_plan(store, stages, store.parts("sources")).jobs == []
    return {str(f.relative_to(root)): f.read_bytes() for f in root.rglob("*.parquet")}


def failures(root: Path) -> list[Failure]:
    store = Store(str(root))
    return [f for part in store.parts("drawings", "failures") for f in store.read_failures(part)]


def reasons(root: Path) -> dict[str, str]:
    return {f.id: f.reason for f in failures(root)}


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    """A folder for marks."""
    folder = tmp_path / "marks"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("engine", [Local(1), Local(2), Local(5)])
def test_engines_write_what_inline_writes(tmp_path: Path, engine: Engine) -> None:
    parts = [["a", "bad-1"], ["b"], ["c", "d", "bug-1"]]
    expected = run(Inline(), tmp_path / "inline", parts)
    assert run(engine, tmp_path / "local", parts) == expected


@pytest.mark.parametrize(
    ("name", "reason"), [("hang", "stalled"), ("crash", "crashed"), ("killed", "crashed")]
)
def test_what_kills_its_process_is_recorded_and_the_rest_is_whole(
    tmp_path: Path, marks: Path, monkeypatch: pytest.MonkeyPatch, name: str, reason: str
) -> None:
    done: list[Job] = []

    def alone() -> bool:  # the other worker is done
        return any(job.part.table == "prints" for job in done) and lives(marks, "hang")

    monkeypatch.setattr("sakuga.core.guard.time", Clock(alone))
    run(Local(2), tmp_path, [["a", name, "b"], ["c"]], str(marks), done=done)
    assert reasons(tmp_path) == {name: reason}
    assert len(list(tmp_path.rglob("tables/prints/*.parquet"))) == 2


@pytest.mark.parametrize("name", ["hang", "crash", "killed"])
def test_in_a_batch_too_only_the_one_that_kills_is_given_up(
    tmp_path: Path, marks: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("sakuga.core.guard.time", Clock(lambda: lives(marks, "hang")))
    run(Local(1), tmp_path, [["a", name, "b", "c"]], str(marks), batch=4)
    assert set(reasons(tmp_path)) == {name}


def test_a_stage_that_hangs_before_it_works_stops_the_build(
    tmp_path: Path, marks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sakuga.core.guard.time", Clock(lambda: lives(marks, "load")))
    store = Store(str(tmp_path))
    stage = Draw(load_for=600, marks=str(marks))
    jobs = make_plan(store, [stage], write_sources(store, [["a"]])).jobs
    with pytest.raises(WorldError, match="can't start") as raised:
        Local(1).run(jobs, lambda *_: None)
    assert "__main__" not in str(raised.value)  # it began: no script stands in its way


_SCRIPT = """
from sys import argv
from sakuga.core.engine import Local
from sakuga.core.plan import make_plan
from sakuga.core.store import Store
from tests.clocks import Clock, lives
from tests.fakes import Draw, write_sources

store = Store(argv[1])
jobs = make_plan(store, [Draw()], write_sources(store, [["a"]])).jobs
Local(1).run(jobs, lambda *_: None)
"""


def test_a_script_that_builds_as_it_is_imported_is_told_where_to_build(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(_SCRIPT, encoding="utf-8")
    here = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, str(script), str(tmp_path / "out")]
    ended = subprocess.run(command, env=here, capture_output=True, text=True, check=False)
    last = ended.stderr.splitlines()[-1]
    assert ended.returncode == 1
    assert "WorldError: a worker can't start: its process ended with exit code 1" in last
    assert last.endswith('a script must do its work under `if __name__ == "__main__":`')


def test_a_full_disk_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="No space"):
        run(Local(2), tmp_path, [["a"], ["full"]])


def test_an_item_that_takes_too_long_in_all_is_given_up(
    tmp_path: Path, marks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sakuga.core.guard.time", Clock(lambda: lives(marks, "hang")))
    run(Local(1, Limits(stall=1e9, total=600.0)), tmp_path, [["hang", "a"]], str(marks))
    [lost] = failures(tmp_path)
    assert (lost.id, lost.reason) == ("hang", "stalled")
    assert lost.message.startswith("not done after")


def test_what_a_process_said_before_it_died_tells_what_it_died_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks at it may stand still between its last words and its end."""
    alive = Child.alive.fget
    assert alive is not None

    def after_its_end(child: Child) -> bool:
        wait(child.waitables[1:], timeout=0.7)
        return bool(alive(child))

    monkeypatch.setattr(Child, "alive", property(after_its_end))
    run(Local(1), tmp_path, [["a", "crash", "b"]])
    assert reasons(tmp_path) == {"crash": "crashed"}


def test_one_load_serves_a_process(tmp_path: Path, marks: Path) -> None:
    run(Local(1), tmp_path / "out", [["a"], ["b"]], str(marks))
    assert sorted(p.name[0] for p in marks.iterdir()) == ["a", "b"]


def test_what_must_run_alone_stays_with_one_process(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    sources = write_sources(store, [["a"], ["b"], ["c"], ["d"]])
    Local(3).run(make_plan(store, [Draw(), Lonely()], sources).jobs, lambda *_: None)
    workers = {row.frames for p in store.parts("tallys") for row in store.read_part(p, Tally)}
    assert len(workers) == 1


def test_workers_have_the_environment_of_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for told in ("1", "22"):
        monkeypatch.setenv("SAKUGA_TOLD", told)
        store = Store(str(tmp_path / told))
        jobs = make_plan(store, [Told()], write_sources(store, [["a"]])).jobs
        Local(1).run(jobs, lambda *_: None)
        assert [row.frames for row in store.read_part(jobs[0].part, Tally)] == [int(told)]
