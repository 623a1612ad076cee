"""DeepSpeed's ZeRO-2 under both trainers, as users start it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from sakuga.train import checkpoints
from sakuga.train.packed import Pack
from tests.packs import NETS, QUICK, SVD_QUICK, drawn_pack, random_pack
from tests.ranks import ALONE, OFFLOADED, ZERO, kill_after, needs_deepspeed, start, told

pytestmark = needs_deepspeed


@dataclass(frozen=True)
class Trainer:
    """settings: of six quick steps. micro: clips at once. result: the weights that a run leaves."""

    name: str
    settings: tuple[str, ...]
    micro: str
    result: str
    packed: Callable[[Path], Pack]

    def given(self, pack: Path, run: Path, *flags: str) -> tuple[str, ...]:
        """What follows `sakuga train`."""
        settings = [each if each[0] == "-" else f"--set={each}" for each in self.settings]
        return (self.name, str(pack), "--out", str(run), *settings, *flags)

    def finish(self, python: list[str], pack: Path, run: Path, *flags: str) -> Path:
        """A run to its end."""
        done = start(python, *self.given(pack, run, *flags))
        assert done.returncode == 0, done.stderr
        return run

    def assert_same(self, run: Path, expected: Path) -> None:
        """Losses, norms, and the net as it is left: by its public key names, of svd the average."""
        assert told(run, "loss") == pytest.approx(told(expected, "loss"), rel=1e-4)
        assert told(run, "norm") == pytest.approx(told(expected, "norm"), rel=1e-3)
        made, wanted = (load_file(folder / self.result) for folder in (run, expected))
        assert made.keys() == wanted.keys()
        for name, weight in wanted.items():
            assert made[name].shape == weight.shape
            assert torch.allclose(made[name], weight, rtol=1e-3, atol=1e-4), name


CONTRASTIVE = Trainer(
    "contrastive",
    (*NETS["viclip"], *QUICK, "schedule.every=2", "optimiser.clip=0.5"),
    "--set=schedule.micro=2",
    "model.safetensors",
    random_pack,
)
SVD = Trainer(
    "svd",
    ("--profile=svd-cpu", *SVD_QUICK, "schedule.show=3"),
    "--set=schedule.micro=1",
    "pipeline/unet/diffusion_pytorch_model.safetensors",
    drawn_pack,
)


@pytest.fixture(scope="module", params=[CONTRASTIVE, SVD], ids=lambda each: each.name)
def trainer(request: pytest.FixtureRequest) -> Trainer:
    found: Trainer = request.param
    return found


@pytest.fixture(scope="module")
def pack(trainer: Trainer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trainer.packed(tmp_path_factory.mktemp("packs") / "pack").folder


@pytest.fixture(scope="module")
def alone(trainer: Trainer, pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on one rank, without DeepSpeed."""
    return trainer.finish(ALONE, pack, tmp_path_factory.mktemp("runs") / "alone")


