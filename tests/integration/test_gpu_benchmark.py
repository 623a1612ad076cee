"""The benchmark for a GPU, on tiny nets on a CPU: what it will run there is run here."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from benchmarks import gpu

from sakuga.train.contrastive.recipe import Recipe, read_recipe

TINY = {
    "ViCLIP-L": ("net.size=tiny",),
    "VideoMamba-M": ("net.size=nano",),
}
HERE = ("net.image=16", "schedule.batch=6", "schedule.micro=3", "clips.workers=0")


def tiny(name: str) -> Recipe:
    """The paper's profile as the benchmark changes it, on a net that trains here."""
    changes = (*gpu.NETS[name], *gpu.ALL, *TINY[name], *HERE, "schedule.precision=no")
    return read_recipe("paper", [*changes, "schedule.steps=5"])


@pytest.mark.parametrize("name", gpu.NETS)
def test_a_run_is_measured(name: str, tmp_path: Path) -> None:
    pack = gpu.noise(tmp_path / "pack", 6, 8, 24)
    run = gpu.measured(tiny(name), pack, tmp_path / "run")
    assert run.clips_a_second > 0
    assert 0 <= run.waited < 1
    assert run.teraflops == pytest.approx(run.clips_a_second * gpu.needed(tiny(name)).total / 1e12)


@pytest.mark.parametrize(
    ("name", "least", "most"), [("ViCLIP-L", 390, 430), ("VideoMamba-M", 80, 130)]
)
def test_what_the_true_nets_need_is_counted_without_making_them(
    name: str, least: float, most: float
) -> None:
    """G operations of a masked clip with its caption: six for each weight of the blocks and token,
    and some for attention, patches and the scan.
    """
    needed = gpu.needed(read_recipe("paper", [*gpu.NETS[name], *gpu.ALL]))
    assert least < needed.total / 1e9 < most


def test_the_scan_is_timed_as_the_mixer_has_it() -> None:
    device = torch.device("cpu")
    given = gpu.arguments(2, 4, 3, 5, torch.bfloat16, device)
    gpu.scanned(given, "chunked")
    assert 0 < gpu.best_of(lambda: gpu.scanned(given, "chunked"), device, times=2) < 10
    assert gpu.teraflops_of_a_product(64, device) > 0


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_without_a_gpu_it_says_so() -> None:
    with pytest.raises(SystemExit, match="no GPU here"):
        next(gpu.lines())
