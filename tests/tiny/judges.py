"""The files of the aesthetic models: cafe's BEiT, and the anime judge with its reference."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.tiny.nets import net

FOLDER = "swinv2pv3_v0_448_ls0.2_x"
GRADES = ("masterpiece", "best", "great", "good", "normal", "low", "worst")
CAFE_LABELS = ("not_aesthetic", "aesthetic")
SIDE = 32


def cafe_files(
    labels: Sequence[str] = CAFE_LABELS, seed: int = 0, drop: str = ""
) -> dict[str, bytes]:
    """Name -> bytes. drop: a tensor that the weights lack."""
    import torch
    from transformers import BeitConfig, BeitForImageClassification

    named = dict(enumerate(labels))
    config = BeitConfig(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=SIDE,
        patch_size=8,
        use_relative_position_bias=True,
        use_mean_pooling=True,
        id2label=named,
        label2id={label: place for place, label in named.items()},
        architectures=["BeitForImageClassification"],
    )
    torch.manual_seed(seed)
    state = BeitForImageClassification(config).state_dict()
    state["classifier.weight"] = torch.randn_like(state["classifier.weight"])  # else all look alike
    weights = io.BytesIO()
    torch.save({k: v for k, v in state.items() if k != drop}, weights)
    return {
        "config.json": config.to_json_string(use_diff=False).encode(),
        "preprocessor_config.json": json.dumps(processor()).encode(),
        "pytorch_model.bin": weights.getvalue(),
    }


def processor() -> dict[str, Any]:
    """An image processor's settings, as they were written when the model was."""
    return {
        "crop_size": SIDE,
        "do_center_crop": False,
        "do_normalize": True,
        "do_resize": True,
        "feature_extractor_type": "BeitFeatureExtractor",
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
        "resample": 2,
        "size": SIDE,
    }


def anime_files(labels: Sequence[str] = GRADES, **model: Any) -> dict[str, bytes]:
    """Name -> bytes, in the folder of its default model."""
    settings: dict[str, Any] = {"side": SIDE, "outputs": len(labels)} | model
    files = {
        "model.onnx": net(order="NCHW", last="Softmax", **settings),
        "meta.json": json.dumps({"labels": list(labels)}).encode(),
        "samples.npz": reference(np.linspace(0.4, 5.5, 50), np.linspace(0, 1, 50)),
    }
    return {f"{FOLDER}/{name}": content for name, content in files.items()}


def reference(grades: Any, shares: Any) -> bytes:
    """Reference scores as they are published: one array, grades over shares."""
    file = io.BytesIO()
    np.savez(file, np.stack([grades, shares]))
    return file.getvalue()
