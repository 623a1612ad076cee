"""Finetuning Stable Video Diffusion in its true sizes on a GPU: steps a second, memory, by batch.

`python -m benchmarks gpu_svd`, on a machine with one GPU; nothing is downloaded: random weights in
the public configuration, 8 keyframes of 576 x 320, bf16. Each line is the step that `sakuga train
svd --dry-run` makes and times; the memory it foretells stands beside what the device held. Batches
double until one does not fit.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from benchmarks.table import Line
from sakuga.train.svd.dry import outlook
from sakuga.train.svd.recipe import Recipe, read_recipe

APART = 0.15  # of the memory measured: the bar on what is foretold
WAYS: dict[str, tuple[str, ...]] = {
    "all": ("net.train=all",),
    "all, activations kept": ("net.train=all", "net.checkpointing=false"),
    "temporal": ("net.train=temporal",),
    "adapters": ("net.train=lora",),
}
TRUE = ("net.start=random", "schedule.average=0", "schedule.micro=0", "schedule.precision=bf16")
BATCHES = (1, 2, 4, 8, 16, 32)
GIB = 1 << 30


@dataclass(frozen=True)
class Step:
    """seconds: of one. foretold, held: bytes."""

    seconds: float
    foretold: int
    held: int


def lines() -> Iterator[Line]:
    if not torch.cuda.is_available():
        raise SystemExit("gpu_svd: there is no GPU here; nothing is measured without one")
    say(torch.cuda.get_device_name())
    for (name, way), batch in itertools.product(WAYS.items(), BATCHES):
        yield from of_step(f"{name}, {batch} at once", recipe_of(way, batch), batch)


def recipe_of(way: Sequence[str], batch: int, more: Sequence[str] = TRUE) -> Recipe:
    """The paper's profile, so many clips at once."""
    return read_recipe("svd", [*more, "net.checkpointing=true", *way, f"schedule.batch={batch}"])


def of_step(what: str, recipe: Recipe, batch: int) -> Iterator[Line]:
    try:
        step = taken(recipe)
    except torch.cuda.OutOfMemoryError:
        say(f"{what}: does not fit this GPU")
        torch.cuda.empty_cache()
        return
    say(f"{what}: {step.seconds:.3f} s, {step.foretold / GIB:.1f} GiB foretold, "
        f"{step.held / GIB:.1f} GiB held")  # fmt: skip
    yield Line(f"{what}: steps a second (no bar)", 1 / step.seconds, ">=", 0)
    yield Line(f"{what}: clips a second (no bar)", batch / step.seconds, ">=", 0)
    apart = abs(step.foretold / step.held - 1)
    yield Line(f"{what}: memory foretold, apart from what was held", apart, "<=", APART)


def taken(recipe: Recipe) -> Step:
    """By the dry run, which must have measured."""
    torch.cuda.empty_cache()
    found = outlook(recipe, clips=recipe.schedule.batch)
    if found.seconds is None or found.measured is None:
        raise RuntimeError(f"no step was measured: {found.why_untimed}")
    return Step(found.seconds, found.peak, found.measured)


def say(text: str) -> None:
    sys.stderr.write(f"- {text}\n")
