"""`generate.svd`: a picture's keyframes, by diffusers' own pipeline with tiny random weights."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file, save_file

from sakuga.core.errors import BadOutput, RequestError
from sakuga.generate.svd import Draw, Svd
from sakuga.models.public import SVD
from sakuga.models.svd_format import Format, as_config
from tests.tiny.hub import offline
from tests.tiny.svd import HEIGHT, WIDTH, svd_cache


def _picture(seed: int = 0) -> NDArray[np.uint8]:
    cells = np.random.default_rng(seed).integers(0, 256, (4, 8, 3), dtype=np.uint8)
    return cells.repeat(8, 0).repeat(8, 1)


def _recipe(model: Path, **changes: Any) -> Svd:
    small = Svd(str(model), width=WIDTH, height=HEIGHT, keyframes=3, steps=2, device="cpu")
    return dataclasses.replace(small, **changes)


@pytest.fixture(scope="module")
def draw(model: Path) -> Draw:
    return _recipe(model).load()


def test_keyframes_have_the_asked_number_and_size(draw: Draw) -> None:
    keyframes = draw(_picture(), lambda: None).keyframes
    assert (keyframes.shape, keyframes.dtype) == ((3, HEIGHT, WIDTH, 3), np.uint8)
    assert keyframes.std() > 1


def test_a_step_is_told_each_time(draw: Draw) -> None:
    steps: list[None] = []
    draw(_picture(), lambda: steps.append(None))
    assert len(steps) == 2


def test_keyframes_do_not_depend_on_what_was_drawn_before(model: Path, draw: Draw) -> None:
    first = draw(_picture(1), lambda: None).keyframes
    other = draw(_picture(2), lambda: None).keyframes
    anew = _recipe(model).load()
    assert np.array_equal(anew(_picture(2), lambda: None).keyframes, other)
    assert np.array_equal(anew(_picture(1), lambda: None).keyframes, first)
    assert not np.array_equal(first, other)


def test_another_seed_gives_other_keyframes(model: Path, draw: Draw) -> None:
    other = _recipe(model, seed=1).load()
    assert not np.array_equal(
        other(_picture(), lambda: None).keyframes, draw(_picture(), lambda: None).keyframes
    )


def test_keyframes_are_those_of_the_plain_pipeline(model: Path, draw: Draw) -> None:
    from diffusers import StableVideoDiffusionPipeline

    plain: Any = StableVideoDiffusionPipeline.from_pretrained(model, local_files_only=True)
    plain.set_progress_bar_config(disable=True)
    told = plain(
        Image.fromarray(_picture()), height=HEIGHT, width=WIDTH, num_frames=3,
        num_inference_steps=2, generator=torch.Generator().manual_seed(0), output_type="np",
    ).frames[0]  # fmt: skip
    assert np.array_equal((told * 255).round(), draw(_picture(), lambda: None).keyframes)


@pytest.mark.parametrize(
    "changes",
    [
        {"guidance_max": 1.0},
        {"steps": 3},
        {"fps": 12},
        {"motion_bucket": 20},
        {"noise_aug": 0.5},
        {"precision": "bfloat16"},
    ],
)
def test_every_setting_reaches_the_net(model: Path, draw: Draw, changes: dict[str, Any]) -> None:
    other = _recipe(model, **changes).load()(_picture(), lambda: None).keyframes
    assert not np.array_equal(other, draw(_picture(), lambda: None).keyframes)


def test_fewer_keyframes_decoded_at_once_are_as_many(model: Path) -> None:
    assert len(_recipe(model, chunk=2).load()(_picture(), lambda: None).keyframes) == 3


def test_the_public_model_is_found_in_the_cache_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline(monkeypatch, svd_cache(tmp_path))
    drawn = _recipe(Path("svd")).load()(_picture(), lambda: None)
    assert drawn.keyframes.shape[0] == 3


def test_weights_that_are_nowhere_are_said_with_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline(monkeypatch, tmp_path)
    with pytest.raises(RequestError, match=f"needs {SVD.repo}.*hf download"):
        _recipe(Path("svd")).load()


def test_guidance_that_falls_is_refused(model: Path) -> None:
    with pytest.raises(RequestError, match="guidance_max = 1: must not be under guidance_min, 3"):
        _recipe(model, guidance_min=3.0, guidance_max=1.0).load()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"width": 71}, "generate.width = 71: this model draws in multiples of 8; use 72"),
        ({"height": 20}, "generate.height = 20: this model draws in multiples of 8; use 16"),
    ],
)
def test_a_size_that_the_model_cannot_draw_is_refused_with_the_nearest(
    model: Path, changes: dict[str, int], told: str
) -> None:
    with pytest.raises(RequestError, match=told):
        _recipe(model, **changes).load()


def test_a_size_that_the_net_halves_unevenly_is_drawn(model: Path) -> None:
    draw = _recipe(model, width=72, height=40).load()
    assert draw(np.zeros((40, 72, 3), np.uint8)).keyframes.shape == (3, 40, 72, 3)


def _trained(model: Path, to: Path, **told: Any) -> Path:
    """The model as `train svd` would leave it, of clips 48 x 40."""
    shutil.copytree(model, to)
    clips = SimpleNamespace(frames=2, width=48, height=40, fps=12, motion=90)
    page = to / "unet" / "config.json"
    config = as_config(SimpleNamespace(**{**vars(clips), **told}))
    page.write_text(json.dumps(json.loads(page.read_text()) | config))
    return to


def test_a_model_draws_as_it_was_trained_unless_told(model: Path, tmp_path: Path) -> None:
    folder = _trained(model, tmp_path / "m")
    draw = Svd(str(folder), steps=1, device="cpu", width=64).load()
    assert draw.format == Format(2, 64, 40, 12, 90)
    assert {name: getattr(draw.recipe, name) for name in asdict(draw.format)} == asdict(draw.format)
    assert draw(np.zeros((40, 64, 3), np.uint8)).keyframes.shape == (2, 40, 64, 3)


def test_a_model_that_does_not_say_how_it_was_trained_draws_as_the_paper(model: Path) -> None:
    """Its config has diffusers' own num_frames and sample_size, as the public one has."""
    assert Svd(str(model), device="cpu").load().format == Format(8, 576, 320, 7, 127)


