"""Stable Video Diffusion with tiny random weights, as diffusers publishes it.

    write_svd(folder)                        unet, vae, image_encoder, ..., model_index.json
    svd_cache(root)                          the same in a Hugging Face cache, as models.public.SVD

Same classes, layout and scheduler as the published one; only the sizes differ. Latents are an
eighth of the picture here too, and CLIP sees pictures at 224.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from sakuga.models.public import SVD
from tests.tiny.hub import hub_cache

EMBEDDING = 32  # of the image encoder, which the unet attends to
WIDTH, HEIGHT = 64, 32  # of pictures in tests; latents 8 x 4
UNET: dict[str, Any] = {
    "sample_size": 8,
    "in_channels": 8,
    "out_channels": 4,
    "down_block_types": ("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
    "up_block_types": ("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
    "block_out_channels": (32, 32),
    "addition_time_embed_dim": 8,
    "projection_class_embeddings_input_dim": 24,
    "layers_per_block": 1,
    "cross_attention_dim": EMBEDDING,
    "num_attention_heads": 2,
    "num_frames": 8,
}
VAE: dict[str, Any] = {
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "block_out_channels": (32,) * 4,
    "layers_per_block": 1,
    "latent_channels": 4,
    "sample_size": 64,
}
IMAGE_ENCODER: dict[str, Any] = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "patch_size": 56,
    "image_size": 224,
    "projection_dim": EMBEDDING,
}
SCHEDULER: dict[str, Any] = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "v_prediction",
    "timestep_type": "continuous",
    "timestep_spacing": "leading",
    "steps_offset": 1,
    "use_karras_sigmas": True,
    "sigma_min": 0.002,
    "sigma_max": 700.0,
}


def svd_pipeline(
    seed: int = 0, unet: dict[str, Any] | None = None, vae: dict[str, Any] | None = None
) -> Any:
    """The pipeline with random weights; `unet` and `vae` change their sizes."""
    import torch
    from diffusers import (
        AutoencoderKLTemporalDecoder,
        EulerDiscreteScheduler,
        StableVideoDiffusionPipeline,
        UNetSpatioTemporalConditionModel,
    )
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModelWithProjection

    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        return StableVideoDiffusionPipeline(
            vae=AutoencoderKLTemporalDecoder(**{**VAE, **(vae or {})}),
            image_encoder=CLIPVisionModelWithProjection(CLIPVisionConfig(**IMAGE_ENCODER)),
            unet=UNetSpatioTemporalConditionModel(**{**UNET, **(unet or {})}),
            scheduler=EulerDiscreteScheduler(**SCHEDULER),
            feature_extractor=CLIPImageProcessor(crop_size=224, size={"shortest_edge": 224}),
        )


def write_svd(folder: Path, seed: int = 0, **sizes: Any) -> Path:
    """The pipeline in a plain folder."""
    svd_pipeline(seed, **sizes).save_pretrained(folder)
    for name in ("model_index.json", "feature_extractor/preprocessor_config.json"):
        page = folder / name  # as published: the name that stands for either backend
        page.write_text(page.read_text().replace("CLIPImageProcessorPil", "CLIPImageProcessor"))
    return folder


def svd_cache(
    root: Path, repo: str = SVD.repo, revision: str = SVD.revision, seed: int = 0
) -> Path:
    """The pipeline as a repository in a Hugging Face cache at `root`; gives the root."""
    with tempfile.TemporaryDirectory() as folder:
        return hub_cache(root, repo, revision, write_svd(Path(folder), seed))
