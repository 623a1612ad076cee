"""Decoders that crash and hang cost the file they are at, and are counted; the rest is measured."""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sakuga.core.errors import RequestError
from sakuga.core.guard import Limits, WorldError
from sakuga.core.records import Failure
from sakuga.evaluate.apart import Apart
from sakuga.evaluate.clips import Clip, Clips, Ref
from sakuga.evaluate.decode import frames_of_file
from sakuga.evaluate.extractors.random import Random
from sakuga.evaluate.features import measure
from sakuga.evaluate.lost import lost_of
from sakuga.evaluate.sources import DatasetSource, FolderSource, open_source
from tests.builds import once
from tests.clocks import Clock, lives
from tests.films import pictures, write
from tests.unit.dataset.reels import build, draw_reel
from tests.unit.evaluate.sides import Hostile, HostileFilm, blobs
from tests.unit.evaluate.works import Says

SMALL = Clips(frames=4, height=16, width=24)


@pytest.fixture(scope="session")
def folder(shared: Path) -> Path:
    """Nine films of 20 frames, one for each clip."""
    return once(shared / "nine", lambda out: blobs(out, 9))


def source(folder: Path, decode: Any) -> FolderSource:
    found = open_source(str(folder))
    assert isinstance(found, FolderSource)
    return dataclasses.replace(found, decode=decode)


