"""Packs of random clips for training in tests, and recipes that train on them in a moment."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from sakuga.train.packed import Pack, open_pack, writing
from sakuga.train.recipe import Recipe, read_recipe

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
