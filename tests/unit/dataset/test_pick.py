"""Which keyframes are taken."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.core.errors import RequestError
from sakuga.dataset.pick import TooFewKeyframes, check, pick

HOWS: list[Any] = ["uniform", "middle", "random"]
how_of = st.sampled_from(HOWS)
counts = st.integers(1, 40)


@given(st.integers(1, 400), counts, how_of, st.integers(0, 2**32))
def test_places_ascend_within_the_clip_and_none_comes_twice_where_there_are_enough(
    keyframes: int, count: int, how: Any, seed: int
) -> None:
    places = pick(keyframes, count, how, "repeat", seed, "0f" * 32)
    assert len(places) == count
    assert places.min() >= 0
    assert places.max() < keyframes
    assert np.all(np.diff(places) >= (keyframes >= count))


@given(counts, how_of)
def test_all_keyframes_of_a_clip_that_has_just_enough_are_taken(count: int, how: Any) -> None:
    assert pick(count, count, how).tolist() == list(range(count))


@given(st.integers(2, 400), st.integers(2, 40))
def test_uniform_takes_the_first_and_the_last_and_steps_evenly(keyframes: int, count: int) -> None:
    places = pick(keyframes, count, "uniform", "repeat")
    assert (places[0], places[-1]) == (0, keyframes - 1)
    if keyframes >= count:
        assert np.ptp(np.diff(places)) <= 1


@given(st.integers(8, 400))
def test_middle_is_what_viclip_tests_with(keyframes: int) -> None:
    """linspace(0, K, n + 1) as whole numbers; each interval's floor of (first + last) / 2."""
    edges = [keyframes * n // 8 for n in range(9)]
    told = [(a + b - 1) // 2 for a, b in pairwise(edges)]
    assert pick(keyframes, 8, "middle").tolist() == told


@pytest.mark.parametrize("keyframes", [16, 17, 35, 96])
def test_random_draws_from_each_interval_all_but_its_last_as_viclip_trains(keyframes: int) -> None:
    edges = [keyframes * n // 8 for n in range(9)]
    drawn = np.array([pick(keyframes, 8, "random", seed=n) for n in range(400)])
    for place, (first, end) in enumerate(pairwise(edges)):
        assert set(drawn[:, place].tolist()) == set(range(first, end - 1))


def test_random_draws_any_in_order_where_an_interval_is_one_long() -> None:
    drawn = np.array([pick(11, 8, "random", seed=n) for n in range(200)])
    assert set(drawn.ravel().tolist()) == set(range(11))
    assert np.all(np.diff(drawn, axis=1) > 0)


def test_random_depends_on_the_seed_and_the_clip_alone() -> None:
    one = pick(90, 8, "random", seed=1, clip_id="ab" * 32).tolist()
    assert one == pick(90, 8, "random", seed=1, clip_id="ab" * 32).tolist()
    assert one != pick(90, 8, "random", seed=2, clip_id="ab" * 32).tolist()
    assert one != pick(90, 8, "random", seed=1, clip_id="cd" * 32).tolist()


def test_a_short_clip_is_refused_or_repeats_its_last() -> None:
    with pytest.raises(TooFewKeyframes, match="3 keyframes; 8"):
        pick(3, 8)
    assert pick(3, 8, short="repeat").tolist() == [0, 1, 2, 2, 2, 2, 2, 2]
    with pytest.raises(TooFewKeyframes):
        pick(0, 8, short="repeat")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((0, "uniform", "refuse"), "count = 0"),
        ((8, "midle", "refuse"), "did you mean 'middle'"),
        ((8, "middle", "pad"), "there are: refuse, repeat"),
    ],
)
def test_what_can_t_be_asked_for_is_said(asked: tuple[int, str, str], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        check(*asked)
