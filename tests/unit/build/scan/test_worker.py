"""The scan as a stage, on files."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sakuga.build.scan import Scan
from sakuga.core.encode import VideoFormat, VideoWriter
from sakuga.core.errors import ItemError
from sakuga.core.records import Signals, Video
from tests.unit.build.scan.frames import held, scene, with_square


def video(path: Path) -> Video:
    known: dict[str, Any] = {"id": "v", "url": str(path), "stream": 0}
    return Video(**{field.name: known.get(field.name, "") for field in fields(Video)})


def written(path: Path, frames: list[np.ndarray]) -> Path:
    height, width = frames[0].shape
    with VideoWriter(path, width, height, VideoFormat(rate=Fraction(24), threads=1)) as writer:
        for luma in frames:
            writer.write(np.repeat(luma[..., None], 3, axis=2))
    return path


@pytest.mark.parametrize("release", [False, True])
def test_every_column_has_its_frames(tmp_path: Path, release: bool):
    film = held([with_square(scene(), left) for left in (50, 80, 110)], 2)
    (made,) = Scan(release=release).load()([(video(written(tmp_path / "film.mp4", film)),)])
    assert made.frames == 6
    assert made.damaged == 0
    assert (np.diff(made.pts) > 0).all()
    assert len(made.ssim) == (6 if release else 0)
    assert len(made.change) == len(made.stir) == len(made.drift) == len(made.match) == 6


def test_a_second_scan_measures_the_same(tmp_path: Path):
    path = written(tmp_path / "film.mp4", held([scene(1), scene(2)], 3))
    worker = Scan().load()
    (one,), (two,) = worker([(video(path),)]), worker([(video(path),)])
    for field in fields(Signals):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(two, field.name))


def test_what_is_no_film_is_told(tmp_path: Path):
    (tmp_path / "film.mp4").write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(ItemError):
        list(Scan().load()([(video(tmp_path / "film.mp4"),)]))


def test_the_front_door_needs_neither_opencv_nor_pyav():
    code = "import sys, sakuga.build.scan, sakuga.build.keyframe as _;"
    code += "print({'cv2', 'av'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
