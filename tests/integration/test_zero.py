"""DeepSpeed's ZeRO-2 under `train contrastive`, as users start it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from sakuga.train import checkpoints
from tests.packs import NETS, QUICK, random_pack
from tests.ranks import ALONE, OFFLOADED, ZERO, kill_after, needs_deepspeed, start, told

SLOWER = ("schedule.every=2", "optimiser.clip=0.5")
SETTINGS = [f"--set={value}" for value in (*NETS["viclip"], *QUICK, *SLOWER)]
MICRO = "--set=schedule.micro=2"
STARTS = ((ALONE, "alone"), (ZERO, "zero"))

pytestmark = needs_deepspeed


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_pack(tmp_path_factory.mktemp("packs") / "pack").folder


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
    return ("contrastive", str(pack), "--out", str(run), *SETTINGS, *flags)


def finish(python: list[str], pack: Path, run: Path, *flags: str) -> Path:
    done = start(python, *given(pack, run, *flags))
    assert done.returncode == 0, done.stderr
    return run


def assert_same(run: Path, expected: Path) -> None:
    """Losses, norms, and the net as it is left, by its public key names."""
    assert told(run, "loss") == pytest.approx(told(expected, "loss"), rel=1e-4)
    assert told(run, "norm") == pytest.approx(told(expected, "norm"), rel=1e-3)
    made, wanted = (load_file(folder / "model.safetensors") for folder in (run, expected))
    assert made.keys() == wanted.keys()
    for name, weight in wanted.items():
        assert made[name].shape == weight.shape
        assert torch.allclose(made[name], weight, rtol=1e-3, atol=1e-4), name


def test_two_ranks_of_zero_killed_and_gone_on_with_learn_as_one_alone(
    pack: Path, alone: Path, killed: Path, tmp_path: Path
) -> None:
    shutil.copytree(killed, tmp_path / "run")
    assert_same(finish(ZERO, pack, tmp_path / "run", MICRO, "--resume"), alone)


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
def test_a_loss_that_is_no_number_stops_all_ranks_before_it_is_learnt(
    pack: Path, tmp_path: Path
) -> None:
    """A rate so high that the net is ruined by its first step."""
    more = ("--set=optimiser.rate=1e30", "--set=schedule.every=1")
    done = start(ZERO, *given(pack, tmp_path, *more))
    assert done.returncode != 0
    assert "the loss is nan" in done.stderr
    stopped = sorted(file.name for file in tmp_path.glob("stopped-*"))
    assert len(stopped) == 2 and stopped[0].endswith("rank0.pt")
    step = int(stopped[0].split("-")[1])
    found = checkpoints.newest(tmp_path)
    assert found is not None and found[0].step == step
    assert all(bool(torch.isfinite(weight).all()) for weight in found[0].net.values())


def test_a_temperature_out_of_its_bounds_is_stepped_from_its_bound(
    pack: Path, tmp_path: Path
) -> None:
    """The forward clamps what a rank has, at 0.01; what ZeRO steps from must follow."""
    cold = ("--set=net.temperature=0.005", "--set=schedule.steps=2", "--set=schedule.unmasked=0")
    runs = [finish(python, pack, tmp_path / name, *cold) for python, name in STARTS]
    told_of = [told(run, "temperature") for run in runs]
    assert told_of[0][0] == pytest.approx(0.011, rel=1e-3)
    assert told_of[1] == pytest.approx(told_of[0], rel=1e-5)
