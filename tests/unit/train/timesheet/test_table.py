"""Figures of predictors as a page and as JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sakuga.metrics.classes import accuracy, macro_f1
from sakuga.train.timesheet.table import figures, markdown, plain_figures

TRUE = np.array([0, 0, 0, 1, 1, 0])
CHANCES = np.array(
    [[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.1, 0.8, 0.1], [0.2, 0.7, 0.1], [0.4, 0.3, 0.3],
     [0.9, 0.1, 0.0]]
)  # fmt: skip
GROUPS = np.array(["a", "a", "b", "b", "c", "c"])
CLIPS = {"train": {"ones": 7, "twos": 5, "threes": 0}}


def test_figures_are_those_of_the_likeliest_class_and_gain_is_over_the_majority() -> None:
    made = figures("mine", CHANCES, TRUE, 0, GROUPS, rounds=20)
    told = CHANCES.argmax(1)
    assert made.accuracy.value == accuracy(TRUE, told)
    assert made.macro_f1.value == macro_f1(TRUE, told, 3)
    always = macro_f1(TRUE, np.zeros_like(TRUE), 3)
    assert made.gain.value == pytest.approx(made.macro_f1.value - always)
    assert made.confusion == [[3, 1, 0], [1, 1, 0], [0, 0, 0]]


def test_a_class_without_clips_is_null_in_json_and_a_dash_on_the_page() -> None:
    made = figures("mine", CHANCES, TRUE, 0, GROUPS, rounds=20)
    plain = json.loads(json.dumps(plain_figures(made), allow_nan=False))
    assert plain["f1"][2] is None
    assert plain["f1"][0] == made.f1[0]
    [line] = [
        line for line in markdown([made], CLIPS, []).splitlines() if line.startswith("| mine")
    ]
    assert [cell.strip() for cell in line.split("|")][7] == "-"


def test_the_page_counts_clips_notes_and_only_bins_that_hold_any() -> None:
    made = figures("mine", CHANCES, TRUE, 0, GROUPS, rounds=20)
    page = markdown([made], CLIPS, ["Mind this."])
    assert "| train | 7 | 5 | 0 |" in page
    assert "\n\nMind this.\n\n" in page
    bins = [line for line in page.splitlines() if " to " in line and line.startswith("| 0.")]
    assert len(bins) == sum(1 for row in made.reliability if row.clips)
    assert sum(int(line.split("|")[2]) for line in bins) == len(TRUE)
