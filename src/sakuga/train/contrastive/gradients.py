"""Gradients of one big batch, a few clips at a time and on several ranks, exactly (§4.1).

Gradient caching (arXiv 2101.06983): embed all without a graph; take the loss's gradient with regard
to the embeddings; embed each micro-batch again with a graph, under the same random numbers, and go
back through it with its share. Ranks bring their embeddings together for the loss; the average of
their gradients, which DistributedDataParallel takes, is that of the whole batch.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from sakuga.models.contrastive import DualEncoder, Reduction, contrastive_loss
from sakuga.train.contrastive.examples import Batch
from sakuga.train.contrastive.transforms import normalised
from sakuga.train.learner import apart, backward

if TYPE_CHECKING:
    from accelerate import Accelerator


class Towers(nn.Module):
    """Both towers in one forward, as wrappers of many ranks want it; the temperature among its
    outputs, or they would believe it unused.
    """

    def __init__(self, net: DualEncoder) -> None:
        super().__init__()
        self.net = net

    def forward(
        self, frames: Tensor, tokens: Tensor, dropped: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """(B, D) of clips, (B, D) of captions, ()."""
        video_BD = self.net.embed_video(normalised(frames), dropped)
        temperature = (self.net.temperature() * 1.0).view(())
        return video_BD, self.net.embed_text(tokens), temperature


def loss_and_gradients(
    towers: nn.Module,
    batch: Batch,
    accelerator: Accelerator,
    *,
    seed: int,
    micro: int = 0,
    reduction: Reduction = "mean",
    alike: bool = True,
) -> Tensor:
    """The loss of the whole batch of all ranks, with `.grad` of every weight filled.

    seed: of what is drawn in the nets (dropped paths): each micro-batch draws its own by the first
    clip in it, so that the second look sees what the first did, and other ranks draw others.
    """
    same = batch.same.to(accelerator.device) if alike else None
    parts = [_on(part, accelerator.device) for part in batch.parts(micro)]
    if len(parts) == 1:
        with _seeded(seed, batch, accelerator.device):
            video, text, temp = towers(*parts[0])
        loss = contrastive_loss(video, text, temp, same, reduction=reduction)
        backward(towers, loss, accelerator, last=True)
        return loss.detach()
    cached = _embedded(towers, batch, parts, micro, seed, accelerator)
    loss = contrastive_loss(*cached, same, reduction=reduction)
    loss.backward()
    _go_back(towers, batch, parts, micro, seed, accelerator, cached)
    return loss.detach()


def _embedded(
    towers: nn.Module, batch: Batch, parts: list[Any], micro: int, seed: int, accelerator: Any
) -> tuple[Tensor, Tensor, Tensor]:
    """Leaves that take the loss's gradient."""
    found: list[tuple[Tensor, Tensor, Tensor]] = []
    for examples, part in zip(batch.parts(micro), parts, strict=True):
        with torch.no_grad(), _seeded(seed, examples, accelerator.device):
            found.append(towers(*part))
    video, text = (torch.cat([each[n] for each in found]) for n in (0, 1))
    leaves = video, text, found[0][2].clone()
    return tuple(leaf.detach().requires_grad_() for leaf in leaves)  # pyright: ignore[reportReturnType]


def _go_back(
    towers: nn.Module, batch: Batch, parts: list[Any], micro: int, seed: int, accelerator: Any,
    cached: tuple[Tensor, Tensor, Tensor],
) -> None:  # fmt: skip
    """Each micro-batch's share of the gradient; ranks speak to each other at the last alone."""
    video_grad, text_grad, temp_grad = (leaf.grad for leaf in cached)
    assert video_grad is not None and text_grad is not None and temp_grad is not None
    begin = 0
    for number, (examples, part) in enumerate(zip(batch.parts(micro), parts, strict=True), 1):
        here = slice(begin, begin := begin + len(examples))
        last = number == len(parts)
        with apart(towers, accelerator, last):
            with _seeded(seed, examples, accelerator.device):
                video, text, temp = towers(*part)
            share = (video * video_grad[here]).sum() + temp * temp_grad / len(parts)
            if text.requires_grad:
                share = share + (text * text_grad[here]).sum()
            backward(towers, share, accelerator, last)


def _on(part: Batch, device: torch.device) -> tuple[Tensor, Tensor, Tensor | None]:
    dropped = None if part.dropped is None else part.dropped.to(device)
    return part.frames.to(device), part.tokens.to(device), dropped


@contextmanager
def _seeded(seed: int, examples: Batch, device: torch.device) -> Generator[None]:
    """Random numbers of this micro-batch's own; those outside go on as if nothing had been."""
    first = examples.keys[0]
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices):
        mixed = np.random.SeedSequence([seed, first.step, first.clip])
        torch.manual_seed(int(mixed.generate_state(1, np.uint64)[0]))
        yield
