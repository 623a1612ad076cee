"""Figures of classes, against code that counts one clip after the other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sakuga.metrics.classes import (
    accuracy,
    bootstrap,
    calibration_error,
    confusion,
    f1,
    log_loss,
    macro_f1,
    reliability,
)

PAIRS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40)


def columns(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])


def naive_macro_f1(pairs: list[tuple[int, int]]) -> float:
    scores: list[float] = []
    for one in {c for pair in pairs for c in pair}:
        right = sum(a == b == one for a, b in pairs)
        told, true = sum(b == one for _, b in pairs), sum(a == one for a, _ in pairs)
        precision, recall = (right / told if told else 0.0), (right / true if true else 0.0)
        both = precision + recall
        scores.append(2 * precision * recall / both if both else 0.0)
    return sum(scores) / len(scores)


@st.composite
def sureness(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    rows = draw(st.lists(st.lists(st.integers(1, 20), min_size=3, max_size=3), min_size=1))
    weights = np.array(rows, float)
    true = draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows)))
    return weights / weights.sum(1, keepdims=True), np.array(true)


@given(PAIRS)
def test_every_pair_is_counted_once_in_its_cell(pairs: list[tuple[int, int]]) -> None:
    counts = confusion(*columns(pairs), 3)
    assert all(counts[a, b] == pairs.count((a, b)) for a in range(3) for b in range(3))


@given(PAIRS)
def test_accuracy_and_macro_f1_are_those_counted_by_hand(pairs: list[tuple[int, int]]) -> None:
    true, told = columns(pairs)
    assert accuracy(true, told) == pytest.approx(sum(a == b for a, b in pairs) / len(pairs))
    assert macro_f1(true, told, 3) == pytest.approx(naive_macro_f1(pairs))


@pytest.mark.parametrize(
    ("true", "told", "wanted"),
    [
        ([0, 1, 2], [0, 1, 2], 1.0),
        ([0, 1, 2], [1, 2, 0], 0.0),
        ([0, 0, 1, 2], [0, 0, 0, 0], (2 * 2 / 6) / 3),  # a majority of half
        ([0, 0], [0, 0], 1.0),  # the two classes that nobody speaks of do not count
        ([0, 0], [0, 1], (2 / 3 + 0) / 2),
    ],
)
def test_macro_f1_truth_table(true: list[int], told: list[int], wanted: float) -> None:
    assert macro_f1(np.array(true), np.array(told), 3) == pytest.approx(wanted)


def test_a_class_that_nobody_speaks_of_has_no_f1() -> None:
    scores = f1(confusion(np.array([0, 0]), np.array([0, 0]), 2))
    assert scores[0] == 1
    assert math.isnan(scores[1])


@given(sureness(), st.integers(1, 20))
def test_bins_hold_every_clip_once_and_their_means(
    given_: tuple[np.ndarray, np.ndarray], bins: int
) -> None:
    probabilities, true = given_
    sure, right = probabilities.max(1), probabilities.argmax(1) == true
    table = reliability(probabilities, true, bins)
    assert sum(row.clips for row in table) == len(true)
    for row in table:
        inside = [i for i, s in enumerate(sure) if row.low < s <= row.high]
        assert len(inside) == row.clips
        if inside:
            assert row.confidence == pytest.approx(sum(sure[i] for i in inside) / len(inside))
            assert row.accuracy == pytest.approx(sum(right[i] for i in inside) / len(inside))


@given(sureness())
def test_calibration_error_of_one_bin_is_the_distance_of_two_means(
    given_: tuple[np.ndarray, np.ndarray],
) -> None:
    probabilities, true = given_
    gap = abs(probabilities.max(1).mean() - (probabilities.argmax(1) == true).mean())
    assert calibration_error(probabilities, true, 1) == pytest.approx(gap)


def test_one_who_is_always_sure_and_right_half_the_time_is_off_by_a_half() -> None:
    probabilities = np.array([[1.0, 0.0], [1.0, 0.0]])
    assert calibration_error(probabilities, np.array([0, 1])) == 0.5
    assert log_loss(probabilities, np.array([0, 0])) == 0


@given(sureness())
def test_log_loss_is_the_mean_of_single_ones(given_: tuple[np.ndarray, np.ndarray]) -> None:
    probabilities, true = given_
    each = [-math.log(row[t]) for row, t in zip(probabilities, true, strict=True)]
    assert log_loss(probabilities, true) == pytest.approx(sum(each) / len(each))


@settings(max_examples=20)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=30), st.integers(0, 99))
def test_groups_are_drawn_whole(groups: list[int], seed: int) -> None:
    sizes = np.bincount(groups, minlength=5)

    def whole(places: np.ndarray) -> float:
        found = np.bincount(np.array(groups)[places], minlength=5)
        assert all(n % size == 0 if size else n == 0 for n, size in zip(found, sizes, strict=True))
        assert sum(n // size for n, size in zip(found, sizes, strict=True) if size) == len(
            set(groups)
        )
        return 0.0

    bootstrap(whole, np.array(groups), rounds=5, seed=seed)


def test_an_interval_of_a_mean_is_the_one_that_theory_gives() -> None:
    random = np.random.default_rng(0)
    right = random.random(400) < 0.3
    found = bootstrap(lambda places: float(right[places].mean()), np.arange(400), rounds=2000)
    half = 1.96 * math.sqrt(right.mean() * (1 - right.mean()) / 400)
    assert found.value == pytest.approx(right.mean())
    assert (found.low, found.high) == pytest.approx(
        (right.mean() - half, right.mean() + half), abs=0.008
    )


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(1).random(30)
    first, again = (
        bootstrap(lambda p: float(values[p].mean()), np.arange(30), seed=3, rounds=50)
        for _ in range(2)
    )
    assert first == again


@pytest.mark.parametrize(("true", "told"), [([], []), ([0], [0, 1]), ([3], [0]), ([0], [-1])])
def test_what_are_no_classes_is_refused(true: list[int], told: list[int]) -> None:
    with pytest.raises(ValueError, match=r"must be|run from"):
        confusion(np.array(true, int), np.array(told, int), 3)


@pytest.mark.parametrize("rows", [[[0.5, 0.6]], [[1.5, -0.5]], [[1.0, 0.0], [0.0, 1.0]]])
def test_what_are_no_probabilities_is_refused(rows: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="probabilities"):
        calibration_error(np.array(rows), np.array([0]))
