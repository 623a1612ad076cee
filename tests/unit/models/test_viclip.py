"""ViCLIP: the public net, tensor for tensor."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from sakuga.models import masks
from sakuga.models.contrastive import viclip_encoder
from sakuga.models.viclip import ViCLIPText, ViCLIPVision
from tests.unit.models.oracles import CLOSE, reference

SMALL: dict[str, Any] = {"image": 16, "patch": 8, "width": 16, "layers": 2, "heads": 2, "out": 8}


@pytest.fixture
def vision() -> tuple[ViCLIPVision, dict[str, Tensor]]:
    config, tensors, weights = reference("viclip_vision_tiny")
    names = {
        "input_resolution": "image",
        "patch_size": "patch",
        "output_dim": "out",
        "num_frames": "frames",
    }
    names |= {name: name for name in ("width", "layers", "heads")}
    net = ViCLIPVision(**{ours: config[theirs] for theirs, ours in names.items()}).eval()
    net.load_state_dict(weights)
    return net, tensors


@torch.no_grad()
def test_clips_equal_the_public_reference(vision: tuple[ViCLIPVision, dict[str, Tensor]]) -> None:
    net, given = vision
    torch.testing.assert_close(net(given["input"]), given["output"], **CLOSE)


@torch.no_grad()
def test_masked_clips_equal_it(vision: tuple[ViCLIPVision, dict[str, Tensor]]) -> None:
    net, given = vision
    dropped = given["drop_mask"].unflatten(1, (16, 4)).transpose(1, 2)
    torch.testing.assert_close(net(given["input"], dropped), given["masked_output"], **CLOSE)


@torch.no_grad()
def test_images_equal_it(vision: tuple[ViCLIPVision, dict[str, Tensor]]) -> None:
    net, given = vision
    torch.testing.assert_close(net(given["image_input"]), given["image_output"], **CLOSE)


def test_its_mask_is_drawn_as_the_public_one() -> None:
    _, given, _ = reference("viclip_vision_tiny")
    count = int(float(given["masking_prob"]) * 64)
    assert torch.equal(masks.lowest(given["rand"], count), given["drop_mask"])


@torch.no_grad()
def test_captions_equal_the_public_reference() -> None:
    config, given, weights = reference("viclip_text_tiny")
    net = ViCLIPText(
        vocabulary=config["vocab_size"],
        context=config["context_length"],
        width=config["transformer_width"],
        layers=config["transformer_layers"],
        heads=config["transformer_heads"],
        out=config["embed_dim"],
    )
    net.load_state_dict(weights)
    torch.testing.assert_close(net(given["ids"]), given["output"], **CLOSE)


def as_transformers_has_it(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The text tower's tensors by the names of transformers' CLIP."""
    theirs = {
        "text_model.embeddings.token_embedding.weight": weights["token_embedding.weight"],
        "text_model.embeddings.position_embedding.weight": weights["positional_embedding"],
        "text_model.final_layer_norm.weight": weights["ln_final.weight"],
        "text_model.final_layer_norm.bias": weights["ln_final.bias"],
        "text_projection.weight": weights["text_projection"].T,
    }
    names = {"ln_1": "layer_norm1", "ln_2": "layer_norm2", "attn.out_proj": "self_attn.out_proj",
             "mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2"}  # fmt: skip
    layers = len({key.split(".")[2] for key in weights if key.startswith("transformer.")})
    for number in range(layers):
        ours = f"transformer.resblocks.{number}."
        to = f"text_model.encoder.layers.{number}."
        for kind in ("weight", "bias"):
            packed = weights[f"{ours}attn.in_proj_{kind}"].chunk(3)
            for name, part in zip("qkv", packed, strict=True):
                theirs[f"{to}self_attn.{name}_proj.{kind}"] = part
            for mine, name in names.items():
                theirs[f"{to}{name}.{kind}"] = weights[f"{ours}{mine}.{kind}"]
    return theirs


