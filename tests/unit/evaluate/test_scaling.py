"""Scaling runs with a trainer that is a formula: subsets, resuming, intervals, the law."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.evaluate.figure7 import figure
from sakuga.evaluate.scaling import (
    STUDENT,
    Point,
    law,
    points,
    sizes_of,
    student,
    subset,
    summary,
)


def learned(clips: Sequence[int], seed: int) -> float:
    """3 points a doubling, and what a seed adds."""
    return 0.05 + 0.03 * math.log2(len(clips)) + 0.001 * (seed - 1)


@given(st.integers(64, 5000), st.integers(2, 6), st.floats(1.5, 3))
def test_sizes_ascend_to_the_whole_by_one_power(total: int, steps: int, power: float) -> None:
    try:
        sizes = sizes_of(total, steps, power)
    except ValueError:
        assert total / power ** (steps - 1) < 8
        return
    assert len(sizes) == steps and sizes[-1] == total
    for small, large in pairwise(sizes):
        assert abs(large / power - small) <= 1


@given(st.integers(1, 200), st.integers(0, 9), st.data())
def test_a_smaller_subset_of_a_seed_lies_within_a_larger(
    total: int, seed: int, drawn: st.DataObject
) -> None:
    large = drawn.draw(st.integers(1, total))
    small = drawn.draw(st.integers(1, large))
    one, other = set(subset(total, small, seed)), set(subset(total, large, seed))
    assert len(one) == small and one <= other <= set(range(total))


def test_seeds_take_other_clips_and_the_same_seed_the_same() -> None:
    assert subset(1000, 100, 0).tolist() == subset(1000, 100, 0).tolist()
    assert subset(1000, 100, 0).tolist() != subset(1000, 100, 1).tolist()


def test_every_size_is_run_with_every_seed_on_its_own_clips() -> None:
    asked: list[tuple[tuple[int, ...], int]] = []

    def recorded(clips: Sequence[int], seed: int) -> float:
        asked.append((tuple(clips), seed))
        return learned(clips, seed)

    made = list(points(recorded, 100, [100, 25, 50], [0, 1]))
    assert [(p.clips, p.seed) for p in made] == [(n, s) for n in (25, 50, 100) for s in (0, 1)]
    assert [clips for clips, _ in asked] == [tuple(subset(100, p.clips, p.seed)) for p in made]


def test_a_measurement_that_was_stopped_goes_on_from_the_runs_it_kept() -> None:
    whole = list(points(learned, 100, [25, 50, 100], [0, 1, 2]))
    kept = whole[:4]
    runs = 0

    def counted(clips: Sequence[int], seed: int) -> float:
        nonlocal runs
        runs += 1
        return learned(clips, seed)

    assert kept + list(points(counted, 100, [25, 50, 100], [0, 1, 2], kept)) == whole
    assert runs == 5


def test_the_law_of_scores_that_follow_one_is_that_one() -> None:
    made = summary(points(learned, 1024, sizes_of(1024, 5), [0, 1, 2]))
    assert made.law.per_doubling == pytest.approx(0.03)
    assert made.law.at_one == pytest.approx(0.05)
    assert made.law.low is not None and made.law.low < 0.03 < (made.law.high or 0)
    assert made.law.explained > 0.99 and made.rising
    assert made.law.score(1024) == pytest.approx(0.35)


def test_scores_that_fall_somewhere_are_not_called_rising() -> None:
    runs = [Point(10, 0, 0.1), Point(20, 0, 0.3), Point(40, 0, 0.2)]
    assert not summary(runs).rising
    assert not summary([Point(10, 0, 0.2), Point(20, 0, 0.2)]).rising


def test_the_interval_is_student_s_over_seeds_and_none_of_one() -> None:
    scores = [0.2, 0.25, 0.35]
    runs = [*(Point(10, n, score) for n, score in enumerate(scores)), Point(20, 0, 0.4)]
    few, many = summary(runs).sizes
    half = 4.303 * np.std(scores, ddof=1) / math.sqrt(3)
    assert few.mean == pytest.approx(np.mean(scores))
    assert (few.low, few.high) == pytest.approx((few.mean - half, few.mean + half))
    assert (many.low, many.high, many.runs) == (None, None, 1)


def test_student_s_values_are_those_of_the_distribution() -> None:
    stats = pytest.importorskip("scipy.stats")
    for freedom in range(1, len(STUDENT) + 1):
        assert student(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=5e-4)
    assert student(500) == student(30)


def test_the_interval_of_the_slope_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(300):
        runs = [
            Point(n, s, 0.03 * math.log2(n) + rng.normal(0, 0.02))
            for n in (64, 128, 256)
            for s in (0, 1, 2)
        ]
        found = law(runs)
        covered += (found.low or 0) <= 0.03 <= (found.high or 0)
    assert 0.91 <= covered / 300 <= 0.985


def test_what_can_not_be_measured_is_refused() -> None:
    with pytest.raises(ValueError, match="is nan"):
        list(points(lambda *_: math.nan, 10, [5], [0]))
    with pytest.raises(ValueError, match="two or more"):
        summary([Point(10, 0, 0.1), Point(10, 1, 0.2)])
    with pytest.raises(ValueError, match="can't be divided into 6 sizes"):
        sizes_of(10, 6)


def test_the_figure_shows_every_size_its_interval_and_the_law() -> None:
    made = summary(points(learned, 512, sizes_of(512, 4), [0, 1, 2]))
    drawn = ElementTree.fromstring(figure(made, "Tiny <ViCLIP>"))
    tags = [each.tag.rpartition("}")[2] for each in drawn.iter()]
    assert tags.count("circle") == 4
    dashed = [each for each in drawn.iter() if each.get("stroke-dasharray")]
    assert len(dashed) == 1
    heights = [float(each.get("cy", "nan")) for each in drawn.iter() if each.tag.endswith("circle")]
    assert heights == sorted(heights, reverse=True)
    words = [each.text for each in drawn.iter() if each.text]
    assert "Tiny <ViCLIP>" in words and "512" in words
