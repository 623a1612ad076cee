"""The scorer of the real clips: what counts as found, missed and false."""

from __future__ import annotations

import dataclasses
import json
from fractions import Fraction
from pathlib import Path

import pytest
from benchmarks.real.clips import Clip, Window, clips, file_of
from benchmarks.real.score import Count, drawings_score, matched


def clip(**given: object) -> Clip:
    """A clip of 200 frames with one of everything."""
    plain = Clip(
        name="c", sha256="0", file="c.mp4", film="f", part="tune", frames=200, fps=Fraction(25),
        cuts=(50, 99.5), spans=((120, 140),), uncertain=(160,),
        windows=(Window(0, 10, frozenset({0, 3, 6}), frozenset({5})),),
    )  # fmt: skip
    return dataclasses.replace(plain, **given)


@pytest.mark.parametrize(
    ("cuts", "right", "false"),
    [
        ([50, 100], 2, 0),
        ([49, 99], 2, 0),
        ([52], 0, 1),
        ([50, 51], 1, 1),  # one mark, one answer
        ([101], 0, 1),  # more than a frame from 99.5
        ([0, 200], 0, 0),  # the clip's own ends
        ([161], 0, 0),  # near an uncertain one
        ([163], 0, 1),
    ],
)
def test_cuts(cuts: list[int], right: int, false: int) -> None:
    assert matched(clip(), cuts)[0] == Count(right, 2 - right, false)


@pytest.mark.parametrize(
    ("cuts", "spans", "right"),
    [
        ([130], [], 1),
        ([119, 125, 141], [], 1),  # all of them serve the span
        ([117], [], 0),
        ([], [(138, 150)], 1),
        ([], [(140, 150)], 0),
    ],
)
def test_spans(cuts: list[int], spans: list[tuple[int, int]], right: int) -> None:
    found = matched(clip(cuts=()), cuts, spans)
    assert found[1] == Count(right, 1 - right, 0)
    assert found[0].false == (cuts == [117])


def test_drawings() -> None:
    assert drawings_score(clip(), [0, 3, 4, 5, 50]) == Count(1, 1, 1)


def test_two_cuts_near_each_other_take_the_nearer_answer() -> None:
    assert matched(clip(cuts=(50, 52)), [51, 52])[0] == Count(2, 0, 0)


def test_the_marks_are_sound() -> None:
    assert len({c.sha256 for c in clips()}) == len(clips()) >= 25
    for one in clips():
        assert list(one.cuts) == sorted(one.cuts), one.name
        assert all(0 < cut < one.frames for cut in one.cuts), one.name
        assert all(0 <= start < end <= one.frames for start, end in one.spans), one.name
        for window in one.windows:
            frames = set(range(window.start, window.end))
            assert window.new_drawings | window.uncertain <= frames, one.name
            assert not window.new_drawings & window.uncertain, one.name


def test_half_of_the_clips_may_be_tuned_on_and_the_sum_says_which() -> None:
    for one in clips():
        assert one.part == ("report" if int(one.sha256[:2], 16) % 2 else "tune"), one.name


def test_a_file_with_other_bytes_is_not_the_clip(tmp_path: Path) -> None:
    one = clips()[0]
    (tmp_path / one.file).write_bytes(b"other")
    (tmp_path / f"{one.sha256}.mp4").write_bytes(json.dumps(one.name).encode())
    assert file_of(one, tmp_path) is None
