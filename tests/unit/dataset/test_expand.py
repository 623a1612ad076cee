"""Keyframes to a film by timesheet class."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.core.encode import VideoFormat
from sakuga.core.records import Timing
from sakuga.core.video import VideoReader
from sakuga.dataset.expand import FILM, expand, exposure, holds, indices, write_expanded

TIMINGS = st.sampled_from(["ones", "twos", "threes"])


@pytest.mark.parametrize(
    ("timing", "rate", "frames", "wanted"),
    [
        ("ones", 24, None, [1, 1, 1, 1]),
        ("twos", 24, None, [2, 2, 2, 2]),
        ("threes", 24, None, [3, 3, 3, 3]),
        ("twos", 12, None, [1, 1, 1, 1]),
        ("threes", 12, None, [2, 1, 2, 1]),  # begin at 0, 1.5, 3, 4.5 frames
        ("ones", 30, None, [2, 1, 1, 1]),  # 0, 1.25, 2.5, 3.75, and the end at 5
        ("twos", 30, None, [3, 2, 3, 2]),  # 0, 2.5, 5, 7.5: what 3:2 pulldown does
        ("ones", 48, None, [2, 2, 2, 2]),
        ("twos", Fraction(24000, 1001), None, [2, 2, 2, 2]),
        ("twos", Fraction(30000, 1001), None, [3, 2, 3, 2]),
        ("twos", 24, 12, [2, 2, 2, 6]),
        ("twos", 24, 7, [2, 2, 2, 1]),
    ],
)  # fmt: skip
def test_holds_truth_table(
    timing: Timing, rate: Fraction, frames: int | None, wanted: list[int]
) -> None:
    assert holds(4, timing, Fraction(rate), frames).tolist() == wanted


@pytest.mark.parametrize(
    ("keyframes", "timing", "rate", "frames"),
    [(8, "ones", 12, None), (4, "twos", 24, 6), (0, "ones", 24, None), (4, "ones", 0, None)],
)
def test_a_drawing_without_a_frame_is_refused(
    keyframes: int, timing: Timing, rate: int, frames: int | None
) -> None:
    with pytest.raises(ValueError, match=r"no frame|nothing to expand"):
        holds(keyframes, timing, Fraction(rate), frames)


@given(st.integers(1, 60), TIMINGS)
def test_eight_drawings_become_eight_sixteen_or_twentyfour(keyframes: int, timing: Timing) -> None:
    assert holds(keyframes, timing).tolist() == [exposure(timing)] * keyframes


def test_a_long_film_of_ntsc_loses_no_drawing() -> None:
    assert set(holds(5000, "ones", Fraction(24000, 1001)).tolist()) == {1}


@given(st.integers(1, 40), TIMINGS, st.fractions(24, 120, max_denominator=30))
def test_every_frame_shows_the_drawing_that_began_last(
    keyframes: int, timing: Timing, speed: Fraction
) -> None:
    shown = indices(holds(keyframes, timing, speed))
    last = keyframes * exposure(timing) / FILM
    for frame, drawing in enumerate(shown):
        begun = [i for i in range(keyframes) if i * exposure(timing) / FILM <= frame / speed]
        assert drawing == begun[-1]
    assert (len(shown) - 1) / speed < last <= len(shown) / speed


@given(st.lists(st.integers(0, 5), max_size=20))
def test_indices_count_every_drawing_as_often_as_it_is_held(held: list[int]) -> None:
    shown = indices(np.array(held, np.int32)).tolist()
    assert shown == sorted(shown)
    assert [shown.count(i) for i in range(len(held))] == held


def test_pictures_are_repeated_and_not_changed() -> None:
    pictures = np.random.default_rng(0).integers(0, 255, (3, 4, 6, 3)).astype(np.uint8)
    assert np.array_equal(expand(pictures, "twos"), pictures[[0, 0, 1, 1, 2, 2]])


def test_the_written_film_has_the_drawings_at_their_times(tmp_path: Path) -> None:
    colours = np.array([[250, 10, 10], [10, 250, 10], [10, 10, 250]], np.uint8)  # RGB
    pictures = np.broadcast_to(colours[:, None, None], (3, 32, 48, 3))
    path = tmp_path / "film.mkv"
    form = VideoFormat("ffv1", pixel_format="bgr0", threads=1)
    assert write_expanded(path, pictures, holds(3, "threes"), form) == 9
    with VideoReader(str(path)) as reader:
        assert reader.describe().frame_rate == 24
        shown = [frame.bgr()[16, 24, ::-1].tolist() for frame in reader.frames()]
    assert shown == [colours[i].tolist() for i in (0, 0, 0, 1, 1, 1, 2, 2, 2)]


def test_as_many_holds_as_pictures_are_needed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2 pictures and 1 holds"):
        write_expanded(tmp_path / "x.mp4", np.zeros((2, 8, 8, 3), np.uint8), np.array([1]))
    assert not list(tmp_path.iterdir())
