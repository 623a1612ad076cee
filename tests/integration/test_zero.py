"""DeepSpeed's ZeRO-2 as users start it: two ranks, on CPUs where there is no accelerator."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from sakuga.train import checkpoints, journal
from tests.builds import ROOT
from tests.packs import NETS, QUICK, random_pack

SLOWER = ("schedule.every=2", "optimiser.clip=0.5")
PROFILES = ROOT / "profiles" / "train"
ENV = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT), *sys.path[1:]]),
    "OMP_NUM_THREADS": "1",
    "DS_ACCELERATOR": "cpu",
    # DeepSpeed compiles here, once for all sessions of tests: it takes minutes.
    "TORCH_EXTENSIONS_DIR": str(Path(tempfile.gettempdir()) / "sakuga-torch-extensions"),
}
SETTINGS = [f"--set={value}" for value in (*NETS["viclip"], *QUICK, *SLOWER)]
MICRO = "--set=schedule.micro=2"
LAUNCH = [sys.executable, "-m", "accelerate.commands.launch", "--main_process_port=0"]
ALONE = [sys.executable]
ZERO = [*LAUNCH, f"--config_file={PROFILES / 'zero2.yaml'}"]
OFFLOADED = [*LAUNCH, f"--config_file={PROFILES / 'zero2_offload.yaml'}"]
STARTS = ((ALONE, "alone"), (ZERO, "zero"))

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        importlib.util.find_spec("deepspeed") is None, reason="needs sakuga[deepspeed]"
    ),
    pytest.mark.skipif(shutil.which("c++") is None, reason="DeepSpeed compiles with c++"),
]


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
    kill_after(3, ZERO, pack, run, MICRO)
    return run


def command(python: list[str], pack: Path, run: Path, *flags: str) -> list[str]:
    given = ["train", "contrastive", str(pack), "--out", str(run), *SETTINGS, *flags]
    return [*python, "-m", "sakuga", *given]


def finish(python: list[str], pack: Path, run: Path, *flags: str) -> Path:
    done = subprocess.run(
        command(python, pack, run, *flags), env=ENV, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return run


def kill_after(lines: int, python: list[str], pack: Path, run: Path, *flags: str) -> None:
    """Kill -9 all ranks once so many steps are logged."""
    whole = command(python, pack, run, *flags)
    quiet = subprocess.DEVNULL
    long = subprocess.Popen(whole, env=ENV, stdout=quiet, stderr=quiet, start_new_session=True)
    until = time.monotonic() + 200
    while len(journal.read(run)) < lines and time.monotonic() < until:
        time.sleep(0.01)
    os.killpg(long.pid, signal.SIGKILL)
    long.wait(20)
    assert lines <= len(journal.read(run)) < 6


def told(run: Path, of: str) -> list[float]:
    return [line[of] for line in journal.read(run)]


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
    kill_after(3, ALONE, pack, tmp_path / "run")
    assert_same(finish(OFFLOADED, pack, tmp_path / "run", "--resume"), alone)


@pytest.mark.slow
def test_a_loss_that_is_no_number_stops_all_ranks_before_it_is_learnt(
    pack: Path, tmp_path: Path
) -> None:
    """A rate so high that the net is ruined by its first step."""
    more = ("--set=optimiser.rate=1e30", "--set=schedule.every=1")
    done = subprocess.run(
        command(ZERO, pack, tmp_path, *more), env=ENV, capture_output=True, text=True, timeout=600
    )
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
