"""What `sakuga train svd` leaves is what `sakuga generate` draws with."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from sakuga.cli import app
from sakuga.train.packed import Pack
from sakuga.train.svd.loop import train
from tests.packs import drawn_pack, quick_svd
from tests.tiny.svd import write_svd

SMALL = ("width=64", "height=32", "steps=1", "keyframes=2", "device=cpu", "precision=float32")


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
    train(quick_svd(f"net.start={published}", "schedule.show=0", *hot), pack, folder)
    return folder


def _drawn(out: Path, *words: object) -> tuple[np.ndarray, dict[str, Any]]:
    out.mkdir()
    Image.radial_gradient("L").save(out / "a.png")
    sets = [word for each in SMALL for word in ("--set", f"generate.{each}")]
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
    plain, _ = _drawn(tmp_path / "plain", "--model", published)
    merged, page = _drawn(tmp_path / "merged", "--model", run)
    adapted, other = _drawn(tmp_path / "adapted", "--model", published, "--lora", run)
    assert np.abs(merged.astype(int) - adapted).max() <= 1
    assert np.abs(merged.astype(int) - plain).max() > 1
    assert page["model"]["name"] == "cats/pipeline"
    assert other["model"]["lora"] == "cats/lora/adapter_model.safetensors"


def test_a_result_names_the_clips_that_its_model_learned_from(run: Path, tmp_path: Path) -> None:
    _, page = _drawn(tmp_path / "merged", "--model", run)
    clips = (run / "pipeline" / "lineage.parquet").read_bytes()
    assert page["model"]["lineage_sha256"] == hashlib.sha256(clips).hexdigest()
