"""The Fréchet distance: against closed forms, torch-fidelity, torchmetrics and simulation."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sakuga.metrics.frechet import Moments, between, extrapolated, frechet, influence, with_interval
from tests.fidelity import peer


def features(n: int, d: int, seed: int, shift: float = 0.0, scale: float = 1.0) -> np.ndarray:
    random = np.random.default_rng(seed)
    mixed = np.random.default_rng(99).standard_normal((d, d)) / np.sqrt(d)
    return scale * random.standard_normal((n, d)) @ mixed + shift


@pytest.mark.parametrize(("n", "d"), [(50, 8), (9, 8), (8, 8), (5, 40), (2, 3), (300, 64)])
def test_a_set_is_at_no_distance_from_itself(n: int, d: int) -> None:
    made = features(n, d, 0, shift=30, scale=10)
    assert frechet(made, made) == pytest.approx(0, abs=1e-6)
    assert frechet(made, made[::-1]) == pytest.approx(0, abs=1e-6)


@settings(max_examples=30)
@given(st.integers(2, 40), st.integers(2, 40), st.integers(1, 24), st.integers(0, 9))
def test_it_is_the_distance_by_covariances_whatever_the_rank(
    n: int, m: int, d: int, seed: int
) -> None:
    a, b = features(n, d, seed), features(m, d, seed + 50, shift=0.4, scale=1.5)
    assert frechet(a, b) == pytest.approx(by_covariances(a, b), rel=1e-5, abs=1e-5)


@settings(max_examples=30)
@given(st.integers(2, 30), st.integers(2, 30), st.integers(1, 12), st.integers(0, 9))
def test_it_is_symmetric_and_knows_no_place_or_turn(n: int, m: int, d: int, seed: int) -> None:
    a, b = features(n, d, seed), features(m, d, seed + 50, shift=0.4, scale=1.5)
    turn = np.linalg.qr(np.random.default_rng(seed).standard_normal((d, d)))[0]
    distance = frechet(a, b)
    assert frechet(b, a) == pytest.approx(distance, rel=1e-9, abs=1e-9)
    assert frechet(a @ turn + 3, b @ turn + 3) == pytest.approx(distance, rel=1e-6, abs=1e-6)
    assert frechet(2 * a, 2 * b) == pytest.approx(4 * distance, rel=1e-9, abs=1e-9)
    assert influence(a, b).distance == pytest.approx(distance, rel=1e-9, abs=1e-9)


def by_covariances(a: np.ndarray, b: np.ndarray) -> float:
    """The definition, with symmetric roots."""
    s1, s2 = (np.atleast_2d(np.cov(x, rowvar=False)) for x in (a, b))
    values, axes = np.linalg.eigh(s1)
    root = axes * np.sqrt(np.maximum(values, 0)) @ axes.T
    inner = np.linalg.eigvalsh(root @ s2 @ root)
    apart = np.square(a.mean(0) - b.mean(0)).sum()
    return float(apart + np.trace(s1) + np.trace(s2) - 2 * np.sqrt(np.maximum(inner, 0)).sum())


@pytest.mark.parametrize(("n", "d"), [(400, 32), (65, 64)])
def test_torch_fidelity_says_the_same(n: int, d: int) -> None:
    fid = peer("torch_fidelity.metric_fid")
    import torch

    a, b = features(n, d, 1), features(n, d, 2, shift=0.2, scale=1.2)
    stats = [fid.fid_features_to_statistics(torch.from_numpy(x)) for x in (a, b)]
    theirs = fid.fid_statistics_to_metric(*stats, verbose=False)["frechet_inception_distance"]
    assert frechet(a, b) == pytest.approx(theirs, rel=1e-4)


@pytest.mark.parametrize(("n", "d"), [(400, 32), (40, 64)])
def test_torchmetrics_says_the_same(n: int, d: int) -> None:
    fid = peer("torchmetrics.image.fid")
    import torch

    a, b = features(n, d, 1), features(n, d, 2, shift=0.2, scale=1.2)
    sides = [(torch.from_numpy(x.mean(0)), torch.from_numpy(np.cov(x, rowvar=False)))
             for x in (a, b)]  # fmt: skip
    theirs = float(fid._compute_fid(*sides[0], *sides[1]))
    assert frechet(a, b) == pytest.approx(theirs, rel=1e-4)


def test_in_pieces_it_is_the_same() -> None:
    a, b = features(90, 12, 1, shift=1e4), features(70, 12, 2, shift=1e4, scale=2)
    sides = []
    for whole, cuts in ((a, (0, 1, 40, 90)), (b, (0, 69, 70))):
        moments = Moments(12)
        for start, stop in pairwise(cuts):
            moments.add(whole[start:stop].astype(np.float32).astype(np.float64))
        sides.append(moments.half())
    halves = [x.astype(np.float32).astype(np.float64) for x in (a, b)]
    assert between(*sides) == pytest.approx(frechet(*halves), rel=1e-7)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (np.full((5, 3), np.nan), "5 of 5 features hold NaN"),
        (np.array([[1.0, 2, 3], [np.inf, 2, 3]]), "1 of 2 features"),
        (np.zeros((1, 3)), "N 2 or more"),
        (np.zeros(3), "must be"),
        (np.zeros((4, 2)), "2 numbers"),
    ],
)
def test_what_has_no_distance_is_refused(broken: np.ndarray, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        frechet(np.zeros((4, 3)), broken)


@pytest.mark.parametrize(("n", "d"), [(40, 6), (12, 30)])
def test_an_influence_is_the_derivative_in_the_weight_of_a_sample(n: int, d: int) -> None:
    """Against adding a sample k times to k copies of the set, as k grows."""
    a, b = features(n, d, 1), features(n, d, 2, shift=0.5)
    found = influence(a, b)
    copies = 2000
    for sample in (0, 3):
        weights = np.full(n, 1 - 1 / copies) / n
        weights[sample] += 1 / copies
        moved = weighted(a, weights, b) - weighted(a, np.full(n, 1 / n), b)
        assert moved * copies == pytest.approx(found.of_a[sample], rel=0.02, abs=0.02)
    assert found.of_a.mean() == pytest.approx(0, abs=1e-9)
    assert found.of_b.mean() == pytest.approx(0, abs=1e-9)


def weighted(a: np.ndarray, weights: np.ndarray, b: np.ndarray) -> float:
    """The definition, a's samples weighted."""
    mean = weights @ a
    rows = (a - mean) * np.sqrt(weights * len(a) / (len(a) - 1))[:, None]
    other = (b - b.mean(0)) / np.sqrt(len(b) - 1)
    cross = np.linalg.svd(rows @ other.T, compute_uv=False).sum()
    apart = np.square(mean - b.mean(0)).sum()
    return float(apart + np.square(rows).sum() + np.square(other).sum() - 2 * cross)


