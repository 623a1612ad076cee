"""AdamW for `train svd`, in 32 bits or 8 (§4.2)."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from sakuga.core.errors import RequestError
from sakuga.models.svd import quiet
from sakuga.train.optimiser import groups, phase
from sakuga.train.svd.recipe import Optimiser, Schedule


def adamw(
    weights: Iterable[tuple[str, Tensor]], recipe: Optimiser, device: torch.device
) -> torch.optim.Optimizer:
    """For the named weights that learn; epsilon 1e-8. Raises RequestError where 8 bits can't be."""
    betas = (recipe.beta1, recipe.beta2)
    split = groups(weights, recipe.decay)
    if recipe.bits == 32:
        fused = device.type == "cuda"  # no copies of the weights while it steps
        return torch.optim.AdamW(split, recipe.rate, betas, fused=fused)
    check_bits(recipe)
    with quiet():
        theirs: Any = importlib.import_module("bitsandbytes").optim
    return theirs.AdamW8bit(split, recipe.rate, betas)


def check_bits(recipe: Optimiser) -> None:
    """Raises RequestError where the moments can't be kept in 8 bits."""
    if recipe.bits == 32:
        return
    if importlib.util.find_spec("bitsandbytes") is None:
        raise RequestError(
            "optimiser.bits = 8 needs bitsandbytes: pip install 'sakuga[bits]'; "
            "or set optimiser.bits = 32"
        )


def rate(step: int, recipe: Optimiser, schedule: Schedule) -> float:
    """Learning rate of a step counted from 0."""
    return phase(step, schedule.steps, schedule.warmup, recipe.rate, recipe.floor)
