"""`show`, `report`, `doctor`: what they print of hand-made tables and of this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sakuga.core.records import Row, Taxonomy
from tests.tables import Folder, digest, filled
from tests.unit.cli.test_requests import run

NAME = "/a\x1b[31m.mp4"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = Folder(str(tmp_path))
    made.add_film(
        NAME,
        [[2, 1, 3], [30]],
        drawings=[[1, 2, 1], [1]],
        motions=[{}, {"timing": "hold"}],
    )
    return tmp_path


def test_show_prints_an_exposure_sheet(folder: Path) -> None:
    result = run("show", folder, digest(NAME)[:12] + ":0")
    assert result.exit_code == 0, result.output
    assert "0 | 1 - 2 1 - -" in result.stdout
    assert "shot 1 of a" in result.stdout
    assert "\x1b" not in result.stdout


def test_show_prints_what_is_told_of_the_content(tmp_path: Path) -> None:
    row = filled(
        Row,
        text_description="[bold]A ship\x1b[2J sails.",
        anime_tags=["ship", "sea"],
        taxonomy=Taxonomy("night", *["others"] * 5),
        text_probability=0.5,
        text_kinds=["logo"],
    )
    Folder(str(tmp_path)).add_film(NAME, [[2]], published=[row])
    result = run("show", tmp_path, f"{digest(NAME)}:0")
    assert result.exit_code == 0, result.output
    for told in ("[bold]A ship", "ship, sea", "time night", "probability 0.50 (logo)"):
        assert told in result.stdout
    assert "\x1b" not in result.stdout
    assert "aesthetic" not in result.stdout


def test_show_prints_everything_as_json(folder: Path) -> None:
    name = digest(NAME)
    shown = json.loads(run("show", folder, f"{name}:1", "--json").stdout)
    assert shown["keyframes"]["holds"] == [30]
    assert shown["motion"]["timing"] == "hold"
    assert shown["video"]["frame_rate"] == "25"
    assert shown["recipes"]["clips"] == [{"recipe": "hand:Made"}]


def test_report_prints_where_the_page_is(folder: Path) -> None:
    result = run("report", folder)
    assert result.exit_code == 0, result.output
    assert Path(result.stdout.strip()) == folder / "report" / "index.html"


def test_report_prints_its_numbers_as_json(folder: Path) -> None:
    told = json.loads(run("report", folder, "--json", "--max-shots", "0").stdout)
    assert told["totals"]["shots"] == 2
    assert told["sheet"] == []


def test_doctor_finds_this_machine_well(tmp_path: Path) -> None:
    result = run("doctor", "--out", tmp_path, "--json")
    checks = {c["name"]: c for c in json.loads(result.stdout)["checks"]}
    assert checks["python"]["well"]
    assert "h264" in checks["decodes"]["state"]
    assert checks["profile lite"]["well"]
    assert result.exit_code == (0 if all(c["well"] for c in checks.values()) else 1)


def test_doctor_says_what_to_do(tmp_path: Path) -> None:
    result = run("doctor", "--out", tmp_path, "--profile", "lit")
    assert result.exit_code == 1
    assert "did you mean 'lite'?" in result.stdout
