"""An ONNX model on this machine: opened by ONNX Runtime, and shown pictures in batches.

What it asks for is read from the model itself: the shape and type of its input, and whether it
takes any number of pictures at once or a fixed one (older exports take just one).
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.util
import io
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from sakuga.build.ahead import ahead
from sakuga.build.device import ON_CPU, Device, batch_size, threads
from sakuga.build.pictures import batches
from sakuga.core.errors import RequestError
from sakuga.core.images import Picture
from sakuga.core.pulse import alive

Array = NDArray[Any]
Prepare = Callable[[list[Picture]], Array]
CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"
TYPES = {"tensor(float)": np.dtype(np.float32), "tensor(float16)": np.dtype(np.float16)}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Net:
    """An open model with one input.

    shape: of one picture's input; None where the model leaves a side open. width: of one picture's
    output, None where it is not told. batch: pictures at once; fixed: just as many every time.
    """

    session: Any
    shape: tuple[int | None, ...]
    dtype: np.dtype[Any]
    width: int | None
    batch: int
    fixed: bool

    def run(self, prepared: Array) -> Array:
        """(N, *shape) to (N, outputs): the model's first output; N at most `batch`."""
        count = len(prepared)
        if self.fixed and count < self.batch:
            rest = np.zeros((self.batch - count, *prepared.shape[1:]), prepared.dtype)
            prepared = np.concatenate([prepared, rest])
        feed = {self.session.get_inputs()[0].name: prepared}
        given = self.session.run([self.session.get_outputs()[0].name], feed)
        return cast(Array, given[0])[:count]

    def look(self, pictures: Iterable[Picture], prepare: Prepare) -> Iterator[Array]:
        """One row of outputs for each picture, in their order; batches are prepared one ahead."""
        several = self.batch * -(-ON_CPU // self.batch)  # small batches are prepared together
        with alive():  # a large model on a slow machine takes its time over a batch
            for prepared in ahead(prepare(some) for some in batches(pictures, several)):
                for start in range(0, len(prepared), self.batch):
                    yield from self.run(prepared[start : start + self.batch])


def open_net(path: Path, device: Device, batch: int) -> Net:
    """The model of a file. Raises RequestError if it is damaged, or CUDA is asked for and absent.

    batch: 0 is as many as suit the device.
    """
    session = _session(path, device)
    if len(session.get_inputs()) != 1:
        raise RequestError(f"{path}: a model with {len(session.get_inputs())} inputs, must be 1")
    asked, given = session.get_inputs()[0], session.get_outputs()[0]
    if asked.type not in TYPES:
        raise RequestError(f"{path}: its input is a {asked.type}, must be {' or '.join(TYPES)}")
    first, *shape = [size if isinstance(size, int) else None for size in asked.shape]
    width = given.shape[-1] if isinstance(given.shape[-1], int) else None
    size = first or batch_size(batch, session.get_providers()[0] == CUDA)
    return Net(session, tuple(shape), TYPES[asked.type], width, size, bool(first))


def _session(path: Path, device: Device) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads()
    options.log_severity_level = 3  # errors; what it warns of is no business of a user's
    try:
        session = onnxruntime.InferenceSession(path, options, providers=_providers(device))
    except _refusals() as error:
        raise RequestError(
            f"{path} is no ONNX model that this ONNX Runtime ({onnxruntime.__version__}) can open: "
            f"{error}; fetch it again, or install the version it was made for"
        ) from error
    if device != "cpu" and CUDA in _providers(device) and session.get_providers()[0] != CUDA:
        _no_cuda(device)
    return session


def _providers(device: Device) -> list[str]:
    if device == "cpu" or (device == "auto" and not offers_cuda()):
        return [CPU]
    if not offers_cuda():
        _no_cuda(device)
    return [CUDA, CPU]


def _no_cuda(device: Device) -> None:
    why = (
        "ONNX Runtime can't use CUDA here: it needs onnxruntime-gpu, and CUDA and cuDNN of its own"
    )
    if device == "cuda":
        raise RequestError(f"device = 'cuda': {why}; or use device = 'cpu'")
    _log.warning("%s; the CPU is used", why)


@functools.cache
def offers_cuda() -> bool:
    """Whether the ONNX Runtime that is installed, if any is, was built for CUDA."""
    if importlib.util.find_spec("onnxruntime") is None:
        return False
    import onnxruntime

    if CUDA not in onnxruntime.get_available_providers():
        return False
    with contextlib.redirect_stdout(io.StringIO()) as said:
        onnxruntime.preload_dlls()  # CUDA and cuDNN that lie in Python packages of their own
    if lacking := said.getvalue().strip():
        _log.warning("%s", lacking)
    return True


def _refusals() -> tuple[type[Exception], ...]:
    """What ONNX Runtime raises for a file it can't open; its errors have no root of their own."""
    state = importlib.import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    kinds = (getattr(state, name) for name in dir(state))
    return tuple(k for k in kinds if isinstance(k, type) and issubclass(k, Exception))
