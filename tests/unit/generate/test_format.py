"""`generate.format`: whom a model is asked how it was trained, and who is believed first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from sakuga.core.errors import RequestError
from sakuga.generate.format import PAPER, trained
from sakuga.models.svd_format import KEY, Format, tell_file

CLIPS = {"frames": 8, "width": 64, "height": 48, "fps": 12, "motion": 90, "how": "random"}
OWN = Format(8, 64, 48, 12, 90)


def _run(folder: Path, **changes: Any) -> Path:
    """A run's folder, with its two parts."""
    for part in ("pipeline", "lora"):
        (folder / part).mkdir(parents=True)
    page = {"recipe": {"net": {}, "clips": CLIPS | changes}, "steps": 3}
    (folder / "run.json").write_text(json.dumps(page))
    return folder


def test_a_model_that_says_nothing_draws_as_the_paper_does(tmp_path: Path) -> None:
    assert trained({"num_frames": 14, "sample_size": 96}, tmp_path, None).format == PAPER
    assert Format(8, 576, 320, 7, 127) == PAPER


def test_a_run_s_pipeline_is_known_by_the_run_s_page(tmp_path: Path) -> None:
    assert trained({}, _run(tmp_path / "run") / "pipeline", None).format == OWN


def test_a_run_s_adapters_are_known_by_the_run_s_page(tmp_path: Path) -> None:
    file = _run(tmp_path / "run") / "lora" / "adapter_model.safetensors"
    assert trained({}, None, file).format == OWN


def test_the_config_is_believed_before_the_page(tmp_path: Path) -> None:
    run = _run(tmp_path / "run", width=96)
    assert trained({KEY: CLIPS}, run / "pipeline", None).format == OWN


def test_adapters_are_believed_before_the_model_that_they_change(tmp_path: Path) -> None:
    run = _run(tmp_path / "run")
    config = {KEY: CLIPS | {"width": 96}}
    assert trained(config, None, run / "lora" / "adapter_model.safetensors").format == OWN


def _lora(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "adapter_model.safetensors"
    save_file({"a": np.ones(3, np.float32)}, file, {"format": "pt"})
    return file


def test_a_file_of_lora_is_believed_first_wherever_it_lies(tmp_path: Path) -> None:
    file = _lora(_run(tmp_path / "run", width=96) / "lora")
    assert trained({}, None, file).format.width == 96
    tell_file(file, CLIPS)
    moved = file.rename(tmp_path / "cats.safetensors")
    assert trained({KEY: CLIPS | {"width": 128}}, None, moved).format == OWN


def test_what_frames_it_learned_from_is_said_by_the_file_and_by_the_config(tmp_path: Path) -> None:
    moments = CLIPS | {"kind": "moments"}
    assert trained({}, None, None).kind == "keyframes"
    assert trained({KEY: CLIPS}, None, None).kind == "keyframes"
    assert trained({KEY: moments}, None, None).kind == "moments"
    file = _lora(tmp_path)
    tell_file(file, moments)
    assert trained({KEY: CLIPS}, None, file).kind == "moments"
    with pytest.raises(RequestError, match="_trained_on: kind = 'drawings' is neither"):
        trained({KEY: CLIPS | {"kind": "drawings"}}, None, None)


def test_metadata_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    file = tmp_path / "cats.safetensors"
    save_file({"a": np.ones(3, np.float32)}, file, {KEY: "eight frames"})
    with pytest.raises(RequestError, match=r"cats\.safetensors: its metadata _trained_on can't be"):
        trained({}, None, file)


def test_a_file_that_is_none_says_nothing(tmp_path: Path) -> None:
    file = tmp_path / "cats.safetensors"
    assert trained({}, None, file).format == PAPER
    for content in (b"", b"torn", b"\x02" + b"\0" * 7 + b"[]", b"\xff" * 64):
        file.write_bytes(content)
        assert trained({KEY: CLIPS}, None, file).format == OWN


def test_a_page_beside_another_folder_is_not_its_own(tmp_path: Path) -> None:
    (_run(tmp_path / "run") / "else").mkdir()
    assert trained({}, tmp_path / "run" / "else", None).format == PAPER


@pytest.mark.parametrize(
    ("changes", "fps", "motion"),
    [({"fps": "timing"}, 7, 90), ({"motion": "dynamic"}, 12, 127), ({"motion": 0}, 12, 0)],
)
def test_where_each_clip_was_told_its_own_upstream_s_number_serves(
    tmp_path: Path, changes: dict[str, Any], fps: int, motion: int
) -> None:
    found = trained({}, _run(tmp_path / "run", **changes) / "pipeline", None).format
    assert (found.fps, found.motion_bucket) == (fps, motion)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "run.json: no page of a run"),
        ("[]", "run.json: no page of a run"),
        ("{}", "run.json: no page of a run"),
        ('{"recipe": {"clips": 8}}', "run.json: 8 tells no format"),
        ('{"recipe": {"clips": {"frames": 0}}}', "run.json: frames = 0 is no number"),
        ('{"recipe": {"clips": {"frames": true}}}', "run.json: frames = True is no number"),
        ('{"recipe": {"clips": {"frames": 8}}}', "run.json: width = None is no number"),
    ],
)
def test_a_page_that_cannot_be_read_is_said(tmp_path: Path, content: str, told: str) -> None:
    run = _run(tmp_path / "run")
    (run / "run.json").write_text(content)
    with pytest.raises(RequestError, match=told):
        trained({}, run / "pipeline", None)
