"""Packs of random clips for training in tests, and recipes that train on them in a moment."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa

from sakuga.train import lineage
from sakuga.train.contrastive.recipe import Recipe, read_recipe
from sakuga.train.packed import Pack, open_pack, writing
from sakuga.train.svd import recipe as svd_recipe

WORDS = ("red", "blue", "fox", "girl", "runs", "jumps", "waves", "forest", "city", "night", "rain")
QUICK = ("net.image=16", "schedule.batch=6", "schedule.steps=6", "schedule.unmasked=0.34")
NETS = {"viclip": ("net.size=tiny",), "videomamba": ("net.family=videomamba", "net.size=nano")}


def random_pack(folder: Path, clips: int = 15, captions: dict[int, str] | None = None) -> Pack:
    """Clips of noise, 8 to 10 frames of 24 x 20; a caption of six words unless given."""
    random = np.random.default_rng(5)
    with writing(folder, {}) as writer:
        for number in range(clips):
            frames = random.integers(0, 256, (8 + number % 3, 20, 24, 3), np.uint8)
            caption = " ".join(random.choice(WORDS, 6))
            name = hashlib.sha256(str(number).encode()).hexdigest()
            writer.add(name, (captions or {}).get(number, caption), frames)
    return open_pack(folder)


def quick(family: str = "viclip", *more: str) -> Recipe:
    """The cpu profile on pictures of 16 pixels, six steps."""
    return read_recipe("cpu", [*NETS[family], *QUICK, *more])


SVD_QUICK = (
    "clips.width=32", "clips.height=16", "schedule.batch=4", "schedule.steps=6",
    "schedule.every=2", "schedule.denoise=2",
)  # fmt: skip


def drawn_pack(folder: Path, clips: int = 10) -> Pack:
    """Clips of noise with their lineage, as `train svd` packs them; two films, half on twos."""
    pack = random_pack(folder, clips)
    lineage.Lineage(pa.Table.from_pylist([_origin(id, n) for n, id in enumerate(pack.ids)])).write(
        folder
    )
    return pack


def _origin(id: str, number: int) -> dict[str, object]:
    film = "one" if number % 2 else "two"
    texts = {
        "id": id, "video": hashlib.sha256(film.encode()).hexdigest(), "source_group": film,
        "url": f"{film}.mp4", "licence": "CC-BY-4.0" if number % 2 else None,
        "timing_class": "twos" if number % 2 else "ones", "split": "train",
    }  # fmt: skip
    return {**texts, "start": 24 * number, "end": 24 * number + 24, "dynamic_score": 0.4}


def quick_svd(*more: str, profile: str = "svd-cpu") -> svd_recipe.Recipe:
    """The tiny net on pictures of 32 x 16, six steps of four clips."""
    return svd_recipe.read_recipe(profile, [*SVD_QUICK, *more])
