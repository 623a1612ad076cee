"""What a step of `train svd` sees of its clips, and all that is drawn for them (§4.2).

An example depends on the seed, the step and the clip, never on the worker, rank or device that
makes it: noise is drawn on the CPU, with the frames.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate
from torch.utils.data import Dataset

from sakuga.dataset.pick import pick
from sakuga.train.lineage import Lineage
from sakuga.train.order import Key, random_of
from sakuga.train.packed import Pack
from sakuga.train.svd.recipe import Clips, Noise

FRAMES_A_SECOND = 24  # of film; a drawing stands for one, two or three
HELD = {"ones": 1, "twos": 2, "threes": 3}
HIGHEST = 255  # motion bucket


@dataclass(frozen=True, slots=True)
class Batch:
    """A rank's clips of one step. Noise is standard normal.

    frames: (B, T, 3, H, W) uint8. normals: (B, 2) for ln sigma of the latents and of the first
    frame. noise: (B, T, C, h, w) of the latents. posterior: the same shape, by which they are
    drawn. frame_noise: (B, 3, H, W) of the first frame. keep_embedding, keep_latent: (B,) bool,
    False where the condition is dropped. fps, motion: (B,) fp32.
    """

    keys: list[Key]
    frames: Tensor
    normals: Tensor
    noise: Tensor
    posterior: Tensor
    frame_noise: Tensor
    keep_embedding: Tensor
    keep_latent: Tensor
    fps: Tensor
    motion: Tensor

    def __len__(self) -> int:
        return len(self.keys)

    def parts(self, length: int) -> Iterator[Batch]:
        """In pieces of at most so many clips; 0: one piece."""
        length = length or len(self)
        for begin in range(0, len(self), length):
            part = slice(begin, begin + length)
            cut = {name: value[part] for name, value in self.tensors().items()}
            yield Batch(self.keys[part], **cut)

    def to(self, device: torch.device) -> Batch:
        """On a device."""
        moved = {n: v.to(device, non_blocking=True) for n, v in self.tensors().items()}
        return Batch(self.keys, **moved)

    def tensors(self) -> dict[str, Tensor]:
        """All but the keys."""
        names = (field.name for field in dataclasses.fields(self))
        return {name: getattr(self, name) for name in names if name != "keys"}


@dataclass(frozen=True)
class Examples(Dataset[Batch]):
    """Batches of one clip, by their keys. latent: (C, h, w) of a frame."""

    pack: Pack
    lineage: Lineage
    clips: Clips
    noise: Noise
    latent: tuple[int, int, int]
    seed: int

    def __getitem__(self, key: Key) -> Batch:
        random = random_of(key, self.seed)
        frames = cropped(self._frames(key.clip, random), self.clips, random)
        draw = torch.Generator().manual_seed(int(random.integers(2**62)))
        shape = (1, len(frames), *self.latent)
        lot, share = random.random(), self.noise.dropout
        return Batch(
            [key],
            frames[None],
            torch.randn(1, 2, generator=draw),
            torch.randn(shape, generator=draw),
            torch.randn(shape, generator=draw),
            torch.randn((1, *frames.shape[1:]), generator=draw),
            torch.tensor([not lot < 2 * share]),
            torch.tensor([not share <= lot < 3 * share]),
            torch.tensor([self.fps(key.clip)]),
            torch.tensor([self.motion(key.clip)]),
        )

    def _frames(self, clip: int, random: np.random.Generator) -> Tensor:
        chosen = chosen_of(self.pack.keyframes(clip), self.clips, random)
        return torch.from_numpy(self.pack.frames(clip)[chosen]).permute(0, 3, 1, 2)

    def fps(self, clip: int) -> float:
        """What the net is told of the clip's rate, before one is taken off."""
        if self.clips.fps == "timing":
            return FRAMES_A_SECOND / HELD[self._timings[clip]]
        return float(self.clips.fps)

    def motion(self, clip: int) -> float:
        """Its motion bucket."""
        if self.clips.motion == "dynamic":
            # Differs from Stable Video Diffusion, whose buckets were never published.
            return float(round(HIGHEST * self._scores[clip]))
        return float(self.clips.motion)

    @cached_property
    def _timings(self) -> list[str]:
        return self.lineage.column("timing_class")

    @cached_property
    def _scores(self) -> list[float]:
        return self.lineage.dynamic_scores()


def chosen_of(there: int, clips: Clips, random: np.random.Generator) -> NDArray[np.int64]:
    """(frames,) places among a clip's packed keyframes, ascending; see `recipe.Clips.how`.

    `random` may draw the last of an interval, as ViCLIP's does not: of 16 keyframes that would
    always give the same 8.
    """
    wanted = clips.frames
    if clips.how == "uniform":
        return pick(there, wanted, "uniform", "refuse")
    if clips.how == "run":
        return np.arange(wanted) + random.integers(there - wanted + 1)
    edges = np.arange(wanted + 1) * there // wanted
    return random.integers(edges[:-1], edges[1:])


def cropped(frames: Tensor, clips: Clips, random: np.random.Generator) -> Tensor:
    """(T, 3, height, width) uint8: resized to cover the size, then a part of it, one for all."""
    made = covering(frames, clips.width, clips.height)
    lots = (random.random(), random.random()) if clips.crop == "random" else (0.5, 0.5)
    made = part(made, clips.width, clips.height, *lots)
    return made.flip(-1) if clips.flip and random.random() < 0.5 else made


def part(frames: Tensor, width: int, height: int, down: float = 0.5, right: float = 0.5) -> Tensor:
    """Frames (T, 3, H, W) cut to the size: so far down and right, 0 to 1; else the middle."""
    top = round(down * (frames.shape[-2] - height))
    left = round(right * (frames.shape[-1] - width))
    return frames[..., top : top + height, left : left + width]


def covering(frames: Tensor, width: int, height: int) -> Tensor:
    """(T, 3, H', W') uint8, as small as covers width x height; bicubic, antialiased."""
    rows, columns = frames.shape[-2:]
    scale = max(width / columns, height / rows)
    size = max(height, round(rows * scale)), max(width, round(columns * scale))
    if size == (rows, columns):
        return frames
    return interpolate(frames, size, mode="bicubic", antialias=True)


def collate(examples: Sequence[Batch]) -> Batch:
    """One batch of several."""
    each = [example.tensors() for example in examples]
    joined = {name: torch.cat([tensors[name] for tensors in each]) for name in each[0]}
    return Batch([key for example in examples for key in example.keys], **joined)
