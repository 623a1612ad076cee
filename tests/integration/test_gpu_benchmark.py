"""The benchmarks for a GPU, on tiny nets on a CPU: what they will run there is run here."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import torch
from benchmarks import gpu, gpu_svd

from sakuga.train.contrastive.recipe import Recipe, read_recipe
from sakuga.train.svd.dry import outlook

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
    started = time.perf_counter()
    best = gpu.best_of(lambda: gpu.scanned(given, "chunked"), device, times=2)
    assert 0 < best < time.perf_counter() - started
    assert gpu.teraflops_of_a_product(64, device) > 0


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_without_a_gpu_it_says_so() -> None:
    for each in (gpu, gpu_svd):
        with pytest.raises(SystemExit, match="no GPU here"):
            next(each.lines())


@pytest.mark.parametrize("way", ["all, activations kept", "adapters"])
def test_svd_in_its_true_sizes_is_foretold_as_it_will_be_measured(way: str) -> None:
    recipe = gpu_svd.recipe_of(gpu_svd.WAYS[way], 2)
    found = outlook(recipe, clips=2)
    assert found.latents == (2, 8, 8, 40, 72)
    assert found.parameters >= 1_524_623_082
    assert 8e9 < found.memory["UNet, fp32"] + found.memory["frozen nets, fp32"] < 10e9


@pytest.mark.parametrize("way", gpu_svd.WAYS)
def test_a_step_of_svd_is_timed_as_the_benchmark_times_it(way: str) -> None:
    small = ("net.start=tiny", "clips.width=32", "clips.height=16", "schedule.average=0")
    found = outlook(gpu_svd.recipe_of(gpu_svd.WAYS[way], 2, small), clips=2)
    assert found.seconds is not None and found.seconds > 0
    assert (found.measured is None) == (found.device == "cpu")


@pytest.mark.gpu
@pytest.mark.parametrize("way", gpu_svd.WAYS)
def test_the_memory_foretold_is_within_15_percent_of_what_is_held(way: str) -> None:
    step = gpu_svd.taken(gpu_svd.recipe_of(gpu_svd.WAYS[way], 1))
    assert step.foretold == pytest.approx(step.held, rel=gpu_svd.APART)
