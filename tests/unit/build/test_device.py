"""Where a model runs is told without loading anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from sakuga.build.device import ON_CPU, ON_CUDA, Device, batch_size, threads, wants_cuda


@pytest.mark.parametrize(
    ("asked", "cuda", "size"),
    [(0, False, ON_CPU), (0, True, ON_CUDA), (7, False, 7), (7, True, 7), (1, True, 1)],
)
def test_a_batch_is_as_asked_or_as_suits_the_device(asked: int, cuda: bool, size: int) -> None:
    assert batch_size(asked, cuda) == size


@pytest.mark.parametrize(("said", "count"), [("3", 3), (None, 0)])
def test_a_process_uses_the_threads_it_may(
    monkeypatch: pytest.MonkeyPatch, said: str | None, count: int
) -> None:
    monkeypatch.delenv("SAKUGA_THREADS", raising=False)
    if said:
        monkeypatch.setenv("SAKUGA_THREADS", said)
    assert threads() == count


@pytest.mark.parametrize(
    ("device", "driver", "wants"),
    [
        ("cpu", True, False),
        ("cpu", False, False),
        ("auto", True, True),
        ("auto", False, False),
        ("cuda", True, True),
        ("cuda", False, True),
    ],
)
def test_a_model_wants_the_card_where_it_is_asked_to_or_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: Device, driver: bool, wants: bool
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if driver:
        (tmp_path / "nvidia-smi").touch(mode=0o755)
    assert wants_cuda(device) is wants
