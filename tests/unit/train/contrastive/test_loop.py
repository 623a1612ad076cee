"""The loop: what it writes, goes on from, refuses and survives."""

from __future__ import annotations

import errno
import resource
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from sakuga.core.errors import RequestError, StopBuild
from sakuga.models.weights import load
from sakuga.train import checkpoints, journal
from sakuga.train.contrastive.dry import outlook
from sakuga.train.contrastive.loop import train
from sakuga.train.contrastive.nets import net_of
from sakuga.train.packed import Pack
from tests.packs import quick, random_pack

EVERY = "schedule.every=2"
ODD = {0: "", 1: "   ", 2: "word " * 10_000, 3: "日本語 🎬", 4: "<|endoftext|>"}


class Killed(BaseException):
    """Stands for the end of a process between two steps."""


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return random_pack(tmp_path_factory.mktemp("packs") / "pack", captions=ODD)


@pytest.fixture(scope="module")
def whole(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An uninterrupted run of six steps, with captions of all sorts."""
    run = tmp_path_factory.mktemp("runs") / "whole"
    train(quick("viclip", EVERY), pack, run)
    return run


def losses(run: Path) -> list[float]:
    return [line["loss"] for line in journal.read(run)]


def killed_at(step: int, pack: Pack, run: Path, *more: str) -> None:
    def advance(_: str, done: float, __: int) -> None:
        if done == step:
            raise Killed

    with pytest.raises(Killed):
        train(quick("viclip", EVERY, *more), pack, run, advance=advance)


def test_a_run_logs_each_step_with_finite_losses(whole: Path) -> None:
    lines = journal.read(whole)
    assert [line["step"] for line in lines] == list(range(6))
    assert np.isfinite([line["loss"] for line in lines]).all()
    assert {"rate", "norm", "temperature", "waited", "seconds"} <= lines[0].keys()


def test_a_run_leaves_a_net_that_loads(whole: Path) -> None:
    net = net_of(quick().net, 7)
    load(net, whole / "model.safetensors")
    last = checkpoints.read(whole / "checkpoints" / "step-00000006.pt")
    for name, value in net.state_dict().items():
        assert torch.equal(value, last.net[name])


def test_only_the_last_two_checkpoints_are_kept(whole: Path) -> None:
    names = sorted(file.name for file in (whole / "checkpoints").iterdir())
    assert names == ["step-00000004.pt", "step-00000006.pt"]


@pytest.mark.parametrize("step", [3, 5])
def test_a_run_that_goes_on_has_the_losses_of_one_that_never_stopped(
    step: int, pack: Pack, whole: Path, tmp_path: Path
) -> None:
    killed_at(step, pack, tmp_path)
    assert len(losses(tmp_path)) == step
    train(quick("viclip", EVERY), pack, tmp_path, resume=True)
    assert losses(tmp_path) == losses(whole)
    assert (tmp_path / "model.safetensors").read_bytes() == (
        whole / "model.safetensors"
    ).read_bytes()


def test_workers_change_nothing(pack: Pack, whole: Path, tmp_path: Path) -> None:
    train(quick("viclip", EVERY, "clips.workers=2"), pack, tmp_path)
    assert losses(tmp_path) == losses(whole)


def test_a_checkpoint_cut_short_gives_way_to_the_one_before(
    pack: Pack, whole: Path, tmp_path: Path
) -> None:
    killed_at(5, pack, tmp_path)
    last = tmp_path / "checkpoints" / "step-00000004.pt"
    last.write_bytes(last.read_bytes()[:1000])
    made = train(quick("viclip", EVERY), pack, tmp_path, resume=True)
    assert made.warnings == [f"{last} is cut short or no checkpoint"]
    assert losses(tmp_path) == losses(whole)


def test_a_flipped_bit_is_found(pack: Pack, tmp_path: Path) -> None:
    killed_at(3, pack, tmp_path)
    file = tmp_path / "checkpoints" / "step-00000002.pt"
    found = bytearray(file.read_bytes())
    found[len(found) // 2] ^= 4
    file.write_bytes(bytes(found))
    with pytest.raises(RequestError, match=r"is damaged in .*Begin again in another folder"):
        train(quick("viclip", EVERY), pack, tmp_path, resume=True)


@pytest.mark.parametrize("content", [{"model": {}}, [1, 2], {"step": 2}])
def test_a_file_of_something_else_is_no_checkpoint(
    content: Any, pack: Pack, tmp_path: Path
) -> None:
    (tmp_path / "checkpoints").mkdir()
    torch.save(content, tmp_path / "checkpoints" / "step-00000002.pt")
    with pytest.raises(RequestError, match=r"is no checkpoint of a training run\. Begin") as told:
        train(quick("viclip", EVERY), pack, tmp_path, resume=True)
    assert "\n" not in str(told.value)


def test_a_start_of_another_model_is_told_in_a_line(pack: Pack, tmp_path: Path) -> None:
    other = net_of(quick("videomamba").net, 0)
    torch.save({"model": other.state_dict()}, tmp_path / "other.pth")
    with pytest.raises(RequestError) as told:
        train(quick("viclip", f"net.start={tmp_path / 'other.pth'}"), pack, tmp_path / "run")
    assert "other.pth" in str(told.value) and "\n" not in str(told.value)


def test_a_batch_that_gives_nan_stops_the_run_and_is_saved(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sakuga.train.contrastive import gradients

    real, calls = gradients.contrastive_loss, []

    def third_is_nan(*given: Any, **more: Any) -> torch.Tensor:
        calls.append(1)
        return real(*given, **more) * (float("nan") if len(calls) == 3 else 1)

    monkeypatch.setattr(gradients, "contrastive_loss", third_is_nan)
    with pytest.raises(StopBuild, match=r"step 2: the loss is nan.*optimiser\.rate"):
        train(quick("viclip", EVERY), pack, tmp_path)
    saved = torch.load(tmp_path / "stopped-00000002-rank0.pt")
    assert len(saved["ids"]) == len(saved["frames"]) == 6
    kept = checkpoints.read(tmp_path / "checkpoints" / "step-00000002.pt")
    assert all(bool(torch.isfinite(value).all()) for value in kept.net.values())


def test_a_full_disk_leaves_the_last_good_checkpoint(pack: Pack, tmp_path: Path) -> None:
    killed_at(3, pack, tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        with pytest.raises(OSError, match="the last one stays") as raised:
            train(quick("viclip", EVERY), pack, tmp_path, resume=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert raised.value.errno == errno.EFBIG
    assert [f.name for f in (tmp_path / "checkpoints").iterdir()] == ["step-00000002.pt"]
    found = checkpoints.newest(tmp_path)
    assert found is not None and found[0].step == 2


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("schedule.batch=16",), r"15 clips and a batch of 16: fewer than one batch"),
        (("clips.frames=9",), r"clips\.frames = 9: .* has clips of 8"),
        (("net.size=huge",), r"net\.size = 'huge': must be one of"),
        (("net.start=nowhere.pth",), r"net\.start = 'nowhere\.pth': no such file"),
        (("net.tokens=bert",), r"ViCLIP reads CLIP's"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(
    more: tuple[str, ...], message: str, pack: Pack, tmp_path: Path
) -> None:
    with pytest.raises(RequestError, match=message):
        train(quick("viclip", *more), pack, tmp_path)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("clips.mask=1.0", r"\[clips\] mask = 1\.0"),
        ("optimiser.rate=0", r"\[optimiser\] rate = 0"),
        ("schedule.epoch=2", r"did you mean 'epochs'"),
        ("nets.size=tiny", r"\[nets\].*did you mean 'net'"),
    ],
)
def test_a_wrong_value_is_named_with_its_section(setting: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        quick("viclip", setting)


def test_a_pack_without_clips_is_refused(tmp_path: Path) -> None:
    empty = random_pack(tmp_path / "empty", clips=0)
    with pytest.raises(RequestError, match="no clip in it can be trained on"):
        train(quick(), empty, tmp_path / "run")


def test_another_run_is_not_written_over(pack: Pack, whole: Path) -> None:
    with pytest.raises(RequestError, match="--resume"):
        train(quick("viclip", EVERY), pack, whole)


def test_a_run_goes_on_with_its_own_recipe_and_clips_alone(
    pack: Pack, whole: Path, tmp_path: Path
) -> None:
    with pytest.raises(RequestError, match=r"another recipe: optimiser\.rate 0\.001 -> 0\.1"):
        train(quick("viclip", EVERY, "optimiser.rate=0.1"), pack, whole, resume=True)
    with pytest.raises(RequestError, match="other clips"):
        other = random_pack(tmp_path / "other")
        train(quick("viclip", EVERY), other, whole, resume=True)


def test_a_dry_run_says_what_it_would_take_and_writes_nothing(pack: Pack, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    found = outlook(quick("videomamba"), pack)
    assert sorted(tmp_path.rglob("*")) == before
    net = net_of(quick("videomamba").net, 0)
    assert found.parameters == found.learning == sum(w.numel() for w in net.parameters())
    assert found.masked and found.unmasked and found.steps == 6
    assert (found.masked.steps, found.unmasked.steps) == (4, 2)
    assert (found.masked.tokens, found.unmasked.tokens) == (1 + 32 - 28, 1 + 32)
    assert found.masked.seconds and found.unmasked.seconds
    assert found.state_bytes == 16 * found.parameters
    assert found.clips_at_once == 6
    assert found.total_bytes == found.state_bytes + found.unmasked.activation_bytes


def test_the_profiles_that_come_with_it_are_whole() -> None:
    from sakuga.train.contrastive.recipe import read_recipe

    for name in ("cpu", "small", "paper"):
        recipe = read_recipe(name)
        assert (recipe.clips.frames, recipe.clips.mask) == (8, 0.9)
    assert read_recipe("paper").schedule.batch == 256
