"""A wrong request is refused before any work: one line of what, one of what to do, exit code 2."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sakuga.cli import app
from tests.films import pictures, write
from tests.tables import Folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def film(tmp_path: Path) -> str:
    return str(write(tmp_path / "film.mp4", list(pictures(3))))


def refused(result: Result, what: str, do: str = "") -> None:
    assert result.exit_code == 2, result.output
    assert what in result.stderr
    assert do in result.stderr
    assert "Traceback" not in result.output
    assert len(result.stderr.strip().splitlines()) == 2
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("flags", "what", "do"),
    [
        (["--profile", "lit"], "--profile lit: no such profile", "did you mean 'lite'?"),
        (["--profile", "no.toml"], "no.toml", ""),
        (["--set", "split"], "--set split", "write it as room.field=value"),
        (["--set", "spilt.min_length=3"], "there is no such room", "did you mean 'split'?"),
        (["--set", "split.min_lenth=3"], "no such field", "did you mean 'min_length'?"),
        (["--set", "split.min_length=-3"], "min_length = -3", ""),
        (["--parts", "9-3"], "--parts 9-3: no range of parts", "write it as 0-99"),
        (["--parts", "all"], "--parts all", ""),
        (["--workers", "-1"], "--workers -1", "0 works in this process"),
        (["--only", "cut"], "'cut'", "there are: collect"),
        (["--remake", "cut"], "'cut'", "there are: collect"),
        (["--retry", "bad_luck"], "--retry bad_luck", ""),
    ],
)
def test_a_wrong_flag_is_explained(
    film: str, tmp_path: Path, flags: list[str], what: str, do: str
) -> None:
    refused(run("build", film, "--out", str(tmp_path / "out"), *flags), what, do)


def test_an_input_that_does_not_exist_is_named(tmp_path: Path) -> None:
    result = run("build", str(tmp_path / "nope.mp4"), "--out", str(tmp_path / "out"))
    refused(result, "nope.mp4: there is no such file or folder")
    assert not (tmp_path / "out").exists()


def test_out_may_not_be_a_file(film: str) -> None:
    refused(run("build", film, "--out", film), "this is a file", "name a folder")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_out_must_be_writable(film: str, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    result = run("build", film, "--out", str(tmp_path / "locked" / "out"))
    refused(result, "can't be written to", "choose another folder")


def test_out_may_not_lie_below_a_file(film: str) -> None:
    refused(run("build", film, "--out", f"{film}/out"), "can't be written to")


def test_nothing_to_build_is_said(tmp_path: Path) -> None:
    refused(run("build", "--out", str(tmp_path / "out")), "no input given")


@pytest.mark.parametrize("command", ["status", "report"])
def test_a_folder_without_a_build_is_refused(tmp_path: Path, command: str) -> None:
    refused(run(command, str(tmp_path)), "no build has been here", "sakuga build INPUT")


def test_a_clip_that_is_not_there_is_refused(tmp_path: Path) -> None:
    Folder(str(tmp_path)).add_film("/a.mp4", [[2]])
    refused(run("show", str(tmp_path), "zz"), "zz: no clip begins so")


def test_a_negative_number_of_shots_is_refused(tmp_path: Path) -> None:
    refused(run("report", str(tmp_path), "--max-shots", "-1"), "--max-shots -1")


def test_the_page_may_not_be_a_folder(tmp_path: Path) -> None:
    Folder(str(tmp_path)).add_film("/a.mp4", [[2]])
    refused(run("report", str(tmp_path), "--out", str(tmp_path)), "this is a folder", "page.html")


def test_an_unknown_flag_is_refused(film: str, tmp_path: Path) -> None:
    assert run("build", film, "--out", str(tmp_path / "o"), "--wrokers", "2").exit_code == 2
