"""EDM's arithmetic, by algebra and against diffusers' own scheduler and pipeline."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

from sakuga.models import edm, svd_conditions
from tests.tiny.svd import HEIGHT, WIDTH, svd_pipeline

FRAMES = 8
LATENT = (1, FRAMES, 4, HEIGHT // 8, WIDTH // 8)


@pytest.fixture(scope="module")
def pipeline() -> Any:
    made = svd_pipeline()
    # At the public net's 700, fp32 itself is 1e-4 off what is left when the noise is taken away.
    made.scheduler = type(made.scheduler).from_config(made.scheduler.config, sigma_max=10.0)
    made.set_progress_bar_config(disable=True)
    return made


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    draw = torch.Generator().manual_seed(3)
    return Image.fromarray(
        torch.randint(0, 256, (HEIGHT, WIDTH, 3), generator=draw, dtype=torch.uint8).numpy()
    )


def as_tensor(picture: Image.Image) -> Tensor:
    pixels = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8)
    return pixels.view(1, HEIGHT, WIDTH, 3).permute(0, 3, 1, 2) / 127.5 - 1


def drawn(seed: int, kind: torch.dtype = torch.float64) -> tuple[Tensor, Tensor, Tensor]:
    draw = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(6, *LATENT[1:], generator=draw, dtype=kind) for _ in range(3))  # type: ignore[return-value]


def test_the_weighted_loss_is_the_plain_loss_of_v() -> None:
    given, clean, noise = drawn(0)
    sigma = torch.tensor([0.002, 0.03, 0.5, 2.0, 40.0, 700.0], dtype=torch.float64)
    weighted = edm.weighted_loss(given, clean, noise, sigma)
    assert torch.allclose(weighted, edm.velocity_loss(given, clean, noise, sigma), rtol=1e-6)


def test_in_fp32_too_where_training_draws_its_sigmas() -> None:
    given, clean, noise = drawn(1, torch.float32)
    sigma = edm.drawn_sigma(torch.linspace(-1.5, 2, 6), 0.7, 1.6)
    weighted = edm.weighted_loss(given, clean, noise, sigma)
    assert torch.allclose(weighted, edm.velocity_loss(given, clean, noise, sigma), rtol=1e-5)


def test_v_is_what_takes_the_noise_away() -> None:
    _, clean, noise = drawn(2)
    sigma = torch.tensor([0.01, 0.1, 1.0, 5.0, 20.0, 80.0], dtype=torch.float64)
    answer = edm.velocity(clean, noise, sigma)
    found = edm.denoised(answer, edm.noised(clean, noise, sigma), sigma)
    assert torch.allclose(found, clean, atol=1e-9)


def test_one_denoising_is_that_of_the_euler_scheduler(pipeline: Any) -> None:
    scheduler = pipeline.scheduler
    scheduler.set_timesteps(7)
    for place, timestep in enumerate(scheduler.timesteps):
        sigma = scheduler.sigmas[place].view(1)
        given, clean, noise = (each[:1].float() for each in drawn(place))
        latent = edm.noised(clean, noise, sigma)
        by = edm.scalings(sigma)
        assert torch.allclose(by.timestep, timestep.view(1), rtol=1e-5)
        seen = scheduler.scale_model_input(latent, timestep)
        assert torch.allclose(by.into * latent, seen, atol=1e-5)
        theirs = scheduler.step(given, timestep, latent).pred_original_sample
        assert torch.allclose(edm.denoised(given, latent, sigma), theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("size", [(320, 576), (64, 96), (224, 224), (500, 300), (17, 9)])
def test_pictures_are_shrunk_for_clip_as_diffusers_shrinks_them(size: tuple[int, int]) -> None:
    from diffusers.pipelines.stable_video_diffusion import pipeline_stable_video_diffusion as their

    pictures = torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(1)) * 2 - 1
    wanted = their._resize_with_antialiasing(pictures, (224, 224))
    assert torch.allclose(svd_conditions.smoothly_resized(pictures, 224), wanted, atol=1e-5)


def test_the_embedding_is_the_pipelines(pipeline: Any, picture: Image.Image) -> None:
    with torch.no_grad():
        wanted = pipeline._encode_image(picture, "cpu", 1, False)
        found = svd_conditions.embedded(pipeline.image_encoder, as_tensor(picture))
    assert torch.allclose(found[:, None], wanted, atol=1e-5)


@pytest.mark.parametrize("steps", [1, 3])
def test_denoising_with_our_arithmetic_is_the_pipeline(
    steps: int, pipeline: Any, picture: Image.Image
) -> None:
    """Same latent, same noise on the first frame: embedding, concat latent, ids, c_in to c_out."""
    begin = torch.randn(LATENT, generator=torch.Generator().manual_seed(5))
    wanted = pipeline(
        picture, height=HEIGHT, width=WIDTH, num_frames=FRAMES, num_inference_steps=steps, fps=9,
        motion_bucket_id=60, noise_aug_strength=0.05, latents=begin, output_type="latent",
        min_guidance_scale=1.0, max_guidance_scale=1.0,
        generator=torch.Generator().manual_seed(8),
    ).frames  # fmt: skip
    noise = torch.randn((1, 3, HEIGHT, WIDTH), generator=torch.Generator().manual_seed(8))
    found = _euler(pipeline, begin, as_tensor(picture), noise)
    assert (found - wanted).abs().max() <= 1e-5


@torch.no_grad()
def _euler(pipeline: Any, begin: Tensor, first: Tensor, noise: Tensor) -> Tensor:
    sigma_c = torch.tensor([0.05])
    concat = svd_conditions.concat_latent(pipeline.vae, first, noise, sigma_c)
    embedding = svd_conditions.embedded(pipeline.image_encoder, first)[:, None]
    ids = svd_conditions.added_ids(torch.tensor([9.0]), torch.tensor([60.0]), sigma_c)
    sigmas = pipeline.scheduler.sigmas
    latent = begin * (sigmas[0] ** 2 + 1).sqrt()
    for sigma, following in pairwise(sigmas):
        by = edm.scalings(sigma.view(1))
        seen = torch.cat([by.into * latent, concat[:, None].expand(-1, FRAMES, -1, -1, -1)], 2)
        given = pipeline.unet(seen, by.timestep, embedding, ids, return_dict=False)[0]
        clean = edm.denoised(given, latent, sigma.view(1))
        latent = latent + (following - sigma) * (latent - clean) / sigma
    return latent
