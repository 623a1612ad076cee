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

from sakuga.core.errors import RequestError, StopBuild
from sakuga.models import svd as nets
from sakuga.train import checkpoints, journal, lineage
from sakuga.train.average import Average
from sakuga.train.begun import begun
from sakuga.train.checkpoints import Checkpoint
from sakuga.train.learner import Learner
from sakuga.train.lineage import Lineage
from sakuga.train.loading import batches
from sakuga.train.order import ordered
from sakuga.train.packed import Pack
from sakuga.train.recipe import as_plain
from sakuga.train.steps import Advance, Trained, go, stopped
from sakuga.train.svd import optimiser
from sakuga.train.svd.cache import cached
from sakuga.train.svd.examples import Batch, Examples, collate
from sakuga.train.svd.learner import accelerated, averaged, prepared
from sakuga.train.svd.learns import learning, put, weights_of
from sakuga.train.svd.pack import check_known
from sakuga.train.svd.recipe import Recipe
from sakuga.train.svd.result import finish
from sakuga.train.svd.samples import Sampler
from sakuga.train.svd.step import Frozen, loss_and_gradients

if TYPE_CHECKING:
    from accelerate import Accelerator


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
    """The steps of a run. learner.net: the UNet, in peft's wrapper where adapters learn."""

    recipe: Recipe
    pack: Pack
    source: Lineage
    run: Path
    parts: nets.Parts
    learner: Learner[Any]
    average: Average | None
    frozen: Frozen
    examples: Examples
    sampler: Sampler | None
    accelerator: Accelerator

    def step(self, step: int, batch: Batch) -> Mapping[str, float]:
        """Loss, learning rate, norm of the gradient. Raises StopBuild where they are no numbers."""
        schedule, learner = self.recipe.schedule, self.learner
        rate = optimiser.rate(step, self.recipe.optimiser, schedule)
        learner.wrapped.train()
        loss = loss_and_gradients(
            learner.wrapped, batch, self.frozen, self.recipe.noise, self.accelerator, schedule.micro
        ).item()
        # Loss and norm are the same on all ranks: they stop together.
        norm = learner.step(rate) if math.isfinite(loss) else math.nan
        if not math.isfinite(norm):
            raise self.stopped(step, batch, loss, norm)
        if self.average:
            self.average.update(weights_of(learner.net), step)
        return {"loss": loss, "rate": rate, "norm": norm}

    def between(self, done: int) -> None:
        """A checkpoint, a grid of samples, where it is time for them."""
        schedule = self.recipe.schedule
        if done % schedule.every == 0 or done == schedule.steps:
            self.save(done)
        if self.sampler and self.accelerator.is_main_process and done % schedule.show == 0:
            self.sampler.draw(self.learner.net, self.average, done)

    def save(self, done: int) -> None:
        """A checkpoint after so many steps."""
        moments = self.learner.moments()
        if self.accelerator.is_main_process and moments is not None:
            net = {"weights": weights_of(self.learner.net)}
            if self.average:
                net["average"] = self.average.values
            made = as_plain(self.recipe)
            checkpoints.save(Checkpoint(done, net, moments, made, self.pack.fingerprint), self.run)
        self.accelerator.wait_for_everyone()

    def finish(self) -> list[str]:
        """Write what the run leaves; gives the folders."""
        net, average = self.learner.net, self.average
        return finish(net, average, self.parts, self.recipe, self.pack, self.source, self.run)

    def stopped(self, step: int, batch: Batch, loss: float, norm: float) -> StopBuild:
        """Keeps the batch; no weight has been touched by it."""
        ids = [self.pack.ids[key.clip] for key in batch.keys]
        rank = self.accelerator.process_index
        return stopped(self.run, step, rank, loss, norm, {"ids": ids, **batch.tensors()})


def made_ready(
    recipe: Recipe, pack: Pack, run: Path, resume: bool
) -> tuple[Loop, tuple[Checkpoint, list[str]] | None]:
    """All that the steps need, at the state of the run. Raises RequestError before work starts."""
    accelerator = accelerated(recipe)
    optimiser.check_bits(recipe.optimiser)
    ordered(recipe, pack, accelerator.num_processes)
    source = lineage.read(pack.folder).of(pack.ids)
    check_known(recipe, source)
    found = begun(as_plain(recipe), pack, run, resume)
    parts = nets.opened(recipe.net.start, recipe.schedule.seed)
    check_size(recipe, parts)
    vae, image_encoder = (each.to(accelerator.device) for each in parts.frozen())
    net = learning(parts.unet, recipe.net, recipe.schedule.seed)
    if found:
        put(net, found[0].net["weights"])
    learner = prepared(net, recipe, accelerator, found[0].optimiser if found else None)
    examples = examples_of(recipe, pack, source, parts)
    known = cached(examples, recipe, parts, run, accelerator)
    loop = Loop(
        recipe, pack, source, run, parts, learner,
        averaged(recipe, net, accelerator.device, found[0] if found else None),
        Frozen(vae, image_encoder, known), examples,
        Sampler(recipe, pack, parts, run) if recipe.schedule.show else None, accelerator,
    )  # fmt: skip
    return loop, found


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
