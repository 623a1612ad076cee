"""EDM as Stable Video Diffusion has it: the net gives v (§4.2).

After Karras et al., arXiv 2206.00364, and Stable Video Diffusion, arXiv 2311.15127. For a clean
latent z, noise e ~ N(0, 1) and one sigma for each clip:

    x = z + sigma e                              the noised latent
    F = net(c_in x, 0.25 ln sigma)               what the net gives
    D = c_skip x + c_out F                       the latent it believes in
    loss = mean (sigma^2 + 1) / sigma^2 (D - z)^2  =  mean (F - v)^2

    c_skip = 1 / (sigma^2 + 1)                   c_out = -sigma / sqrt(sigma^2 + 1)
    c_in = 1 / sqrt(sigma^2 + 1)                 v = (e - sigma z) / sqrt(sigma^2 + 1)

The two losses are one by algebra. Training takes the second: the first subtracts z from nearly z
where sigma is small, then divides by sigma^2.

Shapes: latents (B, T, C, H, W), sigma (B,).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Scalings:
    """Each (B, 1, 1, 1, 1), but `timestep`: (B,), by which the net is told sigma."""

    skip: Tensor
    out: Tensor
    into: Tensor
    timestep: Tensor


def scalings(sigma: Tensor) -> Scalings:
    """EDM's, for data of deviation 1."""
    wide = _wide(sigma)
    square = wide**2 + 1
    return Scalings(1 / square, -wide / square.sqrt(), square.rsqrt(), 0.25 * sigma.log())


def drawn_sigma(normal: Tensor, mean: float, deviation: float) -> Tensor:
    """Log-normal sigma of standard normal numbers: exp(mean + deviation n)."""
    return torch.exp(mean + deviation * normal)


def noised(clean: Tensor, noise: Tensor, sigma: Tensor) -> Tensor:
    """x: the latent with noise of deviation sigma."""
    return clean + _wide(sigma) * noise


def denoised(given: Tensor, latent: Tensor, sigma: Tensor) -> Tensor:
    """D: the clean latent that the net's answer `given` stands for, at the noised `latent`."""
    by = scalings(sigma)
    return by.skip * latent + by.out * given


def velocity(clean: Tensor, noise: Tensor, sigma: Tensor) -> Tensor:
    """v: what the net should give."""
    wide = _wide(sigma)
    return (noise - wide * clean) * (wide**2 + 1).rsqrt()


def velocity_loss(given: Tensor, clean: Tensor, noise: Tensor, sigma: Tensor) -> Tensor:
    """(B,): mean square of what the net gave against v, of each clip."""
    return (given - velocity(clean, noise, sigma)).square().flatten(1).mean(1)


def weighted_loss(given: Tensor, clean: Tensor, noise: Tensor, sigma: Tensor) -> Tensor:
    """(B,): the same number as EDM writes it; what tests hold `velocity_loss` against."""
    wide = _wide(sigma)
    error = denoised(given, noised(clean, noise, sigma), sigma) - clean
    return ((wide**2 + 1) / wide**2 * error.square()).flatten(1).mean(1)


def _wide(sigma: Tensor) -> Tensor:
    return sigma.view(-1, 1, 1, 1, 1)
