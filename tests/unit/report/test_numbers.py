"""The numbers of the report, against tables small enough to count by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sakuga.core.errors import RequestError
from sakuga.report import paper
from sakuga.report.counts import Bar, Binned
from sakuga.report.numbers import Numbers, count
from sakuga.report.tables import Tables
from tests.tables import Folder


@pytest.fixture
def numbers(tmp_path: Path) -> Numbers:
    folder = Folder(str(tmp_path))
    folder.add_film(
        "/films/one.mp4",
        [[2] * 12, [3, 3, 3, 3], [100]],
        drawings=[range(1, 13), [1, 2, 1, 2], [1]],
        motions=[
            {"timing": "twos", "dynamic_class": "twos"},
            {"timing": "threes", "dynamic_class": "twos", "mixed": True, "camera": "pan"},
            {"timing": "hold", "dynamic_class": "threes"},
        ],
    )
    folder.add_skipped("/films/readme.txt", "text")
    return count(Tables(str(tmp_path)))


def counts(numbers: Numbers, chart: str) -> dict[str, int]:
    return {bar.label: bar.count for bar in numbers.charts[chart] if bar.count}


def binned(values: Any, bins: Sequence[paper.Bin]) -> tuple[Bar, ...]:
    counting = Binned(bins)
    counting.add(values)
    return counting.bars()


def test_totals_count_films_shots_and_drawings(numbers: Numbers) -> None:
    totals = numbers.totals
    assert (totals.videos, totals.shots, totals.frames) == (1, 3, 136)
    assert totals.seconds == pytest.approx(136 / 25)
    assert totals.skipped == 1
    assert numbers.skipped == {"text": 1}


def test_a_drawing_that_returns_counts_once(numbers: Numbers) -> None:
    assert numbers.totals.keyframes == 17
    assert numbers.totals.drawings == 15


def test_lengths_fall_into_the_papers_bins(numbers: Numbers) -> None:
    assert counts(numbers, "length") == {"short: under 12": 2, "medium: 12 to 23": 1}
    assert [bar.paper for bar in numbers.charts["length"]] == [23.02, 27.51, 27.0, 15.99, 6.48]


def test_dynamic_classes_are_those_of_the_motion_room(numbers: Numbers) -> None:
    assert counts(numbers, "dynamic") == {"threes, below 0.33": 1, "twos, 0.33 to 0.5": 2}


def test_mixed_shots_are_a_class_of_their_own(numbers: Numbers) -> None:
    assert counts(numbers, "timing") == {"twos": 1, "hold": 1, "mixed": 1}


def test_holds_are_counted_by_drawing(numbers: Numbers) -> None:
    assert counts(numbers, "holds") == {"2": 12, "3": 4, "25+": 1}


def test_only_boundaries_that_were_found_are_judged(numbers: Numbers) -> None:
    assert counts(numbers, "boundaries") == {"start of the file": 1, "cut": 2}
    assert counts(numbers, "confidence") == {"90%": 2}


def test_columns_that_are_null_everywhere_are_named(numbers: Numbers) -> None:
    assert "anime_tags" in numbers.unknown


def test_every_value_of_a_score_falls_into_one_bin() -> None:
    values = np.linspace(0, 1, 1001)
    assert sum(bar.count for bar in binned(values, paper.SCORES)) == 1001
    assert sum(bar.count for bar in binned(values[500:], paper.CONFIDENCE)) == 501


def test_shares_are_percent_of_all(numbers: Numbers) -> None:
    assert sum(bar.share for bar in numbers.charts["length"]) == pytest.approx(100, abs=0.1)


def test_a_build_that_has_only_begun_is_counted(tmp_path: Path) -> None:
    Folder(str(tmp_path)).add_skipped("/films/readme.txt", "text")
    assert count(Tables(str(tmp_path))).totals.shots == 0


def test_a_folder_without_a_build_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no build has been here"):
        Tables(str(tmp_path))
