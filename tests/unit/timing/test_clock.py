"""Film frames in file frames: conversions of the rate, and stamps that are not what they were."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from sakuga.timing.clock import Clock, clock
from sakuga.timing.exposure import timing_of
from sakuga.timing.stamps import stamps

MS = Fraction(1, 1000)
NTSC_FILM, NTSC = Fraction(24000, 1001), Fraction(30000, 1001)
SEEDS = range(200, 212)  # none of them had a part in settling the rule


class File:
    """Shots on ones to fours, shown at another rate by repeats, read by a detector that errs."""

    def __init__(self, film: Fraction, file: Fraction, seed: int, errors: float = 0.01) -> None:
        random = np.random.default_rng(seed)
        self.exposures = [int(e) for e in random.choice([1, 2, 2, 3, 4], 6)]
        lengths = random.integers(36, 90, 6)
        edges = np.concatenate([[0], np.cumsum(lengths)])
        begins = np.concatenate([
            np.arange(a, b, e) for (a, b), e in zip(pairwise(edges), self.exposures, strict=True)
        ])  # fmt: skip
        count = int(edges[-1] / (film / file))
        shown = np.floor(np.arange(count) * float(film / file) + random.random()).astype(int)
        shown = np.minimum(shown, edges[-1] - 1)
        drawing = np.searchsorted(begins, shown, side="right")
        self.new = np.concatenate([[True], np.diff(drawing) > 0]) ^ (random.random(count) < errors)
        self.new[0] = True
        starts = [int(np.argmax(shown >= edge)) for edge in edges[:-1]]
        self.shots = [*pairwise([*starts, count])]
        self.pts = np.rint(np.arange(count) * 1000 / float(file)).astype(np.int64)
        self.rate = file

    def clock(self) -> Clock:
        none = np.zeros(len(self.new), np.bool_)
        return clock(self.pts, MS, self.rate, self.new, none, self.shots)

    def right(self, told: Clock) -> int:
        """Of how many shots the exposure is told right."""
        found = []
        for start, end in self.shots:
            frames = np.unique([start, *(np.flatnonzero(self.new[start:end]) + start)])
            found.append(timing_of(told.holds(frames, end), 0.6).exposure)
        return sum(a == b for a, b in zip(found, self.exposures, strict=True))


@pytest.mark.parametrize(
    ("film", "file"),
    [(24, 24), (24, 25), (25, 25), (24, 30), (30, 30), (24, 48), (25, 50), (24, 50), (24, 60),
     (30, 60), (24, 120), (12, 12), (10, 10)],
)  # fmt: skip
def test_exposures_are_told_in_film_frames(film: int, file: int):
    files = [File(Fraction(film), Fraction(file), seed) for seed in SEEDS]
    told = [each.clock() for each in files]
    right = sum(each.right(clock) for each, clock in zip(files, told, strict=True))
    assert right >= 0.97 * 6 * len(files)
    if file != 25:  # one frame in 25 is not always seen; exposures are right all the same
        assert sum(clock.film_rate == film for clock in told) >= len(files) - 1


def test_frames_that_are_the_films_own_are_never_called_a_conversion():
    for rate in (24, 25, 30):
        films = [File(Fraction(rate), Fraction(rate), seed) for seed in SEEDS]
        on_ones = [film for film in films if 1 in film.exposures]
        assert len(on_ones) > 3
        assert {film.clock().carried for film in on_ones} == {"as_is"}


def test_a_file_of_sixty_frames_on_ones_is_no_conversion():
    count = 240
    new = np.ones(count, np.bool_)
    pts = np.rint(np.arange(count) * 1000 / 60).astype(np.int64)
    told = clock(pts, MS, Fraction(60), new, ~new, [(0, 120), (120, count)])
    assert (told.film_rate, told.carried) == (60, "as_is")


def test_a_film_at_ntsc_rates_is_told_as_a_fraction():
    told = File(NTSC_FILM, NTSC, 300).clock()
    assert (told.film_rate, told.file_rate, told.carried) == (NTSC_FILM, NTSC, "repeats")
    assert told.sentence() == "23.976 fps film in a 29.97 fps file, frames repeated"


def beats(times: Sequence[float], nominal: int = 0) -> tuple[Fraction | None, NDArray[np.int64]]:
    told = stamps(np.rint(np.array(times) * 1000).astype(np.int64), MS, Fraction(nominal))
    return told.rate, told.beats[:-1]


@pytest.mark.parametrize("rate", [NTSC_FILM, Fraction(24), Fraction(25), NTSC, Fraction(60)])
def test_milliseconds_tell_the_rate(rate: Fraction):
    told, at = beats([float(n / rate) for n in range(400)])
    assert told == rate
    assert at.tolist() == list(range(400))


def test_a_wrong_nominal_rate_is_not_believed():
    assert beats([n / 24 for n in range(200)], nominal=1000)[0] == 24


def test_repeats_left_out_are_counted():
    kept = [0, 2, 4, 6, 9, 12, 15, 18, 19, 20, 21, 25]
    told, at = beats([n / 24 for n in kept])
    assert (told, at.tolist()) == (24, kept)


def test_where_every_repeat_is_left_out_the_container_knows_the_rate():
    told, at = beats([n / 12 for n in range(60)], nominal=24)
    assert (told, at.tolist()) == (24, list(range(0, 120, 2)))


@pytest.mark.parametrize("fault", [-0.038, 0.03])
def test_a_stamp_that_comes_early_or_late_costs_itself_only(fault: float):
    times = [n / 24 for n in range(120)]
    times[40] += fault
    told, at = beats(times)
    assert (told, at.tolist()) == (24, list(range(120)))


def test_a_doubled_stamp_is_laid_into_the_gap_behind_it():
    times = [n / 24 for n in range(0, 240, 2)]
    times[50] = times[49]
    at = beats([*times, *(10 + n / 24 for n in range(24))])[1]
    assert at[:120].tolist() == list(range(0, 240, 2))


def test_jitter_is_no_timing():
    random = np.random.default_rng(5)
    told, at = beats([1 + n / 24 + random.normal(0, 0.004) for n in range(300)])
    assert told is not None
    assert abs(float(told) - 24) < 0.1
    assert at.tolist() == list(range(300))


def test_a_file_without_stamps_says_so():
    none = np.zeros(9, np.bool_)
    told = clock(np.full(9, -1, np.int64), MS, Fraction(0), none, none, [(0, 9)])
    assert told.film_rate is None
    assert told.harmed == "the file has no time stamps"


def test_frames_of_a_blended_conversion_are_told():
    film = File(Fraction(24), Fraction(30), 400, errors=0)
    mixed = np.zeros(len(film.new), np.bool_)
    mixed[np.flatnonzero(film.new)[::2]] = True
    told = clock(film.pts, MS, film.rate, film.new, mixed, film.shots)
    assert told.carried == "blended"
    assert told.harmed
