"""Every nth keyframe as an upright image, decoded by seeking."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sakuga.build.collect.probe import probe
from sakuga.build.sample import Sample
from sakuga.core import video as reading
from sakuga.core.errors import NoFrames, Unreadable
from sakuga.core.images import from_jpeg
from sakuga.core.records import Keyframes, Signals, Source
from sakuga.core.schema import hints
from sakuga.core.video import VideoReader
from tests.films import pictures, write


def item_maker(path: Path) -> Any:
    """A function from frame numbers to an item: a clip whose keyframes these are."""
    video = probe(Source("s", 0, "v", str(path), "", "mp4", "g", 1, 1, None, [], None, None))
    with VideoReader(str(path)) as reader:
        pts = np.array([-1 if f.pts is None else f.pts for f in reader.frames()], np.int64)
    empty = {name: np.zeros(0) for name in hints(Signals)}
    signals = Signals(**{**empty, "id": "v", "frames": len(pts), "damaged": 0, "pts": pts})

    def make(name: str, *frames: int) -> tuple[Any, ...]:
        numbers = np.array(frames, np.int32)
        return Keyframes(name, "v", *[numbers] * 5, np.zeros(0)), video, signals

    return make


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write(tmp_path / "a.mp4", pictures(40), options={"preset": "veryfast", "bf": "3"})


def test_the_first_and_every_nth_keyframe_become_images(film: Path) -> None:
    make = item_maker(film)
    items = [make("a", 0, 2, 4, 6, 9), make("b", 11, 30), make("c", 39)]
    rows = list(Sample(every=2).load()(items))
    assert [(row.id, row.frames) for row in rows] == [("a", [0, 4, 9]), ("b", [11]), ("c", [39])]
    assert [len(row.images) for row in rows] == [3, 1, 1]


def test_images_show_the_frames_they_name(film: Path) -> None:
    make = item_maker(film)
    with VideoReader(str(film)) as reader:
        truth = [frame.bgr().astype(int) for frame in reader.frames()]
    [row] = Sample(every=1, quality=100).load()([make("a", 5, 13, 26, 35)])
    for number, image in zip(row.frames, row.images, strict=True):
        away = [np.abs(from_jpeg(image) - frame).mean() for frame in truth]
        assert int(np.argmin(away)) == number
        assert away[number] < 4


def test_no_image_is_larger_than_asked_and_none_is_enlarged(film: Path) -> None:
    make = item_maker(film)
    [small] = Sample(longest=64).load()([make("a", 3)])
    [same] = Sample(longest=1024).load()([make("a", 3)])
    assert from_jpeg(small.images[0]).shape == (48, 64, 3)
    assert from_jpeg(same.images[0]).shape == (96, 128, 3)


def test_images_are_upright(tmp_path: Path) -> None:
    make = item_maker(write(tmp_path / "a.mp4", pictures(3), rotation=90))
    [row] = Sample().load()([make("a", 1)])
    assert from_jpeg(row.images[0]).shape == (128, 96, 3)


def test_clips_of_one_film_are_read_in_one_pass(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = item_maker(film)
    read: list[int] = []
    monkeypatch.setattr(reading, "beat", lambda: read.append(1))
    list(Sample().load()([make("a", 24), make("b", 27), make("c", 33)]))
    assert len(read) <= 16


def test_a_frame_that_is_gone_is_said(film: Path) -> None:
    make = item_maker(film)
    items = [make("a", 3)]
    write(film, pictures(2))
    with pytest.raises(NoFrames, match="not all decode again"):
        list(Sample().load()(items))
    film.unlink()
    with pytest.raises(Unreadable):
        list(Sample().load()(items))