@pytest.fixture
def marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder for marks; while one who left `hang` there is alive, time flies."""
    folder = tmp_path / "marks"
    folder.mkdir()
    monkeypatch.setattr("sakuga.evaluate.apart.time", Clock(lambda: lives(folder, "hang")))
    return str(folder)


def read(where: Any, clips: Clips = SMALL) -> tuple[dict[str, np.ndarray], Counter[str]]:
    left_out = Counter[str]()
    found: dict[str, np.ndarray] = {}
    for made in where.read(where.refs(clips, left_out), clips):
        if isinstance(made, Clip):
            found[made.ref.name] = made.pixels
        else:
            left_out[made.reason] += 1
    return found, +left_out


@pytest.mark.parametrize(
    ("act", "reason"), [("hang", "stalled"), ("crash", "crashed"), ("raise", "unexpected")]
)
def test_a_file_that_does_this_to_its_decoder_costs_only_itself(
    folder: Path, marks: str, act: str, reason: str
) -> None:
    found, left_out = read(source(folder, Hostile(act, "3.mp4", after=2, marks=marks)))
    assert sorted(found) == [str(n) for n in range(9) if n != 3]
    assert left_out == {reason: 1}


def test_what_is_read_apart_is_what_is_read_here(folder: Path) -> None:
    from sakuga.evaluate.decode import Cuts

    found, _ = read(open_source(str(folder)))
    for name, pixels in found.items():
        [(_, here)] = Cuts(SMALL)(folder / f"{name}.mp4", [name])
        assert np.array_equal(pixels, here)
        assert pixels.flags.writeable  # PyTorch warns of what is not


def test_a_decoder_that_crashed_once_is_given_another_try(folder: Path, tmp_path: Path) -> None:
    once_only = Hostile("crash", "3.mp4", until=str(tmp_path / "crashed"))
    found, left_out = read(source(folder, once_only))
    assert len(found) == 9 and not left_out


def test_clips_before_the_bad_place_of_a_film_are_kept_and_come_once(tmp_path: Path) -> None:
    write(tmp_path / "film.mp4", pictures(40, 96, 64))
    clips = Clips(frames=4, span=8, height=16, width=24)
    where = source(tmp_path / "film.mp4", Hostile("crash", "film.mp4", after=19))
    whole = open_source(str(tmp_path / "film.mp4")).refs(clips, Counter())
    made = list(where.read(whole, clips))
    assert [each.ref.name for each in made if isinstance(each, Clip)] == ["film#0", "film#1"]
    lost = [each for each in made if isinstance(each, Failure)]
    assert [(each.id, each.reason) for each in lost] == [
        (f"film#{n}", "crashed") for n in (2, 3, 4)
    ]
    assert "ended with exit code -11" in lost[0].message


def test_a_film_whose_frames_cant_be_counted_is_lost_itself(folder: Path) -> None:
    left_out = Counter[str]()
    clips = Clips(frames=4, span=10)
    found = source(folder, Hostile("crash", "3.mp4")).refs(clips, left_out)
    refs = [each for each in found if isinstance(each, Ref)]
    [lost] = [each for each in found if isinstance(each, Failure)]
    assert len(refs) == 16 and "3#0" not in {ref.name for ref in refs}
    assert (lost.id, lost.reason) == ("3", "crashed") and not +left_out


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dataset")
    draw_reel(folder / "films", ["one.mp4", "two.mkv"])
    build(folder / "built", [folder / "films" / name for name in ("one.mp4", "two.mkv")])
    return folder / "built"


@pytest.mark.parametrize(("act", "reason"), [("hang", "stalled"), ("crash", "crashed")])
def test_a_datasets_film_that_kills_its_decoder_costs_only_its_own_clips(
    dataset: Path, marks: str, act: str, reason: str
) -> None:
    clips = Clips(frames=8, height=16, width=24)
    whole, _ = read(DatasetSource(str(dataset)), clips)
    hostile = HostileFilm(act, "two.mkv", after=1, marks=marks)
    found, left_out = read(DatasetSource(str(dataset), hostile), clips)
    assert left_out == {reason: 2} and len(found) == len(whole) - 2
    assert all(np.array_equal(pixels, whole[name]) for name, pixels in found.items())


def test_time_in_which_nobody_asks_is_no_stall(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr("sakuga.evaluate.apart.time", clock)
    where = source(folder, Hostile("raise", "none"))
    made = where.read(where.refs(SMALL, Counter()), SMALL)
    first = next(made)
    clock.ahead += 3600
    rest = list(made)
    assert all(isinstance(each, Clip) for each in (first, *rest)) and len(rest) == 8


def test_a_file_that_kills_its_decoder_is_told_beside_the_numbers(folder: Path) -> None:
    both = [open_source(str(folder)), source(folder, Hostile("crash", "3.mp4"))]
    _, torn = measure(both, SMALL, {"fid": Random(width=4)}).sides
    assert (len(torn.refs), torn.left_out["crashed"]) == (8, 1)
    [lost] = torn.lost
    assert (lost.name, lost.reason, lost.clips) == ("3", "crashed", 1)
    assert "exit code -11" in lost.message


def test_spans_that_a_film_loses_and_a_film_that_cant_be_counted_are_named_by_the_film(
    folder: Path,
) -> None:
    cut = Clips(frames=4, span=5, height=16, width=24)
    both = [
        source(folder, Hostile("raise", "3.mp4", after=19)),
        source(folder, Hostile("raise", "3.mp4", after=12)),
    ]
    whole, torn = both
    counted = dataclasses.replace(whole, decode=frames_of_file)
    refs = [each for each in counted.refs(cut, Counter()) if isinstance(each, Ref)]
    made = [each for each in torn.read(refs, cut) if isinstance(each, Failure)]
    assert [each.id for each in made] == ["3#2", "3#3"]
    [lost] = lost_of(made, spans=True)
    assert (lost.name, lost.reason, lost.clips) == ("3", "unexpected", 2)
    side = measure([counted, whole], cut, {"fid": Random(width=4)}).sides[1]
    assert [each.name for each in side.lost] == ["3"]


def each(what: str) -> list[Any]:
    with Apart(Says(what), Limits()) as apart:
        return list(apart.each("file", ["a", "b"]))


@pytest.mark.parametrize("room", [0, 15, 1000])
def test_arrays_come_whole_whether_they_fit_the_room_or_not(room: int) -> None:
    with Apart(Says("arrays"), Limits(), room) as apart:
        for names in (["2", "5", "0", "9"], ["7"]):
            for name, made in apart.each("file", names):
                assert made.shape == (int(name), 3) and (made == int(name)).all()
                assert made.flags.writeable


def test_one_process_does_all_files_and_ends_with_the_block() -> None:
    with Apart(Says("pid"), Limits()) as apart:
        pids = {made[1] for file in "xyz" for made in apart.each(file, ["a"])}
        assert len(pids) == 1 and os.getpid() not in pids
        os.kill(next(iter(pids)), 0)
    with pytest.raises(ProcessLookupError):
        os.kill(next(iter(pids)), 0)


@pytest.mark.parametrize(
    ("act", "said"), [("exit", "code 0, 2 times"), ("kill", "killed from outside, 4 times")]
)
def test_however_the_process_ends_it_is_told(act: str, said: str) -> None:
    made = each(act)
    assert [(one.id, one.reason) for one in made] == [("a", "crashed"), ("b", "crashed")]
    assert said in made[0].message


def test_what_the_work_raises_befalls_what_has_not_come() -> None:
    made, lost = each("unreadable")
    assert made == ("a", 1) and lost == Failure("b", "evaluate", "unreadable", "torn")


def test_what_does_not_come_at_all_is_a_failure() -> None:
    made, lost = each("less")
    assert made == ("a", 1) and (lost.id, lost.reason) == ("b", "bad_item")


def test_a_wrong_request_is_raised_here() -> None:
    with pytest.raises(RequestError, match="Pillow is missing"):
        each("refused")


def test_a_broken_world_stops_the_command_and_costs_no_clip() -> None:
    with pytest.raises(WorldError, match="No space left"):
        each("full")


def test_a_process_that_cant_begin_is_said_at_once() -> None:
    with pytest.raises(WorldError, match=r"can't start: .*exit code 3.*__main__"):
        each("stillborn")