def test_how_a_model_was_trained_is_kept_when_diffusers_saves_it_anew(
    model: Path, tmp_path: Path
) -> None:
    from diffusers import StableVideoDiffusionPipeline

    folder = _trained(model, tmp_path / "m")
    plain: Any = StableVideoDiffusionPipeline.from_pretrained(folder, local_files_only=True)
    plain.save_pretrained(tmp_path / "again")
    assert Svd(str(tmp_path / "again"), device="cpu").load().format == Format(2, 48, 40, 12, 90)
    assert plain.unet.config.num_frames == 2


def test_a_model_that_says_nonsense_of_its_training_is_refused(model: Path, tmp_path: Path) -> None:
    folder = _trained(model, tmp_path / "m", height="tall")
    with pytest.raises(RequestError, match="config, _trained_on: height = 'tall' is no number"):
        Svd(str(folder), device="cpu").load()


def _damaged(model: Path, to: Path, part: str, change: Any) -> Path:
    shutil.copytree(model, to)
    file = to / part / "diffusion_pytorch_model.safetensors"
    save_file({name: change(name, tensor) for name, tensor in load_file(file).items()}, file)
    return to


def test_nan_of_the_net_is_told_with_its_step(model: Path, tmp_path: Path) -> None:
    def spoil(name: str, tensor: torch.Tensor) -> torch.Tensor:
        return tensor * float("nan") if name == "conv_out.bias" else tensor

    draw = _recipe(_damaged(model, tmp_path / "m", "unet", spoil)).load()
    with pytest.raises(BadOutput, match="NaN at step 1 of 2"):
        draw(_picture(), lambda: None)


def test_a_decoder_that_overflows_in_half_numbers_is_asked_again_in_whole_ones(
    model: Path, tmp_path: Path
) -> None:
    """As the public one may: the pipeline by itself would give black keyframes."""

    def enlarge(name: str, tensor: torch.Tensor) -> torch.Tensor:
        return tensor * 2e5 if name.startswith("decoder.conv_in") else tensor

    folder = _damaged(model, tmp_path / "m", "vae", enlarge)
    drawn = _recipe(folder, precision="float16").load()(_picture(), lambda: None)
    assert drawn.notes == ("the decoder gave NaN in torch.float16: decoded again in float32",)
    assert drawn.keyframes.std() > 1


