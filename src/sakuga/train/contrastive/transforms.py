"""What training does to frames, and what testing does (as ViCLIP and VideoMamba, §4.1).

Frames are (T, 3, H, W) uint8 RGB until they are on the device; then `normalised`. One crop and one
flip for all frames of a clip.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, ViCLIP's too
SCALE, RATIO = (0.5, 1.0), (3 / 4, 4 / 3)  # share of the area; width by height
TRIES = 10


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture, in pixels."""

    top: int
    left: int
    height: int
    width: int


def augmented(frames_TCHW: Tensor, size: int, random: np.random.Generator, flip: bool) -> Tensor:
    """(T, 3, size, size) uint8: a random part of the picture, and where `flip`, every second clip
    mirrored.

    A caption that says left or right is wrong of a mirrored clip; upstream mirrors all the same.
    """
    height, width = frames_TCHW.shape[-2:]
    box = crop(height, width, random)
    part = frames_TCHW[..., box.top : box.top + box.height, box.left : box.left + box.width]
    made = resized(part, size)
    return made.flip(-1) if random.random() < 0.5 and flip else made


def resized(frames_TCHW: Tensor, size: int) -> Tensor:
    """(T, 3, size, size) uint8, stretched: bicubic, antialiased where it shrinks. The test's."""
    if tuple(frames_TCHW.shape[-2:]) == (size, size):
        return frames_TCHW
    return interpolate(frames_TCHW, (size, size), mode="bicubic", antialias=True)


def crop(height: int, width: int, random: np.random.Generator) -> Box:
    """A part of 0.5 to 1 of the area, 3:4 to 4:3; the middle where ten draws find none."""
    for _ in range(TRIES):
        area = height * width * random.uniform(*SCALE)
        ratio = math.exp(random.uniform(math.log(RATIO[0]), math.log(RATIO[1])))
        wide, high = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < wide <= width and 0 < high <= height:
            top = int(random.integers(height - high + 1))
            return Box(top, int(random.integers(width - wide + 1)), high, wide)
    wide = min(width, max(1, round(height * RATIO[1])))
    high = min(height, max(1, round(width / RATIO[0])))
    return Box((height - high) // 2, (width - wide) // 2, high, wide)


def normalised(frames: Tensor) -> Tensor:
    """(..., 3, H, W) fp32 of uint8: 0 to 1, then by ImageNet's mean and deviation."""
    mean, deviation = (
        torch.tensor(each, device=frames.device).view(3, 1, 1) for each in (MEAN, DEVIATION)
    )
    return (frames.float() / 255 - mean) / deviation
