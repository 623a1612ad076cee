"""What changes between runs: the profile, the footage. Nothing is made again unasked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sakuga.core.errors import RequestError
from sakuga.core.records import Row, Source
from tests.builds import assert_equal, built, run


@pytest.fixture
def out(tmp_path: Path, finished: Path) -> Path:
    """A copy of a finished build of the reel."""
    return Path(shutil.copytree(finished, tmp_path / "out"))


def tables_of(names: dict[str, tuple[int, int]]) -> set[str]:
    return {Path(name).parts[1] for name in names}


def test_a_changed_profile_is_refused_with_what_it_would_remake(out: Path, reel: Path) -> None:
    before = built(out).files()
    said = r"\[split\] min_length 18 -> 30\. .*remake split \(5 parts\), keyframe \(5 parts\).*"
    with pytest.raises(RequestError, match=said + r"--remake split"):
        run(out, reel, overrides=["split.min_length=30"])
    assert built(out).files() == before


def test_remake_accepts_it_and_leaves_what_stands_above(
    out: Path, reel: Path, tmp_path: Path
) -> None:
    before = built(out).files()
    changed = ["split.min_length=30"]
    result = run(out, reel, overrides=changed, remake=("split",), workers=0)
    assert result.made == 5 * 5
    kept = {n: mark for n, mark in built(out).files().items() if before.get(n) == mark}
    assert tables_of(kept) == {"sources", "videos", "signals"}
    run(tmp_path / "fresh", reel, overrides=changed, workers=0)
    assert_equal(out, tmp_path / "fresh")
    with pytest.raises(RequestError, match="min_length 30 -> 18"):
        run(out, reel)


def test_a_room_is_remade_by_name_without_any_change(out: Path, reel: Path, finished: Path) -> None:
    before = built(out).files()
    assert run(out, reel, remake=("motion",), workers=0).made == 5 * 2
    changed = {n: mark for n, mark in built(out).files().items() if before.get(n) != mark}
    assert tables_of(changed) == {"motions", "rows"}
    assert_equal(out, finished)


def test_parts_are_remade_without_touching_others(out: Path, reel: Path) -> None:
    before = built(out).files()
    assert run(out, reel, remake=("scan",), parts=range(1, 2), workers=0).made == 6
    changed = [n for n, mark in built(out).files().items() if before.get(n) != mark]
    assert len(changed) == 6
    assert all("part-00001." in name for name in changed)


def test_one_room_alone_is_refused_until_its_inputs_are_there(tmp_path: Path, reel: Path) -> None:
    run(tmp_path, reel, only=("collect",), workers=0)
    with pytest.raises(RequestError, match="--only: signals must be made before"):
        run(tmp_path, reel, only=("split",), workers=0)
    assert run(tmp_path, reel, only=("scan", "split"), workers=0).made == 10


def test_new_footage_moves_no_clip_and_remakes_nothing(tmp_path: Path, reel: Path) -> None:
    films, out = tmp_path / "films", tmp_path / "out"
    films.mkdir()
    for name in ("b.webm", "d.mp4"):
        shutil.copy2(reel / name, films)
    run(out, films, workers=0)
    before, rows = built(out).files(), {row.id: str(row) for row in built(out).rows(Row)}
    for name in ("a.mp4", "c.mkv"):  # they come before and between
        shutil.copy2(reel / name, films)
    assert run(out, films, workers=0).made == 2 * 7
    after = built(out).files()
    assert {name: after[name] for name in before} == before
    more = {row.id: str(row) for row in built(out).rows(Row)}
    assert {key: more[key] for key in rows} == rows
    assert len(more) > len(rows)


def test_a_dataset_that_was_thrown_away_is_written_again(out: Path, finished: Path) -> None:
    shutil.rmtree(out / "dataset")
    assert run(out).made == 0
    assert_equal(out, finished)


def test_footage_that_is_gone_stays_in_the_dataset(out: Path, tmp_path: Path) -> None:
    rows = str(built(out).rows(Row))
    (tmp_path / "films").mkdir()
    assert run(out, tmp_path / "films").made == 0
    assert run(out).made == 0
    assert str(built(out).rows(Row)) == rows


def test_a_film_that_was_changed_is_built_anew(tmp_path: Path, reel: Path) -> None:
    films, out = tmp_path / "films", tmp_path / "out"
    films.mkdir()
    shutil.copy(reel / "a.mp4", films / "x.mp4")
    shutil.copy(reel / "d.mp4", films / "y.mp4")
    run(out, films, workers=0)
    shutil.copy(reel / "b.webm", films / "x.mp4")
    run(out, films, workers=0)
    [video] = {row.video for row in built(out).rows(Row) if row.url == "x.mp4"}
    [source] = [s for s in built(out).rows(Source) if s.url.endswith("x.mp4")]
    assert video == source.video
    assert len({row.video for row in built(out).rows(Row)}) == 2


def test_all_that_was_found_and_nothing_that_was_not(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="nothing to build"):
        run(tmp_path / "out")
    with pytest.raises(RequestError, match="no such file"):
        run(tmp_path / "out", tmp_path / "nowhere")
