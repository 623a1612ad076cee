"""Learning on a CPU: a tiny Stable Video Diffusion on studio shots, on each of three seeds (§4.2).

The autoencoder is a tiny one that was trained first, on the same shots' pictures, since a random
one knows no picture; CLIP's tower is random. The UNet begins with random weights. Held-out shots:
the loss at fixed noise before and after; the Fréchet distance of what is made of their first
drawings, by a fixed net of random weights, frame by frame (FID's way) and clip by clip (FVD's way).
Such distances compare nets here, and with nothing else.

    python -m benchmarks svd            # all seeds
    python -m benchmarks.svd 1          # one
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor, nn

from benchmarks import films
from benchmarks.shots import FRAMES, drawn
from benchmarks.table import Line
from sakuga.metrics.frechet import with_interval
from sakuga.metrics.resample import Estimate
from sakuga.models import svd as nets
from sakuga.train import lineage
from sakuga.train.order import Key
from sakuga.train.packed import Pack
from sakuga.train.svd.examples import collate
from sakuga.train.svd.loop import examples_of, train
from sakuga.train.svd.recipe import Recipe, read_recipe
from sakuga.train.svd.result import finish_drawn, whole
from sakuga.train.svd.samples import Sampler, frames_of
from sakuga.train.svd.step import Frozen, inputs_of, loss_of, pixels

SEEDS = (1, 2, 3)
SHOTS, HELD_OUT = range(2_000_000, 2_000_160), range(3_000_000, 3_000_056)
GENERATED = 48  # held-out shots that are gone on from
SETTINGS = (
    "clips.width=64", "clips.height=48", "optimiser.rate=2e-3", "optimiser.floor=0.05",
    "clips.cached=true", "clips.how=uniform", "clips.crop=middle",
    "schedule.batch=4", "schedule.steps=300", "schedule.every=50", "schedule.average=0.98",
)  # fmt: skip
VAE_STEPS, VAE_CLIPS, VAE_FRAMES = 300, 2, 4
WIDTHS = {"frames": 24, "clips": 12}  # numbers of a feature
KEPT = films.KEPT / "svd"


def packed(name: str, seeds: range) -> Pack:
    """Studio shots, with a lineage that says so."""
    pack = drawn(KEPT / name, seeds)
    texts = {"source_group": "studio", "url": "studio", "licence": "CC0-1.0",
             "timing_class": "twos", "split": "train"}  # fmt: skip
    rows = [{**texts, "id": id, "video": id, "start": 0, "end": 32, "dynamic_score": 0.5}
            for id in pack.ids]  # fmt: skip
    lineage.Lineage(pa.Table.from_pylist(rows)).write(pack.folder)
    return pack


def begin(pack: Pack, recipe: Recipe, seed: int) -> Path:
    """What a seed begins from, in diffusers' layout: its own UNet, the one autoencoder; kept."""
    pictures, folder = KEPT / "pictures", KEPT / f"start-{seed}"
    if not pictures.exists():
        parts = nets.drawn("tiny", 0)
        learn_pictures(parts.vae, pack, recipe)
        with whole(pictures) as unfinished:
            finish_drawn(parts, unfinished)
    if not folder.exists():
        known, own = nets.opened(str(pictures)), nets.drawn("tiny", seed).unet
        with whole(folder) as unfinished:
            finish_drawn(dataclasses.replace(known, unet=own), unfinished)
    return folder


def learn_pictures(vae: Any, pack: Pack, recipe: Recipe) -> None:
    """L1 of pictures encoded and decoded, and a little KL; then the scale that makes latents 1."""
    rng, adam = np.random.default_rng(0), torch.optim.AdamW(vae.parameters(), 2e-3)
    for step in range(VAE_STEPS):
        clips = rng.choice(len(pack), VAE_CLIPS, replace=False)
        begins = rng.integers(FRAMES - VAE_FRAMES + 1, size=VAE_CLIPS)
        shown = np.concatenate([frames_of(pack, int(c), recipe.clips)[b : b + VAE_FRAMES]
                                for c, b in zip(clips, begins, strict=True)])  # fmt: skip
        pictures = pixels(torch.from_numpy(shown).permute(0, 3, 1, 2))
        posterior = vae.encode(pictures).latent_dist
        again = vae.decode(posterior.sample(), num_frames=VAE_FRAMES).sample
        loss = (again - pictures).abs().mean() + 1e-6 * posterior.kl().mean()
        for group in adam.param_groups:
            group["lr"] = 2e-3 * (1 - step / VAE_STEPS)
        adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        adam.step()
        if step % 50 == 0 or step + 1 == VAE_STEPS:
            print(f"- autoencoder, step {step}: L1 {loss.item():.3f}", file=sys.stderr)
    with torch.no_grad():
        some = [torch.from_numpy(frames_of(pack, n, recipe.clips)).permute(0, 3, 1, 2)
                for n in range(32)]  # fmt: skip
        means = torch.cat([vae.encode(pixels(each)).latent_dist.mean for each in some])
    vae.register_to_config(scaling_factor=float(1 / means.std()))


