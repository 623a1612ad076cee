"""What a contrastive run would take: parameters, tokens, memory, the time of a step (§4.1)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from sakuga.train import zero
from sakuga.train.contrastive import memory, optimiser
from sakuga.train.contrastive.examples import Batch, Examples, loader
from sakuga.train.contrastive.learner import accelerated, prepared
from sakuga.train.contrastive.loop import Loop
from sakuga.train.contrastive.nets import net_of, patches_of, side_of, tokenizer_of
from sakuga.train.contrastive.recipe import Recipe
from sakuga.train.order import ordered
from sakuga.train.packed import Pack

if TYPE_CHECKING:
    from accelerate import Accelerator


@dataclass(frozen=True, slots=True)
class Phase:
    """The steps that drop patches, or those that see all. tokens: of a clip, with the class token.

    activation_bytes: what a step keeps for its backward pass, by `train.contrastive.memory`.
    seconds: of one step, measured; None where it would not fit.
    """

    steps: int
    tokens: int
    activation_bytes: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of one rank. parameters: all and those that learn. clips_at_once: on a device.

    state_bytes: weights, gradients, two moments, in fp32. total_bytes: with the larger phase's
    activations. free_bytes: of the device, or of this machine. peak_bytes: measured on an
    accelerator, in the steps that were made; None on a CPU. masked, unmasked: None where there are
    no such steps.
    """

    clips: int
    steps: int
    parameters: int
    learning: int
    clips_at_once: int
    state_bytes: int
    total_bytes: int
    free_bytes: int
    peak_bytes: int | None
    masked: Phase | None
    unmasked: Phase | None


def outlook(recipe: Recipe, pack: Pack) -> Outlook:
    """Measure each phase on a clip or two; where a step fits, make one of each and throw it away.

    Nothing is written.
    """
    accelerator = accelerated(recipe)
    ranks = accelerator.num_processes
    order = ordered(recipe, pack, ranks)
    total = optimiser.total_steps(recipe.schedule, order.steps_an_epoch)
    masked = optimiser.masked_steps(recipe.schedule, total)
    learner = prepared(net_of(recipe.net, recipe.schedule.seed), recipe, accelerator, None)
    net = learner.net
    sizes = [(w.numel(), w.requires_grad) for w in net.parameters()]
    parameters, learning = sum(n for n, _ in sizes), sum(n for n, learns in sizes if learns)
    state = memory.state(parameters, learning, ranks if zero.at_work(accelerator) else 0)
    at_once = min(recipe.schedule.micro or recipe.schedule.batch, recipe.schedule.batch // ranks)
    chosen = [step for step, there in ((0, masked > 0), (masked, masked < total)) if there]
    keys = [order.of_step(step, accelerator.process_index, ranks) for step in chosen]
    examples = Examples(
        pack, recipe.clips, side_of(recipe.net), patches_of(net), masked, recipe.schedule.seed
    )
    batches = list(loader(examples, keys, tokenizer_of(recipe.net)))
    kept = [memory.activations(net, b, recipe.schedule.precision).of(at_once) for b in batches]
    free = _free(accelerator)
    fits = state + max(kept) < free
    learner.wrapped.train()
    loop = Loop(recipe, pack, Path(), learner, accelerator, total)
    took = _timed(loop, batches) if fits else [None] * len(batches)
    found = {
        step: Phase(
            masked if step < masked else total - masked,
            _tokens(batch, patches_of(net)),
            kept_bytes,
            seconds,
        )
        for step, batch, kept_bytes, seconds in zip(chosen, batches, kept, took, strict=True)
    }
    on_device = accelerator.device.type == "cuda"
    return Outlook(
        clips=len(pack),
        steps=total,
        parameters=parameters,
        learning=learning,
        clips_at_once=at_once,
        state_bytes=state,
        total_bytes=state + max(kept),
        free_bytes=free,
        peak_bytes=torch.cuda.max_memory_allocated() if on_device and fits else None,
        masked=found.get(0) if masked else None,
        unmasked=found.get(masked),
    )


def _timed(loop: Loop, batches: Sequence[Batch]) -> list[float | None]:
    took: list[float | None] = []
    for batch in batches:
        began = time.monotonic()
        loop.step(batch.keys[0].step, batch)
        took.append(round(time.monotonic() - began, 4))
    return took


def _tokens(batch: Batch, patches: int) -> int:
    if batch.dropped is not None:
        return 1 + int((~batch.dropped[0]).sum())
    return 1 + batch.frames.shape[1] * patches


def _free(accelerator: Accelerator) -> int:
    """Bytes that nobody has."""
    if accelerator.device.type == "cuda":
        return int(torch.cuda.mem_get_info(accelerator.device)[0])
    import psutil

    return int(psutil.virtual_memory().available)
