"""One predictor learned: an MLP of `models.timesheet` on vectors, stopped by validation (§4.1)."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from sakuga.core.errors import RequestError
from sakuga.train.timesheet.clips import NAMES

if TYPE_CHECKING:
    from sakuga.models.timesheet import Timesheet
    from sakuga.train.timesheet.learning import TimesheetRecipe

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Learned:
    """A net as it was at its best epoch, and each epoch's losses: (train, validation), in nats."""

    net: Timesheet
    losses: list[tuple[float, float]]
    best: int  # epoch, from 0


def fit(
    train: tuple[Floats, Numbers], validation: tuple[Floats, Numbers], recipe: TimesheetRecipe
) -> Learned:
    """Learn classes (N,) from inputs (N, W). The same arguments give the same net, bit by bit.

    While it learns, inputs are shifted and scaled to mean 0 and deviation 1 over the training
    clips; after it, shift and scale become part of the first layer: the net takes plain inputs.
    """
    from sakuga.models.timesheet import Timesheet

    x, y = torch.from_numpy(train[0]), torch.from_numpy(train[1])
    mean, deviation = x.mean(0), x.std(0, correction=0)
    deviation = torch.where(deviation > 1e-6, deviation, 1.0)  # what never varies stays as it is
    weights = _weights(y) if recipe.class_weights == "balanced" else None
    held = (torch.from_numpy(validation[0]) - mean) / deviation, torch.from_numpy(validation[1])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        net = Timesheet(width=x.shape[1], hidden=recipe.hidden, dropout=recipe.dropout)
        learned = _learn(net, (x - mean) / deviation, y, held, weights, recipe)
    _fold(learned.net, mean, deviation)
    return learned


def _learn(
    net: Timesheet, x: Tensor, y: Tensor, held: tuple[Tensor, Tensor],
    weights: Tensor | None, recipe: TimesheetRecipe,
) -> Learned:  # fmt: skip
    optimiser = torch.optim.AdamW(
        net.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    losses, best, kept = list[tuple[float, float]](), 0, copy.deepcopy(net.state_dict())
    for epoch in range(recipe.epochs):
        seen = [
            _step(net, optimiser, x[rows], y[rows], weights)
            for rows in torch.randperm(len(x)).split(recipe.batch)
        ]
        losses.append((float(np.mean(seen)), _loss(net, *held, weights)))
        if not np.isfinite(losses[-1]).all():
            raise RequestError(
                f"the loss is {losses[-1]} in epoch {epoch}: lower learning_rate = "
                f"{recipe.learning_rate:g}"
            )
        if losses[-1][1] <= min(loss for _, loss in losses):
            best, kept = epoch, copy.deepcopy(net.state_dict())
        if epoch - best >= recipe.patience:
            break
    net.load_state_dict(kept)
    return Learned(net.eval(), losses, best)


def _step(
    net: nn.Module, optimiser: torch.optim.Optimizer, x: Tensor, y: Tensor, weights: Tensor | None
) -> float:
    net.train()
    optimiser.zero_grad()
    loss = cross_entropy(net(x), y, weight=weights)
    loss.backward()
    optimiser.step()
    return float(loss.detach())


@torch.no_grad()
def _loss(net: nn.Module, x: Tensor, y: Tensor, weights: Tensor | None) -> float:
    return float(cross_entropy(net.eval()(x), y, weight=weights))


def _weights(y: Tensor) -> Tensor:
    """Each class's weight, so that all weigh alike; 0 for one without clips."""
    counts = torch.bincount(y, minlength=len(NAMES)).float()
    return torch.where(counts > 0, len(y) / (len(NAMES) * counts.clamp_min(1)), 0.0)


@torch.no_grad()
def _fold(net: Timesheet, mean: Tensor, deviation: Tensor) -> None:
    """Make the shift and scale of the inputs part of the first layer."""
    first = net.layers[0]
    assert isinstance(first, nn.Linear)
    first.weight.div_(deviation)
    first.bias.sub_(first.weight @ mean)


@torch.no_grad()
def probabilities(net: Timesheet, x: Floats) -> NDArray[np.float64]:
    """(N, 3) of inputs (N, W)."""
    logits = net.eval()(torch.from_numpy(x)).double()
    return logits.softmax(-1).numpy()
