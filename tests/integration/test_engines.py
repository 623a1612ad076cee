"""Wherever a build runs, it writes the same tables."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from sakuga.core.records import Row
from tests.builds import assert_equal, built, run


@pytest.mark.parametrize("workers", [1, 2])
def test_local_workers_write_what_one_process_writes(
    tmp_path: Path, reel: Path, finished: Path, workers: int
) -> None:
    result = run(tmp_path / "out", reel, workers=workers)
    assert result.failures == 1
    assert_equal(tmp_path / "out", finished)


def test_ray_writes_what_one_process_writes(tmp_path: Path, reel: Path, finished: Path) -> None:
    pytest.importorskip("ray")
    result = run(tmp_path / "out", reel, workers=2, engine="ray")
    assert result.failures == 1
    assert_equal(tmp_path / "out", finished)


def test_a_bucket_holds_what_a_folder_holds(reel: Path, finished: Path) -> None:
    out = f"memory://{uuid.uuid4().hex}"
    run(out, reel, workers=0)
    assert_equal(out, finished)
    assert run(out, reel, workers=0).made == 0


def test_every_film_has_its_rows(reel: Path, finished: Path) -> None:
    videos = {row.url for row in built(finished).rows(Row)}
    assert videos == {path.name for path in reel.iterdir()} - {"broken.mp4"}
    [failure] = built(finished).failures().values()
    assert failure.reason == "unrecognised"


def test_parts_are_built_side_by_side_or_at_once(
    tmp_path: Path, reel: Path, finished: Path
) -> None:
    out = tmp_path / "out"
    for numbers in (range(3, 9), range(1), range(1, 3)):
        run(out, reel, parts=numbers, workers=0)
        assert not (out / "dataset").exists()
    assert run(out, reel, workers=0).made == 0
    assert_equal(out, finished)


def test_room_by_room_is_all_at_once(tmp_path: Path, reel: Path, finished: Path) -> None:
    out = tmp_path / "out"
    for room in ("collect", "scan", "split", "keyframe", "sample", "motion", "publish"):
        assert run(out, reel, only=(room,), workers=0).made == 5
    assert run(out, reel, workers=0).made == 0
    assert_equal(out, finished)
