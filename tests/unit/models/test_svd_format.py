"""`models.svd_format`: what a config says of a run's clips is read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from sakuga.models.svd_format import (
    KEY,
    Format,
    as_config,
    format_of,
    kind_of,
    tell_file,
    told_by_file,
)
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


def test_what_frames_it_learned_from_is_read_back_and_is_keyframes_where_nothing_says_it() -> None:
    assert kind_of(as_config(Clips(), "moments")[KEY]) == "moments"
    assert kind_of(as_config(Clips())[KEY]) == "keyframes"
    assert kind_of({}) == "keyframes"


def test_a_file_keeps_its_tensors_and_metadata_and_is_the_same_each_time(tmp_path: Path) -> None:
    tensors = {name: np.arange(n, dtype=np.float32) for n, name in enumerate("abc", 1)}
    written: set[bytes] = set()
    for _ in range(8):
        save_file(tensors, tmp_path / "a", {"format": "pt"})
        tell_file(tmp_path / "a", as_config(Clips(), "moments")[KEY])
        written.add((tmp_path / "a").read_bytes())
    assert len(written) == 1
    found = load_file(tmp_path / "a")
    assert all(np.array_equal(found[name], tensors[name]) for name in tensors)
    with safe_open(tmp_path / "a", "np") as opened:
        assert opened.metadata()["format"] == "pt"
    assert told_by_file(tmp_path / "a") == as_config(Clips(), "moments")[KEY]
    tell_file(tmp_path / "a", as_config(Clips())[KEY])
    assert told_by_file(tmp_path / "a")["kind"] == "keyframes"


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
