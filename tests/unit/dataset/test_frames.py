"""Frames for training: the right ones, of the right clip, or a failure that says why."""

from __future__ import annotations

import dataclasses
import pickle
import random
import shutil
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest

import sakuga
from sakuga.core.errors import ItemError, RequestError
from sakuga.core.records import Failure, Row, Source
from sakuga.core.store import Store
from sakuga.core.video import VideoReader
from sakuga.dataset import frames as module
from sakuga.dataset.footage import Footage, NoFootage
from sakuga.dataset.frames import ClipFrames
from sakuga.dataset.pick import TooFewKeyframes
from sakuga.dataset.published import Dataset
from sakuga.dataset.samples import NoSamples
from tests.films import pictures, write
from tests.unit.dataset.reels import CODECS, EVERY, EVERY_SAMPLE, SHOT, build, draw_reel, truth


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reel")
    draw_reel(folder)
    return folder


@pytest.fixture(scope="module")
def exact(reel: Path) -> dict[str, list[Any]]:
    return {name: truth(reel / name) for name in CODECS}


@pytest.fixture(scope="module")
def shots(reel: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    films = [reel / name for name in CODECS]
    return sakuga.open(build(tmp_path_factory.mktemp("built"), films))


@pytest.fixture
def alone(shots: Dataset, tmp_path: Path) -> Path:
    """The published files without the build that made them."""
    return Path(shutil.copytree(shots.place.folder, tmp_path / "published"))


def assert_right(made: ClipFrames | Failure, rows: dict[str, Row], exact: dict[str, Any]) -> None:
    assert isinstance(made, ClipFrames), made
    row = rows[made.id]
    assert set(made.numbers.tolist()) <= set((row.start + row.keyframe_numbers).tolist())
    for number, picture in zip(made.numbers.tolist(), made.pixels, strict=True):
        assert np.array_equal(picture, exact[row.url][number]), (row.url, number)


@pytest.mark.parametrize("how", ["uniform", "middle", "random"])
def test_every_clip_gets_its_own_frames_to_the_bit(
    shots: Dataset, exact: dict[str, Any], how: Any
) -> None:
    rows = {row.id: row for row in shots}
    found = list(shots.each_frames(how=how, seed=3))
    assert sorted(made.id for made in found) == sorted(rows)
    for made in found:
        assert_right(made, rows, exact)


def test_without_the_build_the_films_are_found_in_a_folder(
    alone: Path, reel: Path, exact: dict[str, Any]
) -> None:
    shots = sakuga.open(alone, footage=str(reel))
    rows = {row.id: row for row in shots}
    found = list(shots.each_frames())
    assert len(found) == len(rows)
    for made in found:
        assert_right(made, rows, exact)


def test_rows_in_any_order_and_twice_give_each_its_own(
    shots: Dataset, exact: dict[str, Any]
) -> None:
    rows = list(shots) * 2
    random.Random(0).shuffle(rows)
    found = list(shots.each_frames(rows))
    assert sorted(made.id for made in found) == sorted(row.id for row in rows)
    for made in found:
        assert_right(made, {row.id: row for row in rows}, exact)


def test_a_film_is_opened_once_for_all_its_clips(
    shots: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    class Counted(VideoReader):
        def __init__(self, url: str, *more: Any) -> None:
            opened.append(url)
            super().__init__(url, *more)

    monkeypatch.setattr("sakuga.core.video.VideoReader", Counted)
    list(shots.each_frames())
    assert len(opened) == len(set(opened)) == len(CODECS)


def test_one_clip_by_row_or_by_id(shots: Dataset, exact: dict[str, Any]) -> None:
    row = list(shots)[4]
    pixels = shots.frames(row)
    assert pixels.shape == (8, 64, 96, 3)
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels, shots.frames(row.id))
    assert np.array_equal(pixels[0], exact[row.url][row.start])


@pytest.mark.parametrize(
    ("size", "shape"), [(32, (32, 32)), ((48, 80), (48, 80)), (200, (200, 200))]
)
def test_frames_come_in_the_size_asked_for(
    shots: Dataset, size: Any, shape: tuple[int, int], exact: dict[str, Any]
) -> None:
    row = next(iter(shots))
    pixels = shots.frames(row, size=size)
    assert pixels.shape == (8, *shape, 3)
    mean = np.mean(exact[row.url][row.start], axis=(0, 1))
    assert pixels[0].mean(axis=(0, 1)) == pytest.approx(mean, abs=3)


def test_a_turned_film_comes_upright(shots: Dataset) -> None:
    [*_, row] = shots
    assert row.url == "turned.mp4"
    assert shots.frames(row).shape == (8, 96, 64, 3)


def test_samples_serve_where_no_film_is(shots: Dataset, exact: dict[str, Any]) -> None:
    rows = {row.id: row for row in shots}
    count = SHOT // EVERY // EVERY_SAMPLE
    for made in shots.each_frames(count=count, origin="samples"):
        assert isinstance(made, ClipFrames)
        assert made.origin == "samples"
        row = rows[made.id]
        for number, picture in zip(made.numbers.tolist(), made.pixels, strict=True):
            told = exact[row.url][number].astype(int)
            assert np.abs(picture.astype(int) - told).mean() < 6  # as JPEG keeps it


def test_random_frames_come_again_with_the_seed(shots: Dataset) -> None:
    row = next(iter(shots))
    one, other = (shots.frames(row, count=4, how="random", seed=n) for n in (1, 2))
    assert np.array_equal(one, shots.frames(row, count=4, how="random", seed=1))
    assert not np.array_equal(one, other)


def test_a_clip_with_too_few_keyframes_is_refused_or_repeats_its_last(shots: Dataset) -> None:
    row = next(iter(shots))
    with pytest.raises(TooFewKeyframes, match="16 keyframes; 20"):
        shots.frames(row, count=20)
    pixels = shots.frames(row, count=20, short="repeat")
    assert all(np.array_equal(pixels[15], each) for each in pixels[15:])
    failures = list(shots.each_frames(count=20))
    assert {f.reason for f in failures if isinstance(f, Failure)} == {"too_few_keyframes"}
    assert len(failures) == len(shots)


def test_what_can_t_be_asked_for_is_said_before_anything_is_read(shots: Dataset) -> None:
    for asked, said in (
        ({"count": 0}, "count = 0"),
        ({"size": 0}, "size = 0"),
        ({"origin": "sample"}, "did you mean 'samples'"),
        ({"how": "random_"}, "did you mean 'random'"),
    ):
        with pytest.raises(RequestError, match=said):
            shots.each_frames(**asked)  # type: ignore[arg-type]


# ---- what is wrong costs itself alone


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Dataset]:
    """Two films of one's own, to be spoiled."""
    folder = tmp_path / "films"
    draw_reel(folder, ["one.mp4", "two.mkv"])
    return folder, sakuga.open(build(tmp_path / "out", sorted(folder.iterdir())))


