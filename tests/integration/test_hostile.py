"""Decoders that hang, crash and fill disks: the build goes on, or stops and goes on from there."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from sakuga.build.pipeline import Watcher
from sakuga.core.errors import RequestError
from sakuga.core.guard import WorldError
from sakuga.core.records import Row, Source
from tests.builds import assert_equal, built, run
from tests.clocks import Clock, lives


def spell(act: str, until: Path | None = None, on: str = "b.webm") -> tuple[str, ...]:
    """Overrides that make `scan` do something at one film."""
    lifted = (f"scan.until={until}",) if until else ()
    return ("scan.use=tests.hostile:HostileScan", f"scan.act={act}", f"scan.on={on}", *lifted)


@pytest.fixture(scope="module")
def unspelled(finished: Path) -> dict[str, str]:
    """Every row of the reel when nothing happens, by film and place."""
    return rows(finished)


def rows(out: Path) -> dict[str, str]:
    return {f"{row.url} {row.index}": str(row) for row in built(out).rows(Row)}


def without(expected: dict[str, str], name: str) -> dict[str, str]:
    return {key: row for key, row in expected.items() if not key.startswith(name)}


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("hang", "stalled"),
        ("crash", "crashed"),
        ("abort", "crashed"),
        ("kill", "crashed"),
        ("exit", "crashed"),
        ("raise", "unexpected"),
    ],
)
def test_a_film_that_does_this_to_its_decoder_costs_only_itself(
    tmp_path: Path,
    reel: Path,
    unspelled: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    act: str,
    reason: str,
) -> None:
    out, marks = tmp_path / "out", tmp_path / "marks"
    marks.mkdir()
    made: list[str] = []
    watcher = Watcher(part_done=lambda job, _: made.append(job.part.table))

    def alone() -> bool:  # the other films are done, and nobody but it is at work
        return made.count("rows") == 4 and lives(marks, "hang")

    monkeypatch.setattr("sakuga.core.guard.time", Clock(alone))
    overrides = [*spell(act), f"scan.marks={marks}"]
    result = run(out, reel, workers=2, overrides=overrides, watcher=watcher)
    [source] = [s for s in built(out).rows(Source) if s.url.endswith("b.webm")]
    assert source.video
    failure = built(out).failures()[source.video]
    assert (failure.stage, failure.reason, result.failures) == ("scan", reason, 2)
    assert rows(out) == without(unspelled, "b.webm")


def test_retry_tries_again_what_failed_for_that_reason(
    tmp_path: Path, reel: Path, unspelled: dict[str, str]
) -> None:
    mended, out = tmp_path / "mended", tmp_path / "out"
    overrides = spell("crash", mended)
    run(out, reel, overrides=overrides)
    before = built(out).files()
    with pytest.raises(RequestError, match=r"--retry stalled.*crashed, unrecognised"):
        run(out, reel, overrides=overrides, retry="stalled")
    assert built(out).files() == before
    mended.touch()
    result = run(out, reel, overrides=overrides, retry="crashed")
    assert (result.made, result.failures) == (6, 1)  # one part of each room but `collect`
    assert rows(out) == unspelled
    kept = {name for name, mark in built(out).files().items() if before.get(name) == mark}
    assert len(before) - len(kept) == 6


def test_a_full_disk_stops_the_build_and_it_goes_on_from_there(tmp_path: Path, reel: Path) -> None:
    space, out, other = tmp_path / "space", tmp_path / "out", tmp_path / "other"
    overrides = spell("full", space, on="d.mp4")
    with pytest.raises(WorldError, match="No space left"):
        run(out, reel, overrides=overrides)
    assert not (out / "dataset").exists()
    made = built(out).files()
    assert list(out.rglob("*.tmp")) == []
    space.touch()
    run(out, reel, overrides=overrides)
    run(other, reel, overrides=overrides, workers=0)
    assert_equal(out, other)
    assert made.items() <= built(out).files().items()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_file_that_can_t_be_written_leaves_nothing_half_written(
    tmp_path: Path, reel: Path
) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    out, other = tmp_path / "out", tmp_path / "other"
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            run(out, reel, workers=0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert built(out).store.parts("samples") == []
    assert list(out.rglob("*.tmp")) == []
    run(out, reel, workers=0)
    run(other, reel, workers=0)
    assert_equal(out, other)


def test_a_film_that_goes_away_on_the_way_costs_only_itself(
    tmp_path: Path, reel: Path, unspelled: dict[str, str]
) -> None:
    films, out = tmp_path / "films", tmp_path / "out"
    shutil.copytree(reel, films)
    run(out, films, workers=0, only=("collect",))
    (films / "c.mkv").unlink()
    result = run(out, films, workers=0)
    assert result.failures == 2
    assert {f.reason for f in built(out).failures().values()} == {"unrecognised", "unreadable"}
    assert rows(out) == without(unspelled, "c.mkv")


@pytest.mark.slow
def test_on_ray_too_it_costs_only_itself(
    tmp_path: Path, reel: Path, unspelled: dict[str, str]
) -> None:
    pytest.importorskip("ray")
    result = run(tmp_path, reel, workers=2, engine="ray", overrides=spell("crash"))
    assert sorted(f.reason for f in built(tmp_path).failures().values()) == [
        "crashed",
        "unrecognised",
    ]
    assert result.failures == 2
    assert rows(tmp_path) == without(unspelled, "b.webm")


@pytest.mark.slow
def test_on_ray_too_a_full_disk_stops_it(tmp_path: Path, reel: Path) -> None:
    pytest.importorskip("ray")
    space = tmp_path / "space"
    overrides = spell("full", space, on="d.mp4")
    with pytest.raises(WorldError, match="No space left"):
        run(tmp_path / "out", reel, workers=2, engine="ray", overrides=overrides)
    space.touch()
    run(tmp_path / "out", reel, workers=2, engine="ray", overrides=overrides)
    run(tmp_path / "other", reel, workers=0, overrides=overrides)
    assert_equal(tmp_path / "out", tmp_path / "other")


def test_a_remake_that_was_stopped_goes_on_and_does_not_begin_anew(
    tmp_path: Path, reel: Path
) -> None:
    space, out = tmp_path / "space", tmp_path / "out"
    overrides = spell("full", space, on="d.mp4")
    space.touch()
    run(out, reel, overrides=overrides, workers=0)
    before = built(out).tables()
    space.unlink()
    with pytest.raises(OSError, match="No space left"):
        run(out, reel, overrides=overrides, remake=("scan",), workers=0)
    halfway = built(out).files()
    space.touch()
    run(out, reel, overrides=overrides, remake=("scan",), workers=0)
    assert halfway.items() <= built(out).files().items()
    assert all(table.equals(before[name]) for name, table in built(out).tables().items())
    run(out, reel, overrides=overrides, remake=("scan",), workers=0)
    assert not halfway.items() <= built(out).files().items()


def test_a_retry_that_was_stopped_goes_on(
    tmp_path: Path, reel: Path, unspelled: dict[str, str]
) -> None:
    mended, out = tmp_path / "mended", tmp_path / "out"
    overrides = spell("raise", mended)
    run(out, reel, overrides=overrides, workers=0)
    mended.touch()
    with pytest.raises(Stop):
        run(
            out,
            reel,
            overrides=overrides,
            retry="unexpected",
            workers=0,
            watcher=Watcher(part_done=stop),
        )
    result = run(out, reel, overrides=overrides, retry="unexpected", workers=0)
    assert result.failures == 1
    assert rows(out) == unspelled


class Stop(Exception):
    """Stands for Ctrl-C."""


def stop(*_: object) -> None:
    raise Stop
