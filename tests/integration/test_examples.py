"""Every example runs, as its first lines say it is run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.dataset.reels import build, draw_reel

EXAMPLES = Path(__file__).parents[2] / "examples"
ARGUMENTS = {
    "frames_for_training.py": ("out",),
    "look_into_a_dataset.py": ("out",),
    "without_sakuga.py": ("out/dataset",),
}
SAID = {
    "frames_for_training.py": "batch 1: (2, 8, 112, 112, 3)",
    "look_into_a_dataset.py": "6 shots",
    "without_sakuga.py": "train 6 [0, 2, 4, 6, 8]",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    draw_reel(folder / "films", ["one.mp4", "two.mkv"])
    build(folder / "out", sorted((folder / "films").iterdir()))
    return folder


def test_every_example_of_the_dataset_is_run() -> None:
    told = {path.name for path in EXAMPLES.glob("*.py") if "sakuga.open" in path.read_text()}
    assert told <= set(ARGUMENTS)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_it_runs_and_says_what_it_found(name: str, built: Path) -> None:
    command = [sys.executable, str(EXAMPLES / name), *(str(built / a) for a in ARGUMENTS[name])]
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(built / "hub")}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **offline}
    )
    assert done.returncode == 0, done.stderr
    assert SAID[name] in done.stdout
