"""What would tell a predictor its answer is known by name."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from sakuga.core.records import Row
from sakuga.train.timesheet.leaks import FEATURES, motion_features, tells_timing
from tests.unit.report.rows import known_row


def row() -> Row:
    return known_row(0, np.random.default_rng(0))


@pytest.mark.parametrize(
    "text",
    [
        "A shot of 2.1 seconds, dark.", "A shot on twos.", "A shot with mixed timing.", "on_threes",
        "Held on one drawing.", "With drawings held for long.", "The picture changes 12 times.",
        "The picture changes once.", "It never changes.", "Animated on the ones.",
        "A still picture of a cat.", "With lively movement.", "Shown for 48 frames.",
        "A girl is seen in a held pose.",
    ],
)  # fmt: skip
def test_a_text_that_tells_is_seen(text: str) -> None:
    assert tells_timing(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "A girl runs over a roof at night.", "Two boys stand on one leg.", "A man holds on.",
        "She is held by her mother.", "The camera slowly pans right.", "He changes his coat.",
        "Someone rests on the threshold.", "A boy stands still while rain falls.",
    ],
)  # fmt: skip
def test_a_text_that_does_not_tell_is_left(text: str) -> None:
    assert not tells_timing(text)


def test_no_feature_depends_on_what_the_class_is_made_of() -> None:
    plain = row()
    other = replace(
        plain, dynamic_score=0.11, frames=999, keyframes=3, start=5, end=1004, start_seconds=0.5,
        end_seconds=77.0, keyframe_numbers=np.array([0], np.int32), holds=np.array([9], np.int32),
        drawings=np.array([1], np.int32), exposure=9, timing="hold", timing_class="threes",
        mixed_timing=True, pulldown=True, body_start=1, body_end=2, short=True,
        anime_tags=["on_threes"], text_description="on threes",
    )  # fmt: skip
    assert np.array_equal(motion_features(plain), motion_features(other))


def test_features_are_told_by_name_and_follow_the_camera() -> None:
    assert motion_features(row()).shape == (len(FEATURES),)
    panned = motion_features(replace(row(), camera="pan", camera_x=0.5))
    assert panned[FEATURES.index("camera is pan")] == 1
    assert panned[FEATURES.index("camera across")] == pytest.approx(np.log1p(50))
    assert {f.name for f in fields(Row)} >= {"camera", "camera_x", "camera_shake"}
