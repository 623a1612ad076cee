"""An image CLIP as the start of a ViCLIP (§4.1), as ViCLIP itself was started.

Checkpoints of OpenAI's CLIP in its own key names (open_clip's too) and in those of transformers'
CLIPModel. The patches' weights get an axis for time: a patch of ViCLIP is one frame deep, so that
is all of its "inflation". The temporal embedding, which CLIP has not, stays as the net has it:
zeros, for a net just made. The nets' arithmetic is CLIP's if its activation is the quick GELU, as
OpenAI's is; nothing in a checkpoint says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor

VISION, TEXT, TIME = "vision_encoder.", "text_encoder.", "temporal_positional_embedding"
OURS = ("visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight")
"""One of these tells a CLIP from other checkpoints."""

SIZES_IN_FILE = ("input_resolution", "context_length", "vocab_size")  # OpenAI's, beside the tensors

PLACES = {  # of transformers, to OpenAI's
    "vision_model.embeddings.class_embedding": "visual.class_embedding",
    "vision_model.embeddings.position_embedding.weight": "visual.positional_embedding",
    "vision_model.embeddings.patch_embedding.weight": "visual.conv1.weight",
    "vision_model.pre_layrnorm": "visual.ln_pre",  # so spelt
    "vision_model.post_layernorm": "visual.ln_post",
    "visual_projection.weight": "visual.proj",
    "text_model.embeddings.token_embedding": "token_embedding",
    "text_model.embeddings.position_embedding.weight": "positional_embedding",
    "text_model.final_layer_norm": "ln_final",
    "text_projection.weight": "text_projection",
}
IN_BLOCK = {
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
}
BLOCK = re.compile(r"(vision|text)_model\.encoder\.layers\.(\d+)\.(.+)\.(weight|bias)")
TURNED = ("visual_projection.weight", "text_projection.weight")  # (out, width) in transformers


def is_clip(tensors: Mapping[str, Tensor]) -> bool:
    """Whether these are an image CLIP's, in either's key names."""
    return any(key in tensors for key in OURS)


def as_viclip(tensors: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """By ViCLIP's key names, for a net or a tower of it; what it has no name for keeps its own.

    wanted: the net's own tensors, of which the temporal embedding is taken.
    """
    found = {_in_ours(key): value for key, value in _as_openai(tensors).items()}
    if (patches := found.get(f"{VISION}conv1.weight")) is not None and patches.dim() == 4:
        found[f"{VISION}conv1.weight"] = patches[:, :, None]
    if (scale := found.pop("logit_scale", None)) is not None:
        found["temp"] = (-scale.float()).exp()
    tower = _tower(wanted)
    if tower:
        found = {k.removeprefix(tower): v for k, v in found.items() if k.startswith(tower)}
    if tower == TEXT and "positional_embedding" in found:  # of 77 words, for a shorter context
        context = len(wanted["positional_embedding"])
        found["positional_embedding"] = found["positional_embedding"][:context]
    time = TIME if tower else f"{VISION}{TIME}"
    return found | ({time: wanted[time]} if time in wanted else {})


def _tower(wanted: Mapping[str, Tensor]) -> str:
    """Which tower alone this is, as its keys begin in the whole net, or ''."""
    if "conv1.weight" in wanted:
        return VISION
    return TEXT if "token_embedding.weight" in wanted else ""


def _in_ours(key: str) -> str:
    if key == "logit_scale":
        return key
    if key.startswith("visual."):
        return VISION + key.removeprefix("visual.")
    text = ("transformer.", "token_embedding.", "ln_final.", "positional_emb", "text_projection")
    return TEXT + key if key.startswith(text) else key


def _as_openai(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """By OpenAI's key names, whichever they have; queries, keys and values in one."""
    found: dict[str, Tensor] = {}
    parts: dict[str, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        if key in SIZES_IN_FILE or key.endswith(".position_ids"):
            continue
        if (block := BLOCK.fullmatch(key)) is None:
            # A text_projection of OpenAI's, a tensor and no layer, has no ".weight".
            found[_placed(key)] = value.T if key in TURNED else value
            continue
        tower, number, part, kind = block.groups()
        begin = ("visual." if tower == "vision" else "") + f"transformer.resblocks.{number}."
        if part in IN_BLOCK:
            found[f"{begin}{IN_BLOCK[part]}.{kind}"] = value
        elif part in ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"):
            parts.setdefault(f"{begin}attn.in_proj_{kind}", {})[part[-6]] = value
        else:
            found[key] = value
    return found | _joined(parts)


def _joined(parts: Mapping[str, Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Queries, keys, values one under the other; without all three there is nothing to join."""
    return {
        key: torch.cat([of[part] for part in "qkv"]) for key, of in parts.items() if len(of) == 3
    }


def _placed(key: str) -> str:
    for theirs, ours in PLACES.items():
        if key == theirs or key.startswith(f"{theirs}."):
            return ours + key.removeprefix(theirs)
    return key
