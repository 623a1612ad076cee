"""New drawing or repeat, from numbers alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sakuga.build.evidence import _left_out, _leftovers, evidence
from sakuga.build.heaps import divide
from tests.unit.build.motion.makers import signals


def film(on: int, frames: int = 240, loud: float = 600.0, quiet: float = 0.1, **columns: Any):
    """Drawings on ones, twos, ...; quiet and loud: usual changes of repeats and drawings."""
    random = np.random.default_rng(3)
    new = np.arange(frames) % on == 0
    usual = np.where(new, loud, quiet) * random.lognormal(0, 0.5, frames)
    change = usual.astype(np.float32)
    return new, signals(frames, change=change, stir=4 * change, **columns)


@pytest.mark.parametrize("on", [1, 2, 3, 4])
def test_every_exposure_is_read(on: int):
    new, measured = film(on)
    np.testing.assert_array_equal(evidence(measured).new, new)


@pytest.mark.parametrize("quiet", [0.01, 0.1, 1.0, 5.0, 20.0])
def test_the_threshold_follows_the_noise(quiet: float):
    new, measured = film(2, quiet=quiet, loud=max(60.0, 40 * quiet))
    found = evidence(measured).new
    assert (found == new).mean() > 0.94


def test_grain_is_told_from_small_changes():
    random = np.random.default_rng(0)
    new = np.arange(400) % 2 == 0
    change = np.where(new, 40, 4) * random.lognormal(0, 0.06, 400)
    found = evidence(signals(400, change=change.astype(np.float32), stir=change.astype(np.float32)))
    np.testing.assert_array_equal(found.new, new)


def test_what_a_pulldown_repeats_is_no_drawing():
    """Drawings on twos and ones, 24 frames drawn out to 30; the repeats look half new."""
    random = np.random.default_rng(5)
    source = np.where(np.arange(320) < 160, np.arange(320) % 2 == 0, True)
    new = np.insert(source, np.arange(3, 320, 4), False)
    twice = np.zeros(len(new), np.bool_)
    twice[3::5] = True
    usual = np.where(new, 800.0, np.where(twice, 10.0, 0.1)) * random.lognormal(0, 0.4, len(new))
    change = usual.astype(np.float32)
    found = evidence(signals(len(new), change=change, stir=change)).new
    assert not found[twice].any()
    assert found[new].mean() > 0.95


def test_a_coherent_drift_is_new_however_slow():
    change = np.full(100, 3.0, np.float32)
    drift = np.full(100, 0.4, np.float32)
    assert evidence(signals(100, change=change, stir=change, drift=drift)).new.all()


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_still_film_is_one_drawing(frames: int):
    assert evidence(signals(frames)).new.tolist() == [True] + [False] * (frames - 1)


def test_a_drawing_returns_where_the_match_is_as_still_as_a_repeat():
    match = np.full(240, -1, np.int32)
    match[[4, 8]] = 0
    away = np.zeros(240, np.float32)
    away[8] = 500
    _, measured = film(2, match=match, match_change=away, match_stir=away)
    returns = evidence(measured).returns
    assert returns[4] == 0
    assert returns[8] == -1


@given(st.lists(st.floats(0, 65025, width=32), min_size=1, max_size=60))
def test_any_numbers_give_a_decision(numbers: list[float]):
    change = np.array(numbers, np.float32)
    found = evidence(signals(len(change), change=change, stir=change[::-1].copy()))
    assert found.new[0]
    assert len(found.new) == len(found.confidence) == len(found.returns) == len(change)
    assert ((found.confidence >= 0.5) & (found.confidence <= 1)).all()


def test_two_heaps_are_divided_between_them():
    random = np.random.default_rng(0)
    levels: NDArray[np.float64] = np.concatenate(
        [random.normal(0, 0.4, 80), random.normal(6, 1, 60)]
    )
    assert 1.0 < divide(levels) < 4.5


def test_a_division_may_be_expected_on_either_side_of_a_heap():
    random = np.random.default_rng(0)
    levels = np.concatenate([random.normal(at, 0.6, 60) for at in (-4.0, 2.0, 6.0)])
    assert divide(levels, expected=0.5) < 1.3
    assert divide(levels, expected=3.5) > 2.0


def test_nothing_is_divided_somewhere_sensible():
    assert 0 < divide(np.zeros(0)) < 5


@pytest.mark.parametrize("frames", [1, 2, 50, 300])
def test_a_coarser_codec_leaves_more_over_and_an_unknown_one_says_nothing(frames: int) -> None:
    unknown = _leftovers(np.zeros(frames, np.float32))
    fine = _leftovers(np.full(frames, 18, np.float32))
    coarse = _leftovers(np.full(frames, 36, np.float32))
    assert unknown.shape == fine.shape == coarse.shape == (frames,)
    assert np.isnan(unknown).all()
    assert np.all(np.abs(fine) < 1)
    assert np.all((coarse > 3) & (coarse < 5))


@pytest.mark.parametrize(("quantiser", "new"), [(18.0, True), (36.0, False)])
def test_what_a_fine_codec_would_not_leave_over_is_new(quantiser: float, new: bool) -> None:
    """Three heaps: stillness, something small, drawings. The quantiser says what the small is."""
    random = np.random.default_rng(2)
    usual = np.array([0.01, 8.0, 600.0])[np.arange(300) % 3] * random.lognormal(0, 0.6, 300)
    change = usual.astype(np.float32)
    told = np.full(300, quantiser, np.float32)
    found = evidence(signals(300, change=change, stir=change, quantiser=told)).new
    assert found[3::3].sum() == 0
    assert found[2::3].all()
    assert found[1::3].mean() > 0.3 if new else found[1::3].mean() < 0.1


def test_a_speck_that_nothing_shifts_is_new() -> None:
    speck = np.where(np.arange(240) % 3 == 0, 30.0, 0.01).astype(np.float32)
    found = evidence(signals(240, change=speck, stir=np.full(240, 0.001, np.float32))).new
    np.testing.assert_array_equal(found, np.arange(240) % 3 == 0)


def test_a_blink_on_ones_is_new_on_both_of_its_frames() -> None:
    frames = 200
    change = np.zeros(frames, np.float32)
    flicker = np.zeros(frames, np.float32)
    change[::4] = flicker[::4] = 500
    flicker[[101, 102]] = 2000
    found = evidence(signals(frames, change=change, flicker=flicker, stir=flicker)).new
    assert found[[101, 102]].all()
    assert not found[[103, 105]].any()


def test_a_file_that_left_its_repeats_out_is_of_drawings_alone() -> None:
    """Two kinds of change, a slow pan and action; without repeats between them nothing is quiet."""
    random = np.random.default_rng(7)
    usual = np.where(np.arange(300) % 150 < 80, 60.0, 3000.0) * random.lognormal(0, 0.4, 300)
    change = usual.astype(np.float32)
    beats = np.where(random.random(300) < 0.25, 3, 1)
    gaps = np.cumsum(beats, dtype=np.int64) * 512
    assert evidence(signals(300, change=change, stir=change)).new.mean() < 0.7
    assert evidence(signals(300, change=change, stir=change, pts=gaps)).new.all()


@pytest.mark.parametrize(
    ("steps", "left_out"),
    [([1, 1, 1], 0), ([41, 42, 42], 0), ([33, 50, 33, 50], 0), ([41, 84, 41, 125, 41, 900], 5)],
)
def test_repeats_are_left_out_where_frames_last_two_beats(steps: list[int], left_out: int) -> None:
    pts = np.cumsum([0, *steps], dtype=np.int64)
    assert _left_out(pts).sum() == left_out
    assert _left_out(np.full(5, -1, np.int64)).sum() == 0
