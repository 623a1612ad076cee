"""What the page on the timesheet predictor shows is run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sakuga.core.video import VideoReader
from sakuga.models.weights import read
from sakuga.train.timesheet.clips import from_arrays
from sakuga.train.timesheet.learning import TimesheetRecipe, train_timesheet
from tests.tiny.towers import write_run
from tests.unit.train.timesheet.test_learning import arrays

PAGE = Path(__file__).parents[4] / "docs" / "timesheet.md"
[BLOCK] = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_keyframes_become_a_film_as_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = tmp_path / "encoder"
    net.mkdir()
    width = read(write_run(net) / "model.safetensors")["text_encoder.text_projection"].shape[1]
    random = np.random.default_rng(0)
    clips = arrays()
    wide = {name: random.normal(size=(len(clips["label"]), width)) for name in ("video", "text")}
    quick = TimesheetRecipe(hidden=(8, 8, 8), epochs=2, rounds=2)
    train_timesheet(from_arrays({**clips, **wide}), str(tmp_path / "run"), quick)
    monkeypatch.chdir(tmp_path)
    given: dict[str, Any] = {"keyframes": random.integers(0, 255, (8, 48, 64, 3)).astype(np.uint8)}
    exec(compile(BLOCK, "timesheet.md", "exec"), given)
    with VideoReader("film.mp4") as reader:
        frames = sum(1 for _ in reader.frames())
    assert frames == 8 * ("ones", "twos", "threes").index(given["told"].timing) + 8