def test_a_decoder_that_gives_nan_in_whole_numbers_is_told(model: Path, tmp_path: Path) -> None:
    def spoil(name: str, tensor: torch.Tensor) -> torch.Tensor:
        return tensor * float("nan") if name == "decoder.conv_in.bias" else tensor

    draw = _recipe(_damaged(model, tmp_path / "m", "vae", spoil)).load()
    with pytest.raises(BadOutput, match="decoder gave NaN, in float32 too"):
        draw(_picture(), lambda: None)


def test_keyframes_of_one_colour_are_worth_a_word(model: Path, tmp_path: Path) -> None:
    def blank(name: str, tensor: torch.Tensor) -> torch.Tensor:
        return tensor * 0 if name.startswith("decoder.") else tensor

    folder = _damaged(model, tmp_path / "m", "vae", blank)
    [note] = _recipe(folder).load()(_picture(), lambda: None).notes
    assert note.startswith("every keyframe is of one colour")


@pytest.mark.parametrize(
    "file", ["unet/diffusion_pytorch_model.safetensors", "model_index.json", "vae/config.json"]
)
def test_a_model_that_is_cut_short_or_not_whole_is_refused(
    model: Path, tmp_path: Path, file: str
) -> None:
    folder = Path(shutil.copytree(model, tmp_path / "m"))
    whole = (folder / file).read_bytes()
    (folder / file).write_bytes(whole[: len(whole) // 2])
    if file == "model_index.json":
        (folder / file).unlink()
    with pytest.raises(RequestError, match=r"generate\.model"):
        _recipe(folder).load()


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("unet/diffusion_pytorch_model.safetensors", "conv_out.weight"),
        ("image_encoder/model.safetensors", "visual_projection.weight"),
    ],
)
def test_a_model_without_some_of_its_tensors_is_refused(
    model: Path, tmp_path: Path, file: str, name: str
) -> None:
    folder = Path(shutil.copytree(model, tmp_path / "m"))
    tensors = load_file(folder / file)
    tensors.pop(name)
    save_file(tensors, folder / file, metadata={"format": "pt"})
    with pytest.raises(RequestError, match=f"lacks 1 tensors, {name}"):
        _recipe(folder).load()


@pytest.mark.skipif(torch.cuda.is_available(), reason="CUDA is there")
def test_cuda_that_is_not_there_is_refused(model: Path) -> None:
    with pytest.raises(RequestError, match="finds none; or use 'cpu'"):
        _recipe(model, device="cuda").load()


def test_what_a_run_left_is_drawn_with_by_the_run_s_name(
    model: Path, draw: Draw, tmp_path: Path
) -> None:
    shutil.copytree(model, tmp_path / "run" / "pipeline")
    again = _recipe(tmp_path / "run").load()
    assert again.model.name == "run/pipeline"
    assert np.array_equal(again(_picture()).keyframes, draw(_picture()).keyframes)


def _adapters(run: Path) -> None:
    (run / "lora").mkdir(parents=True)
    (run / "lora" / "adapter_model.safetensors").touch()


def _unfinished(run: Path) -> None:
    (run / "checkpoints").mkdir(parents=True)


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (_adapters, "adapters alone; name them with --lora"),
        (_unfinished, "not finished; go on with `sakuga train svd`"),
        (Path.mkdir, "has no model_index.json"),
    ],
)
def test_a_run_without_a_pipeline_is_refused_with_what_it_is(
    tmp_path: Path, left: Callable[[Path], None], told: str
) -> None:
    left(tmp_path / "run")
    with pytest.raises(RequestError, match=told):
        Svd(str(tmp_path / "run"), device="cpu").load()


def test_a_folder_that_is_not_there_is_not_only_called_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline(monkeypatch, tmp_path)
    with pytest.raises(RequestError, match=r"needs runs/dogs.*There is no folder runs/dogs here"):
        Svd("runs/dogs", device="cpu").load()