@pytest.mark.parametrize(("n", "d"), [(120, 6), (30, 60)])
def test_intervals_are_as_wide_as_samples_differ(n: int, d: int) -> None:
    draws = [(features(n, d, 10 + k), features(n, d, 500 + k, shift=0.3, scale=1.3))
             for k in range(60)]  # fmt: skip
    spread = np.std([frechet(a, b) for a, b in draws])
    made = [with_interval(a, b) for a, b in draws[:10]]
    widths = [(each.high - each.low) / (2 * 1.96) for each in made if each.low is not None]
    assert 0.7 * spread < np.mean(widths) < 1.4 * spread
    assert all(each.low <= each.value <= each.high for each in made)


def test_samples_of_one_group_are_drawn_together() -> None:
    a, b = features(20, 4, 1), features(20, 4, 2, shift=0.5)
    five = [np.repeat(x, 5, axis=0) for x in (a, b)]
    groups = [k for k in range(20) for _ in range(5)]
    alone, grouped = with_interval(*five), with_interval(*five, (groups, groups))
    assert grouped.high - grouped.low > 1.7 * (alone.high - alone.low)
    assert with_interval(a, b, ([0] * 20, [0] * 20)).low is None


def test_extrapolation_takes_most_of_the_bias_away() -> None:
    a, b = features(400, 24, 1), features(400, 24, 2)
    found = extrapolated(a, b)
    assert found is not None and found.sound
    assert found.distances == sorted(found.distances)
    assert abs(found.value) < 0.25 * frechet(a, b)


def test_extrapolation_from_too_few_samples_is_marked_or_left_out() -> None:
    few = extrapolated(features(30, 24, 1), features(30, 24, 2))
    assert few is not None and not few.sound
    assert extrapolated(features(4, 24, 1), features(4, 24, 2)) is None
