"""The content meter: what it keeps of a frame."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sakuga.build.scan.content import GRID, WIDTH, Content, HsvChange
from sakuga.build.scan.picture import Picture
from sakuga.core.video import VideoReader
from tests.films import pictures, write

LUMA = GRID[0] * GRID[1]


def measured(path: Path, release: bool = False) -> dict[str, NDArray[np.generic]]:
    meter, picture = Content(release), None
    with VideoReader(str(path)) as reader:
        for frame in reader.frames():
            picture = Picture(frame, picture)
            meter.add(picture)
    return meter.columns()


def rows(columns: dict[str, NDArray[np.generic]]) -> NDArray[np.generic]:
    return columns["grid"].reshape(-1, WIDTH)


def film(folder: Path, images: Sequence[NDArray[np.uint8]]) -> Path:
    return write(folder / "film.mkv", images, "ffv1", "yuv420p")


def test_a_cell_is_the_mean_of_what_lies_in_it(tmp_path: Path) -> None:
    picture = np.zeros((480, 640, 3), np.uint8)
    picture[:, 320:] = 255
    (row,) = rows(measured(film(tmp_path, [picture])))
    luma = row[:LUMA].reshape(6, 8)
    assert np.all(luma[:, :4] == 16)
    assert np.all(luma[:, 4:] >= 234)
    assert np.all(np.abs(row[LUMA:].astype(int) - 128) <= 1)


def test_colour_is_kept_too(tmp_path: Path) -> None:
    picture = np.zeros((480, 640, 3), np.uint8)
    picture[:, :, 2] = 255
    (row,) = rows(measured(film(tmp_path, [picture])))
    assert row[LUMA] < 110
    assert row[-1] > 220


def lines(seed: int) -> NDArray[np.uint8]:
    """A drawing of many strokes."""
    random = np.random.default_rng(seed)
    picture = np.full((480, 640, 3), 120, np.uint8)
    for x, y in random.integers(0, 600, (60, 2)).tolist():
        cv2.line(picture, (x, y), (y, x + 40), (60, 60, 60), 9)
    return picture


def test_lines_that_stay_are_kin_and_others_are_not(tmp_path: Path) -> None:
    lighter = lines(1) + np.uint8(60)
    kinship = measured(film(tmp_path, [lines(1), lines(1), lighter, lines(2)]))["kinship"]
    assert kinship[1] == 1
    assert kinship[2] > 0.9
    assert kinship[3] < 0.3


@pytest.mark.parametrize(("width", "height"), [(2, 2), (16, 16), (17, 31), (640, 36)])
def test_pictures_of_any_size_are_measured(tmp_path: Path, width: int, height: int) -> None:
    images = list(pictures(3, width, height))
    path = write(tmp_path / "film.mkv", images, "ffv1", "yuv444p")
    columns = measured(path, release=True)
    assert rows(columns).shape == (3, WIDTH)
    assert np.all(np.isfinite(columns["contrast"]))
    assert columns["hsv_change"].shape == (9,)


def test_a_long_film_is_kept_whole() -> None:
    change = HsvChange()
    frames = np.zeros((2, 4, 6, 3), np.uint8)
    frames[1] += 10
    for number in range(9000):
        change.add(frames[number % 2])
    sums = change.columns().reshape(-1, 3)
    assert np.all(sums[0] == 0)
    assert np.all(sums[1:] == (0, 0, 10 * 24))


def test_without_release_nothing_is_measured_for_it(tmp_path: Path) -> None:
    assert len(measured(film(tmp_path, list(pictures(2))))["hsv_change"]) == 0


def test_a_frame_of_another_size_is_marked() -> None:
    change = HsvChange()
    for size in ((4, 6, 3), (8, 12, 3), (4, 6, 3)):
        change.add(np.zeros(size, np.uint8))
    assert change.columns().tolist() == [0, 0, 0, -1, -1, -1, 0, 0, 0]
