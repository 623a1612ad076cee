"""AdamW's groups, and the learning rate in a phase of a run."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from torch import Tensor

UNDECAYED = (
    "temp", "positional_embedding", "class_embedding", "temporal_positional_embedding",
    "pos_embed", "cls_token", "temporal_pos_embedding", "A_log", "A_b_log", "D", "D_b",
)  # fmt: skip
EMBEDDINGS = ("token_embedding", "word_embeddings", "position_embeddings", "token_type_embeddings")


def is_decayed(name: str, weight: Tensor) -> bool:
    """False for vectors, biases, temperature, embeddings and the scan's A and D.

    Differs from VideoMamba's own factory, which decays the last three; upstream's ViCLIP means to
    spare them and forgets the list under several ranks.
    """
    steps = name.split(".")
    if weight.dim() < 2 or steps[-1] == "bias" or steps[-1] in UNDECAYED:
        return False
    return not (steps[-1] == "weight" and len(steps) > 1 and steps[-2] in EMBEDDINGS)


def groups(weights: Iterable[tuple[str, Tensor]], decay: float) -> list[dict[str, Any]]:
    """The weights that learn, those that decay and those that don't."""
    learning = [(name, weight) for name, weight in weights if weight.requires_grad]
    made = [
        {
            "params": [w for name, w in learning if is_decayed(name, w) == decayed],
            "weight_decay": decay if decayed else 0.0,
        }
        for decayed in (True, False)
    ]
    return [group for group in made if group["params"]]


def phase(step: int, length: int, warmup: float, highest: float, floor: float) -> float:
    """A line up to the highest rate, then half a cosine down; both keep above the floor."""
    rising = math.floor(warmup * length)
    if step < rising:
        return highest * (floor + (1 - floor) * step / rising)
    done = (step - rising) / max(1, length - rising)
    return highest * (floor + (1 - floor) * (1 + math.cos(math.pi * done)) / 2)


def set_rate(groups: Iterable[dict[str, Any]], value: float) -> None:
    """To all groups of an optimiser."""
    for group in groups:
        group["lr"] = value
