"""`models.svd_format`: what a config says of a run's clips is read back."""

from __future__ import annotations

import pytest

from sakuga.models.svd_format import KEY, Format, as_config, format_of
from sakuga.train.svd.recipe import Clips


@pytest.mark.parametrize(
    ("clips", "expected"),
    [
        (Clips(), Format(8, 576, 320, 7, 127)),
        (Clips(frames=4, width=64, height=48, fps=12, motion=0), Format(4, 64, 48, 12, 0)),
        (Clips(fps="timing", motion="dynamic"), Format(8, 576, 320, 7, 127)),
    ],
)
def test_a_runs_clips_are_told_and_read_back(clips: Clips, expected: Format) -> None:
    config = as_config(clips)
    assert config["num_frames"] == clips.frames  # which diffusers' own pipeline follows
    assert format_of(config[KEY]) == expected


@pytest.mark.parametrize("told", [None, 8, "8 frames", [8, 64, 48, 7, 127]])
def test_what_is_no_page_tells_no_format(told: object) -> None:
    with pytest.raises(ValueError, match="tells no format"):
        format_of(told)


@pytest.mark.parametrize(
    "wrong",
    [{"frames": 0}, {"width": -8}, {"height": 48.0}, {"fps": 0}, {"fps": "dynamic"},
     {"motion": -1}, {"motion": "timing"}, {"frames": True}],
)  # fmt: skip
def test_what_no_run_can_have_had_is_told_by_its_name(wrong: dict[str, object]) -> None:
    told = as_config(Clips())[KEY] | wrong
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} = .* is no number"):
        format_of(told)
