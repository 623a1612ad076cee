"""Random models of a realistic cost, in the formats of the real ones: weights can't be had here.

A WD tagger's SwinV2 costs some ten times as much as these, so what stands beside the model
weighs more here than it does in earnest.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 448
WIDTH, LAYERS, GRID = 64, 6, SIDE // 4  # channels, convolutions of 3x3, and what they run over
TAGS = 9000
SURE = 0.005  # of the tags, that one picture has: some forty, as pictures do


def conv_gflop() -> float:
    """What one picture costs, in 1e9 multiplications and additions."""
    stem = 2 * 3 * 49 * WIDTH * GRID**2
    return (stem + LAYERS * 2 * WIDTH**2 * 9 * GRID**2) / 1e9


def conv_net(outputs: int, channels_last: bool, last: str, batch: int | None = None) -> bytes:
    """A stem of 7x7 over every fourth pixel, six convolutions of 3x3, a mean, a head."""
    rng = np.random.default_rng(0)
    nodes = [helper.make_node("Mul", ["input", "scale"], ["scaled"])]
    turn = ["Transpose", ["scaled"], ["x0"]]
    nodes.append(
        helper.make_node(*turn, perm=[0, 3, 1, 2])
        if channels_last
        else helper.make_node("Identity", ["scaled"], ["x0"])
    )
    weights = {"scale": np.float32(1 / 255 if channels_last else 1)}
    for n in range(LAYERS + 1):
        into, size, stride = (3, 7, 4) if n == 0 else (WIDTH, 3, 1)
        spread = (2 / (into * size**2)) ** 0.5
        weights[f"w{n}"] = rng.normal(0, spread, (WIDTH, into, size, size)).astype(np.float32)
        pads = [size // 2] * 4
        nodes += [
            helper.make_node(
                "Conv", [f"x{n}", f"w{n}"], [f"c{n}"], pads=pads, strides=[stride] * 2
            ),
            helper.make_node("Relu", [f"c{n}"], [f"x{n + 1}"]),
        ]
    weights["head"] = rng.normal(0, 0.1, (WIDTH, outputs)).astype(np.float32)
    weights["rare"] = np.where(rng.random(outputs) < SURE, 1, -7 if outputs > 7 else 0).astype(
        np.float32
    )
    nodes += [
        helper.make_node("GlobalAveragePool", [f"x{LAYERS + 1}"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("MatMul", ["flat", "head"], ["raw"]),
        helper.make_node("Add", ["raw", "rare"], ["logits"]),
        helper.make_node(last, ["logits"], ["output"]),
    ]
    shape = [SIDE, SIDE, 3] if channels_last else [3, SIDE, SIDE]
    first: int | str = batch or "batch"
    graph = helper.make_graph(
        nodes,
        "conv",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [first, *shape])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [first, outputs])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def write_tagger(folder: Path, batch: int | None = None) -> Path:
    """A WD tagger's two files."""
    ratings = [f"{n},{name},9,1" for n, name in enumerate(("general", "sensitive", "questionable"))]
    rows = [*ratings, "3,explicit,9,1", *(f"{n},tag_{n},0,1" for n in range(4, TAGS))]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "selected_tags.csv").write_text("\n".join(["tag_id,name,category,count", *rows]))
    (folder / "model.onnx").write_bytes(conv_net(TAGS, True, "Sigmoid", batch))
    return folder


def write_anime(folder: Path, model: str) -> Path:
    """The anime judge's three files."""
    there = folder / model
    there.mkdir(parents=True, exist_ok=True)
    labels = ["masterpiece", "best", "great", "good", "normal", "low", "worst"]
    (there / "meta.json").write_text(json.dumps({"labels": labels}))
    np.savez(there / "samples.npz", np.stack([np.linspace(0, 6, 9999), np.linspace(0, 1, 9999)]))
    (there / "model.onnx").write_bytes(conv_net(7, False, "Softmax"))
    return folder


def write_cafe(folder: Path) -> Path:
    """A BEiT of a quarter of the real one's width, at its size of picture."""
    import torch
    from transformers import BeitConfig, BeitForImageClassification

    labels = {0: "not_aesthetic", 1: "aesthetic"}
    config = BeitConfig(
        hidden_size=192,
        num_hidden_layers=12,
        num_attention_heads=3,
        intermediate_size=768,
        image_size=384,
        use_relative_position_bias=True,
        id2label=labels,
        label2id={label: n for n, label in labels.items()},
        architectures=["BeitForImageClassification"],
    )
    torch.manual_seed(0)
    config.save_pretrained(folder)
    torch.save(BeitForImageClassification(config).state_dict(), folder / "pytorch_model.bin")
    settings = {"do_resize": True, "size": 384, "resample": 2, "do_center_crop": False}
    means = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3, "do_normalize": True}
    kind = {"feature_extractor_type": "BeitFeatureExtractor"}
    (folder / "preprocessor_config.json").write_text(json.dumps(settings | means | kind))
    return folder
