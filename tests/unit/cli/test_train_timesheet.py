"""`sakuga train timesheet`: what it writes and prints, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sakuga.cli import app
from sakuga.cli.train_timesheet import train_timesheet
from sakuga.core.errors import RequestError
from tests.unit.train.timesheet.test_learning import arrays

QUICK = ("timesheet.hidden=[16, 16, 16]", "timesheet.epochs=3", "timesheet.rounds=20")


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("table") / "clips.npz"
    np.savez(file, **arrays())
    return str(file)


def test_every_predictor_is_told_and_the_page_is_named(
    table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train_timesheet(table, str(tmp_path / "run"), QUICK)
    said = capsys.readouterr().out
    assert all(name in said for name in ("video only", "text only", "majority"))
    assert Path(said.splitlines()[-1]).read_text().startswith("# Timesheet predictor")


def test_json_is_the_report_that_is_written(
    table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train_timesheet(table, str(tmp_path), QUICK, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads((tmp_path / "report.json").read_text())
    assert told["recipe"]["hidden"] == [16, 16, 16]


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("timesheet.epoch=3", "epochs"),
        ("timesheet.dropout=1", "dropout"),
        ("timesheet.hidden=[]", "hidden"),
        ("timesheets.epochs=3", "no such room"),
        ("epochs=3", "room.field=value"),
    ],
)
def test_a_wrong_value_is_refused_before_any_work(
    tmp_path: Path, override: str, message: str
) -> None:
    with pytest.raises(RequestError, match=message):
        train_timesheet(str(tmp_path / "none.npz"), str(tmp_path / "run"), [override])
    assert not list(tmp_path.iterdir())


def test_the_command_leaves_a_run(table: str, tmp_path: Path) -> None:
    flags = [word for one in QUICK for word in ("--set", one)]
    done = CliRunner().invoke(
        app, ["train", "timesheet", table, "--out", str(tmp_path / "run"), *flags]
    )
    assert done.exit_code == 0, done.output
    assert (tmp_path / "run" / "timesheet.safetensors").exists()


@pytest.mark.parametrize("flag", ["--resume", "--dry-run"])
def test_what_is_of_contrastive_training_is_refused(table: str, tmp_path: Path, flag: str) -> None:
    asked = ["train", "timesheet", table, "--out", str(tmp_path / "run"), flag]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 2
    assert flag in done.stderr
    assert not (tmp_path / "run").exists()
