"""What a run of `train svd` would take: weights, latents, memory, disk, the time of a step (§4.2).

Weights, gradients, moments and averages are counted. What a step holds beyond them is found on fake
tensors (`train.live`), in the net's own sizes, with the recipe's autocast and checkpointing. No
weights are fetched: what it takes does not depend on their values. Not counted: the device's own
context (some 0.5 GB), what its allocator keeps back, and the buckets of several ranks.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from sakuga.models import svd as nets
from sakuga.train import zero
from sakuga.train.live import Live, as_fakes, normed_in_fp32
from sakuga.train.order import Key
from sakuga.train.svd import cache as svd_cache
from sakuga.train.svd import optimiser as svd_optimiser
from sakuga.train.svd.examples import Batch
from sakuga.train.svd.learner import accelerated, prepared
from sakuga.train.svd.learns import learning, weights_of
from sakuga.train.svd.recipe import Recipe
from sakuga.train.svd.step import Frozen, inputs_of, loss_and_gradients, loss_of

if TYPE_CHECKING:
    from accelerate import Accelerator

FP32 = 4  # bytes
SMALL = 50_000_000  # parameters of a net that a CPU steps through in seconds


@dataclass(frozen=True, slots=True)
class Outlook:
    """batch: of all ranks. latents: (B, T, 2C, h, w) as the UNet is given them on one device.
    memory: what is held on it, and how many bytes; peak: all of it. measured: its highest on a GPU,
    where one is here. checkpoint, cache: bytes on disk. seconds: of one step, None if not timed.
    """

    clips: int
    steps: int
    batch: int
    parameters: int
    learning: int
    latents: tuple[int, ...]
    memory: dict[str, int]
    peak: int
    measured: int | None
    checkpoint: int
    cache: int
    seconds: float | None
    device: str
    why_untimed: str


def outlook(recipe: Recipe, clips: int) -> Outlook:
    """Look ahead; nothing is written. clips: how many there are."""
    from torch._subclasses.fake_tensor import FakeTensorMode

    accelerator = accelerated(recipe)
    ranks = accelerator.num_processes
    shares = ranks if zero.at_work(accelerator) else 0
    start = _sizes_of(recipe)
    with torch.device("meta"):
        parts = _shaped(start)
        net = learning(parts.unet, recipe.net, 0)
    with FakeTensorMode(allow_non_fake_inputs=True):
        for each in (net, *parts.frozen()):
            as_fakes(each)
        sizes = [(w.numel(), w.requires_grad) for w in net.parameters()]
        own = recipe.schedule.batch // ranks
        shown = min(recipe.schedule.micro or own, own)
        latent = _latent(recipe, parts)
        held = _highest(net, parts, recipe, latent, shown)
    whole, learns = sum(n for n, _ in sizes), sum(n for n, learnt in sizes if learnt)
    memory = _memory(recipe, whole, learns, parts, held, shares)
    seconds, measured, device, why = _timed(recipe, start, latent, own, accelerator)
    saved = FP32 * learns * (2 if recipe.schedule.average else 1) + _moments(recipe, learns)
    frames = recipe.clips.frames
    return Outlook(
        clips, recipe.schedule.steps, recipe.schedule.batch, whole, learns,
        (shown, frames, 2 * latent[0], *latent[1:]), memory, sum(memory.values()), measured, saved,
        svd_cache.cost(recipe, clips, latent, parts.embedding) if recipe.clips.cached else 0,
        seconds, device, why,
    )  # fmt: skip


def _memory(
    recipe: Recipe, whole: int, learns: int, parts: nets.Parts, held: int, shares: int
) -> dict[str, int]:
    """shares: ranks of ZeRO-2, among which moments, the weights they are stepped from and
    gradients are divided; 0 without it."""
    moments, gradients = _moments(recipe, learns), FP32 * learns
    if shares:
        moments = -(-(moments + gradients) // shares)
        held -= gradients - gradients // shares
    frozen = sum(w.numel() for net in parts.frozen() for w in net.parameters())
    on_device = recipe.schedule.average and recipe.schedule.average_on == "device"
    return {
        "UNet, fp32": FP32 * whole,
        "frozen nets, fp32": FP32 * frozen,
        "AdamW's moments": moments,
        "moving average": FP32 * learns if on_device else 0,
        "a step, with its gradients": held,
    }


def _moments(recipe: Recipe, learns: int) -> int:
    return learns * (2 * FP32 if recipe.optimiser.bits == 32 else 2)


def _highest(
    net: nn.Module, parts: nets.Parts, recipe: Recipe, latent: tuple[int, int, int], count: int
) -> int:
    """Bytes that a step holds beyond the weights, gradients among them."""
    halved = recipe.schedule.precision == "bf16"
    if halved:
        normed_in_fp32(net)
    net.train()
    there = [w for each in (net, *parts.frozen()) for w in each.parameters()]
    batch = drawn_batch(recipe, latent, count, torch.device("cpu"))
    frozen = Frozen(parts.vae, parts.image_encoder)
    with Live(there) as live:
        given = inputs_of(batch, frozen, recipe.noise)
        with torch.autocast("cpu", torch.bfloat16, enabled=halved):
            loss = loss_of(net, given).mean()
        loss.backward()
    accumulated = FP32 * sum(w.numel() for w in weights_of(net).values())
    pieces = recipe.schedule.batch > count  # gradients of those before stand while a step goes on
    return live.highest + (accumulated if pieces else 0)


def _timed(
    recipe: Recipe, start: str, latent: tuple[int, int, int], own: int, accelerator: Accelerator
) -> tuple[float | None, int | None, str, str]:
    """Seconds of a second step with random weights, highest memory, the device, or why not."""
    device = accelerator.device
    if device.type == "cpu" and start != nets.TINY and _is_large(start):
        return None, None, "cpu", "A step was not timed: a net of this size wants a GPU."
    svd_optimiser.check_bits(recipe.optimiser)
    on_gpu = device.type == "cuda"
    if on_gpu:
        torch.cuda.reset_peak_memory_stats(device)
    parts = _shaped(start)
    frozen = Frozen(*(each.to(device) for each in parts.frozen()))
    net = learning(parts.unet, recipe.net, 0)
    learner = prepared(net, recipe, accelerator, None)
    batch, took = drawn_batch(recipe, latent, own, device), 0.0
    micro = recipe.schedule.micro
    for _ in range(2):
        began = time.monotonic()
        loss_and_gradients(learner.wrapped, batch, frozen, recipe.noise, accelerator, micro).item()
        learner.step(0.0)
        if on_gpu:
            torch.cuda.synchronize(device)
        took = time.monotonic() - began
    highest = torch.cuda.max_memory_allocated(device) if on_gpu else None
    return round(took, 4), highest, torch.cuda.get_device_name() if on_gpu else "cpu", ""


def drawn_batch(
    recipe: Recipe, latent: tuple[int, int, int], count: int, device: torch.device
) -> Batch:
    """Clips of noise, as many as are asked for."""
    clips, wide = recipe.clips, (count, recipe.clips.frames)
    picture = (3, clips.height, clips.width)
    noise, given = torch.randn((2, *wide, *latent)), torch.ones(count, dtype=torch.bool)
    return Batch(
        [Key(0, 0)] * count, torch.zeros((*wide, *picture), dtype=torch.uint8),
        torch.randn((count, 2)), noise[0], noise[1], torch.randn((count, *picture)), given, given,
        torch.full((count,), 7.0), torch.full((count,), 127.0),
    ).to(device)  # fmt: skip


def _latent(recipe: Recipe, parts: nets.Parts) -> tuple[int, int, int]:
    clips, shrink = recipe.clips, parts.shrink
    return int(parts.vae.config.latent_channels), clips.height // shrink, clips.width // shrink


def _sizes_of(recipe: Recipe) -> str:
    """Where the sizes stand: a folder, or those of the random nets; the public net's are known."""
    if recipe.net.start in (nets.PUBLIC, nets.RANDOM):
        return nets.RANDOM
    return str(nets.folder_of(recipe.net.start, "net.start") or nets.TINY)


def _shaped(start: str) -> nets.Parts:
    return nets.drawn_nets(start) if start in (nets.RANDOM, nets.TINY) else nets.alike(Path(start))


def _is_large(start: str) -> bool:
    weights = Path(start) / "unet" / "diffusion_pytorch_model.safetensors"
    return start == nets.RANDOM or weights.stat().st_size > FP32 * SMALL
