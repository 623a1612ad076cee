"""What is true of every film's clips, however strange the film."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sakuga.build.split import Split
from sakuga.core.records import Clip
from tests.unit.build.split.makers import (
    BLACK,
    WHITE,
    Run,
    dissolve,
    even,
    faded,
    pan,
    shot,
    signals,
    video,
)

LENGTHS = st.integers(1, 70)
SEEDS = st.integers(0, 99)
PIECES = st.one_of(
    st.builds(shot, SEEDS, LENGTHS, st.integers(1, 6)),
    st.builds(even, st.sampled_from([BLACK, WHITE, np.zeros(72), np.full(72, 255.0)]), LENGTHS),
    st.builds(pan, SEEDS, LENGTHS, st.integers(1, 3), st.floats(0.01, 0.4)),
    st.builds(
        lambda seed, colour, into, out: faded(shot(seed, 60), colour, into, out),
        SEEDS, st.sampled_from([BLACK, WHITE]), st.integers(0, 30), st.integers(0, 30),
    ),
    st.builds(
        lambda a, b, frames: dissolve(shot(a, 60), shot(b, 60), frames),
        SEEDS, SEEDS, st.integers(1, 60),
    ),
)  # fmt: skip
FILMS = st.lists(PIECES, min_size=1, max_size=5).map(
    lambda pieces: sum(pieces[1:], start=pieces[0])
)
SPLITS = st.sampled_from([Split(), Split(min_confidence=0.0), Split(min_length=40)])


def noise(seed: int, frames: int) -> Run:
    random = np.random.default_rng(seed)
    return Run(
        random.uniform(0, 255, (frames, 72)),
        random.uniform(0, 900, frames),
        random.uniform(0, 1, frames),
    )


def assert_sound(found: list[Clip], frames: int) -> None:
    assert found[0].start == 0
    assert found[-1].end == frames
    assert [clip.index for clip in found] == list(range(len(found)))
    assert len({clip.id for clip in found}) == len(found)
    for clip, after in zip(found, [*found[1:], None], strict=True):
        assert clip.start <= clip.body_start <= clip.body_end <= clip.end
        assert clip.start < clip.end
        assert 0 <= clip.opens_confidence <= 1
        assert 0 <= clip.closes_confidence <= 1
        if after is not None:
            assert (clip.end, clip.end_pts) == (after.start, after.start_pts)
            assert clip.closes == after.opens
            assert clip.closes_confidence == after.opens_confidence


@settings(max_examples=60)
@given(FILMS, SPLITS)
def test_clips_partition_the_film(run: Run, split: Split) -> None:
    found = list(split.load()([(signals(run), video())]))
    assert_sound(found, len(run))
    assert all(clip.short == (clip.end - clip.start < split.min_length) for clip in found)


@settings(max_examples=30)
@given(SEEDS, st.integers(1, 300), SPLITS)
def test_clips_partition_noise(seed: int, frames: int, split: Split) -> None:
    assert_sound(list(split.load()([(signals(noise(seed, frames)), video())])), frames)


@settings(max_examples=30)
@given(
    SEEDS,
    st.integers(1, 200),
    st.sampled_from(["adaptive", "content"]),
    st.integers(0, 30),
    st.booleans(),
)
def test_clips_of_pyscenedetects_rules_partition_noise(
    seed: int, frames: int, detector: str, min_length: int, timed: bool
) -> None:
    sums = np.random.default_rng(seed).integers(0, 256 * 144 * 60, 3 * frames, dtype=np.int32)
    made = signals(noise(seed, frames), hsv_change=sums)
    made = made if timed else replace(made, pts=np.full(frames, -1, np.int64))
    split = Split("frames", min_length=min_length, detector=detector)  # type: ignore[arg-type]
    found = list(split.load()([(made, video())]))
    assert_sound(found, frames)
    assert all(clip.end - clip.start >= min_length for clip in found[:-1])


@settings(max_examples=20)
@given(FILMS)
def test_the_same_film_gives_the_same_clips(run: Run) -> None:
    worker = Split().load()
    first, second = list(worker([(signals(run), video())])), list(worker([(signals(run), video())]))
    assert first == second
