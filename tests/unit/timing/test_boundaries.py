"""From probabilities of frames to boundaries of shots."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.core.records import Signals
from sakuga.timing.boundaries import BoundaryRule, boundaries
from sakuga.timing.features import CELLS
from sakuga.timing.reading import Reading


def film(frames: int, dark: slice = slice(0, 0), bright: slice = slice(0, 0)) -> Signals:
    """A grey film, black or white in a part."""
    grid = np.full((frames, CELLS), 120, np.uint8)
    contrast = np.full(frames, 40.0, np.float32)
    for part, level in ((dark, 16), (bright, 235)):
        grid[part, :48] = level
        contrast[part] = 1.0
    known: dict[str, Any] = {"frames": frames, "grid": grid.ravel(), "contrast": contrast}
    return Signals(**{f.name: known.get(f.name) for f in dataclasses.fields(Signals)})  # type: ignore[arg-type]


def says(
    frames: int, cuts: dict[int, float] | None = None, spans: tuple[slice, ...] = ()
) -> Reading:
    """Answers of a net that is sure of everything but what is given."""
    none = np.zeros(frames, np.float32)
    cut, transition = none.copy(), none.copy()
    for at, chance in (cuts or {}).items():
        cut[at] = chance
    for part in spans:
        transition[part] = 0.9
    return Reading(none, none, none, cut, transition, none)


def found(signals: Signals, reading: Reading, **rule: float) -> list[tuple[str, int, int, int]]:
    rules = BoundaryRule(**rule)  # type: ignore[arg-type]
    return [(b.kind, b.at, b.first, b.last) for b in boundaries(signals, reading, rules)]


def test_a_likely_frame_opens_a_shot():
    assert found(film(50), says(50, {20: 0.8, 30: 0.4})) == [("cut", 20, 20, 20)]


def test_the_likeliest_of_two_neighbours_is_the_cut():
    assert found(film(50), says(50, {20: 0.6, 21: 0.9})) == [("cut", 21, 21, 21)]


def test_two_neighbours_alike_are_one_cut():
    assert found(film(50), says(50, {20: 0.9, 21: 0.9})) == [("cut", 20, 20, 20)]


def test_shots_of_two_frames_are_shots():
    assert [at for _, at, *_ in found(film(50), says(50, {20: 0.9, 22: 0.8, 24: 0.9}))] == [
        20, 22, 24,
    ]  # fmt: skip


def test_the_first_frame_opens_no_second_shot():
    assert found(film(50), says(50, {0: 0.9})) == []


def test_a_dissolve_has_its_span_and_opens_the_next_shot_in_its_middle():
    assert found(film(90), says(90, spans=(slice(30, 50),))) == [("dissolve", 40, 30, 50)]


def test_a_short_doubt_within_a_transition_does_not_end_it():
    reading = says(90, spans=(slice(30, 38), slice(40, 50)))
    assert found(film(90), reading) == [("dissolve", 40, 30, 50)]


def test_a_cut_within_a_transition_is_none():
    assert found(film(90), says(90, {35: 0.9, 60: 0.9}, (slice(30, 50),))) == [
        ("dissolve", 40, 30, 50),
        ("cut", 60, 60, 60),
    ]


@pytest.mark.parametrize(("name", "part"), [("fade_black", "dark"), ("fade_white", "bright")])
def test_a_fade_opens_the_next_shot_in_the_middle_of_what_is_even(name: str, part: str):
    signals = film(90, **{part: slice(36, 42)})
    assert found(signals, says(90, spans=(slice(30, 50),))) == [(name, 39, 30, 50)]


def test_a_film_may_open_and_close_with_a_fade():
    signals = film(90, dark=slice(0, 3))
    signals = dataclasses.replace(signals, contrast=signals.contrast.copy())
    signals.grid.reshape(-1, CELLS)[87:, :48] = 16
    signals.contrast[87:] = 1
    assert found(signals, says(90, spans=(slice(0, 12), slice(80, 90)))) == [
        ("fade_black", 0, 0, 12),
        ("fade_black", 90, 80, 90),
    ]


def test_a_film_neither_opens_nor_closes_with_a_dissolve():
    assert found(film(90), says(90, spans=(slice(0, 12), slice(80, 90)))) == []


def test_less_likely_boundaries_are_left_out_on_demand():
    reading = says(90, {20: 0.8}, (slice(30, 50),))
    assert found(film(90), reading, least=0.85) == [("dissolve", 40, 30, 50)]


CHANCES = st.lists(st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0]), min_size=1, max_size=60)


@given(CHANCES, CHANCES)
def test_boundaries_ascend_and_share_no_frame(cut: list[float], inside: list[float]):
    frames = min(len(cut), len(inside))
    none = np.zeros(frames, np.float32)
    reading = Reading(none, none, none, np.float32(cut[:frames]), np.float32(inside[:frames]), none)
    made = boundaries(film(frames), reading)
    assert all(0 <= b.first <= b.at <= b.last <= frames for b in made)
    for before, after in pairwise(made):
        assert before.at < after.at
        assert before.last <= after.first
