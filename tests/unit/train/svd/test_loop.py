"""`train svd`'s loop: what it writes, goes on from, refuses and survives; what it leaves."""

from __future__ import annotations

import errno
import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from sakuga.core.errors import RequestError, StopBuild
from sakuga.models import svd as nets
from sakuga.models.public import SVD
from sakuga.models.svd_format import KEY, Format, format_of, kind_of, told_by_file
from sakuga.train import checkpoints, journal, lineage
from sakuga.train.order import Key
from sakuga.train.packed import Pack
from sakuga.train.svd import step as svd_step
from sakuga.train.svd.examples import collate
from sakuga.train.svd.loop import made_ready, train
from sakuga.train.svd.recipe import PROFILES, read_recipe
from tests.packs import drawn_pack, quick_svd, random_pack
from tests.tiny.hub import offline
from tests.tiny.svd import svd_cache, write_svd

needs_bits = pytest.mark.skipif(
    importlib.util.find_spec("bitsandbytes") is None, reason="needs sakuga[bits]"
)
STEADY = ("clips.how=uniform", "clips.crop=middle")


class Killed(BaseException):
    """Stands for the end of a process between two steps."""


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return drawn_pack(tmp_path_factory.mktemp("packs") / "pack")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny net as it is published, in a plain folder."""
    return write_svd(tmp_path_factory.mktemp("nets") / "svd")


@pytest.fixture(scope="module")
def whole(pack: Pack, published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An uninterrupted run of six steps from the published net, with grids of samples."""
    run = tmp_path_factory.mktemp("runs") / "whole"
    train(quick_svd(f"net.start={published}", "schedule.show=3"), pack, run)
    return run


def losses(run: Path) -> list[float]:
    return [line["loss"] for line in journal.read(run)]


def killed_at(step: int, pack: Pack, run: Path, *more: str) -> None:
    def advance(_: str, done: float, __: int) -> None:
        if done == step:
            raise Killed

    with pytest.raises(Killed):
        train(quick_svd(*more), pack, run, advance=advance)


def test_a_run_logs_each_step_with_finite_losses(whole: Path) -> None:
    lines = journal.read(whole)
    assert [line["step"] for line in lines] == list(range(6))
    assert np.isfinite([line["loss"] for line in lines]).all()
    assert {"rate", "norm", "waited", "seconds"} <= lines[0].keys()


@pytest.mark.parametrize("step", [3, 5])
def test_a_run_that_goes_on_is_the_one_that_never_stopped(
    step: int, pack: Pack, published: Path, whole: Path, tmp_path: Path
) -> None:
    """And grids of samples, which `whole` draws and this one does not, change nothing."""
    settings = (f"net.start={published}", "schedule.show=0")
    killed_at(step, pack, tmp_path, *settings)
    train(quick_svd(*settings), pack, tmp_path, resume=True)
    assert losses(tmp_path) == losses(whole)
    weights = "pipeline/unet/diffusion_pytorch_model.safetensors"
    assert (tmp_path / weights).read_bytes() == (whole / weights).read_bytes()


def test_workers_change_nothing(pack: Pack, published: Path, whole: Path, tmp_path: Path) -> None:
    more = (f"net.start={published}", "clips.workers=1", "schedule.show=0", "schedule.steps=2")
    train(quick_svd(*more), pack, tmp_path)
    assert losses(tmp_path) == losses(whole)[:2]


def test_micro_batches_give_the_gradients_of_the_whole_batch(pack: Pack, tmp_path: Path) -> None:
    loop, _ = made_ready(quick_svd(), pack, tmp_path, resume=False)
    batch = collate([loop.examples[Key(0, clip)] for clip in range(3)])
    found = []
    for micro in (0, 1, 2):
        loss = svd_step.loss_and_gradients(
            loop.learner.wrapped, batch, loop.frozen, loop.recipe.noise, loop.accelerator, micro
        )
        gradients = [w.grad.flatten() for w in loop.learner.net.parameters() if w.grad is not None]
        found.append(torch.cat([*gradients, loss.view(1)]))
        loop.learner.net.zero_grad()
    for other in found[1:]:
        assert (other - found[0]).norm() <= 1e-4 * found[0].norm()


