"""A small temporal convolution, run in NumPy: features of frames in, a few logits a frame out.

Its weights are settled by `scripts/settle_timing.py` on drawn films. Layers: a projection, then
residual blocks of a dilated convolution over time, then a projection to the heads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

HEADS: Final = ("new", "mixed", "cel", "cut", "transition", "back")
"""What each logit says of a frame: a new picture, two pictures in one, a new drawing, the first of
a shot after a cut, within a transition, the same picture as the earlier frame it resembles."""
DILATIONS: Final = (1, 2, 4, 8, 16, 32, 1)
TAPS: Final = 3
PIECE: Final = 16384
"""Frames that are looked at in one go."""


@dataclass(frozen=True, slots=True)
class Net:
    """mean, scale: (K,) of the features; first: (K, C); blocks: (L, TAPS, C, C) and (L, C);
    gates: (L, C, C), the second projection of a block; last: (C, H)."""

    mean: Floats
    scale: Floats
    first: Floats
    first_bias: Floats
    blocks: Floats
    block_biases: Floats
    mixes: Floats
    mix_biases: Floats
    last: Floats
    last_bias: Floats

    @property
    def reach(self) -> int:
        """Frames on either side that a frame's logits depend on."""
        return sum(DILATIONS) * (TAPS // 2)

    def __call__(self, features: Floats) -> Floats:
        """(T, K) features to (T, H) logits; a long film piece by piece, with the same result."""
        out: list[Floats] = []
        for start in range(0, len(features), PIECE):
            low = max(0, start - self.reach)
            end = min(start + PIECE, len(features))
            part = self._run(features[low : end + self.reach])
            out.append(part[start - low : end - low])
        return np.concatenate(out) if out else np.zeros((0, len(HEADS)), np.float32)

    def _run(self, features: Floats) -> Floats:
        x = np.clip((features - self.mean) * self.scale, -6, 6)
        x = np.maximum(x @ self.first + self.first_bias, 0)
        for i, dilation in enumerate(DILATIONS):
            y = convolved(x, self.blocks[i], dilation) + self.block_biases[i]
            x = x + np.maximum(y, 0) @ self.mixes[i] + self.mix_biases[i]
        return x @ self.last + self.last_bias


def convolved(x: Floats, taps: Floats, dilation: int) -> Floats:
    """(T, C) by (TAPS, C, D), zeros beyond the ends."""
    pad = dilation * (len(taps) // 2)
    padded = np.pad(x, ((pad, pad), (0, 0)))
    terms = (padded[i * dilation : i * dilation + len(x)] @ tap for i, tap in enumerate(taps))
    return sum(terms, np.zeros((len(x), taps.shape[2]), np.float32))


@cache
def shipped() -> Net:
    """The net that comes with the package."""
    with files("sakuga.timing").joinpath("weights.npz").open("rb") as file:
        return load(file)


def load(file: object) -> Net:
    """A net from an .npz file of half precision."""
    with np.load(file) as arrays:  # pyright: ignore[reportArgumentType]
        return Net(**{name: arrays[name].astype(np.float32) for name in Net.__dataclass_fields__})