@torch.no_grad()
def test_the_text_tower_equals_that_of_transformers() -> None:
    from transformers import CLIPTextConfig, CLIPTextModelWithProjection

    torch.manual_seed(0)
    net = ViCLIPText(vocabulary=99, context=12, width=32, layers=3, heads=4, out=16)
    for parameter in net.parameters():
        parameter += 0.05 * torch.randn_like(parameter)
    config = CLIPTextConfig(
        vocab_size=99, hidden_size=32, intermediate_size=128, projection_dim=16,
        num_hidden_layers=3, num_attention_heads=4, max_position_embeddings=12,
        hidden_act="quick_gelu", eos_token_id=98, bos_token_id=97, pad_token_id=0,
    )  # fmt: skip
    peer = CLIPTextModelWithProjection(config).eval()
    peer.load_state_dict(as_transformers_has_it(net.state_dict()))
    ids = torch.randint(1, 97, (5, 12))
    for row, end in enumerate((11, 1, 4, 7, 2)):
        ids[row, end], ids[row, end + 1 :] = 98, 0
    torch.testing.assert_close(net(ids), peer(input_ids=ids).text_embeds, **CLOSE)


def blocks(name: str, count: int, width: int) -> dict[str, tuple[int, ...]]:
    """Keys and shapes of a transformer, as the public checkpoint lists them."""
    shapes = {
        "attn.in_proj_weight": (3 * width, width), "attn.in_proj_bias": (3 * width,),
        "attn.out_proj.weight": (width, width), "attn.out_proj.bias": (width,),
        "ln_1.weight": (width,), "ln_1.bias": (width,),
        "ln_2.weight": (width,), "ln_2.bias": (width,),
        "mlp.c_fc.weight": (4 * width, width), "mlp.c_fc.bias": (4 * width,),
        "mlp.c_proj.weight": (width, 4 * width), "mlp.c_proj.bias": (width,),
    }  # fmt: skip
    return {
        f"{name}.transformer.resblocks.{number}.{key}": shape
        for number in range(count)
        for key, shape in shapes.items()
    }


def test_the_keys_of_the_full_size_are_the_public_checkpoints() -> None:
    with torch.device("meta"):
        net = viclip_encoder("l14")
    found = {key: tuple(value.shape) for key, value in net.state_dict().items()}
    assert found == {
        "temp": (),
        "vision_encoder.class_embedding": (1024,),
        "vision_encoder.positional_embedding": (257, 1024),
        "vision_encoder.temporal_positional_embedding": (1, 8, 1024),
        "vision_encoder.proj": (1024, 768),
        "vision_encoder.conv1.weight": (1024, 3, 1, 14, 14),
        **{
            f"vision_encoder.ln_{a}.{b}": (1024,)
            for a in ("pre", "post")
            for b in ("weight", "bias")
        },
        **blocks("vision_encoder", 24, 1024),
        "text_encoder.positional_embedding": (32, 768),
        "text_encoder.text_projection": (768, 768),
        "text_encoder.token_embedding.weight": (49408, 768),
        "text_encoder.ln_final.weight": (768,),
        "text_encoder.ln_final.bias": (768,),
        **blocks("text_encoder", 12, 768),
    }
    assert len(found) == 447
    assert sum(p.numel() for p in net.parameters()) == 427_590_145


def test_the_base_size_has_the_public_ones_parameters() -> None:
    with torch.device("meta"):
        net = viclip_encoder("b16")
    assert sum(p.numel() for p in net.vision_encoder.parameters()) == 86_198_784
    assert sum(p.numel() for p in net.text_encoder.parameters()) == 63_405_056


def test_computing_blocks_again_changes_no_gradient() -> None:
    torch.manual_seed(0)
    kept, again = ViCLIPVision(**SMALL, frames=2), ViCLIPVision(**SMALL, frames=2, checkpoints=1)
    again.load_state_dict(kept.state_dict())
    video = torch.randn(2, 3, 2, 16, 16)
    for net in (kept, again):
        net(video).square().sum().backward()
    for one, other in zip(kept.parameters(), again.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)


@pytest.mark.parametrize(
    ("shape", "message"),
    [((1, 3, 3, 16, 16), "3 frames: this net was made for 2"), ((1, 3, 2, 24, 16), "24 x 16")],
)
def test_a_clip_it_was_not_made_for_is_refused(shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ViCLIPVision(**SMALL, frames=2)(torch.zeros(shape))
