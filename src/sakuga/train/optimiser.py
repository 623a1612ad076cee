"""AdamW's groups and the learning rate of each step (as ViCLIP and VideoMamba, §4.1)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from sakuga.core.errors import RequestError
from sakuga.train.recipe import Optimiser, Schedule

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


def adamw(weights: Iterable[tuple[str, Tensor]], recipe: Optimiser) -> torch.optim.AdamW:
    """For the named weights that learn; epsilon 1e-8."""
    betas = (recipe.beta1, recipe.beta2)
    return torch.optim.AdamW(groups(weights, recipe.decay), recipe.rate, betas)


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


def total_steps(schedule: Schedule, steps_an_epoch: int) -> int:
    """Steps of the whole run, at least one."""
    return schedule.steps or max(1, math.floor(schedule.epochs * steps_an_epoch + 0.5))


def masked_steps(schedule: Schedule, total: int) -> int:
    """The steps before those that see all patches."""
    return total - math.floor(schedule.unmasked * total + 0.5)


def rate(step: int, total: int, optimiser: Optimiser, schedule: Schedule) -> float:
    """Learning rate of a step counted from 0: a warm-up and a cosine for each of the two phases."""
    if not 0 <= step < total:
        raise RequestError(f"step = {step}: must be 0 to {total - 1}")
    masked = masked_steps(schedule, total)
    if step < masked:
        return phase(step, masked, schedule.warmup, optimiser.rate, optimiser.floor)
    length, warmup = total - masked, schedule.unmasked_warmup
    return phase(step - masked, length, warmup, schedule.unmasked_rate, optimiser.floor)


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


def frozen(net: nn.Module) -> None:
    """Keep a tower as it is: nothing of it learns."""
    for weight in net.parameters():
        weight.requires_grad_(False)
