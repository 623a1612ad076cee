"""Grids of samples while training: the same clips, the same noise, so that steps compare (§4.2).

RUN/samples/step-00000500.png    for each clip a row of its own frames over a row of samples,
                                 which go on from its first; by the moving average if it is kept
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import torch

from sakuga.core.images import Picture, fit
from sakuga.dataset.pick import pick
from sakuga.models.svd import Parts
from sakuga.train import lineage
from sakuga.train.average import Average
from sakuga.train.packed import Pack
from sakuga.train.svd.examples import Examples, covering, part
from sakuga.train.svd.learns import weights_of
from sakuga.train.svd.recipe import Clips, Recipe

WIDEST = 192  # pixels of a cell
AUGMENTED = 0.02  # noise on the first frame, as diffusers' pipeline has it


class Sampler:
    """Draws grids of a run's nets."""

    def __init__(self, recipe: Recipe, pack: Pack, parts: Parts, run: Path) -> None:
        self.recipe, self.pack, self.parts, self.run = recipe, pack, parts, run
        count = min(recipe.schedule.shown, len(pack))
        self.clips = [round(n) for n in np.linspace(0, len(pack) - 1, count)]
        source = lineage.read(pack.folder).of(pack.ids)
        self.told = Examples(pack, source, recipe.clips, recipe.noise, (0, 0, 0), 0)

    def draw(self, net: Any, average: Average | None, done: int) -> Path:
        """The grid after so many steps. Training's random numbers go on as if nothing had been."""
        weights = weights_of(net)
        was = self.parts.unet.training
        self.parts.unet.eval()
        try:
            with average.shown(weights) if average else nullcontext():
                rows = [row for clip in self.clips for row in self._rows(clip)]
        finally:
            self.parts.unet.train(was)
        return self._write(np.concatenate(rows), done)

    def _rows(self, clip: int) -> list[Picture]:
        """The clip's frames beside each other, then the samples."""
        frames = frames_of(self.pack, clip, self.recipe.clips)
        return [_row(frames), _row(self.sample(clip, frames[0]))]

    def sample(self, clip: int, first: Picture, guidance: float = 3.0) -> Picture:
        """(T, height, width, 3) uint8 RGB: what goes on from a clip's first frame. guidance: at the
        last frame; 1 at the first, as diffusers' pipeline has it."""
        from PIL import Image

        clips, schedule = self.recipe.clips, self.recipe.schedule
        device = next(self.parts.unet.parameters()).device
        half = schedule.precision == "bf16"
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            made = self.parts.pipeline()(
                Image.fromarray(first), height=clips.height, width=clips.width,
                num_frames=clips.frames, num_inference_steps=schedule.denoise,
                fps=round(self.told.fps(clip)), motion_bucket_id=round(self.told.motion(clip)),
                noise_aug_strength=AUGMENTED, max_guidance_scale=guidance,
                generator=torch.Generator().manual_seed(schedule.seed), output_type="pt",
            ).frames[0]  # fmt: skip
        pixels = (made.float().nan_to_num() * 255).round().clamp(0, 255).to(torch.uint8)
        return cast(Picture, pixels.permute(0, 2, 3, 1).cpu().numpy())

    def _write(self, grid: Picture, done: int) -> Path:
        file = self.run / "samples" / f"step-{done:08d}.png"
        file.parent.mkdir(exist_ok=True)
        _, encoded = cv2.imencode(".png", grid[..., ::-1])
        temporary = file.with_suffix(".tmp")
        temporary.write_bytes(encoded.tobytes())
        temporary.replace(file)
        return file


def frames_of(pack: Pack, clip: int, clips: Clips) -> Picture:
    """(T, height, width, 3) uint8 RGB of a clip, evenly spaced, its middle."""
    chosen = pick(pack.keyframes(clip), clips.frames, "uniform", "refuse")
    shown = torch.from_numpy(pack.frames(clip)[chosen]).permute(0, 3, 1, 2)
    made = part(covering(shown, clips.width, clips.height), clips.width, clips.height)
    return cast(Picture, made.permute(0, 2, 3, 1).numpy())


def _row(frames: Picture) -> Picture:
    return np.concatenate([fit(each, WIDEST) for each in frames], 1)
