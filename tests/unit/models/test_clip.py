"""An image CLIP as the start of a ViCLIP: a real one, of transformers, written to disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.functional import interpolate
from transformers import CLIPConfig, CLIPModel

from sakuga.core.errors import RequestError
from sakuga.models import weights
from sakuga.models.contrastive import DualEncoder, viclip_encoder, videomamba_encoder
from sakuga.models.public import CHECKPOINTS
from sakuga.models.viclip import ViCLIPText, ViCLIPVision
from sakuga.train.contrastive.nets import net_of
from sakuga.train.contrastive.recipe import Net
from tests.unit.models.oracles import CLOSE

WORDS, END = 40, 39
SIZES = {"image": 16, "patch": 4, "width": 128, "layers": 2, "heads": 4, "out": 128}


@pytest.fixture(scope="module")
def clip() -> CLIPModel:
    """Of ViCLIP's `tiny` text tower, with weights that no fresh net has."""
    torch.manual_seed(0)
    text = {"vocab_size": WORDS, "max_position_embeddings": 77, "num_hidden_layers": 4}
    ids = {"bos_token_id": END - 1, "eos_token_id": END, "pad_token_id": 0}
    sizes = {"hidden_size": 128, "intermediate_size": 512, "num_attention_heads": 4}
    vision = {"image_size": 16, "patch_size": 4, "num_hidden_layers": 2}
    config = CLIPConfig(
        text_config={**text, **ids, **sizes}, vision_config={**vision, **sizes}, projection_dim=128
    )
    model = CLIPModel(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.05 * torch.randn_like(parameter)
        model.logit_scale.fill_(4.0)
    return model


@pytest.fixture
def folder(clip: CLIPModel, tmp_path: Path) -> Path:
    clip.save_pretrained(tmp_path)
    return tmp_path


def viclip(**changes: Any) -> DualEncoder:
    return viclip_encoder("tiny", vocabulary=WORDS, **{**SIZES, **changes}).eval()


def as_openai(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """By hand, from a ViCLIP's: the names of OpenAI's release, half precision, its three sizes."""
    names = {"vision_encoder.": "visual.", "text_encoder.": ""}
    made: dict[str, Tensor] = {}
    for key, value in tensors.items():
        for ours, theirs in names.items():
            if key.startswith(ours) and "temporal" not in key:
                made[theirs + key.removeprefix(ours)] = value.half()
    made["visual.conv1.weight"] = made["visual.conv1.weight"][:, :, 0]
    made["logit_scale"] = torch.tensor(4.0)
    return made | {"input_resolution": torch.tensor(16), "vocab_size": torch.tensor(WORDS)}


def test_an_image_is_what_clip_makes_of_it(clip: CLIPModel, folder: Path) -> None:
    net, images = viclip(), torch.randn(3, 3, 16, 16)
    weights.load(net, folder)
    with torch.no_grad():
        theirs = clip.get_image_features(pixel_values=images).pooler_output
        ours = net.vision_encoder(images[:, :, None])
    torch.testing.assert_close(ours, theirs, **CLOSE)


def test_a_caption_is_what_clip_makes_of_it(clip: CLIPModel, folder: Path) -> None:
    net, ids = viclip(), torch.randint(1, END - 1, (3, 32))
    weights.load(net, folder)
    ids[0, 5], ids[1, 31], ids[2, 17] = END, END, END
    with torch.no_grad():
        theirs = clip.get_text_features(input_ids=ids).pooler_output
        ours = net.text_encoder(ids)
    torch.testing.assert_close(ours, theirs, **CLOSE)


def test_the_temporal_embedding_stays_as_the_net_has_it(folder: Path) -> None:
    net = viclip()
    torch.nn.init.normal_(net.vision_encoder.temporal_positional_embedding)
    before = net.vision_encoder.temporal_positional_embedding.detach().clone()
    weights.load(net, folder)
    assert torch.equal(net.vision_encoder.temporal_positional_embedding, before)


def test_the_temperature_is_clips(folder: Path) -> None:
    net = viclip()
    weights.load(net, folder)
    assert float(net.temp.detach()) == pytest.approx(torch.tensor(-4.0).exp().item())


def test_openais_names_are_read_as_well(tmp_path: Path) -> None:
    source = {key: torch.randn_like(value) for key, value in viclip().state_dict().items()}
    torch.save(as_openai(source), tmp_path / "ViT-tiny.pt")
    net = viclip()
    weights.load(net, tmp_path)
    for key, value in net.state_dict().items():
        if "temporal" not in key and key != "temp":
            assert torch.equal(value, source[key].half().float()), key


def test_positions_of_another_image_size_are_interpolated(folder: Path) -> None:
    net = viclip(image=24)
    weights.load(net, folder)
    old = load_file(folder / "model.safetensors")
    table = old["vision_model.embeddings.position_embedding.weight"]
    grid = interpolate(table[1:].T.reshape(1, 128, 4, 4), (6, 6), mode="bicubic")
    moved = net.vision_encoder.positional_embedding
    torch.testing.assert_close(moved[1:], grid.reshape(128, 36).T)
    torch.testing.assert_close(moved[0], table[0])


@pytest.mark.parametrize("tower", ["vision", "text"])
def test_a_tower_alone_can_be_started(folder: Path, tower: str) -> None:
    whole = viclip()
    weights.load(whole, folder)
    text = {"vocabulary": WORDS, "width": 128, "layers": 4, "heads": 4, "out": 128}
    net = ViCLIPVision(**SIZES) if tower == "vision" else ViCLIPText(**text)
    weights.load(net, folder)
    for key, value in net.state_dict().items():
        assert torch.equal(value, whole.state_dict()[f"{tower}_encoder.{key}"]), key


def test_every_key_that_does_not_fit_is_listed(folder: Path) -> None:
    file = folder / "model.safetensors"
    tensors = load_file(file)
    del tensors["text_model.final_layer_norm.bias"]
    del tensors["vision_model.encoder.layers.1.self_attn.k_proj.bias"]
    tensors["vision_model.encoder.layers.1.self_attn.extra.bias"] = torch.zeros(2)
    tensors["logit_bias"] = torch.zeros(1)
    tensors["visual_projection.weight"] = torch.zeros(9, 128)
    save_file(tensors, file)
    with pytest.raises(RequestError) as said:
        weights.load(viclip(), file)
    block = "vision_encoder.transformer.resblocks.1.attn.in_proj_bias"
    extra = "vision_model.encoder.layers.1.self_attn.extra.bias"
    assert str(said.value) == (
        f"{file} does not fit this net: 2 missing: text_encoder.ln_final.bias, {block}; "
        f"2 unexpected: logit_bias, {extra}; "
        "1 of another shape: vision_encoder.proj is (128, 9), not (128, 128)"
    )


def test_a_videomamba_is_not_started_from_it(folder: Path) -> None:
    with pytest.raises(RequestError, match="holds another model"):
        weights.load(videomamba_encoder("nano", vocabulary=WORDS), folder)


def test_a_training_run_starts_from_it(folder: Path) -> None:
    """By net.start, a folder or a file; the words are CLIP's 49,408."""
    torch.manual_seed(1)
    vision = {**SIZES, "image": 64, "patch": 8, "layers": 4}
    source = {
        key: torch.randn_like(value)
        for key, value in viclip_encoder("tiny", vocabulary=49408, **vision).state_dict().items()
    }
    (folder / "model.safetensors").unlink()
    torch.save(as_openai(source), folder / "clip.pt")
    net = net_of(Net(start=str(folder)), 0)
    key = "vision_encoder.transformer.resblocks.3.mlp.c_proj.weight"
    assert torch.equal(net.state_dict()[key], source[key].half().float())


def test_a_program_is_not_run(tmp_path: Path) -> None:
    """OpenAI's own files are such; made by hand, as PyTorch knows one by a file in it."""
    torch.save({"a": torch.zeros(1)}, tmp_path / "some.pt")
    with ZipFile(tmp_path / "some.pt", "a") as archive:
        archive.writestr("some/constants.pkl", b"")
    with pytest.raises(RequestError, match="is a TorchScript archive, a program"):
        weights.read(tmp_path / "some.pt")


def test_its_public_names_are_known() -> None:
    assert {"clip-l14", "clip-b16"} <= CHECKPOINTS.keys()
