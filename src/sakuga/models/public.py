"""Where the public weights and vocabularies are (§4.1, §4.2). It imports no PyTorch.

Licences: VideoMamba and BERT Apache-2.0; OpenAI's CLIP MIT; ViCLIP's model cards say MIT or
nothing, its authors' paper page CC-BY-NC-SA-4.0: whoever publishes what was trained from it should
ask. Stable Video Diffusion is gated, under a licence of Stability AI's own, and so is all that is
finetuned from it.
"""

from __future__ import annotations

from sakuga.core.weights import Weights

CHECKPOINTS: dict[str, Weights] = {
    # What the paper starts from. Its repository's revisions could not be looked up: not pinned.
    "viclip-200m": Weights("OpenGVLab/ViCLIP", "main", ("ViCLIP-L_InternVid-200M.pth",), 1_710),
    "viclip-l14": Weights(
        "OpenGVLab/ViCLIP-L-14-hf",
        "1652361522e1cb41c28cdfae870f690d00e7456b",
        ("model.safetensors",),
        1_710,
    ),
    "viclip-b16": Weights(
        "OpenGVLab/ViCLIP-B-16-hf",
        "8484a9cb5b1b86e43c3ded53abe7485f52d8b789",
        ("model.safetensors",),
        598,
    ),
    "videomamba-25m": Weights(
        "OpenGVLab/VideoMamba",
        "69502a732f8f69709cec9ed6c54d5345259fd825",
        ("videomamba_m16_25M_f8_res224.pth",),
        381,
    ),
    # Image nets, to start a ViCLIP as it was started itself (`models.clip`).
    "clip-l14": Weights(
        "openai/clip-vit-large-patch14",
        "32bd64288804d66eefd0ccbe215aa642df71cc41",
        ("model.safetensors",),
        1_710,
    ),
    "clip-b16": Weights(
        "openai/clip-vit-base-patch16",
        "57c216476eefef5ab752ec549e440a49ae4ae5f3",
        ("pytorch_model.bin",),
        599,
    ),
}
"""Each is loaded by `models.weights.load` into the net of its size."""

BERT_VOCABULARY = Weights(
    "google-bert/bert-base-uncased",
    "1a7dd4986e3dab699c24ca19b2afd0f5e1a80f37",
    ("vocab.txt",),
    1,
)

SVD = Weights(
    "stabilityai/stable-video-diffusion-img2vid",
    "9cf024d5bfa8f56622af86c884f26a52f6676f2e",
    (
        "model_index.json",
        "feature_extractor/preprocessor_config.json",
        "image_encoder/config.json",
        "image_encoder/model.safetensors",
        "scheduler/scheduler_config.json",
        "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors",
        "vae/config.json",
        "vae/diffusion_pytorch_model.safetensors",
    ),
    9_020,
    gated=True,
)
"""14 frames, in diffusers' layout, fp32 (§4.2). The paper's "SVD-MV" is no public net that goes on
from an image; this one is."""
SVD_FILES = {
    "unet": "unet/diffusion_pytorch_model.safetensors",
    "vae": "vae/diffusion_pytorch_model.safetensors",
    "image_encoder": "image_encoder/model.safetensors",
}
"""Where each net's tensors lie in a model's folder."""
