"""`sakuga train`: what it prints, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sakuga.cli import app
from tests.packs import NETS, QUICK, random_pack

SETTINGS = [f"--set={value}" for value in (*NETS["viclip"], *QUICK)]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(random_pack(tmp_path_factory.mktemp("packs") / "pack").folder)


def test_a_run_says_where_its_net_is(pack: str, tmp_path: Path) -> None:
    run = tmp_path / "run"
    asked = ["train", "contrastive", pack, "--out", str(run), *SETTINGS, "--set=schedule.steps=1"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0
    assert "Trained 1 step on 15 clips" in done.stdout
    assert Path(done.stdout.splitlines()[-1].removeprefix("The net: ")).is_file()


def test_a_dry_run_says_parameters_tokens_and_seconds(pack: str, tmp_path: Path) -> None:
    asked = ["train", "contrastive", pack, "--out", str(tmp_path / "run"), *SETTINGS, "--dry-run"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0
    tokens = ("of 5 tokens a clip", "of 33 tokens a clip")
    for word in ("15 clips, 6 steps", "parameters", *tokens, "a step"):
        assert word in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_pack_says_its_clips(pack: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["train", "pack", pack, "--out", str(tmp_path), "--json"])
    assert json.loads(done.stdout) == {"pack": pack, "clips": 15, "left_out": {}}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (["contrastive", "PACK", "--profile", "cpuu"], "there are: cpu, small, paper"),
        (["contrastive", "PACK", "--set", "net.sise=tiny"], "did you mean 'size'"),
        (["contrastive", "PACK", "--set", "schedule.batch=99"], "fewer than one batch"),
        (["contrastive", "nowhere"], "nowhere"),
        (["timesheet", "PACK", "--split", "test"], "--split: not of train timesheet"),
        (["timesheet", "PACK", "--resume"], "--resume: not of train timesheet"),
    ],
)
def test_what_cannot_be_ends_with_2_and_a_line(
    asked: list[str], message: str, pack: str, tmp_path: Path
) -> None:
    given = [pack if word == "PACK" else word for word in asked]
    done = CliRunner().invoke(app, ["train", *given, "--out", str(tmp_path / "run")])
    assert done.exit_code == 2
    assert message in done.stderr
