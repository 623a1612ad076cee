"""`sakuga train svd`: Stable Video Diffusion finetuned on keyframes (§4.2; LoRA: §6).

Paper: the image-to-video net, 5000 iterations at 5e-6, 8 keyframes of 576 x 320, "MSE of noise on
latents", which here is EDM's loss (`models.edm`). On several GPUs: `accelerate launch -m sakuga
train svd ...`.

    RUN/run.json       the recipe, the clips, how many steps
    RUN/log.jsonl      a line each step (`train.journal`)
    RUN/checkpoints/   to go on from (`train.checkpoints`): what learns, its optimiser and average
    RUN/samples/       a grid of samples every so many steps (`train.svd.samples`)
    RUN/latents/       where they are cached (`train.svd.cache`)
    RUN/pipeline/      the whole net when all is done, for diffusers (`train.svd.result`)
    RUN/lora/          with LoRA, the adapters alone, for peft
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from sakuga.core.errors import RequestError, StopBuild
from sakuga.models import svd as nets
from sakuga.train import checkpoints, journal, lineage, optimiser
from sakuga.train.average import Average
from sakuga.train.begun import begun
from sakuga.train.checkpoints import Checkpoint
from sakuga.train.lineage import Lineage
from sakuga.train.loading import batches
from sakuga.train.order import Order
from sakuga.train.packed import Pack
from sakuga.train.recipe import as_plain
from sakuga.train.steps import Advance, go
from sakuga.train.svd import optimiser as svd_optimiser
from sakuga.train.svd.cache import cached
from sakuga.train.svd.examples import Batch, Examples, collate
from sakuga.train.svd.learns import learning, put, weights_of
from sakuga.train.svd.recipe import Recipe
from sakuga.train.svd.result import finish
from sakuga.train.svd.samples import Sampler
from sakuga.train.svd.step import Frozen, loss_and_gradients

if TYPE_CHECKING:
    from accelerate import Accelerator


@dataclass(frozen=True, slots=True)
class Trained:
    """What a run came to. result: folders that it left."""

    run: str
    steps: int
    clips: int
    loss: float  # of the last step
    seconds: float
    result: list[str]
    warnings: list[str]


def train(
    recipe: Recipe, pack: Pack, run: Path, *, resume: bool = False, advance: Advance | None = None
) -> Trained:
    """Train from the start, or, with `resume`, from the last checkpoint.

    Raises RequestError for what can't be asked for; StopBuild where a loss is NaN or infinite, with
    the batch in RUN/stopped-STEP-rankR.pt; OSError where a checkpoint can't be written.
    """
    started = time.monotonic()
    loop, found = made_ready(recipe, pack, run, resume)
    steps = range(found[0].step if found else 0, recipe.schedule.steps)
    order = ordered(recipe, pack, loop.accelerator.num_processes)
    rank, ranks = loop.accelerator.process_index, loop.accelerator.num_processes
    keys = list(order.of_steps(steps, rank, ranks))
    given = batches(loop.examples, keys, collate, recipe.clips.workers)
    main = loop.accelerator.is_main_process
    loss = go(loop, given, steps, run, tells=main, advance=advance)
    if not steps:  # all was done but what follows
        loss = next((line["loss"] for line in reversed(journal.read(run))), loss)
    left = loop.finish() if main else []
    loop.accelerator.wait_for_everyone()
    seconds = round(time.monotonic() - started, 3)
    warnings = found[1] if found else []
    return Trained(str(run), steps.stop, len(pack), loss, seconds, left, warnings)


@dataclass
class Loop:
    """The steps of a run. net: what learns, in peft's wrapper where adapters do; wrapped: for its
    ranks and precision."""

    recipe: Recipe
    pack: Pack
    source: Lineage
    run: Path
    parts: nets.Parts
    net: Any
    wrapped: nn.Module
    adamw: torch.optim.Optimizer
    average: Average | None
    frozen: Frozen
    examples: Examples
    sampler: Sampler | None
    accelerator: Accelerator

    def step(self, step: int, batch: Batch) -> Mapping[str, float]:
        """Loss, learning rate, norm of the gradient. Raises StopBuild where they are no numbers."""
        schedule, limit = self.recipe.schedule, self.recipe.optimiser.clip
        rate = svd_optimiser.rate(step, self.recipe.optimiser, schedule)
        optimiser.set_rate(self.adamw.param_groups, rate)
        self.wrapped.train()
        loss = loss_and_gradients(
            self.wrapped, batch, self.frozen, self.recipe.noise, self.accelerator, schedule.micro
        ).item()
        # The same on all ranks: they stop together.
        norm = float(nn.utils.clip_grad_norm_(self.wrapped.parameters(), limit or math.inf))
        if not (math.isfinite(loss) and math.isfinite(norm)):
            self.stop(step, batch, loss, norm)
        self.adamw.step()
        self.adamw.zero_grad()
        if self.average:
            self.average.update(weights_of(self.net), step)
        return {"loss": loss, "rate": rate, "norm": norm}

    def between(self, done: int) -> None:
        """A checkpoint, a grid of samples, where it is time for them."""
        schedule = self.recipe.schedule
        if done % schedule.every == 0 or done == schedule.steps:
            self.save(done)
        if self.sampler and self.accelerator.is_main_process and done % schedule.show == 0:
            self.sampler.draw(self.net, self.average, done)

    def save(self, done: int) -> None:
        """A checkpoint after so many steps."""
        if self.accelerator.is_main_process:
            net = {"weights": weights_of(self.net)}
            if self.average:
                net["average"] = self.average.values
            made = as_plain(self.recipe)
            state = self.adamw.state_dict()
            checkpoints.save(Checkpoint(done, net, state, made, self.pack.fingerprint), self.run)
        self.accelerator.wait_for_everyone()

    def finish(self) -> list[str]:
        """Write what the run leaves; gives the folders."""
        return finish(
            self.net, self.average, self.parts, self.recipe, self.pack, self.source, self.run
        )

    def stop(self, step: int, batch: Batch, loss: float, norm: float) -> None:
        """Save the batch and raise StopBuild; no weight has been touched by it."""
        file = self.run / f"stopped-{step:08d}-rank{self.accelerator.process_index}.pt"
        ids = [self.pack.ids[key.clip] for key in batch.keys]
        checkpoints.write_whole({"step": step, "ids": ids, **batch.tensors()}, file)
        raise StopBuild(
            f"step {step}: the loss is {loss}, the gradient's norm {norm}. Its batch is in {file}; "
            "look at it, or go on from the last checkpoint with a lower optimiser.rate"
        )


def made_ready(
    recipe: Recipe, pack: Pack, run: Path, resume: bool
) -> tuple[Loop, tuple[Checkpoint, list[str]] | None]:
    """All that the steps need, at the state of the run. Raises RequestError before work starts."""
    accelerator = accelerated(recipe)
    svd_optimiser.check_bits(recipe.optimiser, accelerator.device)
    ordered(recipe, pack, accelerator.num_processes)
    source = lineage.read(pack.folder).of(pack.ids)
    found = begun(as_plain(recipe), pack, run, resume)
    parts = nets.opened(recipe.net.start, recipe.schedule.seed)
    check_size(recipe, parts)
    vae, image_encoder = (each.to(accelerator.device) for each in parts.frozen())
    net = learning(parts.unet, recipe.net, recipe.schedule.seed)
    if found:
        put(net, found[0].net["weights"])
    wrapped: Any = accelerator.prepare_model(net)
    adamw = svd_optimiser.adamw(net.named_parameters(), recipe.optimiser, accelerator.device)
    if found:
        adamw.load_state_dict(found[0].optimiser)
    examples = examples_of(recipe, pack, source, parts)
    known = cached(examples, recipe, parts, run, accelerator)
    loop = Loop(
        recipe, pack, source, run, parts, net, wrapped, adamw,
        averaged(recipe, net, accelerator.device, found[0] if found else None),
        Frozen(vae, image_encoder, known), examples,
        Sampler(recipe, pack, parts, run) if recipe.schedule.show else None, accelerator,
    )  # fmt: skip
    return loop, found


def accelerated(recipe: Recipe) -> Accelerator:
    """Ranks, devices and precision, as `accelerate launch` or this machine has them.

    Raises RequestError for DeepSpeed.
    """
    with nets.quiet():
        from accelerate import Accelerator

        made = Accelerator(mixed_precision=recipe.schedule.precision)
    if str(made.distributed_type).endswith("DEEPSPEED"):
        raise RequestError(
            "train svd does not go with DeepSpeed, which spreads the optimiser over ranks, so that "
            "no checkpoint would be whole; launch it with accelerate launch --multi_gpu"
        )
    return made


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


def examples_of(recipe: Recipe, pack: Pack, source: Lineage, parts: nets.Parts) -> Examples:
    """What each step sees."""
    clips = recipe.clips
    channels = int(parts.vae.config.latent_channels)
    latent = channels, clips.height // parts.shrink, clips.width // parts.shrink
    return Examples(pack, source, clips, recipe.noise, latent, recipe.schedule.seed)


def check_size(recipe: Recipe, parts: nets.Parts) -> None:
    """Raises RequestError where the pictures don't fit the nets."""
    for name in ("width", "height"):
        pixels = getattr(recipe.clips, name)
        if pixels % parts.shrink:
            raise RequestError(f"clips.{name} = {pixels}: must be a multiple of {parts.shrink}")


def ordered(recipe: Recipe, pack: Pack, ranks: int) -> Order:
    """Which clips each step sees. Raises RequestError where there are too few, or too short."""
    wanted, batch = recipe.clips.frames, recipe.schedule.batch
    fewest = min((pack.keyframes(n) for n in range(len(pack))), default=wanted)
    if not len(pack):
        raise RequestError(f"{pack.folder}: no clip in it has {wanted} keyframes or more")
    if fewest < wanted:
        raise RequestError(
            f"clips.frames = {wanted}: {pack.folder} has clips of {fewest}; "
            "lower it, or pack more keyframes"
        )
    if batch % ranks:
        raise RequestError(f"schedule.batch = {batch}: must be a multiple of {ranks} ranks")
    return Order(len(pack), batch, recipe.schedule.seed)
