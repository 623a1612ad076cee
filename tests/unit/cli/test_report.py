"""`sakuga report`: what it writes and prints, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sakuga.cli import app, main
from tests.tables import Folder
from tests.unit.report.rows import known_row


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("built")
    rng = np.random.default_rng(0)
    rows = [known_row(n, rng) for n in range(40)]
    Folder(str(root)).add_film("/a.mp4", [[2]] * 40, published=rows)
    return root


def test_all_that_is_asked_for_is_written_and_named(built: Path) -> None:
    done = CliRunner().invoke(app, ["report", str(built), "--png", "--cooccurrence"])
    assert done.exit_code == 0, done.output
    named = [Path(line) for line in done.stdout.split("\n") if line]
    assert {file.name for file in named} >= {"cooccurrence.parquet", "index.html"}
    assert all(file.exists() for file in named)
    assert (built / "report" / "figure4.png").exists()


def test_json_holds_the_findings_too(built: Path) -> None:
    done = CliRunner().invoke(app, ["report", str(built), "--cooccurrence", "--json"])
    told = json.loads(done.stdout)
    assert told["together"]["clips"] == told["totals"]["published"] == 40
    assert told["known"]["words"] == 40


def test_a_taxonomy_of_ones_own_is_held(built: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('[venue.indoors]\nsays = ["submarine"]\n')
    asked = ["report", str(built), "--cooccurrence", "--taxonomy", str(mine), "--json"]
    told = json.loads(CliRunner().invoke(app, asked).stdout)
    assert [(f["tag"], f["verdict"]) for f in told["together"]["findings"]] == [
        ("submarine", "absent")
    ]


def test_a_taxonomy_without_tags_to_hold_it_against_is_refused(
    built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["sakuga", "report", str(built), "--taxonomy", "x.toml"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "add --cooccurrence" in capsys.readouterr().err
