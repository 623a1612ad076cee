"""What Stable Video Diffusion is told beside the noised latent (§4.2, arXiv 2311.15127).

    image embedding   (B, 1, D)  CLIP's of the clean first frame, smoothed and resized to 224
    concat latent     (B, T, C, H, W)  the first frame with noise of sigma_c, encoded, the same for
                                 all frames; never multiplied by the autoencoder's scaling factor,
                                 as the diffused latent is
    added ids         (B, 3)     fps - 1, motion bucket, sigma_c

Pictures are (B, 3, H, W) fp32, -1 to 1. The net was trained with fps - 1: diffusers' pipeline
subtracts the one itself, and so does `added_ids`.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import conv2d, interpolate, pad

SEEN = 224  # pixels of a picture's side, to CLIP
MEAN = (0.48145466, 0.4578275, 0.40821073)  # CLIP's
DEVIATION = (0.26862954, 0.26130258, 0.27577711)
LOWEST = 1e-3  # deviation of the smoothing, in pixels, where nothing shrinks


def embedded(image_encoder: Any, pictures: Tensor) -> Tensor:
    """(B, D): what CLIP makes of clean pictures."""
    return image_encoder(seen_by_clip(pictures)).image_embeds


def seen_by_clip(pictures: Tensor) -> Tensor:
    """(B, 3, 224, 224): smoothed, resized without a crop, by CLIP's mean and deviation."""
    small = smoothly_resized(pictures, SEEN)
    mean, deviation = (
        torch.tensor(each, device=small.device, dtype=small.dtype).view(3, 1, 1)
        for each in (MEAN, DEVIATION)
    )
    return ((small + 1) / 2 - mean) / deviation


def smoothly_resized(pictures: Tensor, side: int) -> Tensor:
    """As diffusers' pipeline does it: a Gaussian of (factor - 1) / 2, then bicubic, corner to
    corner, whatever the aspect."""
    height, width = pictures.shape[-2:]
    smooth = _blurred(_blurred(pictures, width / side, 3), height / side, 2)
    return interpolate(smooth, (side, side), mode="bicubic", align_corners=True)


def _blurred(pictures: Tensor, factor: float, axis: int) -> Tensor:
    """Along one axis; mirrored at the edges."""
    deviation = max((factor - 1) / 2, LOWEST)
    length = int(max(4 * deviation, 3)) | 1
    steps = torch.arange(length, device=pictures.device, dtype=pictures.dtype) - length // 2
    kernel = torch.exp(-(steps**2) / (2 * deviation**2))
    kernel = kernel / kernel.sum()
    shape, margin = [1, 1, 1, 1], [0, 0, 0, 0]
    shape[axis] = length
    margin[0 if axis == 3 else 2] = margin[1 if axis == 3 else 3] = length // 2
    channels = pictures.shape[1]
    weight = kernel.view(shape).expand(channels, 1, *shape[2:])
    return conv2d(pad(pictures, margin, mode="reflect"), weight, groups=channels)


def latents_of(vae: Any, frames: Tensor, noise: Tensor) -> Tensor:
    """(B, T, C, h, w): frames (B, T, 3, H, W) encoded, drawn from their posteriors by `noise` of
    that shape, and scaled."""
    mean, deviation = moments_of(vae, frames)
    return scaled(vae, mean + deviation * noise)


def moments_of(vae: Any, frames: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation of the latents of frames (B, T, 3, H, W), not scaled, clip by clip."""
    posteriors = [vae.encode(clip).latent_dist for clip in frames]
    return (
        torch.stack([each.mean for each in posteriors]),
        torch.stack([each.std for each in posteriors]),
    )


def scaled(vae: Any, latents: Tensor) -> Tensor:
    """As they are diffused."""
    return latents * vae.config.scaling_factor


def concat_latent(vae: Any, first: Tensor, noise: Tensor, sigma: Tensor) -> Tensor:
    """(B, C, h, w): the first frames (B, 3, H, W) with noise of their own sigmas (B,), encoded to
    the posterior's mode, not scaled."""
    return vae.encode(first + sigma.view(-1, 1, 1, 1) * noise).latent_dist.mode()


def added_ids(fps: Tensor, motion: Tensor, sigma: Tensor) -> Tensor:
    """(B, 3) fp32: fps - 1, motion bucket, sigma_c of each clip."""
    return torch.stack([fps.float() - 1, motion.float(), sigma.float()], 1)
