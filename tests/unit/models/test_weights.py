"""Checkpoints: the public ones in all their wrappings, and files that are none."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from sakuga.core.errors import RequestError
from sakuga.models.contrastive import DualEncoder, viclip_encoder, videomamba_encoder
from sakuga.models.viclip import ViCLIPVision
from sakuga.models.weights import load, read


def viclip(**changes: Any) -> DualEncoder:
    sizes = {"image": 16, "patch": 4, "width": 16, "layers": 1, "heads": 2, "out": 8}
    return viclip_encoder("tiny", vocabulary=30, **{**sizes, **changes})


def videomamba(**changes: Any) -> DualEncoder:
    sizes = {"image": 16, "patch": 4, "width": 16, "depth": 2}
    return videomamba_encoder("nano", vocabulary=30, **{**sizes, **changes})


def drawn(net: nn.Module) -> dict[str, Tensor]:
    """Weights that no fresh net has."""
    return {key: torch.randn_like(value) for key, value in net.state_dict().items()}


class Settings(dict[str, Any]):
    """A training run's, as pickled with a checkpoint."""


class Hostile:
    """Would write a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return Path.touch, (self.target,)


WRAPPINGS: dict[str, Callable[[dict[str, Tensor]], object]] = {
    "plain": lambda w: w,
    "model": lambda w: {"model": w, "epoch": 3, "optimizer": {"state": {}}},
    "module": lambda w: {"module": w},
    "nested": lambda w: {"model": {"module": w}},
    "prefixed": lambda w: {"model": {f"module.{key}": value for key, value in w.items()}},
    "settings": lambda w: {"model": w, "config": Settings(lr=1e-4, deep=Settings(more=[1, 2]))},
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("new", [True, False], ids=["zip", "legacy"])
def test_weights_are_found_in_every_wrapping(tmp_path: Path, wrapping: str, new: bool) -> None:
    net, file = viclip(), tmp_path / "some.pth"
    weights = drawn(net)
    torch.save(WRAPPINGS[wrapping](weights), file, _use_new_zipfile_serialization=new)
    load(net, file)
    for key, value in net.state_dict().items():
        assert torch.equal(value, weights[key]), key


def test_safetensors_are_read_from_a_file_or_a_folder(tmp_path: Path) -> None:
    net = viclip()
    weights = drawn(net)
    save_file(weights, tmp_path / "model.safetensors")
    for place in (tmp_path, tmp_path / "model.safetensors"):
        fresh = viclip()
        load(fresh, place)
        assert torch.equal(fresh.vision_encoder.proj, weights["vision_encoder.proj"])


def test_parts_in_safetensors_are_joined(tmp_path: Path) -> None:
    net = viclip()
    items = sorted(drawn(net).items())
    save_file(dict(items[:9]), tmp_path / "model-00001-of-00002.safetensors")
    save_file(dict(items[9:]), tmp_path / "model-00002-of-00002.safetensors")
    load(net, tmp_path)
    assert torch.equal(net.state_dict()[items[0][0]], items[0][1])


def test_bf16_weights_become_the_nets_own_precision(tmp_path: Path) -> None:
    net, file = viclip(), tmp_path / "half.pth"
    weights = {key: value.bfloat16() for key, value in drawn(net).items()}
    torch.save({"model": weights}, file)
    load(net, file)
    assert net.vision_encoder.proj.dtype == torch.float32
    assert torch.equal(net.vision_encoder.proj, weights["vision_encoder.proj"].float())


def public_videomamba() -> dict[str, Tensor]:
    """As published: with teacher, matching head, fusion layers, aligned branch, bf16."""
    whole = drawn(videomamba(aligned=6))
    extra = {
        "clip_teacher.positional_embedding": (3, 4),
        "itm_head.weight": (2, 128),
        "text_encoder.cls.predictions.bias": (30,),
        "text_encoder.bert.encoder.layer.9.crossattention.self.key.weight": (128, 16),
        "text_encoder.bert.encoder.layer.10.output.dense.bias": (128,),
    }
    whole |= {key: torch.randn(shape) for key, shape in extra.items()}
    whole["text_encoder.bert.embeddings.position_ids"] = torch.arange(512)[None]
    return {k: v.bfloat16() if v.is_floating_point() else v for k, v in whole.items()}


@pytest.mark.parametrize("short", [False, True], ids=["bert", "no bert"])
def test_what_contrast_has_no_use_for_is_left_out(tmp_path: Path, short: bool) -> None:
    weights, net, file = public_videomamba(), videomamba(), tmp_path / "videomamba.pth"
    given = {
        key.replace("text_encoder.bert.", "text_encoder.") if short else key: value
        for key, value in weights.items()
    }
    torch.save({"model": given}, file)
    load(net, file)
    for key, value in net.state_dict().items():
        assert torch.equal(value, weights[key].float()), key


def test_every_key_that_does_not_fit_is_listed(tmp_path: Path) -> None:
    net, file = viclip(), tmp_path / "odd.pth"
    weights = drawn(net)
    del weights["temp"], weights["text_encoder.ln_final.bias"]
    weights |= {"logit_bias": torch.zeros(1), "vision_encoder.more": torch.zeros(2)}
    weights["vision_encoder.proj"] = torch.zeros(16, 9)
    torch.save(weights, file)
    with pytest.raises(RequestError) as said:
        load(net, file)
    assert str(said.value) == (
        f"{file} does not fit this net: 2 missing: temp, text_encoder.ln_final.bias; "
        "2 unexpected: logit_bias, vision_encoder.more; "
        "1 of another shape: vision_encoder.proj is (16, 9), not (16, 8)"
    )


@pytest.mark.parametrize("other", [videomamba, lambda: viclip(width=32)])
def test_another_model_is_said_in_a_line(tmp_path: Path, other: Callable[[], DualEncoder]) -> None:
    torch.save(drawn(other()), tmp_path / "other.pth")
    with pytest.raises(RequestError, match=r"^\S+other.pth holds another model, [^\n]+$"):
        load(viclip(), tmp_path / "other.pth")


@pytest.mark.parametrize("kind", ["zip", "legacy", "safetensors"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_file_that_is_cut_short_is_said_in_a_line(
    tmp_path: Path, kind: str, share: float
) -> None:
    net, file = viclip(), tmp_path / ("a.safetensors" if kind == "safetensors" else "a.pth")
    if kind == "safetensors":
        save_file(drawn(net), file)
    else:
        torch.save(drawn(net), file, _use_new_zipfile_serialization=kind == "zip")
    whole = file.read_bytes()
    file.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(RequestError, match=r"^\S+ is cut short or no checkpoint \([^\n]*$"):
        load(net, file)


@pytest.mark.parametrize("content", [b"no checkpoint at all", pickle.dumps(3), b"PK\x03\x04"])
def test_what_is_no_checkpoint_is_said_in_a_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pth").write_bytes(content)
    with pytest.raises(RequestError, match=r"^[^\n]*a\.pth[^\n]*$"):
        load(viclip(), tmp_path / "a.pth")


def test_nothing_that_a_pickle_says_is_run(tmp_path: Path) -> None:
    net, file, trace = viclip(), tmp_path / "hostile.pth", tmp_path / "was here"
    weights = drawn(net)
    torch.save({"model": weights, "config": Hostile(trace)}, file)
    load(net, file)
    assert torch.equal(net.vision_encoder.proj, weights["vision_encoder.proj"])
    assert not trace.exists()


def test_weights_that_are_not_finite_are_said(tmp_path: Path) -> None:
    net = viclip()
    weights = drawn(net)
    weights["temp"] = torch.tensor(float("nan"))
    torch.save(weights, tmp_path / "nan.pth")
    with pytest.raises(RequestError, match="NaN or infinity in temp"):
        load(net, tmp_path / "nan.pth")


def test_a_folder_without_or_with_several_checkpoints_is_said(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no checkpoint there"):
        load(viclip(), tmp_path)
    for name in ("a.pth", "b.pth"):
        torch.save({}, tmp_path / name)
    with pytest.raises(RequestError, match=r"a\.pth, b\.pth"):
        load(viclip(), tmp_path)


def test_a_file_without_tensors_is_said(tmp_path: Path) -> None:
    torch.save({"model": {}}, tmp_path / "a.pth")
    with pytest.raises(RequestError, match="no tensors"):
        read(tmp_path / "a.pth")


@pytest.mark.parametrize("net", [viclip, videomamba])
def test_positions_are_interpolated_to_another_size(
    tmp_path: Path, net: Callable[..., DualEncoder]
) -> None:
    weights = drawn(net())
    torch.save(weights, tmp_path / "a.pth")
    larger = net(image=24, frames=16)
    load(larger, tmp_path / "a.pth")
    name = "positional_embedding" if net is viclip else "pos_embed"
    space = larger.vision_encoder.state_dict()[name].reshape(37, 16)
    old = weights[f"vision_encoder.{name}"].reshape(17, 16)
    torch.testing.assert_close(space[0], old[0])
    expected = (
        nn.functional.interpolate(old[1:].T.reshape(1, 16, 4, 4), (6, 6), mode="bicubic")
        .reshape(16, 36)
        .T
    )
    torch.testing.assert_close(space[1:], expected)
    name = "temporal_positional_embedding" if net is viclip else "temporal_pos_embedding"
    time = larger.vision_encoder.state_dict()[name][0]
    old = weights[f"vision_encoder.{name}"][0]
    torch.testing.assert_close(time[0], old[0])
    torch.testing.assert_close(time[1], 0.75 * old[0] + 0.25 * old[1])


def test_a_flat_embedding_stays_flat_when_it_is_interpolated(tmp_path: Path) -> None:
    weights = drawn(videomamba())
    weights["vision_encoder.pos_embed"][:] = 3.0
    torch.save(weights, tmp_path / "a.pth")
    net = videomamba(image=32)
    load(net, tmp_path / "a.pth")
    torch.testing.assert_close(net.vision_encoder.pos_embed, torch.full((1, 65, 16), 3.0))


def test_viclip_is_cut_to_fewer_frames_as_upstream(tmp_path: Path) -> None:
    weights = drawn(viclip())
    torch.save(weights, tmp_path / "a.pth")
    net = viclip(frames=4)
    load(net, tmp_path / "a.pth")
    old = weights["vision_encoder.temporal_positional_embedding"]
    assert torch.equal(net.vision_encoder.temporal_positional_embedding, old[:, :4])


def test_a_longer_context_is_cut(tmp_path: Path) -> None:
    net = viclip()
    weights = drawn(net)
    weights["text_encoder.positional_embedding"] = torch.randn(77, 128)
    torch.save(weights, tmp_path / "a.pth")
    load(net, tmp_path / "a.pth")
    kept = net.text_encoder.positional_embedding
    assert torch.equal(kept, weights["text_encoder.positional_embedding"][:32])


def test_a_tower_alone_can_be_loaded(tmp_path: Path) -> None:
    sizes = {"image": 16, "patch": 4, "width": 16, "layers": 1, "heads": 2, "out": 8}
    net = ViCLIPVision(**sizes)
    weights = drawn(net)
    save_file(weights, tmp_path / "a.safetensors")
    load(net, tmp_path)
    assert torch.equal(net.proj, weights["proj"])
