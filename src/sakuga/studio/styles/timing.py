"""Exposure sheets: which drawing lies under the camera on each frame."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sakuga.studio.styles.look import Random

Sheet = NDArray[np.int32]
"""(T,) the frame at which the drawing that is shown was begun; held frames share a number."""

NAMES: Final = {"ones": 1, "twos": 2, "threes": 3, "fours": 4, "5": 5, "6": 6, "8": 8, "12": 12}


def even(frames: int, hold: int, first: int = 0) -> Sheet:
    """Every drawing is held `hold` frames; the first only `first`, if that is not 0."""
    lead = (hold - first) % hold if first else 0
    t = np.arange(frames)
    return np.maximum((t + lead) // hold * hold - lead, 0).astype(np.int32)


def sheet(random: Random, kind: str, frames: int) -> Sheet:
    """kind: a key of NAMES, hold, mixed (ones to fours and longer), burst (moves on twos or
    threes between holds of half a second and more)."""
    if kind in NAMES:
        return even(frames, NAMES[kind])
    if kind == "hold":
        return np.zeros(frames, np.int32)
    holds = _mixed(random, frames) if kind == "mixed" else _bursts(random, frames)
    starts = np.concatenate([[0], np.cumsum(holds)])
    return starts[np.searchsorted(starts, np.arange(frames), "right") - 1].astype(np.int32)


def _mixed(random: Random, frames: int) -> NDArray[np.int64]:
    return random.choice([1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 9], frames)


def _bursts(random: Random, frames: int) -> NDArray[np.int64]:
    found: list[int] = []
    hold = int(random.choice([1, 2, 2, 3]))
    while sum(found) < frames:
        found += [hold] * int(random.integers(3, 9))
        found.append(int(random.integers(8, 40)))
    return np.array(found)


def lot(random: Random, weights: tuple[tuple[str, float], ...]) -> str:
    """A name drawn by its weight."""
    total = np.array([weight for _, weight in weights])
    return weights[int(random.choice(len(weights), p=total / total.sum()))][0]
