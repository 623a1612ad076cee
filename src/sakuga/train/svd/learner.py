"""Optimiser, ranks and moving average of a run (§4.2: Accelerate, with DeepSpeed or not)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from sakuga.models import svd as nets
from sakuga.train import learner
from sakuga.train.average import Average
from sakuga.train.checkpoints import Checkpoint
from sakuga.train.learner import Learner
from sakuga.train.svd import optimiser
from sakuga.train.svd.learns import weights_of
from sakuga.train.svd.recipe import Recipe

if TYPE_CHECKING:
    from accelerate import Accelerator


def prepared(
    net: Any, recipe: Recipe, accelerator: Accelerator, moments: dict[str, Any] | None
) -> Learner[Any]:
    """The net on its device, for its ranks, and its optimiser, new or at `moments`."""
    device, law = accelerator.device, recipe.optimiser
    adamw = optimiser.adamw(net.to(device).named_parameters(), law, device)
    return learner.prepared(
        net, net, adamw, accelerator, clip=law.clip, precision=recipe.schedule.precision,
        moments=moments,
    )  # fmt: skip


def accelerated(recipe: Recipe) -> Accelerator:
    """Ranks, devices and precision, as `accelerate launch` or this machine has them."""
    schedule, clip = recipe.schedule, recipe.optimiser.clip
    with nets.quiet():
        return learner.accelerated(precision=schedule.precision, batch=schedule.batch, clip=clip)


def averaged(
    recipe: Recipe, net: nn.Module, device: torch.device, found: Checkpoint | None
) -> Average | None:
    """The moving average of what learns, where one is kept."""
    schedule = recipe.schedule
    if not schedule.average:
        return None
    weights = found.net["average"] if found else weights_of(net)
    place = device if schedule.average_on == "device" else torch.device("cpu")
    return Average(weights, schedule.average, place)