def test_the_result_loads_where_sakuga_was_never_imported(whole: Path, published: Path) -> None:
    code = """
import json, sys, numpy, torch
from PIL import Image
from diffusers import StableVideoDiffusionPipeline
pipeline = StableVideoDiffusionPipeline.from_pretrained(sys.argv[1])
picture = Image.fromarray(numpy.full((16, 32, 3), 90, numpy.uint8))
frames = pipeline(picture, height=16, width=32, num_frames=8, num_inference_steps=2,
                  output_type="np", generator=torch.Generator().manual_seed(0)).frames
assert frames.shape == (1, 8, 16, 32, 3) and numpy.isfinite(frames).all()
assert not [name for name in sys.modules if name.startswith("sakuga")]
weights = pipeline.unet.conv_in.weight.detach()
print(json.dumps([float(weights.sum()), pipeline.unet.config["_name_or_path"]]))
"""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(whole / "pipeline")], env=env, cwd="/",
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    total, _ = json.loads(done.stdout)
    last = checkpoints.read(whole / "checkpoints" / "step-00000006.pt")
    average = last.net["average"]["conv_in.weight"]
    assert total == pytest.approx(float(average.sum()), abs=1e-4)
    assert not torch.equal(average, last.net["weights"]["conv_in.weight"])
    for name in SVD.files:  # what did not learn is there byte for byte
        if not name.startswith("unet/"):
            left = (whole / "pipeline" / name).read_bytes()
            assert left == (published / name).read_bytes()


def test_the_card_names_what_it_was_trained_on(whole: Path, published: Path, pack: Pack) -> None:
    card = (whole / "pipeline" / "README.md").read_text()
    assert f"base_model: {published.name}" in card
    assert "10 clips of 2 videos" in card and "| CC-BY-4.0 | 5 |" in card
    assert str(published) not in card and str(pack.folder) not in card
    table = pq.read_table(whole / "pipeline" / "lineage.parquet")
    assert table["id"].to_pylist() == pack.ids
    assert {len(video) for video in table["video"].to_pylist()} == {64}
    unet = json.loads((whole / "pipeline" / "unet" / "config.json").read_text())
    assert str(published) not in json.dumps(unet)


def test_the_result_says_how_it_is_to_be_drawn_wherever_it_goes(
    whole: Path, tmp_path: Path
) -> None:
    moved = shutil.copytree(whole / "pipeline", tmp_path / "moved")
    found = nets.opened(str(moved)).unet.config
    assert format_of(found[KEY]) == Format(8, 32, 16, 7, 127)
    assert found.num_frames == 8
    assert kind_of(found[KEY]) == "keyframes"


def test_the_result_says_that_shards_gave_it_moments_and_no_keyframes(
    published: Path, tmp_path: Path
) -> None:
    pack = drawn_pack(tmp_path / "pack")
    told = pq.read_table(pack.folder / "lineage.parquet")
    place = told.schema.get_field_index("timing_class")
    nothing = pa.nulls(told.num_rows, pa.string())
    pq.write_table(told.set_column(place, "timing_class", nothing), pack.folder / "lineage.parquet")
    more = (f"net.start={published}", "net.train=lora", "net.rank=2", "schedule.steps=1")
    train(quick_svd(*more, "schedule.average=0"), pack, tmp_path / "run")
    config = json.loads((tmp_path / "run" / "pipeline" / "unet" / "config.json").read_text())
    file = tmp_path / "run" / "lora" / "adapter_model.safetensors"
    assert kind_of(config[KEY]) == kind_of(told_by_file(file)) == "moments"


def test_grids_of_samples_show_the_clips_over_what_was_made_of_them(whole: Path) -> None:
    names = sorted(file.name for file in (whole / "samples").iterdir())
    assert names == ["step-00000003.png", "step-00000006.png"]
    grids = [cv2.imread(str(whole / "samples" / name)) for name in names]
    for grid in grids:
        assert grid is not None and grid.shape == (4 * 2 * 16, 8 * 32, 3)
    rows = [[grid[n * 16 : (n + 1) * 16] for n in range(8)] for grid in grids]
    assert all(np.array_equal(rows[0][n], rows[1][n]) for n in range(0, 8, 2))
    assert not any(np.array_equal(rows[0][n], rows[1][n]) for n in range(1, 8, 2))


