"""What a step asks of a net, its optimiser and its ranks (§4: Accelerate, with DeepSpeed or not).

A `Learner` is one of two: the one here, on a device alone or under DistributedDataParallel, and
`train.zero`'s, whose optimiser lies in shares on all ranks. Both write the same checkpoints.
"""

from __future__ import annotations

import math
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import torch
from torch import Tensor, nn

from sakuga.train import optimiser, zero

if TYPE_CHECKING:
    from accelerate import Accelerator

N = TypeVar("N", bound=nn.Module)


class Learner(Protocol[N]):
    """net: whose weights have the names they are kept by. wrapped: what a step calls, the net or
    what holds it, for its ranks and precision.
    """

    net: N
    wrapped: nn.Module

    def step(self, rate: float) -> float:
        """Take the gradients in, at this rate; gives their norm. Where that is no number, nothing
        is touched.
        """
        ...

    def weights(self) -> dict[str, Tensor]:
        """The net's state dict."""
        ...

    def moments(self) -> dict[str, Any] | None:
        """The optimiser's state dict, whole. All ranks call it; all but the first may get None."""
        ...


@dataclass
class Plain(Generic[N]):
    """All of the optimiser on each rank."""

    net: N
    wrapped: nn.Module
    adamw: torch.optim.Optimizer
    clip: float

    def step(self, rate: float) -> float:
        """See `Learner`."""
        optimiser.set_rate(self.adamw.param_groups, rate)
        limit = self.clip or math.inf
        norm = float(nn.utils.clip_grad_norm_(self.wrapped.parameters(), limit))
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
    net: N, called: nn.Module, adamw: torch.optim.Optimizer, accelerator: Accelerator, *,
    clip: float, precision: str, moments: dict[str, Any] | None,
) -> Learner[N]:  # fmt: skip
    """The net, which lies on its device already, for its ranks, and its optimiser.

    called: what a step calls: the net, or what holds it. clip: largest norm of the gradient, 0 for
    any. moments: the optimiser's state dict where a run goes on.
    """
    if zero.at_work(accelerator):
        return zero.prepared(net, called, adamw, accelerator, precision, moments)
    wrapped: Any = accelerator.prepare_model(called)
    if moments:
        adamw.load_state_dict(moments)
    return Plain(net, wrapped, adamw, clip)


def accelerated(*, precision: str, batch: int, clip: float) -> Accelerator:
    """Ranks, devices and precision, as `accelerate launch` or this machine has them.

    batch: of all ranks. Raises RequestError for a configuration of DeepSpeed that can't be.
    """
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState

    if zero.asked():
        return zero.accelerated(batch, clip)
    # The state is one for a process: an earlier run of it may have had another precision.
    AcceleratorState._reset_state()  # pyright: ignore[reportPrivateUsage]
    return Accelerator(mixed_precision=precision)


def backward(wrapped: nn.Module, loss: Tensor, accelerator: Accelerator, last: bool) -> None:
    """Into the gradients; `last` of a step's pieces. Not by Accelerate under DeepSpeed: there it
    would take the optimiser's step too, and none is taken before the loss has been looked at.
    """
    if zero.at_work(accelerator):
        zero.backward(wrapped, loss, last)
    else:
        accelerator.backward(loss)


def apart(
    wrapped: nn.Module, accelerator: Accelerator, last: bool
) -> AbstractContextManager[object]:
    """Around a piece of a step: ranks speak to each other at the last alone, where they can."""
    return nullcontext() if last else accelerator.no_sync(wrapped)
