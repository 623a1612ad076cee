"""Latents and embeddings made once and kept on disk, for a run that crops nothing anew (§4.2).

    RUN/latents/mean.npy, deviation.npy   (clips, T, C, h, w) fp32, not scaled
    RUN/latents/embedding.npy             (clips, D) fp32
    RUN/latents/cache.json                what they were made of; written last

Both moments are kept, so latents are drawn anew each time; the first frame is encoded at every
step all the same, since its noise is in the picture. So a step gives what it would without the
cache, but for the rounding of another batch.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from sakuga.core.errors import RequestError
from sakuga.core.recipe import fingerprint, plain
from sakuga.models.svd import Parts, dimensions
from sakuga.train.order import Key
from sakuga.train.svd.examples import Batch, Examples
from sakuga.train.svd.recipe import Recipe
from sakuga.train.svd.step import Frozen

if TYPE_CHECKING:
    from accelerate import Accelerator

FP32 = 4  # bytes
NAMES = ("mean", "deviation", "embedding")


@dataclass(frozen=True)
class Cached:
    """Reads what was kept; maps the files anew, so that it may cross into workers."""

    folder: Path

    def __call__(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Mean, deviation and embedding of a batch's clips, on its device."""
        clips = [key.clip for key in batch.keys]
        files = (np.load(self.folder / f"{name}.npy", mmap_mode="r") for name in NAMES)
        mean, deviation, embedding = (
            torch.from_numpy(file[clips]).to(batch.frames.device) for file in files
        )
        return mean, deviation, embedding


def cost(recipe: Recipe, clips: int, latent: tuple[int, int, int], embedding: int) -> int:
    """Bytes on disk. latent: (C, h, w) of a frame."""
    return clips * FP32 * (2 * recipe.clips.frames * int(np.prod(latent)) + embedding)


def foretold(recipe: Recipe, clips: int) -> int:
    """`cost`, of the nets that the recipe names, to be said before work starts."""
    channels, shrink, embedding = dimensions(recipe.net.start)
    size = recipe.clips.height // shrink, recipe.clips.width // shrink
    return cost(recipe, clips, (channels, *size), embedding)


def cached(
    examples: Examples, recipe: Recipe, parts: Parts, run: Path, accelerator: Accelerator
) -> Cached | None:
    """The cache of a run, made if it is not there; None where none is asked for.

    Raises RequestError where the disk is too small.
    """
    if not recipe.clips.cached:
        return None
    made = Cached(run / "latents")
    key = fingerprint(
        examples.pack.fingerprint, plain(recipe.clips), recipe.net.start, recipe.schedule.seed
    )
    if accelerator.is_main_process and not _is_there(made.folder, key):
        _make(made.folder, key, examples, recipe, parts)
    accelerator.wait_for_everyone()
    return made


def _is_there(folder: Path, key: str) -> bool:
    try:
        return json.loads((folder / "cache.json").read_text(encoding="utf-8"))["made_of"] == key
    except (OSError, ValueError, KeyError):
        return False


@torch.no_grad()
def _make(folder: Path, key: str, examples: Examples, recipe: Recipe, parts: Parts) -> None:
    clips, latent = len(examples.pack), examples.latent
    _check_room(folder, cost(recipe, clips, latent, parts.embedding))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wide = (clips, recipe.clips.frames, *latent)
    shapes = {"mean": wide, "deviation": wide, "embedding": (clips, parts.embedding)}
    files = {
        name: np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.float32, shape)
        for name, shape in shapes.items()
    }
    frozen, device = Frozen(parts.vae, parts.image_encoder), parts.vae.device
    for clip in range(clips):
        made = frozen(examples[Key(0, clip)].to(device))
        for name, value in zip(NAMES, made, strict=True):
            files[name][clip] = value[0].float().cpu().numpy()
    for file in files.values():
        file.flush()
    (folder / "cache.json").write_text(json.dumps({"made_of": key}), encoding="utf-8")


def _check_room(folder: Path, wanted: int) -> None:
    free = shutil.disk_usage(folder.parent).free
    if wanted > free:
        raise RequestError(
            f"{folder}: the latents take {wanted / 1e9:.1f} GB and {free / 1e9:.1f} GB are free; "
            "name another disk, or set clips.cached = false"
        )
