from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.motion.clock import Clock, Clocks, film_times
from tests.unit.build.motion.makers import TICKS, clip, keyframes, signals, video

NTSC = Fraction(30_000, 1001)


def starts_of(holds):
    return np.concatenate([[0], np.cumsum(holds)[:-1]]).astype(np.int64)


def pulled_down(film_frames, phase):
    """Where film frames begin in the file; frame `phase` of each five repeats the one before."""
    shown = [v for v in range(3 * max(film_frames) + 20) if v % 5 != phase]
    return np.array([shown[f] for f in film_frames])


def in_pulldown(holds, phase):
    edges = np.append(starts_of(holds), sum(holds))
    filed = pulled_down(edges.tolist(), phase)
    return filed[:-1] - filed[0], int(filed[-1] - filed[0]), int(filed[0])


@given(
    holds=st.lists(st.integers(1, 9), min_size=1, max_size=60),
    phase=st.integers(0, 4),
)
def test_pulldown_is_taken_back_exactly(holds, phase):
    edges = np.append(starts_of(holds), sum(holds))
    filed = pulled_down(edges.tolist(), phase)
    assert Clock(phase).holds(filed[:-1], int(filed[-1])).tolist() == holds


@pytest.mark.parametrize("phase", range(5))
@pytest.mark.parametrize("holds", [[1] * 60, [2] * 30, [3] * 24, [6] * 12, [2, 1] * 20])
def test_pulldown_is_found_and_timing_told_in_film_frames(holds, phase):
    frames, end, _ = in_pulldown(holds, phase)
    clock = Clocks().of(keyframes(frames, end), clip(end), signals(end, NTSC), video(NTSC))
    assert clock.pulldown
    found = clock.holds(frames, end).tolist()
    assert found[1:-1] == holds[1:-1]


@pytest.mark.parametrize("hold", [1, 2, 3, 4, 5, 6, 10])
def test_no_regular_timing_at_30_frames_looks_like_pulldown(hold):
    frames = np.arange(0, 150, hold)
    clock = Clocks().of(keyframes(frames, 150), clip(150), signals(150, NTSC), video(NTSC))
    assert not clock.pulldown


@given(st.integers(0, 2**32 - 1))
def test_no_irregular_timing_at_30_frames_looks_like_pulldown(seed):
    holds = np.random.default_rng(seed).choice([1, 2, 2, 3, 3, 4, 6], 20)
    end = int(holds.sum())
    counted = np.bincount(starts_of(holds)[1:] % 5, minlength=5)
    clock = Clocks().of(
        keyframes(starts_of(holds), end), clip(end), signals(end, NTSC), video(NTSC)
    )
    assert not clock.pulldown or (counted == 0).sum() >= 2


@pytest.mark.parametrize("noise", [0.5, 60.0])
def test_a_quiet_clip_takes_pulldown_from_its_neighbours(noise):
    frames, end, _ = in_pulldown([1] * 240, 1)
    random = np.random.default_rng(1)
    change = random.lognormal(np.log(noise), 0.3, end).astype(np.float32)
    change[frames] = random.lognormal(np.log(200 + noise), 0.5, len(frames))
    quiet = frames[[80, 91, 95]]
    clock = Clocks().of(
        keyframes(quiet, quiet[-1] + 9),
        clip(quiet[-1] + 9, quiet[0]),
        signals(end, NTSC, change=change),
        video(NTSC),
    )
    assert clock.pulldown
    assert clock.holds(quiet, quiet[-1] + 9).tolist()[:2] == [11, 4]


def test_pulldown_is_not_looked_for_at_24_frames():
    frames, end, _ = in_pulldown([1] * 60, 1)
    clock = Clocks().of(keyframes(frames, end), clip(end), signals(end), video())
    assert not clock.pulldown


@given(
    holds=st.lists(st.integers(1, 12), min_size=3, max_size=60),
    rate=st.sampled_from([Fraction(24), Fraction(24_000, 1001), Fraction(25), Fraction(60)]),
    seed=st.integers(0, 2**32 - 1),
)
def test_left_out_repeats_count_by_their_time(holds, rate, seed):
    kept = np.random.default_rng(seed).random(sum(holds)) < 0.2
    kept[starts_of(holds)] = True
    kept[:2] = True  # one step of one frame is there to be the shortest
    times = np.flatnonzero(kept)
    pts = np.rint(times / float(rate * TICKS)).astype(np.int64)
    starts = np.searchsorted(times, starts_of(holds))
    clock = Clock(times=film_times(np.append(pts, pts[-1] + pts[1]), float(TICKS))[1])
    assert clock.holds(starts, len(times)).tolist()[:-1] == holds[:-1]


def test_a_file_without_times_counts_frames():
    seen = signals(20, pts=np.full(20, -1))
    clock = Clocks().of(keyframes([0, 2, 4], 20), clip(20), seen, video())
    assert clock.holds(np.array([0, 2, 4]), 20).tolist() == [2, 2, 16]


def test_millisecond_times_are_no_variable_rate():
    pts = np.rint(np.arange(200) * 1000 / 23.976)
    rate, times = film_times(pts, 0.001)
    assert times is None
    assert rate == pytest.approx(23.976, rel=0.01)
