"""Net, optimiser and ranks of a contrastive run (§4.1: Accelerate, with DeepSpeed or not)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sakuga.models.contrastive import DualEncoder
from sakuga.train import learner
from sakuga.train.checkpoints import Checkpoint
from sakuga.train.contrastive import optimiser
from sakuga.train.contrastive.gradients import Towers
from sakuga.train.contrastive.recipe import Recipe
from sakuga.train.learner import Learner

if TYPE_CHECKING:
    from accelerate import Accelerator


def prepared(
    net: DualEncoder, recipe: Recipe, accelerator: Accelerator, begun: Checkpoint | None
) -> Learner[DualEncoder]:
    """The net on its device, for its ranks, and its optimiser, at the state of a run."""
    if recipe.net.text == "freeze":
        optimiser.frozen(net.text_encoder)
        optimiser.frozen(net.text_proj)
    if begun:
        net.load_state_dict(begun.net)
    net.to(accelerator.device)
    adamw = optimiser.adamw(net.named_parameters(), recipe.optimiser)
    return learner.prepared(
        net, Towers(net), adamw, accelerator, clip=recipe.optimiser.clip,
        precision=recipe.schedule.precision, moments=begun.optimiser if begun else None,
    )  # fmt: skip


def accelerated(recipe: Recipe) -> Accelerator:
    """Ranks, devices and precision, as `accelerate launch` or this machine has them."""
    schedule, clip = recipe.schedule, recipe.optimiser.clip
    return learner.accelerated(precision=schedule.precision, batch=schedule.batch, clip=clip)
