"""An ONNX model is opened for what it is, and runs in batches of any size."""

from __future__ import annotations

import dataclasses
import logging
import threading
from pathlib import Path
from threading import Semaphore
from typing import Any

import numpy as np
import pytest

from sakuga.build import onnx as ours
from sakuga.build.onnx import Net, open_net
from sakuga.core import pulse
from sakuga.core.errors import RequestError
from tests.tiny.nets import net


def opened(folder: Path, at_once: int = 0, **model: Any) -> Net:
    settings: dict[str, Any] = {"outputs": 5, "side": 8, "order": "NHWC", "last": "Sigmoid"} | model
    file = folder / "model.onnx"
    file.write_bytes(net(**settings))
    return open_net(file, "cpu", at_once)


def some(count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (8, 8, 3), np.uint8) for _ in range(count)]


def as_they_are(pictures: list[np.ndarray]) -> np.ndarray:
    return np.stack(pictures).astype(np.float32)


def test_the_model_itself_says_what_it_takes(tmp_path: Path) -> None:
    assert opened(tmp_path).shape == (8, 8, 3)
    assert opened(tmp_path, order="NCHW").shape == (3, 8, 8)
    assert opened(tmp_path).width == 5


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 9])
@pytest.mark.parametrize("takes", [None, 1, 4])
@pytest.mark.parametrize("at_once", [0, 1, 2, 16])
def test_rows_are_the_same_whatever_the_batch(
    tmp_path: Path, count: int, takes: int | None, at_once: int
) -> None:
    pictures = some(count)
    rows = list(opened(tmp_path, at_once, batch=takes).look(iter(pictures), as_they_are))
    alone = list(opened(tmp_path, 1).look(iter(pictures), as_they_are))
    assert len(rows) == count
    np.testing.assert_allclose(np.array(rows), np.array(alone), rtol=1e-5)


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x0a" * 50])
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(content)
    with pytest.raises(RequestError, match=r"model\.onnx is no ONNX model .* fetch it again"):
        open_net(file, "cpu", 0)


def test_a_truncated_file_is_told(tmp_path: Path) -> None:
    opened(tmp_path)
    file = tmp_path / "model.onnx"
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(RequestError, match="fetch it again"):
        open_net(file, "cpu", 0)


def test_cuda_that_is_asked_for_and_not_there_is_told(tmp_path: Path) -> None:
    opened(tmp_path)
    if ours.offers_cuda():
        pytest.skip("this ONNX Runtime was built for CUDA")
    with pytest.raises(RequestError, match=r"device = 'cuda': .* onnxruntime-gpu"):
        open_net(tmp_path / "model.onnx", "cuda", 0)


def test_auto_falls_back_to_the_cpu_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    opened(tmp_path)
    if ours.offers_cuda():
        pytest.skip("this ONNX Runtime was built for CUDA")
    monkeypatch.setattr(ours, "offers_cuda", lambda: True)  # as a build for CUDA says anywhere
    for name in ("sakuga", ours.__name__):  # libraries that others' tests load may have set these
        monkeypatch.setattr(logging.getLogger(name), "disabled", False)
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
    with caplog.at_level(logging.WARNING), pytest.warns(UserWarning, match="CUDA"):
        there = open_net(tmp_path / "model.onnx", "auto", 0)
    assert there.session.get_providers() == ["CPUExecutionProvider"]
    assert "the CPU is used" in caplog.text


def test_cuda_that_is_asked_for_and_does_not_work_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(tmp_path)
    if ours.offers_cuda():
        pytest.skip("this ONNX Runtime was built for CUDA")
    monkeypatch.setattr(ours, "offers_cuda", lambda: True)
    with (
        pytest.raises(RequestError, match="device = 'cuda'"),
        pytest.warns(UserWarning, match="CUDA"),
    ):
        open_net(tmp_path / "model.onnx", "cuda", 0)


def test_it_uses_as_many_threads_as_the_process_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAKUGA_THREADS", "3")
    options = opened(tmp_path).session.get_session_options()
    assert options.intra_op_num_threads == 3


def test_a_long_run_gives_signs_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beats, before = Semaphore(0), set(threading.enumerate())
    monkeypatch.setattr(pulse, "OFTEN", 0.01)
    monkeypatch.setattr(pulse, "_beat", beats.release)
    net_ = opened(tmp_path, 2)

    class Slow:
        def run(self, *given: Any) -> Any:
            for _ in range(3):
                assert beats.acquire(timeout=120)
            return net_.session.run(*given)

        def __getattr__(self, name: str) -> Any:
            return getattr(net_.session, name)

    slow = dataclasses.replace(net_, session=Slow())
    assert len(list(slow.look(some(3), as_they_are))) == 3
    left = [thread.name for thread in set(threading.enumerate()) - before]
    assert not [name for name in left if name.startswith("ahead")]
