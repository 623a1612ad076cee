"""What a step takes in memory: the net's state, and what its backward pass is kept for it (§4.1).

What autograd keeps is measured on one clip and two, forward alone, and is a line in the number of
clips: each adds the same. So a net can be judged on a machine that could never make its step; only
its weights must fit. Not counted: what lives within a layer for a moment, and the allocator's gaps.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from sakuga.models.contrastive import DualEncoder
from sakuga.train.contrastive.examples import Batch
from sakuga.train.contrastive.gradients import Towers

FP32 = 4  # bytes
Storages = dict[int, torch.UntypedStorage]


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes kept for the backward pass: however many clips there are, and for each."""

    fixed: int
    each: int

    def of(self, clips: int) -> int:
        """Of so many clips at once."""
        return self.fixed + self.each * clips


def activations(net: DualEncoder, batch: Batch, precision: str) -> Kept:
    """Of a forward of clips as those of the batch; `precision` as in the recipe's schedule."""
    one, two = (_kept(net, next(batch.parts(clips)), precision) for clips in (1, 2))
    return Kept(2 * one - two, two - one)


def state(parameters: int, learning: int, shares: int = 0) -> int:
    """Bytes of weights, gradients and two moments in fp32; of one rank.

    shares: ranks of ZeRO-2, among which gradients, moments and the weights they are stepped from
    are divided; 0 without it.
    """
    if shares:
        return FP32 * (parameters + -(-4 * learning // shares))
    return FP32 * (parameters + 3 * learning)


def _kept(net: DualEncoder, batch: Batch, precision: str) -> int:
    device = net.temp.device
    own = _storages([*net.parameters(), *net.buffers()])
    found: Storages = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            found[storage.data_ptr()] = storage  # held, so that its place is not given away
        return tensor

    dropped = None if batch.dropped is None else batch.dropped.to(device)
    given = batch.frames.to(device), batch.tokens.to(device), dropped
    towers: nn.Module = Towers(net).train()
    half = torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16")
    with torch.random.fork_rng([device] if device.type == "cuda" else []), half:
        with saved_tensors_hooks(keep, lambda tensor: tensor):
            out = towers(*given)
        bytes_kept = sum(storage.nbytes() for storage in found.values())
    del out
    return bytes_kept


def _storages(tensors: list[Tensor]) -> Storages:
    return {t.untyped_storage().data_ptr(): t.untyped_storage() for t in tensors}