def by_film(shots: Dataset, **more: Any) -> dict[str, list[ClipFrames | Failure]]:
    rows = {row.id: row for row in shots}
    found: dict[str, list[ClipFrames | Failure]] = {}
    for made in shots.each_frames(**more):
        found.setdefault(rows[made.id].url, []).append(made)
    return found


def reasons(made: list[ClipFrames | Failure]) -> set[str]:
    return {each.reason for each in made if isinstance(each, Failure)}


def test_another_film_under_the_same_name_is_refused(small: tuple[Path, Dataset]) -> None:
    folder, shots = small
    write(folder / "one.mp4", pictures(96, 96, 64, seed=9))
    found = by_film(shots)
    assert reasons(found["one.mp4"]) == {"no_footage"}
    assert not reasons(found["two.mkv"])
    [first, *_] = shots
    with pytest.raises(NoFootage, match="no longer the file"):
        shots.frames(first)


def test_another_film_of_the_same_size_is_refused(small: tuple[Path, Dataset]) -> None:
    folder, shots = small
    content = bytearray((folder / "one.mp4").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (folder / "one.mp4").write_bytes(content)
    assert reasons(by_film(shots)["one.mp4"]) == {"no_footage"}


def test_a_film_that_was_only_touched_is_the_same(small: tuple[Path, Dataset]) -> None:
    folder, shots = small
    (folder / "one.mp4").touch()
    assert not reasons(by_film(shots)["one.mp4"])


def test_a_film_that_was_moved_and_renamed_is_found_by_its_content(
    small: tuple[Path, Dataset], tmp_path: Path
) -> None:
    folder, shots = small
    (folder / "one.mp4").rename(folder / "season one.mp4")
    assert reasons(by_film(shots)["one.mp4"]) == {"no_footage"}
    again = sakuga.open(tmp_path / "out", footage=[str(folder)])
    assert not reasons(by_film(again)["one.mp4"])


def test_missing_films_say_where_they_were_looked_for(
    small: tuple[Path, Dataset], tmp_path: Path
) -> None:
    _, shots = small
    published = Path(shutil.copytree(shots.place.folder, tmp_path / "alone"))
    [first, *_] = shots
    with pytest.raises(NoFootage, match=r"one.mp4: the film is not at hand.*footage=FOLDER"):
        sakuga.open(published).frames(first)
    with pytest.raises(RequestError, match="there is no such folder"):
        sakuga.open(published, footage="nowhere").frames(first)
    with pytest.raises(NoSamples, match="in the folder of its build"):
        sakuga.open(published).frames(first, origin="samples")


@pytest.mark.parametrize("keep", [0.5, 0.9])
def test_a_film_that_no_longer_decodes_fails_and_gives_no_other_frames(
    small: tuple[Path, Dataset], monkeypatch: pytest.MonkeyPatch, keep: float
) -> None:
    """A disk gone bad under an unchanged name, size and time: the hash was checked before."""
    folder, shots = small
    rows = {row.id: row for row in shots}
    exact = {name: truth(folder / name) for name in ("one.mp4", "two.mkv")}
    content = (folder / "two.mkv").read_bytes()
    spoiled = content[: int(len(content) * keep)].ljust(len(content), b"\0")
    (folder / "two.mkv").write_bytes(spoiled)
    monkeypatch.setattr(
        "sakuga.dataset.footage._digest", lambda _: rows_of(shots, "two.mkv")[0].video
    )
    found = by_film(shots)
    assert any(isinstance(made, Failure) for made in found["two.mkv"])
    assert len(found["two.mkv"]) == len(rows_of(shots, "two.mkv"))
    for made in found["one.mp4"]:
        assert_right(made, rows, exact)


def rows_of(shots: Dataset, url: str) -> list[Row]:
    return [row for row in shots if row.url == url]


def test_frames_that_can_t_be_found_again_are_a_failure(
    small: tuple[Path, Dataset], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, shots = small
    lost = next(iter(shots))
    found = module._found

    def without(reader: Any, numbers: list[int], pts: Any) -> Any:
        return (f for f in found(reader, numbers, pts) if f.index != lost.start)

    monkeypatch.setattr(module, "_found", without)
    made = {each.id: each for each in shots.each_frames()}
    failures = [each for each in made.values() if isinstance(each, Failure)]
    assert {rows.start for rows in shots if isinstance(made[rows.id], Failure)} == {lost.start}
    assert {each.reason for each in failures} == {"no_frames"}
    with pytest.raises(ItemError, match="not all of its frames"):
        shots.frames(lost)


@pytest.mark.parametrize("built", [True, False])
def test_a_clip_past_the_film_s_end_is_a_failure(
    small: tuple[Path, Dataset], built: bool, tmp_path: Path
) -> None:
    folder, shots = small
    if not built:
        alone = shutil.copytree(shots.place.folder, tmp_path / "alone")
        shots = sakuga.open(alone, footage=str(folder))
    rows = list(shots)[:2]
    past = dataclasses.replace(rows[1], start=10**6)
    made = {each.id: each for each in shots.each_frames([rows[0], past])}
    assert isinstance(made[rows[0].id], ClipFrames)
    assert reasons([made[past.id]]) == {"no_frames"}


def test_a_clip_comes_as_soon_as_its_last_frame_is_read(
    shots: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a film's clips are never all in memory."""
    read: list[int] = []
    found = module._found

    def counted(*given: Any) -> Any:
        for frame in found(*given):
            read.append(frame.index)
            yield frame

    monkeypatch.setattr(module, "_found", counted)
    coming = iter(shots.each_frames())
    for clips in (1, 2, 3):
        next(coming)
        assert len(read) == 8 * clips


def test_films_and_build_may_lie_in_a_bucket(small: tuple[Path, Dataset], tmp_path: Path) -> None:
    folder, shots = small
    memory = fsspec.filesystem("memory")
    memory.put(str(folder), "/bucket/films", recursive=True)
    memory.put(str(tmp_path / "out"), "/bucket/out", recursive=True)
    local = {made.id: made for made in shots.each_frames()}
    try:
        for path in folder.iterdir():
            path.unlink()
        remote = sakuga.open("memory://bucket/out", footage="memory://bucket/films")
        for made in remote.each_frames():
            told = local[made.id]
            assert isinstance(made, ClipFrames), made
            assert isinstance(told, ClipFrames)
            assert np.array_equal(made.pixels, told.pixels)
        assert {m.origin for m in remote.each_frames(count=1, origin="samples")} == {"samples"}
    finally:
        memory.rm("/bucket", recursive=True)


def test_the_same_film_under_another_address_of_the_build_serves(
    small: tuple[Path, Dataset], tmp_path: Path
) -> None:
    """A duplicate that the build saw: when the first address is gone, the other is taken."""
    folder, shots = small
    first, store = next(iter(shots)), Store(str(tmp_path / "out"))
    copy = Path(shutil.copy(folder / first.url, tmp_path / "copy.mp4"))
    [part] = [p for p in store.parts("sources") if p.number == 0]
    [source] = store.read_part(part, Source)
    twin = dataclasses.replace(source, url=str(copy), duplicate_of=source.id)
    with store.writing(part, Source, {}) as out:
        out.add([source, twin], [])
    (folder / first.url).unlink()
    assert sakuga.open(tmp_path / "out").frames(first).shape == (8, 64, 96, 3)


def test_footage_travels(small: tuple[Path, Dataset]) -> None:
    _, shots = small
    first = next(iter(shots))
    again: Footage = pickle.loads(pickle.dumps(shots.footage))
    assert again.film(first).url == shots.footage.film(first).url
