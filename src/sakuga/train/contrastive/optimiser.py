"""AdamW and the learning rate of each step (as ViCLIP and VideoMamba, §4.1)."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from sakuga.core.errors import RequestError
from sakuga.train.contrastive.recipe import Optimiser, Schedule
from sakuga.train.optimiser import groups, phase


def adamw(weights: Iterable[tuple[str, Tensor]], recipe: Optimiser) -> torch.optim.AdamW:
    """For the named weights that learn; epsilon 1e-8."""
    betas = (recipe.beta1, recipe.beta2)
    return torch.optim.AdamW(groups(weights, recipe.decay), recipe.rate, betas)


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


def frozen(net: nn.Module) -> None:
    """Keep a tower as it is: nothing of it learns."""
    for weight in net.parameters():
        weight.requires_grad_(False)
