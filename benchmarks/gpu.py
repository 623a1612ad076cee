"""Training steps of the paper's configuration on a GPU, and the selective scan in its three ways.

`python -m benchmarks gpu`, on a machine with one GPU; nothing is downloaded. ViCLIP-L and
VideoMamba-M with random weights go through the trainer's own loop: batches of 256, 8 frames at 224,
masking 0.9, bf16, on a pack of noise, whole batches and 64 clips at a time with cached gradients.
VideoMamba reads CLIP's words instead of BERT's, which must be fetched; its products are the same.
Useful TFLOP/s are those of `models.flops` over the time; what a large product of bf16 matrices
reaches in the same run stands beside them. Figures are medians of steps after the first.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from benchmarks.table import Line
from sakuga.models.contrastive import ENCODERS
from sakuga.models.flops import Flops, of_pair
from sakuga.models.scan import Using, selective_scan
from sakuga.models.tokenizer import CLIP_VOCABULARY
from sakuga.train import journal
from sakuga.train.contrastive.loop import train
from sakuga.train.contrastive.nets import patches_of
from sakuga.train.contrastive.recipe import Recipe, read_recipe
from sakuga.train.packed import Pack, open_pack, writing

STEPS, UNCOUNTED = 12, 4
WAITED = 0.05  # of a step's time: the loader keeps up
CONTEXT = 32
NETS: dict[str, tuple[str, ...]] = {
    "ViCLIP-L": (),
    "VideoMamba-M": (
        "net.family=videomamba", "net.size=middle", "optimiser.rate=4e-5", "optimiser.decay=0.05",
        "optimiser.beta2=0.999", "clips.how=every_frame",
    ),
}  # fmt: skip
ALL = ("net.start=", "net.tokens=clip", f"schedule.steps={STEPS}", "schedule.unmasked=0")
MICRO = (64, 0)
GIB = 1 << 30


@dataclass(frozen=True)
class Run:
    """What a run of some steps came to. teraflops: useful ones a second."""

    clips_a_second: float
    waited: float
    gib: float
    teraflops: float


def lines() -> Iterator[Line]:
    if not torch.cuda.is_available():
        raise SystemExit("gpu: there is no GPU here; nothing is measured without one")
    peak = teraflops_of_a_product(8192, torch.device("cuda"))
    say(f"{torch.cuda.get_device_name()}: a product of bf16 matrices reaches {peak:.0f} TFLOP/s")
    with tempfile.TemporaryDirectory() as folder:
        pack = noise(Path(folder) / "pack", 256, 8, 256)
        for (name, net), micro in itertools.product(NETS.items(), MICRO):
            yield from of_net(name, net, micro, pack, Path(folder) / f"{name}-{micro}", peak)
    yield from of_scan(158, "masked")
    yield from of_scan(1569, "unmasked")


def of_net(
    name: str, net: Sequence[str], micro: int, pack: Pack, folder: Path, peak: float
) -> Iterator[Line]:
    workers = min(8, os.cpu_count() or 1)
    more = (*net, *ALL, f"schedule.micro={micro}", f"clips.workers={workers}")
    what = f"{name}, {f'{micro} at once' if micro else 'whole batch'}"
    try:
        run = measured(read_recipe("paper", more), pack, folder)
    except torch.cuda.OutOfMemoryError:
        say(f"{what}: does not fit this GPU")
        torch.cuda.empty_cache()
        return
    say(f"{what}: {run.clips_a_second:.1f} clips/s, {run.gib:.1f} GiB, {run.teraflops:.1f} TFLOP/s")
    yield Line(f"{what}: clips a second (no bar)", run.clips_a_second, ">=", 0)
    yield Line(f"{what}: GiB held at the most (no bar)", run.gib, ">=", 0)
    yield Line(f"{what}: useful share of what a product reaches", run.teraflops / peak, ">=", 0)
    yield Line(f"{what}: share of the time that waits for clips", run.waited, "<=", WAITED)


def measured(recipe: Recipe, pack: Pack, folder: Path) -> Run:
    """By the trainer itself; its journal says how long each step took and waited."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    train(recipe, pack, folder)
    held = torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0
    steps = journal.read(folder)[UNCOUNTED:]
    shutil.rmtree(folder)  # gigabytes of checkpoints
    seconds = statistics.median(step["seconds"] for step in steps)
    waited = sum(step["waited"] for step in steps) / sum(step["seconds"] for step in steps)
    clips = recipe.schedule.batch
    useful = clips * needed(recipe).total / seconds / 1e12
    return Run(clips / seconds, waited, held / GIB, useful)


