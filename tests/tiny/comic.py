"""The comic text detector in its own format: the same input, output names and columns, but tiny.

It is no net: it gives blocks that it was told, wherever a picture is lighter than half in its upper
left quarter, and elsewhere none.
"""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper


def comic(blocks: NDArray[np.float32], side: int = 64) -> bytes:
    """A model (1, 3, side, side) to `blk` (1, N, 7), `seg` and `det`, as the export has them."""
    nodes = [
        helper.make_node("AveragePool", ["images"], ["cells"], kernel_shape=[side // 2] * 2,
                         strides=[side // 2] * 2),
        helper.make_node("Slice", ["cells", "none", "one", "axes"], ["corner"]),
        helper.make_node("ReduceMean", ["corner"], ["light"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Round", ["light"], ["lit"]),
        helper.make_node("Reshape", ["lit", "scalar"], ["sure"]),
        helper.make_node("Mul", ["told", "sure"], ["blk"]),
        helper.make_node("ReduceMean", ["images"], ["seg"], axes=[1], keepdims=1),
        helper.make_node("Concat", ["seg", "seg"], ["det"], axis=1),
    ]  # fmt: skip
    weights = {
        "told": blocks[None].astype(np.float32), "none": np.array([0, 0]),
        "one": np.array([1, 1]), "axes": np.array([2, 3]), "scalar": np.array([1, 1, 1]),
    }  # fmt: skip
    shapes = {"blk": [1, *blocks.shape], "seg": [1, 1, side, side], "det": [1, 2, side, side]}
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "comic", [value("images", TensorProto.FLOAT, [1, 3, side, side])],
        [value(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()
