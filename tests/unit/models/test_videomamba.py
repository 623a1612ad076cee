"""VideoMamba: the public net, tensor for tensor."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from sakuga.models import videomamba
from sakuga.models.bert import BertText
from sakuga.models.contrastive import videomamba_encoder
from sakuga.models.videomamba import Mixer, VideoMambaVision
from tests.unit.models.oracles import CLOSE, reference

SMALL: dict[str, Any] = {"image": 16, "patch": 8, "width": 16, "depth": 3, "frames": 2}


@pytest.fixture
def vision() -> tuple[VideoMambaVision, dict[str, Tensor]]:
    config, tensors, weights = reference("videomamba_tiny")
    names = {"img_size": "image", "patch_size": "patch", "embed_dim": "width", "depth": "depth",
             "num_frames": "frames", "clip_output_dim": "aligned"}  # fmt: skip
    net = VideoMambaVision(**{ours: config[theirs] for theirs, ours in names.items()}).eval()
    net.load_state_dict(weights)
    return net, tensors


@torch.no_grad()
def test_clips_equal_the_public_reference(
    vision: tuple[VideoMambaVision, dict[str, Tensor]],
) -> None:
    net, given = vision
    seen = net(given["input"])
    torch.testing.assert_close(seen.tokens, given["x_vis"], **CLOSE)
    torch.testing.assert_close(seen.pooled, given["pool_keep_temporal"], **CLOSE)
    whole = net(given["input"], by_frame=False)
    torch.testing.assert_close(whole.pooled, given["pool"], **CLOSE)


@torch.no_grad()
def test_masked_clips_equal_it(vision: tuple[VideoMambaVision, dict[str, Tensor]]) -> None:
    net, given = vision
    seen = net(given["input"], given["mask"][:, 1:].unflatten(1, (4, 16)), align=True)
    torch.testing.assert_close(seen.tokens, given["masked_x_vis"], **CLOSE)
    torch.testing.assert_close(seen.pooled, given["masked_pool"], **CLOSE)
    torch.testing.assert_close(seen.aligned, given["masked_clip"][0], **CLOSE)


@torch.no_grad()
def test_images_equal_it(vision: tuple[VideoMambaVision, dict[str, Tensor]]) -> None:
    net, given = vision
    seen = net(given["image_input"])
    torch.testing.assert_close(seen.tokens, given["image_x_vis"], **CLOSE)
    torch.testing.assert_close(seen.pooled, given["image_pool"], **CLOSE)


@torch.no_grad()
def test_the_mixer_equals_it() -> None:
    _, given, weights = reference("mamba_mixer_tiny")
    mixer = Mixer(32, 16, 2, 4, None, "chunked")
    mixer.load_state_dict(weights)
    torch.testing.assert_close(mixer(given["input"]), given["output"], **CLOSE)


@torch.no_grad()
def test_the_text_tower_equals_bert_of_transformers() -> None:
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    net = BertText(vocabulary=99, context=20, width=32, layers=9, heads=4).eval()
    for parameter in net.parameters():
        parameter += 0.05 * torch.randn_like(parameter)
    config = BertConfig(
        vocab_size=99, hidden_size=32, num_hidden_layers=9, num_attention_heads=4,
        intermediate_size=128, max_position_embeddings=20,
    )  # fmt: skip
    peer = BertModel(config, add_pooling_layer=False).eval()
    peer.load_state_dict(net.bert.state_dict())
    ids = torch.randint(1, 99, (4, 15))
    for row, end in enumerate((15, 1, 6, 9)):
        ids[row, end:] = 0
    theirs = peer(input_ids=ids, attention_mask=(ids != 0).long()).last_hidden_state
    torch.testing.assert_close(net(ids), theirs[:, 0], **CLOSE)
    every = net.bert(ids, ids != 0)
    torch.testing.assert_close(every[ids != 0], theirs[ids != 0], **CLOSE)


def mixer_keys(width: int, inner: int, rank: int) -> dict[str, tuple[int, ...]]:
    both = {
        "A{}_log": (inner, 16), "D{}": (inner,), "conv1d{}.weight": (inner, 1, 4),
        "conv1d{}.bias": (inner,), "x_proj{}.weight": (rank + 32, inner),
        "dt_proj{}.weight": (inner, rank), "dt_proj{}.bias": (inner,),
    }  # fmt: skip
    doubled = {key.format(way): shape for key, shape in both.items() for way in ("", "_b")}
    return {**doubled, "in_proj.weight": (2 * inner, width), "out_proj.weight": (width, inner)}


def bert_keys() -> dict[str, tuple[int, ...]]:
    square, flat = (768, 768), (768,)
    layer = {
        **{f"attention.self.{name}.weight": square for name in ("query", "key", "value")},
        **{f"attention.self.{name}.bias": flat for name in ("query", "key", "value")},
        "attention.output.dense.weight": square, "attention.output.dense.bias": flat,
        "attention.output.LayerNorm.weight": flat, "attention.output.LayerNorm.bias": flat,
        "intermediate.dense.weight": (3072, 768), "intermediate.dense.bias": (3072,),
        "output.dense.weight": (768, 3072), "output.dense.bias": flat,
        "output.LayerNorm.weight": flat, "output.LayerNorm.bias": flat,
    }  # fmt: skip
    embeddings = {
        "word_embeddings.weight": (30522, 768), "position_embeddings.weight": (512, 768),
        "token_type_embeddings.weight": (2, 768), "LayerNorm.weight": flat, "LayerNorm.bias": flat,
    }  # fmt: skip
    return {
        **{f"embeddings.{key}": shape for key, shape in embeddings.items()},
        **{f"encoder.layer.{n}.{key}": shape for n in range(9) for key, shape in layer.items()},
    }


def test_the_keys_of_the_full_size_are_the_public_checkpoints() -> None:
    with torch.device("meta"):
        net = videomamba_encoder("middle", aligned=512)
    found = {key: tuple(value.shape) for key, value in net.state_dict().items()}
    vision = {
        "cls_token": (1, 1, 576),
        "pos_embed": (1, 197, 576),
        "temporal_pos_embedding": (1, 8, 576),
        "patch_embed.proj.weight": (576, 3, 1, 16, 16),
        "patch_embed.proj.bias": (576,),
        **{f"layers.{n}.norm.weight": (576,) for n in range(32)},
        **{
            f"layers.{n}.mixer.{key}": shape
            for n in range(32)
            for key, shape in mixer_keys(576, 1152, 36).items()
        },
        "norm.weight": (576,),
        "pool_norm.weight": (576,),
        "pool_norm.bias": (576,),
        "clip_decoder.0.head.weight": (512, 576),
        **{f"clip_decoder.0.{key}": (512,) for key in ("head.bias", "norm.weight", "norm.bias")},
    }
    assert len(vision) == 556
    assert found == {
        "temp": (),
        "vision_proj.weight": (512, 576),
        "vision_proj.bias": (512,),
        "text_proj.weight": (512, 768),
        "text_proj.bias": (512,),
        **{f"vision_encoder.{key}": shape for key, shape in vision.items()},
        **{f"text_encoder.bert.{key}": shape for key, shape in bert_keys().items()},
    }
    assert sum(p.numel() for p in net.vision_encoder.parameters()) == 73_942_656
    assert sum(p.numel() for p in net.text_encoder.parameters()) == 87_628_032


@pytest.mark.parametrize("size", videomamba.VISION)
def test_every_size_can_be_made(size: str) -> None:
    with torch.device("meta"):
        net = videomamba_encoder(size)
    assert len(net.vision_encoder.layers) == videomamba.VISION[size]["depth"]


def test_tubelets_join_frames() -> None:
    net = VideoMambaVision(**{**SMALL, "frames": 4}, tubelet=2).eval()
    assert net(torch.randn(1, 3, 4, 16, 16)).pooled.shape == (1, 2, 16)
    assert net(torch.randn(1, 3, 1, 16, 16)).pooled.shape == (1, 1, 16)


def test_computing_blocks_again_changes_no_gradient() -> None:
    torch.manual_seed(0)
    kept, again = VideoMambaVision(**SMALL), VideoMambaVision(**SMALL, checkpoints=2)
    again.load_state_dict(kept.state_dict())
    video = torch.randn(2, 3, 2, 16, 16)
    for net in (kept, again):
        net(video).pooled.square().sum().backward()
    for (name, one), other in zip(kept.named_parameters(), again.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, msg=name)


def test_every_parameter_learns() -> None:
    net = VideoMambaVision(**SMALL, aligned=4)
    dropped = torch.zeros(2, 2, 4, dtype=torch.bool)
    dropped[:, :, 0] = True
    seen = net(torch.randn(2, 3, 2, 16, 16), dropped, align=True)
    assert seen.aligned is not None
    (seen.pooled.square().sum() + seen.aligned.square().sum()).backward()
    assert [name for name, p in net.named_parameters() if p.grad is None] == []


def test_under_autocast_it_stays_close_and_its_residual_stays_wide() -> None:
    torch.manual_seed(0)
    net = VideoMambaVision(**SMALL).eval()
    video = torch.randn(2, 3, 2, 16, 16)
    widths: list[torch.dtype] = []
    net.layers[-1].register_forward_hook(lambda _module, _args, out: widths.append(out[1].dtype))
    with torch.no_grad():
        exact = net(video).pooled
        with torch.autocast("cpu", torch.bfloat16):
            rough = net(video).pooled
    assert widths == [torch.float32, torch.float32]
    torch.testing.assert_close(rough.float(), exact, rtol=0.05, atol=0.05)


def test_a_vector_a_frame_of_a_masked_clip_is_refused() -> None:
    with pytest.raises(ValueError, match="by_frame"):
        VideoMambaVision(**SMALL)(
            torch.zeros(1, 3, 2, 16, 16), torch.zeros(1, 2, 4, dtype=torch.bool), by_frame=True
        )
