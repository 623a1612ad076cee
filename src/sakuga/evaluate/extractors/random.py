"""Net `random`: convolutions whose weights were drawn, never trained; needs no download, no torch.

For tests, and for comparing studio films: what it says of two sets holds for nothing but each
other, and its name says so wherever its numbers stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

import cv2
import numpy as np
from annotated_types import Ge
from numpy.lib.stride_tricks import sliding_window_view

from sakuga.core.errors import RequestError
from sakuga.core.images import Picture
from sakuga.core.needs import NOTHING, Needs
from sakuga.evaluate.extractors import Extract, Seen, Sees, Vectors

CHANNELS = (3, 16, 32, 64)
KERNEL = 3


@dataclass(frozen=True, slots=True)
class Random:
    """width: numbers a feature. side: frames are resized to it by area. seed: of the weights.
    motion: see clips, not frames: means, deviations and changes over time."""

    width: Annotated[int, Ge(2)] = 64
    side: Annotated[int, Ge(16)] = 64
    seed: Annotated[int, Ge(0)] = 0
    motion: bool = False

    @property
    def needs(self) -> Needs:
        """Nothing."""
        return NOTHING

    @property
    def sees(self) -> Sees:
        """As asked."""
        return "clips" if self.motion else "frames"

    @property
    def called(self) -> str:
        """It is not trained, and says so."""
        what = "clips" if self.motion else "frames"
        return f"random convolutions over {what}, untrained, {self.width} numbers, seed {self.seed}"

    def check(self, frames: int) -> None:
        """Motion needs two frames."""
        if self.motion and frames < 2:
            raise RequestError(f"{frames} frame has no motion: set clips.frames = 2 or more")

    def load(self) -> Extract:
        """The worker."""
        net = _Net(self)

        def extract(clips: Sequence[Picture]) -> list[Seen]:
            return [Seen(net(clip)) for clip in clips]

        return extract


class _Net:
    """Three layers; the mean and deviation of every channel of each, projected to `width`."""

    def __init__(self, recipe: Random) -> None:
        random = np.random.default_rng(recipe.seed)
        self._side, self._motion = recipe.side, recipe.motion
        sizes = pairwise(CHANNELS)
        self._layers = [_drawn(random, KERNEL**2 * before, after) for before, after in sizes]
        wide = 2 * sum(CHANNELS[1:]) * (3 if recipe.motion else 1)
        self._project = _drawn(random, wide, recipe.width)

    def __call__(self, clip: Picture) -> Vectors:
        """(T, width), or (1, width) with motion."""
        size = (self._side, self._side)
        small: list[Any] = [cv2.resize(f, size, interpolation=cv2.INTER_AREA) for f in clip]
        x = np.stack(small).astype(np.float32) / 127.5 - 1
        found: list[Vectors] = []
        for weights in self._layers:
            windows = sliding_window_view(x, (KERNEL, KERNEL), axis=(1, 2))
            x = np.maximum(windows.reshape(*windows.shape[:3], -1) @ weights, 0)
            found += [x.mean((1, 2)), x.std((1, 2))]
            x = x[:, : x.shape[1] // 2 * 2, : x.shape[2] // 2 * 2]
            x = (x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]) / 4
        of_frames = np.concatenate(found, axis=1)
        if self._motion:
            changes = np.abs(np.diff(of_frames, axis=0)).mean(0)
            whole = [of_frames.mean(0), of_frames.std(0), changes]
            of_frames = np.concatenate(whole)[None]
        return (of_frames @ self._project).astype(np.float32)


def _drawn(random: np.random.Generator, before: int, after: int) -> Vectors:
    return (random.standard_normal((before, after)) * np.sqrt(2 / before)).astype(np.float32)
