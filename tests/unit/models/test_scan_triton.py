"""The Triton scan: interpreted, compiled ahead of time, and on a GPU where there is one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from sakuga.models.scan import selective_scan
from tests.unit.models.test_scan import arguments, gradients

pytest.importorskip("triton", reason="Triton is not installed (it is for Linux)")

INTS = ("length", "span", "spans", "batch", "groups", "channels", "state")
GIVEN = ("u", "delta", "B", "C", "z", "out", "grad", "du", "ddelta", "dz")


def test_interpreted_it_is_the_chunked_scan() -> None:
    """Tests of a Python of their own; pytest's exit code is not 0 if it finds none."""
    file = Path(__file__).with_name("interpreted_scan.py")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(file), "-q", "-n", "0", "-p", "no:cacheprovider"],
        env={**os.environ, "TRITON_INTERPRET": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.parametrize("arch", [80, 90])
@pytest.mark.parametrize("name", ["forward", "backward"])
def test_it_compiles_for_gpus_that_are_not_here(
    name: str, arch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To machine code, by the compiler that would do it there; no program is run."""
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    from sakuga.models import scan_kernels
    from sakuga.models.scan_triton import CHANNELS, LAUNCH

    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    function = getattr(scan_kernels, name)
    fixed = {"GATED": True, "STATES": 16, "CHANNELS": CHANNELS}
    fixed |= {"KEEP": True} if name == "forward" else {}
    kinds = {arg: kind(arg) for arg in function.arg_names} | dict.fromkeys(fixed, "constexpr")
    source = ASTSource(fn=function, signature=kinds, constexprs=fixed)
    made = triton.compile(source, target=GPUTarget("cuda", arch, 32), options=LAUNCH)
    assert f".target sm_{arch}" in made.asm["ptx"]
    assert len(made.asm["cubin"]) > 1000
    if name == "forward":  # sums over the state stay in a thread
        assert "shfl" not in made.asm["ptx"]


def kind(arg: str) -> str:
    """Of an argument, as Triton writes it, for bf16 inputs."""
    if arg in INTS or arg.endswith(("_step", "_row")):
        return "i32"
    return "*bf16" if arg in GIVEN else "*fp32"


def test_on_a_cpu_it_says_that_it_needs_a_gpu() -> None:
    with pytest.raises(ValueError, match="runs on a GPU, not on cpu"):
        selective_scan(*arguments(), using="triton")


def test_without_triton_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sakuga.models.scan_triton", None)
    with pytest.raises(ImportError, match="pip install triton"):
        selective_scan(*arguments(), using="triton")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_on_a_gpu_it_is_the_chunked_scan(dtype: torch.dtype) -> None:
    given_ = on_gpu(arguments(3, 200, 157, 16), dtype)
    weights = torch.randn(given_[0].shape, device="cuda")
    ours = gradients(by_triton, given_, weights)
    true = gradients(selective_scan, given_, weights)
    for mine, other in zip(ours, true, strict=True):
        near = 2e-4 if dtype == torch.float32 else 0.05
        torch.testing.assert_close(mine.float(), other.float(), rtol=near, atol=near)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_on_a_gpu_it_is_faster_than_the_chunked_scan() -> None:
    """VideoMamba-M's mixer at a mask of 0.9, forwards and backwards."""
    given_ = on_gpu(arguments(32, 2304, 158, 16), torch.bfloat16)
    assert seconds(by_triton, given_) < seconds(selective_scan, given_)


def on_gpu(given_: list[Tensor], dtype: torch.dtype) -> list[Tensor]:
    """As the mixer has them: u, delta, B, C, z in dtype, u, delta, z by token; the rest fp32."""
    there = [x.float().cuda() for x in given_]
    for at in (0, 1, 3, 4, 6):
        there[at] = there[at].to(dtype)
    for at in (0, 1, 6):
        there[at] = there[at].transpose(1, 2).contiguous().transpose(1, 2)
    return there


def by_triton(*given_: Tensor) -> Tensor:
    return selective_scan(*given_, using="triton")


def seconds(scan: Callable[..., Tensor], given_: list[Tensor]) -> float:
    """The best of five, after two that are not counted."""
    best = float("inf")
    for _ in range(7):
        torch.cuda.synchronize()
        start = time.monotonic()
        gradients(scan, given_, torch.ones_like(given_[0]))
        torch.cuda.synchronize()
        best = min(best, time.monotonic() - start)
    return best
