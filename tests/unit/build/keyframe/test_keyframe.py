"""Keyframes of a clip: frames, holds, drawing numbers, and both rules."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.keyframe import Keyframe
from sakuga.build.keyframe.worker import keyframes
from sakuga.core.errors import RequestError
from sakuga.timing.drawings import Drawings
from tests.unit.build.motion.makers import clip, signals, video


def found(new: list[bool], returns: dict[int, int] | None = None) -> Drawings:
    """What was decided of so many frames."""
    back = np.full(len(new), -1, np.int32)
    for frame, earlier in (returns or {}).items():
        back[frame] = earlier
    flags = np.array(new)
    return Drawings(flags, ~flags, flags, np.full(len(new), 0.9, np.float32), back)


def test_holds_reach_to_the_next_keyframe_and_the_clips_end():
    made = keyframes(clip(7), found([True, False, True, False, False, True, False]))
    assert made.frames.tolist() == [0, 2, 5]
    assert made.holds.tolist() == [2, 3, 2]
    assert made.drawings.tolist() == [1, 2, 3]


def test_the_first_frame_is_always_a_keyframe():
    made = keyframes(clip(9, start=4), found([False] * 9))
    assert made.frames.tolist() == [4]
    assert made.holds.tolist() == [5]
    assert made.confidence[0] == 1


def test_a_drawing_that_returns_keeps_its_number():
    # 1-1-2-2-3-3-2-2-1-1; frame 6 looks like frame 3, frame 8 like frame 0
    made = keyframes(clip(10), found([True, False] * 5, {6: 3, 8: 0}))
    assert made.drawings.tolist() == [1, 2, 3, 2, 1]


def test_what_lies_before_the_clip_is_no_return():
    made = keyframes(clip(8, start=4), found([True, False] * 4, {6: 0}))
    assert made.drawings.tolist() == [1, 2]


@given(st.lists(st.booleans(), min_size=1, max_size=80), st.data())
def test_any_evidence_gives_sound_keyframes(new: list[bool], data: st.DataObject):
    start = data.draw(st.integers(0, len(new) - 1))
    end = data.draw(st.integers(start + 1, len(new)))
    frames = st.integers(0, len(new) - 1)
    returns = data.draw(st.dictionaries(frames, frames, max_size=10))
    made = keyframes(clip(end, start=start), found(new, returns))
    assert made.frames[0] == start
    assert (np.diff(made.frames) > 0).all()
    assert made.holds.sum() == end - start == len(made.confidence)
    assert (made.holds > 0).all()
    assert set(made.drawings.tolist()) == set(range(1, int(made.drawings.max()) + 1))
    assert made.drawings.dtype == made.frames.dtype == made.holds.dtype == np.int32


def test_the_papers_rule_keeps_what_is_less_alike_than_its_threshold():
    ssim = np.array([1.0, 0.99, 0.949, 0.951, 0.2], np.float32)
    (made,) = Keyframe("paper").load()([(clip(5), signals(5, ssim=ssim), video())])
    assert made.frames.tolist() == [0, 2, 4]
    assert made.confidence[4] > made.confidence[2] > 0.5


def test_the_papers_rule_says_what_it_lacks():
    with pytest.raises(RequestError, match=r"\[scan\] release = true"):
        measured = signals(5, ssim=np.zeros(0, np.float32))
        list(Keyframe("paper").load()([(clip(5), measured, video())]))