def needed(recipe: Recipe) -> Flops:
    """Of a clip with its caption, in the masked steps of a recipe."""
    net, clips = recipe.net, recipe.clips
    changes = {} if net.image is None else {"image": net.image}
    with torch.device("meta"):
        made = ENCODERS[net.family](net.size, vocabulary=CLIP_VOCABULARY, **changes)
    places = patches_of(made)
    if clips.how == "anywhere":
        seen = clips.frames * places - int(clips.mask * clips.frames * places)
    else:
        seen = clips.frames * (places - int(clips.mask * places))
    return of_pair(made, clips.frames, seen, CONTEXT, text_learns=net.text == "train")


def noise(folder: Path, clips: int, frames: int, side: int) -> Pack:
    """A pack of noise, each clip with words of its own."""
    random = np.random.default_rng(0)
    with writing(folder, {}) as writer:
        for number in range(clips):
            pixels = random.integers(0, 256, (frames, side, side, 3), np.uint8)
            name = hashlib.sha256(str(number).encode()).hexdigest()
            writer.add(name, f"shot number {number} of some noise", pixels)
    return open_pack(folder)


def of_scan(tokens: int, what: str) -> Iterator[Line]:
    """VideoMamba-M's mixer, 32 clips, forwards and backwards, in each way that is there."""
    device = torch.device("cuda")
    given = arguments(32, 1152, 16, tokens, torch.bfloat16, device)
    taken: dict[Using, float] = {}
    ways: tuple[Using, ...] = ("chunked", "triton", "kernel")
    for using in ways:
        try:
            taken[using] = best_of(lambda way=using: scanned(given, way), device)
        except ImportError as error:
            say(f"scan, {what}, {using}: {error}")
        else:
            say(f"scan, {what}, {using}: {1e3 * taken[using]:.2f} ms")
    for using in taken.keys() - {"chunked"}:
        yield Line(f"scan, {what}: chunked / {using}", taken["chunked"] / taken[using], ">=", 1)


def arguments(
    batch: int, width: int, state: int, tokens: int, dtype: torch.dtype, device: torch.device
) -> list[Tensor]:
    """As the mixer gives them: two directions, u, delta and z by token."""

    def drawn(*shape: int) -> Tensor:
        return torch.randn(shape, device=device)

    def clips() -> Tensor:
        return drawn(batch, tokens, 2 * width).to(dtype).transpose(1, 2)

    def ends() -> Tensor:
        return drawn(batch, 2, tokens, state).to(dtype).transpose(2, 3)

    given = [clips(), clips(), -drawn(2 * width, state).exp(), ends(), ends(), drawn(2 * width)]
    return [x.requires_grad_() for x in (*given, clips(), drawn(2 * width) - 3)]


def scanned(given: list[Tensor], using: Using) -> None:
    out = selective_scan(*given, using=using)
    torch.autograd.grad(out, given, torch.ones_like(out))


def teraflops_of_a_product(side: int, device: torch.device) -> float:
    """Two square matrices in bf16."""
    a, b = (torch.randn(side, side, device=device).bfloat16() for _ in range(2))
    return 2 * side**3 / best_of(lambda: a @ b, device) / 1e12


def best_of(run: Callable[[], object], device: torch.device, times: int = 10) -> float:
    """Seconds, after two that are not counted."""
    best = float("inf")
    for number in range(times + 2):
        start = time.perf_counter()
        run()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        best = min(best, time.perf_counter() - start) if number >= 2 else best
    return best


def say(text: str) -> None:
    sys.stderr.write(f"- {text}\n")
