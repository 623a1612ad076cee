"""Random ONNX models that look at a picture: a few numbers of each of its quarters, then a head."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Order = Literal["NHWC", "NCHW"]
CELLS = 2  # a side of the grid whose cells' means the head is given


def net(
    outputs: int,
    side: int,
    order: Order,
    last: Literal["Sigmoid", "Softmax"],
    names: tuple[str, str] = ("input", "output"),
    batch: int | None = None,
    dark_is_nan: bool = False,
    seed: int = 0,
) -> bytes:
    """A model of (batch, side, side, 3) or (batch, 3, side, side) float32 to (batch, outputs).

    batch: None is any number. dark_is_nan: a picture that is nearly all black gives NaN, no other.
    """
    shape = [side, side, 3] if order == "NHWC" else [3, side, side]
    first: int | str = batch or "batch"
    graph = helper.make_graph(
        _nodes(side, order, last, names, dark_is_nan),
        "tiny",
        [helper.make_tensor_value_info(names[0], TensorProto.FLOAT, [first, *shape])],
        [helper.make_tensor_value_info(names[1], TensorProto.FLOAT, [first, outputs])],
        _weights(outputs, order, seed, dark_is_nan),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def _nodes(
    side: int, order: Order, last: str, names: tuple[str, str], dark_is_nan: bool
) -> list[onnx.NodeProto]:
    cell = [side // CELLS] * 2
    turned = [helper.make_node("Transpose", [names[0]], ["chw"], perm=[0, 3, 1, 2])]
    doubt = [
        helper.make_node("ReduceMin", ["flat"], ["least"], axes=[1], keepdims=1),
        helper.make_node("Sub", ["least", "dark"], ["over"]),
        helper.make_node("Sqrt", ["over"], ["root"]),
        helper.make_node("Mul", ["root", "none"], ["naught"]),
        helper.make_node("Add", ["raw", "naught"], ["logits"]),
    ]
    return [
        *(turned if order == "NHWC" else [helper.make_node("Identity", [names[0]], ["chw"])]),
        helper.make_node("AveragePool", ["chw"], ["cells"], kernel_shape=cell, strides=cell),
        helper.make_node("Flatten", ["cells"], ["whole"]),
        helper.make_node("Mul", ["whole", "scale"], ["flat"]),
        helper.make_node("Gemm", ["flat", "weight", "bias"], ["raw"]),
        *(doubt if dark_is_nan else [helper.make_node("Identity", ["raw"], ["logits"])]),
        helper.make_node(last, ["logits"], [names[1]]),
    ]


def _weights(outputs: int, order: Order, seed: int, doubt: bool) -> list[onnx.TensorProto]:
    rng = np.random.default_rng(seed)
    values: dict[str, Any] = {
        "scale": np.float32(1 / 255 if order == "NHWC" else 0.5),
        "weight": rng.normal(0, 3, (3 * CELLS**2, outputs)).astype(np.float32),
        "bias": rng.normal(-1, 1, outputs).astype(np.float32),
    }
    if doubt:
        values |= {
            "dark": np.float32(0.02 if order == "NHWC" else -0.48),
            "none": np.float32(0),
        }
    return [numpy_helper.from_array(np.asarray(value), name) for name, value in values.items()]