@pytest.fixture(scope="module")
def killed(trainer: Trainer, pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same on two ranks of ZeRO-2 in micro-batches, killed after five of six steps.

    Its last checkpoint, of four steps, is one that `alone` keeps, too.
    """
    run = tmp_path_factory.mktemp("runs") / "killed"
    kill_after(5, run, ZERO, *trainer.given(pack, run, trainer.micro))
    return run


def test_two_ranks_of_zero_killed_and_gone_on_with_learn_as_one_alone(
    trainer: Trainer, pack: Path, alone: Path, killed: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(killed, tmp_path / "run")
    trainer.assert_same(trainer.finish(ZERO, pack, run, trainer.micro, "--resume"), alone)


def test_its_checkpoint_is_the_one_of_a_run_without_it(alone: Path, killed: Path) -> None:
    newest = checkpoints.newest(killed)
    assert newest is not None
    made = newest[0]
    wanted = checkpoints.read(alone / "checkpoints" / f"step-{made.step:08d}.pt")
    for part in ("net", "optimiser"):
        found, expected = (dict(leaves(getattr(each, part))) for each in (made, wanted))
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            assert found[name].shape == value.shape
            assert torch.allclose(found[name], value, rtol=1e-2, atol=1e-4), name


def leaves(tree: Any, path: str = "") -> list[tuple[str, torch.Tensor]]:
    """Tensors in dictionaries, by where they stand."""
    if isinstance(tree, torch.Tensor):
        return [(path, tree)]
    if not isinstance(tree, dict):
        return []
    return [leaf for name, part in tree.items() for leaf in leaves(part, f"{path}/{name}")]


def test_a_run_of_zero_goes_on_without_it(
    trainer: Trainer, pack: Path, alone: Path, killed: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(killed, tmp_path / "run")
    trainer.assert_same(trainer.finish(ALONE, pack, run, "--resume"), alone)


@pytest.mark.slow
def test_a_run_goes_on_under_zero_with_its_optimiser_in_memory(
    trainer: Trainer, pack: Path, alone: Path, tmp_path: Path
) -> None:
    kill_after(3, tmp_path / "run", ALONE, *trainer.given(pack, tmp_path / "run"))
    trainer.assert_same(trainer.finish(OFFLOADED, pack, tmp_path / "run", "--resume"), alone)


@pytest.mark.slow
def test_a_loss_that_is_no_number_stops_all_ranks_before_it_is_learnt(
    trainer: Trainer, pack: Path, tmp_path: Path
) -> None:
    """A rate so high that the net is ruined by its first step."""
    more = ("--set=optimiser.rate=1e30", "--set=schedule.every=1", "--set=schedule.warmup=0")
    done = start(ZERO, *trainer.given(pack, tmp_path, *more))
    assert done.returncode != 0
    assert "the loss is nan" in done.stderr
    stopped = sorted(file.name for file in tmp_path.glob("stopped-*"))
    assert len(stopped) == 2 and stopped[0].endswith("rank0.pt")
    found = checkpoints.newest(tmp_path)
    assert found is not None and found[0].step == int(stopped[0].split("-")[1])
    assert all(bool(torch.isfinite(weight).all()) for _, weight in leaves(found[0].net))


def test_a_temperature_out_of_its_bounds_is_stepped_from_its_bound(tmp_path: Path) -> None:
    """The forward clamps what a rank has, at 0.01; what ZeRO steps from must follow."""
    pack = random_pack(tmp_path / "pack").folder
    cold = ("--set=net.temperature=0.005", "--set=schedule.steps=2", "--set=schedule.unmasked=0")
    one, two = (
        told(CONTRASTIVE.finish(python, pack, tmp_path / name, *cold), "temperature")
        for python, name in ((ALONE, "alone"), (ZERO, "zero"))
    )
    assert one[0] == pytest.approx(0.011, rel=1e-3)
    assert two == pytest.approx(one, rel=1e-5)


@pytest.mark.slow
def test_adapters_learn_under_zero_as_alone(tmp_path: Path) -> None:
    pack = drawn_pack(tmp_path / "pack").folder
    one, two = (
        SVD.finish(python, pack, tmp_path / name, "--set=net.train=lora")
        for python, name in ((ALONE, "alone"), (ZERO, "zero"))
    )
    SVD.assert_same(two, one)


def test_moments_in_eight_bits_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("bitsandbytes")
    pack = drawn_pack(tmp_path / "pack").folder
    done = start(ZERO, *SVD.given(pack, tmp_path / "run", "--set=optimiser.bits=8"))
    assert done.returncode != 0
    assert "optimiser.bits = 8 does not go with DeepSpeed" in done.stderr


def test_what_a_rank_takes_is_less_in_shares(tmp_path: Path) -> None:
    pack = drawn_pack(tmp_path / "pack").folder
    one, two = (
        json.loads(start(each, *SVD.given(pack, tmp_path / "run", "--dry-run", "--json")).stdout)
        for each in (ALONE, ZERO)
    )
    moments = "AdamW's moments"  # two parts; three with the weights to step from, halved
    assert two["memory"][moments] == pytest.approx(one["memory"][moments] * 3 / 4, rel=1e-3)
