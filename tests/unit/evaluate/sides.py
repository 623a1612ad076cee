"""Folders of small clips to be measured: of blobs, and of noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.films import pictures, write

LENGTH = 20  # frames


def blobs(folder: Path, count: int = 10, seed: int = 0, length: int = LENGTH) -> Path:
    """0.mp4, 1.mp4, ...: a moving square over a scene of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(count):
        write(folder / f"{n}.mp4", pictures(length, 96, 64, seed + n))
    return folder


def noise(folder: Path, count: int = 10, seed: int = 0) -> Path:
    """The same of noise."""
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(count):
        random = np.random.default_rng(seed + n)
        frames = (random.integers(0, 256, (64, 96, 3), np.uint8) for _ in range(LENGTH))
        write(folder / f"{n}.mp4", frames)
    return folder
