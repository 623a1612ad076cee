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

from sakuga.core.errors import StopBuild
from sakuga.models.contrastive import DualEncoder
from sakuga.train import checkpoints
from sakuga.train.begun import begun
from sakuga.train.checkpoints import Checkpoint
from sakuga.train.contrastive import optimiser
from sakuga.train.contrastive.examples import Batch, Examples, loader
from sakuga.train.contrastive.gradients import loss_and_gradients
from sakuga.train.contrastive.learner import accelerated, prepared
from sakuga.train.contrastive.nets import net_of, patches_of, side_of, tokenizer_of
from sakuga.train.contrastive.recipe import Recipe
from sakuga.train.learner import Learner
from sakuga.train.order import ordered
from sakuga.train.packed import Pack
from sakuga.train.recipe import as_plain
from sakuga.train.steps import Advance, Trained, go, stopped

if TYPE_CHECKING:
    from accelerate import Accelerator


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
    learner.wrapped.train()
    loop = Loop(recipe, pack, run, learner, accelerator, total)
    loss = go(loop, given, steps, run, tells=main, advance=advance)
    left = [str(_finish(learner.weights(), recipe, run, total))] if main else []
    accelerator.wait_for_everyone()
    seconds = round(time.monotonic() - started, 3)
    return Trained(str(run), total, len(pack), loss, seconds, left, found[1] if found else [])


@dataclass
class Loop:
    """The steps of a run."""

    recipe: Recipe
    pack: Pack
    run: Path
    learner: Learner[DualEncoder]
    accelerator: Accelerator
    total: int

    def step(self, step: int, batch: Batch) -> Mapping[str, float]:
        """Loss, learning rate, norm of the gradient, temperature. Raises StopBuild where they are
        no numbers."""
        schedule = self.recipe.schedule
        rate = optimiser.rate(step, self.total, self.recipe.optimiser, schedule)
        loss = loss_and_gradients(
            self.learner.wrapped, batch, self.accelerator, seed=schedule.seed, micro=schedule.micro,
            reduction=schedule.reduction, alike=schedule.alike,
        ).item()  # fmt: skip
        # Loss and norm are the same on all ranks: they stop together.
        norm = self.learner.step(rate) if math.isfinite(loss) else math.nan
        if not math.isfinite(norm):
            raise self.stopped(step, batch, loss, norm)
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

    def stopped(self, step: int, batch: Batch, loss: float, norm: float) -> StopBuild:
        """Keeps the batch; no weight has been touched by it."""
        ids = [self.pack.ids[key.clip] for key in batch.keys]
        kept = {"frames": batch.frames, "tokens": batch.tokens, "dropped": batch.dropped}
        rank = self.accelerator.process_index
        return stopped(self.run, step, rank, loss, norm, {"ids": ids, **kept})


def _finish(weights: dict[str, torch.Tensor], recipe: Recipe, run: Path, steps: int) -> Path:
    from safetensors.torch import save_file

    file, temporary = run / "model.safetensors", run / "model.safetensors.tmp"
    tensors = {name: value.detach().contiguous() for name, value in weights.items()}
    save_file(tensors, temporary)
    temporary.replace(file)
    page = {"recipe": as_plain(recipe), "steps": steps}
    (run / "run.json").write_text(json.dumps(page, indent=2), encoding="utf-8")
    return file
