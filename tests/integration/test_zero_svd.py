"""DeepSpeed's ZeRO-2 under `train svd`, as users start it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from sakuga.train import checkpoints
from tests.packs import SVD_QUICK, drawn_pack
from tests.ranks import ALONE, OFFLOADED, ZERO, kill_after, needs_deepspeed, start, told

SETTINGS = ["--profile=svd-cpu", *(f"--set={value}" for value in (*SVD_QUICK, "schedule.show=3"))]
MICRO = "--set=schedule.micro=1"
UNET = "pipeline/unet/diffusion_pytorch_model.safetensors"

pytestmark = needs_deepspeed


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn_pack(tmp_path_factory.mktemp("packs") / "pack").folder


@pytest.fixture(scope="module")
def alone(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on one rank, without DeepSpeed."""
    return finish(ALONE, pack, tmp_path_factory.mktemp("runs") / "alone")


@pytest.fixture(scope="module")
def killed(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same on two ranks of ZeRO-2 in micro-batches, killed after three steps or more."""
    run = tmp_path_factory.mktemp("runs") / "killed"
    kill_after(3, 6, run, ZERO, *given(pack, run, MICRO))
    return run


def given(pack: Path, run: Path, *flags: str) -> tuple[str, ...]:
    return ("svd", str(pack), "--out", str(run), *SETTINGS, *flags)


def finish(python: list[str], pack: Path, run: Path, *flags: str) -> Path:
    done = start(python, *given(pack, run, *flags))
    assert done.returncode == 0, done.stderr
    return run


def assert_same(run: Path, expected: Path) -> None:
    """Losses, norms, and the net as it is left, which is the moving average."""
    assert told(run, "loss") == pytest.approx(told(expected, "loss"), rel=1e-4)
    assert told(run, "norm") == pytest.approx(told(expected, "norm"), rel=1e-3)
    made, wanted = (load_file(folder / UNET) for folder in (run, expected))
    assert made.keys() == wanted.keys()
    for name, weight in wanted.items():
        assert torch.allclose(made[name], weight, rtol=1e-3, atol=1e-4), name


def test_two_ranks_of_zero_killed_and_gone_on_with_learn_as_one_alone(
    pack: Path, alone: Path, killed: Path, tmp_path: Path
) -> None:
    shutil.copytree(killed, tmp_path / "run")
    assert_same(finish(ZERO, pack, tmp_path / "run", MICRO, "--resume"), alone)


def test_its_checkpoint_is_the_one_of_a_run_without_it(alone: Path, killed: Path) -> None:
    found, expected = (checkpoints.newest(run) for run in (killed, alone))
    assert found is not None and expected is not None
    same = checkpoints.read(alone / "checkpoints" / f"step-{found[0].step:08d}.pt")
    assert found[0].net["weights"].keys() == same.net["weights"].keys()
    assert found[0].net["average"].keys() == same.net["average"].keys()
    made, wanted = (each.optimiser["state"] for each in (found[0], same))
    assert made.keys() == wanted.keys()
    for number, moments in wanted.items():
        for name, value in moments.items():
            assert torch.allclose(made[number][name], value, rtol=1e-2, atol=1e-4), (number, name)


def test_a_run_of_zero_goes_on_without_it(
    pack: Path, alone: Path, killed: Path, tmp_path: Path
) -> None:
    shutil.copytree(killed, tmp_path / "run")
    assert_same(finish(ALONE, pack, tmp_path / "run", "--resume"), alone)


@pytest.mark.slow
def test_a_run_goes_on_under_zero_with_its_optimiser_in_memory(
    pack: Path, alone: Path, tmp_path: Path
) -> None:
    kill_after(3, 6, tmp_path / "run", ALONE, *given(pack, tmp_path / "run"))
    assert_same(finish(OFFLOADED, pack, tmp_path / "run", "--resume"), alone)


@pytest.mark.slow
def test_adapters_learn_under_zero_as_alone(pack: Path, tmp_path: Path) -> None:
    lora = "--set=net.train=lora"
    runs = [finish(start, pack, tmp_path / name, lora) for start, name in
            ((ALONE, "alone"), (ZERO, "zero"))]  # fmt: skip
    assert_same(runs[1], runs[0])


def test_eight_bits_are_refused_under_zero(pack: Path, tmp_path: Path) -> None:
    done = start(ZERO, *given(pack, tmp_path / "run", "--set=optimiser.bits=8"))
    assert done.returncode != 0
    assert "optimiser.bits = 8 does not go with DeepSpeed" in done.stderr


def test_what_a_rank_takes_is_less_in_shares(pack: Path, tmp_path: Path) -> None:
    found = [
        json.loads(start(python, *given(pack, tmp_path / "run", "--dry-run", "--json")).stdout)
        for python in (ALONE, ZERO)
    ]
    moments = [each["memory"]["AdamW's moments"] for each in found]
    assert moments[1] == pytest.approx(moments[0] * 3 / 4, rel=1e-3)  # 2 parts; 3, halved
