"""What a contrastive run would take: parameters, tokens, memory, the time of a step (§4.1)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import torch

from sakuga.train import optimiser
from sakuga.train.contrastive import Loop, ordered
from sakuga.train.examples import Examples, loader
from sakuga.train.learner import accelerated, prepared
from sakuga.train.nets import net_of, patches_of, side_of, tokenizer_of
from sakuga.train.packed import Pack
from sakuga.train.recipe import Recipe

FP32 = 4  # bytes


@dataclass(frozen=True, slots=True)
class Outlook:
    """parameters: all and those that learn. tokens: of one clip, in each phase, with the class
    token. state_bytes: weights, gradients, two moments, in fp32, without what a step keeps on the
    way. peak_bytes: measured on an accelerator; None on a CPU. seconds: of one step, measured, in
    the first phase and in the last one; None where there is no such phase.
    """

    clips: int
    steps: int
    unmasked_steps: int
    parameters: int
    learning: int
    tokens_masked: int
    tokens_unmasked: int
    state_bytes: int
    peak_bytes: int | None
    seconds_masked: float | None
    seconds_unmasked: float | None


def outlook(recipe: Recipe, pack: Pack) -> Outlook:
    """Make one step of each phase and throw it away; nothing is written."""
    accelerator = accelerated(recipe)
    order = ordered(recipe, pack, accelerator.num_processes)
    total = optimiser.total_steps(recipe.schedule, order.steps_an_epoch)
    masked = optimiser.masked_steps(recipe.schedule, total)
    net = net_of(recipe.net, recipe.schedule.seed)
    learner = prepared(net, recipe, accelerator, None)
    learner.towers.train()
    sizes = [(w.numel(), w.requires_grad) for w in net.parameters()]
    learning = sum(size for size, learns in sizes if learns)
    patches = recipe.clips.frames * patches_of(net)
    example = Examples(
        pack, recipe.clips, side_of(recipe.net), patches_of(net), masked, recipe.schedule.seed
    )
    loop = Loop(recipe, pack, Path(), learner, accelerator, total)
    rank, ranks = accelerator.process_index, accelerator.num_processes
    chosen = [step for step, there in ((0, masked > 0), (masked, masked < total)) if there]
    keys = [order.of_step(step, rank, ranks) for step in chosen]
    took: dict[int, float] = {}
    seen = 1 + patches
    for batch in loader(example, keys, tokenizer_of(recipe.net)):
        began = time.monotonic()
        loop.step(batch.keys[0].step, batch)
        took[batch.keys[0].step] = round(time.monotonic() - began, 4)
        if batch.dropped is not None:
            seen = 1 + int((~batch.dropped[0]).sum())
    on_device = accelerator.device.type == "cuda"
    return Outlook(
        clips=len(pack),
        steps=total,
        unmasked_steps=total - masked,
        parameters=sum(size for size, _ in sizes),
        learning=learning,
        tokens_masked=seen,
        tokens_unmasked=1 + patches,
        state_bytes=FP32 * (sum(size for size, _ in sizes) + 3 * learning),
        peak_bytes=torch.cuda.max_memory_allocated() if on_device else None,
        seconds_masked=took.get(0) if masked else None,
        seconds_unmasked=took.get(masked),
    )
