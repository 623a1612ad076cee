"""`sakuga train contrastive`: clips and captions brought together (§4.1, Table 2).

Paper: from the public checkpoints, one epoch, batches of 256, 8 keyframes at 224, masking 0.9, on
two A6000 with Accelerate and DeepSpeed; the rest "consistent with" ViCLIP's and VideoMamba's own.
On several GPUs: `accelerate launch -m sakuga train contrastive ...`.

    RUN/run.json          the recipe, the pack, how many steps
    RUN/log.jsonl         a line each step (`train.journal`)
    RUN/checkpoints/      to go on from (`train.checkpoints`)
    RUN/model.safetensors the net when all is done, by the public checkpoints' key names
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from sakuga.core.errors import RequestError, StopBuild
from sakuga.train import checkpoints, optimiser
from sakuga.train.begun import begun
from sakuga.train.checkpoints import Checkpoint
from sakuga.train.examples import Batch, Examples, loader
from sakuga.train.gradients import loss_and_gradients
from sakuga.train.learner import Learner, accelerated, prepared
from sakuga.train.nets import net_of, patches_of, side_of, tokenizer_of
from sakuga.train.order import Order
from sakuga.train.packed import Pack
from sakuga.train.recipe import Recipe, as_plain
from sakuga.train.steps import Advance, go

if TYPE_CHECKING:
    from accelerate import Accelerator


@dataclass(frozen=True, slots=True)
class Trained:
    """What a run came to."""

    run: str
    steps: int
    clips: int
    loss: float  # of the last step
    seconds: float
    warnings: list[str]


def train(
    recipe: Recipe, pack: Pack, run: Path, *, resume: bool = False, advance: Advance | None = None
) -> Trained:
    """Train from the start, or, with `resume`, from the last checkpoint.

    Raises RequestError for what can't be asked for; StopBuild where a loss is NaN or infinite, with
    the batch in RUN/stopped-STEP.pt; OSError where a checkpoint can't be written.
    """
    started = time.monotonic()
    accelerator = accelerated(recipe)
    order = ordered(recipe, pack, accelerator.num_processes)
    total = optimiser.total_steps(recipe.schedule, order.steps_an_epoch)
    found = begun(as_plain(recipe), pack, run, resume)
    net, tokenizer = net_of(recipe.net, recipe.schedule.seed), tokenizer_of(recipe.net)
    learner = prepared(net, recipe, accelerator, found[0] if found else None)
    steps = range(found[0].step if found else 0, total)
    examples = Examples(
        pack, recipe.clips, side_of(recipe.net), patches_of(net),
        optimiser.masked_steps(recipe.schedule, total), recipe.schedule.seed,
    )  # fmt: skip
    rank, ranks, main = (
        accelerator.process_index, accelerator.num_processes, accelerator.is_main_process,
    )  # fmt: skip
    given = loader(examples, list(order.of_steps(steps, rank, ranks)), tokenizer)
    learner.towers.train()
    loop = Loop(recipe, pack, run, learner, accelerator, total)
    loss = go(loop, given, steps, run, tells=main, advance=advance)
    if main:
        _finish(learner.weights(), recipe, run, total)
    accelerator.wait_for_everyone()
    seconds = round(time.monotonic() - started, 3)
    return Trained(str(run), total, len(pack), loss, seconds, found[1] if found else [])


@dataclass
class Loop:
    """The steps of a run."""

    recipe: Recipe
    pack: Pack
    run: Path
    learner: Learner
    accelerator: Accelerator
    total: int

    def step(self, step: int, batch: Batch) -> Mapping[str, float]:
        """Loss, learning rate, norm of the gradient, temperature. Raises StopBuild where they are
        no numbers."""
        schedule = self.recipe.schedule
        rate = optimiser.rate(step, self.total, self.recipe.optimiser, schedule)
        loss = loss_and_gradients(
            self.learner.towers, batch, self.accelerator, seed=schedule.seed, micro=schedule.micro,
            reduction=schedule.reduction, alike=schedule.alike,
        ).item()  # fmt: skip
        # Loss and norm are the same on all ranks: they stop together.
        norm = self.learner.step(rate) if math.isfinite(loss) else math.nan
        if not math.isfinite(norm):
            self.stop(step, batch, loss, norm)
        temperature = float(self.learner.net.temp.detach())
        return {"loss": loss, "rate": rate, "norm": norm, "temperature": temperature}

    def between(self, done: int) -> None:
        """A checkpoint, where it is time for one."""
        if done % self.recipe.schedule.every == 0 or done == self.total:
            self.save(done)

    def save(self, step: int) -> None:
        """A checkpoint after so many steps."""
        moments = self.learner.moments()
        if self.accelerator.is_main_process and moments is not None:
            weights, made = self.learner.weights(), as_plain(self.recipe)
            found = Checkpoint(step, weights, moments, made, self.pack.fingerprint)
            checkpoints.save(found, self.run)
        self.accelerator.wait_for_everyone()

    def stop(self, step: int, batch: Batch, loss: float, norm: float) -> None:
        """Save the batch and raise StopBuild; no weight has been touched by it."""
        rank = self.accelerator.process_index
        file = self.run / f"stopped-{step:08d}-rank{rank}.pt"
        ids = [self.pack.ids[key.clip] for key in batch.keys]
        tensors = {"frames": batch.frames, "tokens": batch.tokens, "dropped": batch.dropped}
        checkpoints.write_whole({"step": step, "ids": ids, **tensors}, file)
        raise StopBuild(
            f"step {step}: the loss is {loss}, the gradient's norm {norm}. Its batch is in {file}; "
            "look at it, or go on from the last checkpoint with a lower optimiser.rate"
        )


def ordered(recipe: Recipe, pack: Pack, ranks: int) -> Order:
    """Which clips each step sees. Raises RequestError where there are too few."""
    schedule, fewest = (
        recipe.schedule,
        min((pack.keyframes(n) for n in range(len(pack))), default=0),
    )
    if not len(pack):
        raise RequestError(f"{pack.folder}: no clip in it has a caption and enough keyframes")
    if fewest < recipe.clips.frames:
        raise RequestError(
            f"clips.frames = {recipe.clips.frames}: {pack.folder} has clips of {fewest}; "
            "lower it, or pack more keyframes"
        )
    if schedule.batch % ranks:
        raise RequestError(
            f"schedule.batch = {schedule.batch}: must be a multiple of {ranks} ranks"
        )
    return Order(len(pack), schedule.batch, schedule.seed)


def _finish(weights: dict[str, torch.Tensor], recipe: Recipe, run: Path, steps: int) -> None:
    from safetensors.torch import save_file

    temporary = run / "model.safetensors.tmp"
    tensors = {name: value.detach().contiguous() for name, value in weights.items()}
    save_file(tensors, temporary)
    temporary.replace(run / "model.safetensors")
    page = {"recipe": as_plain(recipe), "steps": steps}
    (run / "run.json").write_text(json.dumps(page, indent=2), encoding="utf-8")
