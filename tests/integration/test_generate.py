"""What `sakuga train svd` leaves is what `sakuga generate` draws with."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from sakuga.cli import app
from sakuga.dataset.exposure_sheet import read_xdts
from sakuga.models.svd_format import Format
from sakuga.train.packed import Pack
from sakuga.train.svd.loop import train
from tests.packs import drawn_pack, quick_svd
from tests.tiny.svd import write_svd

QUICK = ("steps=1", "device=cpu", "precision=float32")
PAGE = Path(__file__).parents[2] / "docs" / "generate.md"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_svd(tmp_path_factory.mktemp("nets") / "svd")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return drawn_pack(tmp_path_factory.mktemp("packs") / "pack")


@pytest.fixture(scope="module")
def run(pack: Pack, published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Adapters that learned enough to show, and the pipeline with them merged."""
    folder = tmp_path_factory.mktemp("runs") / "cats"
    hot = ("net.train=lora", "net.merge=true", "optimiser.rate=0.02", "schedule.steps=3")
    size = ("clips.width=48", "clips.height=32", "clips.frames=2", "clips.fps=12")
    train(quick_svd(f"net.start={published}", "schedule.show=0", *hot, *size), pack, folder)
    return folder


def _drawn(out: Path, *words: object) -> tuple[np.ndarray, dict[str, Any]]:
    out.mkdir()
    Image.radial_gradient("L").save(out / "a.png")
    sets = [word for each in QUICK for word in ("--set", f"generate.{each}")]
    more = ["--timing", "ones", "--keyframes", *map(str, words)]
    told = CliRunner().invoke(
        app, ["generate", str(out / "a.png"), "--out", str(out), *more, *sets]
    )
    assert told.exit_code == 0, told.output
    pictures = [np.asarray(Image.open(p)) for p in sorted(out.glob("a.generated/*.png"))]
    return np.stack(pictures), json.loads((out / "a.generated.json").read_text())


def test_a_runs_adapters_draw_what_its_merged_pipeline_draws(
    run: Path, published: Path, tmp_path: Path
) -> None:
    size = ("--set", "generate.width=48", "--set", "generate.height=32")
    size += ("--set", "generate.keyframes=2", "--set", "generate.fps=12")
    plain, _ = _drawn(tmp_path / "plain", "--model", published, *size)
    merged, page = _drawn(tmp_path / "merged", "--model", run)
    adapted, other = _drawn(tmp_path / "adapted", "--model", published, "--lora", run)
    assert np.abs(merged.astype(int) - adapted).max() <= 1
    assert np.abs(merged.astype(int) - plain).max() > 1
    assert page["model"]["name"] == "cats/pipeline"
    assert other["model"]["lora"] == "cats/lora/adapter_model.safetensors"


def test_a_run_draws_keyframes_as_many_and_as_large_as_it_was_trained_on(
    run: Path, published: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "moved.safetensors"
    shutil.copy(run / "lora" / "adapter_model.safetensors", moved)
    for name, model in (
        ("whole", (run,)),
        ("adapted", (published, "--lora", run)),
        ("moved", (published, "--lora", moved)),
    ):
        drawn, page = _drawn(tmp_path / name, "--model", *model)
        assert drawn.shape == (2, 32, 48, 3)
        told = {name: page["settings"][name] for name in asdict(Format(2, 48, 32, 12, 127))}
        assert told == asdict(Format(2, 48, 32, 12, 127))


def test_the_block_of_the_page_runs(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [block] = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    Image.radial_gradient("L").save(tmp_path / "girl.png")
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "cats").symlink_to(run)
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "generate.md", "exec"), {})
    assert "films/girl.generated.mp4" in capsys.readouterr().out
    sheet = read_xdts((tmp_path / "films" / "girl.generated.xdts").read_bytes())
    assert sheet.drawings == (1, 1, 2, 2)


def test_a_result_names_the_clips_that_its_model_learned_from(run: Path, tmp_path: Path) -> None:
    _, page = _drawn(tmp_path / "merged", "--model", run)
    clips = (run / "pipeline" / "lineage.parquet").read_bytes()
    assert page["model"]["lineage_sha256"] == hashlib.sha256(clips).hexdigest()
