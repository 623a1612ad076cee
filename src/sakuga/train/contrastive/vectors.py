"""A trained net's vectors of packed clips and their captions, unmasked, as it is tested (§5.1)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from sakuga.dataset.pick import pick
from sakuga.models.contrastive import DualEncoder
from sakuga.models.tokenizer import cleaned
from sakuga.models.weights import load
from sakuga.train.contrastive.nets import net_of, side_of, tokenizer_of
from sakuga.train.contrastive.recipe import Recipe
from sakuga.train.contrastive.transforms import normalised, resized
from sakuga.train.packed import Pack

BATCH = 16  # clips at once

Vectors = NDArray[np.float32]


def net_of_run(recipe: Recipe, run: Path) -> DualEncoder:
    """The net that a finished run left."""
    net = net_of(recipe.net, recipe.schedule.seed)
    load(net, run / "model.safetensors")
    return net.eval()


@torch.no_grad()
def vectors(net: DualEncoder, recipe: Recipe, pack: Pack) -> tuple[Vectors, Vectors]:
    """(N, D) of the clips, the middle keyframes of equal parts, and (N, D) of their captions."""
    device = next(net.parameters()).device
    tokens, side = tokenizer_of(recipe.net), side_of(recipe.net)
    videos: list[Vectors] = []
    texts: list[Vectors] = []
    for begin in range(0, len(pack), BATCH):
        clips = range(begin, min(begin + BATCH, len(pack)))
        frames = torch.stack([_shown(pack, clip, recipe.clips.frames, side) for clip in clips])
        videos.append(net.embed_video(normalised(frames.to(device))).cpu().numpy())
        words = tokens([cleaned(pack.captions[clip]) for clip in clips])
        texts.append(net.embed_text(words.to(device)).cpu().numpy())
    return np.concatenate(videos), np.concatenate(texts)


def _shown(pack: Pack, clip: int, frames: int, side: int) -> torch.Tensor:
    """(T, 3, side, side) uint8."""
    chosen = pick(pack.keyframes(clip), frames, "middle")
    return resized(torch.from_numpy(pack.frames(clip)[chosen]).permute(0, 3, 1, 2), side)