def test_a_run_stopped_after_its_last_step_still_leaves_its_net(
    pack: Pack, published: Path, whole: Path, tmp_path: Path
) -> None:
    for name in ("checkpoints", "log.jsonl"):
        copy = shutil.copytree if (whole / name).is_dir() else shutil.copy
        copy(whole / name, tmp_path / name)
    made = train(quick_svd(f"net.start={published}"), pack, tmp_path, resume=True)
    assert made.loss == losses(whole)[-1]
    weights = "pipeline/unet/diffusion_pytorch_model.safetensors"
    assert (tmp_path / weights).read_bytes() == (whole / weights).read_bytes()


def test_cached_latents_give_the_same_steps(pack: Pack, tmp_path: Path) -> None:
    made = {}
    for name in ("false", "true"):
        more = (*STEADY, f"clips.cached={name}", "schedule.steps=2")
        train(quick_svd(*more), pack, tmp_path / name)
        made[name] = losses(tmp_path / name)
    assert made["true"] == pytest.approx(made["false"], rel=1e-5)
    assert (tmp_path / "true" / "latents" / "cache.json").exists()
    assert not (tmp_path / "false" / "latents").exists()


def test_adapters_load_with_peft_and_merge_to_the_pipeline(
    pack: Pack, published: Path, tmp_path: Path
) -> None:
    from diffusers.loaders import StableDiffusionLoraLoaderMixin
    from peft import PeftModel

    more = (f"net.start={published}", "net.train=lora", "net.rank=2", "schedule.average=0")
    made = train(quick_svd(*more, "schedule.steps=3"), pack, tmp_path)
    assert made.result == [str(tmp_path / "lora"), str(tmp_path / "pipeline")]
    unet = nets.opened(str(published)).unet
    before = {name: weight.clone() for name, weight in unet.state_dict().items()}
    adapted: Any = PeftModel.from_pretrained(unet, str(tmp_path / "lora"))
    merged = nets.opened(str(tmp_path / "pipeline")).unet.state_dict()
    for name, weight in adapted.merge_and_unload().state_dict().items():
        assert torch.allclose(weight, merged[name], atol=1e-6)
    moved = {name for name, weight in merged.items() if not torch.equal(weight, before[name])}
    assert moved and all(".to_" in name for name in moved)
    config = json.loads((tmp_path / "lora" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == published.name
    assert "lineage.parquet" in (tmp_path / "lora" / "README.md").read_text()
    told = told_by_file(tmp_path / "lora" / "adapter_model.safetensors")
    assert (format_of(told), kind_of(told)) == (Format(8, 32, 16, 7, 127), "keyframes")
    kept = checkpoints.read(tmp_path / "checkpoints" / "step-00000003.pt")
    assert all("lora_" in name for name in kept.net["weights"])
    read, _, header = StableDiffusionLoraLoaderMixin.lora_state_dict(  # load_lora_weights' reader
        str(tmp_path / "lora"), return_lora_metadata=True
    )
    assert header is None and len(read) == len(kept.net["weights"])


def test_a_batch_that_gives_nan_stops_the_run_and_is_saved(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = svd_step.loss_of, []

    def third_is_nan(*given: Any) -> torch.Tensor:
        calls.append(1)
        return real(*given) * (float("nan") if len(calls) == 3 else 1)

    monkeypatch.setattr(svd_step, "loss_of", third_is_nan)
    with pytest.raises(StopBuild, match=r"step 2: the loss is nan.*optimiser\.rate"):
        train(quick_svd(), pack, tmp_path)
    saved = torch.load(tmp_path / "stopped-00000002-rank0.pt")
    assert len(saved["ids"]) == len(saved["frames"]) == len(saved["noise"]) == 4
    kept = checkpoints.read(tmp_path / "checkpoints" / "step-00000002.pt")
    assert all(bool(torch.isfinite(value).all()) for value in kept.net["weights"].values())
    assert not (tmp_path / "pipeline").exists()


def test_a_full_disk_leaves_the_last_good_checkpoint(pack: Pack, tmp_path: Path) -> None:
    killed_at(3, pack, tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        with pytest.raises(OSError, match="the last one stays") as raised:
            train(quick_svd(), pack, tmp_path, resume=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert raised.value.errno == errno.EFBIG
    assert [f.name for f in (tmp_path / "checkpoints").iterdir()] == ["step-00000002.pt"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("schedule.batch=16",), r"10 clips and a batch of 16: fewer than one batch"),
        (("clips.frames=9",), r"clips\.frames = 9: .* has clips of 8"),
        (("net.start=nowhere",), r"net\.start = 'nowhere': no such folder"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(
    more: tuple[str, ...], message: str, pack: Pack, tmp_path: Path
) -> None:
    with pytest.raises(RequestError, match=message):
        train(quick_svd(*more), pack, tmp_path)


@needs_bits
def test_moments_in_eight_bits_learn_as_in_32_and_go_on_where_they_were(
    pack: Pack, published: Path, whole: Path, tmp_path: Path
) -> None:
    eight = (f"net.start={published}", "optimiser.bits=8", "schedule.show=0")
    train(quick_svd(*eight), pack, tmp_path / "eight")
    killed_at(3, pack, tmp_path / "killed", *eight)
    train(quick_svd(*eight), pack, tmp_path / "killed", resume=True)
    assert losses(tmp_path / "killed") == losses(tmp_path / "eight")
    assert losses(tmp_path / "eight") == pytest.approx(losses(whole), rel=0.05)
    assert losses(tmp_path / "eight") != losses(whole)


def test_without_bitsandbytes_eight_bits_are_refused_with_what_to_install(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "bitsandbytes" else real(name)
    )
    with pytest.raises(RequestError, match=r"optimiser\.bits = 8 .* 'sakuga\[bits\]'"):
        train(quick_svd("optimiser.bits=8"), pack, tmp_path)


def test_clips_of_which_nothing_says_where_they_are_from_are_refused(tmp_path: Path) -> None:
    bare = random_pack(tmp_path / "bare")
    with pytest.raises(RequestError, match=r"no lineage\.parquet"):
        train(quick_svd(), bare, tmp_path / "run")


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("clips.fps=timing", "no timing class is known of 10 of 10 clips; set clips.fps = 7,"),
        ("clips.motion=dynamic", "no dynamic score is known of 10 of 10 .* clips.motion = 127,"),
    ],
)
def test_what_nothing_says_of_the_clips_the_net_is_not_told(
    told: str, message: str, tmp_path: Path
) -> None:
    pack = random_pack(tmp_path / "pack", clips=10)
    lineage.write_plain([{"id": id, "video": id} for id in pack.ids], pack.folder)
    with pytest.raises(RequestError, match=message):
        train(quick_svd(told), pack, tmp_path / "run")


def test_another_run_is_not_written_over_nor_gone_on_with_another_recipe(
    pack: Pack, published: Path, whole: Path
) -> None:
    own = f"net.start={published}"
    with pytest.raises(RequestError, match="--resume"):
        train(quick_svd(own), pack, whole)
    with pytest.raises(RequestError, match=r"another recipe: noise\.mean 0\.7 -> 0\.9"):
        train(quick_svd(own, "noise.mean=0.9"), pack, whole, resume=True)


def test_weights_that_are_not_there_are_named_with_where_to_accept_their_terms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline(monkeypatch, tmp_path / "empty")
    with pytest.raises(RequestError, match=r"net\.start needs stabilityai/stable-video") as raised:
        nets.opened("svd")
    assert "hf download" in str(raised.value) and "9020 MB" in str(raised.value)


def test_the_public_name_is_found_in_the_hubs_own_cache(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline(monkeypatch, svd_cache(tmp_path))
    found, wanted = nets.opened("svd").unet, nets.opened(str(published)).unet
    for name, weight in wanted.state_dict().items():
        assert torch.equal(found.state_dict()[name], weight)


def test_a_folder_that_lacks_a_part_is_named(published: Path, tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_bytes((published / "model_index.json").read_bytes())
    with pytest.raises(RequestError, match=r"has no feature_extractor/preprocessor_config\.json"):
        nets.opened(str(tmp_path))


def test_the_profiles_that_come_with_it_are_whole() -> None:
    for name in PROFILES:
        assert read_recipe(name).clips.frames == 8
    paper = read_recipe("svd")
    assert (paper.clips.width, paper.clips.height) == (576, 320)
    assert (paper.optimiser.rate, paper.schedule.steps) == (5e-6, 5000)
    assert read_recipe("svd-lora").net.train == "lora"
