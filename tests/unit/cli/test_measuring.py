"""`sakuga evaluate generation` and `gap`: what they print, write and refuse, in a line each."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import Result
from typer.testing import CliRunner

from sakuga.cli import app
from tests.builds import once
from tests.packs import random_pack
from tests.unit.evaluate.sides import blobs

pytest.importorskip("sklearn")

SMALL = ("--set", "clips.height=32", "--set", "clips.width=48", "--set", "clips.frames=4")
RANDOM = ("--set", "fid.use=random", "--set", "fid.width=8", "--set", "fvd.use=none")


@pytest.fixture(scope="session")
def folders(shared: Path) -> Path:
    def make(folder: Path) -> None:
        blobs(folder / "a", 8, length=6)
        blobs(folder / "b", 8, 60, length=6)

    return once(shared / "measured", make)


def run(*told: object) -> Result:
    return CliRunner().invoke(app, ["evaluate", *map(str, told)])


def refused(*told: object) -> str:
    """What is said of a request that can't be."""
    made = run(*told)
    assert made.exit_code == 2 and "Traceback" not in made.output, made.output
    assert len(made.output.strip().splitlines()) <= 2  # what is wrong, what to do
    return made.output


def test_generation_prints_a_table_and_writes_a_page(folders: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    made = run("generation", folders / "a", folders / "b", *SMALL, *RANDOM,
               "--set", "clipsim.use=none", "--out", page)  # fmt: skip
    assert made.exit_code == 0, made.output
    assert "paper†: SVD" in made.stdout and "untrained" in made.stdout
    assert "…" not in made.stdout  # no number is cut off, however narrow the screen
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_gap_prints_json_and_nothing_else(folders: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    made = run("gap", folders / "a", folders / "b", *SMALL, *RANDOM, "--set", "space.use=random",
               "--json", "--out", page)  # fmt: skip
    assert made.exit_code == 0, made.output
    found = json.loads(made.stdout)
    assert found["names"] == ["a", "b"] and found["clips"] == 8
    [pair] = found["pairs"]
    assert set(pair["distances"]["fid"]["frechet"]) == {"value", "low", "high"}
    assert len(found["points"]) == 16
    assert "| a, b |" in page.read_text(encoding="utf-8")


def test_the_figure_of_a_gap_is_drawn_alone(folders: Path, tmp_path: Path) -> None:
    figure = tmp_path / "gap.svg"
    made = run("gap", folders / "a", folders / "b", *SMALL, *RANDOM, "--set", "space.use=random",
               "--out", figure)  # fmt: skip
    assert made.exit_code == 0, made.output
    drawn = ElementTree.fromstring(figure.read_text(encoding="utf-8"))
    marks = [each for each in drawn.iter() if each.get("data-n") is not None]
    assert len(marks) == 16


def test_a_pack_is_a_side(folders: Path, tmp_path: Path) -> None:
    random_pack(tmp_path / "pack", 9)
    made = run("generation", tmp_path / "pack", folders / "a", *SMALL, *RANDOM,
               "--set", "clipsim.use=none", "--json")  # fmt: skip
    assert made.exit_code == 0, made.output
    found = json.loads(made.stdout)
    assert found["clips"] == 8 and found["real"]["captioned"] == 8


def test_sections_may_stand_in_a_file(folders: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        '[clips]\nframes = 4\nheight = 32\nwidth = 48\n[fid]\nuse = "random"\nwidth = 8\n'
        '[fvd]\nuse = "none"\n[clipsim]\nuse = "none"\n',
        encoding="utf-8",
    )
    made = run("generation", folders / "a", folders / "b", "--profile", file, "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["models"][0]["distances"]["fid"]["width"] == 8


def test_what_cant_be_asked_for_is_refused_in_a_line(folders: Path, tmp_path: Path) -> None:
    a, b = folders / "a", folders / "b"
    (tmp_path / "empty").mkdir()
    assert "named twice" in refused("gap", a, f"{a}/", *RANDOM)
    assert "holds no clip" in refused("gap", a, tmp_path / "empty", *RANDOM)
    assert "there is no such section" in refused("gap", a, b, "--set", "clipsim.use=none")
    assert "[clips] frames" in refused("gap", a, b, "--set", "clips.frames=0")
    assert "[clips] seed" in refused("gap", a, b, "--seed", "-1")
    assert "name a page" in refused("generation", a, b, "--out", "page.pdf")
    assert "one folder, not 2" in refused("retrieval", a, b)
    assert "real clips and" in refused("generation", a, *SMALL, *RANDOM,
                                       "--set", "clipsim.use=none")  # fmt: skip


def test_without_its_file_i3d_says_what_to_give(folders: Path) -> None:
    nets = ("--set", "fid.use=none", "--set", "space.use=none")
    assert "name its TorchScript file" in refused("gap", folders / "a", folders / "b", *nets)


def test_the_command_exits_with_2(folders: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sakuga", "evaluate", "gap", str(folders / "a"), "gone"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "gone: there is no dataset" in done.stderr and "Traceback" not in done.stderr