@torch.no_grad()
def held_loss(parts: nets.Parts, held: Pack, recipe: Recipe) -> float:
    """The loss on held-out shots, at the same noise whatever the net."""
    source = lineage.read(held.folder)
    made, frozen = examples_of(recipe, held, source, parts), Frozen(*parts.frozen())
    steady = [Key(step, clip) for step in range(2) for clip in range(GENERATED)]
    parts.unet.eval()
    losses = []
    for first in range(0, len(steady), 8):
        batch = collate([made[key] for key in steady[first : first + 8]])
        losses.append(loss_of(parts.unet, inputs_of(batch, frozen, recipe.noise)))
    return float(torch.cat(losses).mean())


def generated(parts: nets.Parts, held: Pack, recipe: Recipe) -> np.ndarray:
    """(N, T, H, W, 3) uint8: what the net makes of the first drawings of held-out shots."""
    sampler = Sampler(recipe, held, parts, KEPT)
    parts.unet.eval()
    firsts = [frames_of(held, n, recipe.clips)[0] for n in range(GENERATED)]
    return np.stack([sampler.sample(n, first, 1.0) for n, first in enumerate(firsts)])


def real(held: Pack, recipe: Recipe) -> np.ndarray:
    """The shots themselves."""
    return np.stack([frames_of(held, n, recipe.clips) for n in range(GENERATED)])


@torch.no_grad()
def features(clips: np.ndarray) -> dict[str, np.ndarray]:
    """By fixed random weights: frames (N T, 24), clips (N, 12)."""
    torch.manual_seed(99)
    flat = nn.Sequential(nn.Conv2d(3, 32, 5, 2), nn.ReLU(), nn.Conv2d(32, 64, 5, 2), nn.ReLU())
    deep = nn.Sequential(nn.Conv3d(3, 32, (3, 5, 5), (1, 2, 2)), nn.ReLU(),
                         nn.Conv3d(32, 64, (3, 5, 5), (2, 2, 2)), nn.ReLU())  # fmt: skip
    out = {"frames": torch.randn(128, WIDTHS["frames"]), "clips": torch.randn(128, WIDTHS["clips"])}
    seen = pixels(torch.from_numpy(clips))
    frames = _pooled(flat(seen.flatten(0, 1).permute(0, 3, 1, 2)))
    whole = _pooled(deep(seen.permute(0, 4, 1, 2, 3)))
    return {"frames": (frames @ out["frames"]).double().numpy(),
            "clips": (whole @ out["clips"]).double().numpy()}  # fmt: skip


def _pooled(maps: Tensor) -> Tensor:
    flat = maps.flatten(2)
    return torch.cat([flat.mean(2), flat.std(2)], 1)


def distances(made: np.ndarray, shots: np.ndarray) -> dict[str, Estimate]:
    """Fréchet distances with their intervals; frames of one clip are drawn together."""
    a, b = features(made), features(shots)
    of = np.repeat(np.arange(GENERATED), FRAMES).tolist()
    return {
        "frames": with_interval(a["frames"], b["frames"], (of, of)),
        "clips": with_interval(a["clips"], b["clips"]),
    }


def measured(seed: int, more: tuple[str, ...] = ()) -> dict[str, Any]:
    """One seed's run and its figures, kept; goes on where it was stopped."""
    torch.set_num_threads(1)
    file = KEPT / f"seed-{seed}.json"
    if file.exists():
        return json.loads(file.read_text())
    pack, held = packed("train", SHOTS), packed("held-out", HELD_OUT)
    settings = [*SETTINGS, *more, f"schedule.seed={seed}"]
    start = begin(pack, read_recipe("svd-cpu", settings), seed)
    recipe = read_recipe("svd-cpu", [*settings, f"net.start={start}"])
    run, began = KEPT / f"seed-{seed}", time.process_time()
    train(recipe, pack, run, resume=run.exists())
    took = time.process_time() - began
    shots, found = real(held, recipe), {"seed": seed, "seconds": round(took, 1)}
    for name, folder in (("start", start), ("finetuned", run / "pipeline")):
        parts = nets.opened(str(folder))
        found[f"{name} loss"] = held_loss(parts, held, recipe)
        for kind, each in distances(generated(parts, held, recipe), shots).items():
            found[f"{name} {kind}"] = [each.value, each.low, each.high]
    file.write_text(json.dumps(found))
    return found


def told(found: dict[str, Any]) -> str:
    """Start to finetuned: the loss, and each distance with its interval."""
    parts = [f"loss {found['start loss']:.3f} to {found['finetuned loss']:.3f}"]
    for kind in WIDTHS:
        before, after = (
            "{:.2f} ({:.2f} to {:.2f})".format(*found[f"{when} {kind}"])
            for when in ("start", "finetuned")
        )
        parts.append(f"{kind} {before} to {after}")
    return "; ".join(parts)


def lines(seeds: tuple[int, ...] = SEEDS) -> Iterator[Line]:
    """Three a seed: the loss against its half, and how far the intervals stand apart."""
    for seed in seeds:
        found = measured(seed)
        print(f"- seed {seed}: {told(found)}", file=sys.stderr)
        share = found["finetuned loss"] / found["start loss"]
        yield Line(f"seed {seed}: held-out loss, share of the start's", share, "<=", 0.5)
        for kind in WIDTHS:
            after, before = found[f"finetuned {kind}"], found[f"start {kind}"]
            apart = before[1] / max(after[2], 1e-12)
            yield Line(
                f"seed {seed}: {kind}, lower end before over upper end after", apart, ">=", 1
            )


if __name__ == "__main__":
    for line in lines(tuple(map(int, sys.argv[1:])) or SEEDS):
        print(line)
