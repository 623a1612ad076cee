"""What a step asks of a net, its optimiser and its ranks (§4.1: Accelerate, with DeepSpeed or not).

A `Learner` is one of two: the one here, on a device alone or under DistributedDataParallel, and
`train.zero`'s, whose optimiser lies in shares on all ranks. Both write the same checkpoints.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor, nn

from sakuga.models.contrastive import DualEncoder
from sakuga.train import optimiser, zero
from sakuga.train.checkpoints import Checkpoint
from sakuga.train.gradients import Towers, is_zero
from sakuga.train.recipe import Recipe

if TYPE_CHECKING:
    from accelerate import Accelerator


class Learner(Protocol):
    """net: by the public checkpoints' key names. towers: the same, wrapped for its ranks."""

    net: DualEncoder
    towers: nn.Module

    def step(self, rate: float) -> float:
        """Take the gradients in, at this rate; gives their norm. Where that is no number, nothing
        is touched.
        """
        ...

    def weights(self) -> dict[str, Tensor]:
        """The net's state dict."""
        ...

    def moments(self) -> dict[str, Any] | None:
        """AdamW's state dict, whole. All ranks call it; all but the first may get None."""
        ...


@dataclass
class Plain:
    """All of the optimiser on each rank."""

    net: DualEncoder
    towers: nn.Module
    adamw: torch.optim.Optimizer
    clip: float

    def step(self, rate: float) -> float:
        """See `Learner`."""
        optimiser.set_rate(self.adamw.param_groups, rate)
        limit = self.clip or math.inf
        norm = float(nn.utils.clip_grad_norm_(self.towers.parameters(), limit))
        if math.isfinite(norm):
            self.adamw.step()
            self.adamw.zero_grad()
        return norm

    def weights(self) -> dict[str, Tensor]:
        """See `Learner`."""
        return self.net.state_dict()

    def moments(self) -> dict[str, Any]:
        """See `Learner`."""
        return self.adamw.state_dict()


def prepared(
    net: DualEncoder, recipe: Recipe, accelerator: Accelerator, begun: Checkpoint | None
) -> Learner:
    """The net on its device, wrapped for its ranks, and its optimiser, at the state of a run."""
    if recipe.net.text == "freeze":
        optimiser.frozen(net.text_encoder)
        optimiser.frozen(net.text_proj)
    if begun:
        net.load_state_dict(begun.net)
    if is_zero(accelerator):
        return zero.prepared(net, recipe, accelerator, begun.optimiser if begun else None)
    towers = accelerator.prepare_model(Towers(net))
    adamw = optimiser.adamw(net.named_parameters(), recipe.optimiser)
    if begun:
        adamw.load_state_dict(begun.optimiser)
    return Plain(net, towers, adamw, recipe.optimiser.clip)


def accelerated(recipe: Recipe) -> Accelerator:
    """Ranks, devices and precision, as `accelerate launch` or this machine has them."""
    from accelerate import Accelerator

    if zero.asked():
        return zero.accelerated(recipe)
    return Accelerator(mixed_precision=recipe.schedule.precision)
