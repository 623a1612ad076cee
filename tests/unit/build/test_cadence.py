"""The rhythm of drawings, from odds alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sakuga.build.cadence import settled


def film(on: int, frames: int = 300, sure: float = 4.0):
    """Truth and odds of drawings on ones, twos, ...; every frame speaks for itself."""
    new = np.arange(frames) % on == 0
    return new, np.where(new, sure, -sure)


@pytest.mark.parametrize("on", [2, 3, 4, 6])
@pytest.mark.parametrize("weak", [0.5, 1.5])
def test_a_faint_new_frame_that_breaks_the_rhythm_is_a_repeat(on: int, weak: float) -> None:
    new, odds = film(on)
    odds[20 * on + 1] = weak
    assert ((settled(odds) > 0) == new).all()


@pytest.mark.parametrize("on", [1, 2, 3])
def test_a_clear_frame_is_what_it_says_whatever_the_rhythm(on: int) -> None:
    new, odds = film(on)
    odds[100], new[100] = 20.0, True
    assert ((settled(odds) > 0) == new).all()


def test_without_a_rhythm_frames_speak_for_themselves() -> None:
    random = np.random.default_rng(0)
    odds = np.where(random.random(600) < 0.5, 2.0, -2.0)
    assert ((settled(odds) > 0) == (odds > 0)).mean() > 0.97


def test_a_rhythm_may_change_on_the_way() -> None:
    new = np.concatenate([film(2, 200)[0], film(3, 201)[0]])
    odds = np.where(new, 4.0, -4.0)
    odds[[61, 301]] = 1.0
    new[[61, 301]] = False
    assert ((settled(odds) > 0) == new).all()


def test_the_pieces_of_a_long_film_agree_with_it_whole() -> None:
    new, odds = film(3, 1500)
    odds[1::3] = -1.0
    long, short = settled(odds), settled(odds[:240])
    np.testing.assert_allclose(long[60:180], short[60:180], atol=0.05)
    assert ((long > 0) == new).all()


@settings(max_examples=30)
@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=600))
def test_any_odds_give_odds(odds: list[float]) -> None:
    found = settled(np.array(odds))
    assert found.shape == (len(odds),)
    assert np.isfinite(found).all()
