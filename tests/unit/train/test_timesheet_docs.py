"""What the page on the timesheet predictor shows is run."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from sakuga.core.video import VideoReader
from sakuga.train.timesheet import TimesheetRecipe, train_timesheet
from sakuga.train.timesheet_clips import from_arrays
from tests.unit.train.test_timesheet import arrays

PAGE = Path(__file__).parents[3] / "docs" / "timesheet.md"
[BLOCK] = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_keyframes_become_a_film_as_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = TimesheetRecipe(hidden=(8, 8, 8), epochs=2, rounds=2)
    train_timesheet(from_arrays(arrays()), str(tmp_path / "run"), quick)
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    given = {
        "video": random.normal(size=(1, 12)).astype(np.float32),
        "text": random.normal(size=(1, 6)).astype(np.float32),
        "keyframes": random.integers(0, 255, (8, 48, 64, 3)).astype(np.uint8),
    }
    exec(compile(BLOCK, "timesheet.md", "exec"), given)
    with VideoReader("film.mp4") as reader:
        frames = sum(1 for _ in reader.frames())
    assert frames == 8 * ("ones", "twos", "threes").index(given["told"].timing) + 8
