"""The loss of a batch of clips: encoded, noised, conditioned, denoised (§4.2).

The frozen nets run in fp32, outside autocast: the public autoencoder overflows in half precision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from sakuga.models import edm, svd_conditions
from sakuga.train.learner import apart, backward
from sakuga.train.svd.examples import Batch
from sakuga.train.svd.recipe import Noise

if TYPE_CHECKING:
    from accelerate import Accelerator

Known = Callable[[Batch], tuple[Tensor, Tensor, Tensor]]


@dataclass(frozen=True)
class Frozen:
    """What is made of a batch by the nets that never learn. known: their answers from a cache:
    mean and deviation of the latents (B, T, C, h, w), not scaled, and embeddings (B, D)."""

    vae: Any
    image_encoder: Any
    known: Known | None = None

    def __call__(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Mean and deviation of the latents, not scaled; embeddings of the first frames."""
        if self.known is not None:
            return self.known(batch)
        pictures = pixels(batch.frames)
        mean, deviation = svd_conditions.moments_of(self.vae, pictures)
        return mean, deviation, svd_conditions.embedded(self.image_encoder, pictures[:, 0])


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the UNet is given and measured by. seen: (B, T, 2C, h, w), noised and conditioning
    latents; embedding (B, 1, D); ids (B, 3); sigma, timestep (B,); clean, noise (B, T, C, h, w).
    """

    seen: Tensor
    timestep: Tensor
    embedding: Tensor
    ids: Tensor
    sigma: Tensor
    clean: Tensor
    noise: Tensor


def pixels(frames: Tensor) -> Tensor:
    """fp32, -1 to 1, of uint8."""
    return frames.float() / 127.5 - 1


@torch.no_grad()
def inputs_of(batch: Batch, frozen: Frozen, law: Noise) -> Inputs:
    """A batch on its device, as the UNet is given it."""
    mean, deviation, embedding = frozen(batch)
    clean = svd_conditions.scaled(frozen.vae, mean + deviation * batch.posterior)
    sigma = edm.drawn_sigma(batch.normals[:, 0], law.mean, law.deviation)
    sigma_c = edm.drawn_sigma(batch.normals[:, 1], law.condition_mean, law.condition_deviation)
    first = pixels(batch.frames[:, 0])
    concat = svd_conditions.concat_latent(frozen.vae, first, batch.frame_noise, sigma_c)
    concat = concat * batch.keep_latent.view(-1, 1, 1, 1)
    embedding = embedding * batch.keep_embedding.view(-1, 1)
    by = edm.scalings(sigma)
    noised = by.into * edm.noised(clean, batch.noise, sigma)
    repeated = concat[:, None].expand(-1, clean.shape[1], -1, -1, -1)
    return Inputs(
        torch.cat([noised, repeated], 2), by.timestep, embedding[:, None],
        svd_conditions.added_ids(batch.fps, batch.motion, sigma_c), sigma, clean, batch.noise,
    )  # fmt: skip


def loss_of(unet: nn.Module, given: Inputs) -> Tensor:
    """(B,): EDM's loss of each clip."""
    answer = unet(
        given.seen, given.timestep, given.embedding, added_time_ids=given.ids, return_dict=False
    )[0]
    return edm.velocity_loss(answer.float(), given.clean, given.noise, given.sigma)


def loss_and_gradients(
    unet: nn.Module, batch: Batch, frozen: Frozen, law: Noise, accelerator: Accelerator, micro: int
) -> Tensor:
    """The mean loss of all ranks' clips, with `.grad` of every weight that learns filled.

    micro: clips on the device at once; ranks speak to each other at the last piece alone.
    """
    total = torch.zeros((), device=accelerator.device)
    parts = list(batch.parts(micro))
    for number, part in enumerate(parts, 1):
        given, last = inputs_of(part.to(accelerator.device), frozen, law), number == len(parts)
        with apart(unet, accelerator, last):
            loss = loss_of(unet, given).sum() / len(batch)
            backward(unet, loss, accelerator, last)
        total += loss.detach()
    return accelerator.reduce(total, "mean")  # pyright: ignore[reportReturnType]
