"""Conversions of time: the file's frames, stamps, states and cuts are what the truth says."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sakuga.core.video import VideoReader
from sakuga.studio.sequence import MIXED, NEW, REPEAT, UNSCORED, WornTruth
from sakuga.studio.wear import wear
from sakuga.studio.wear.kinds import TIMES, outfit, suffixes
from sakuga.studio.wear.worn import scheduled

from .films import fade, film

MATROSKA = Fraction(1, 1000)
SEEDS = (1, 2)
LOSSLESS = "ffv1"


def read(path: Path) -> tuple[list[np.ndarray], list[Fraction]]:
    with VideoReader(str(path)) as reader:
        base = reader.time_base
        found = [(frame.bgr(), frame.pts * base) for frame in reader.frames()]
    return [image for image, _ in found], [time for _, time in found]


def worn(tmp_path: Path, kind: str, seed: int, **film_parts) -> tuple[WornTruth, list[np.ndarray]]:
    """The truth and the pictures of a lossless file."""
    truth = wear(film(**film_parts), tmp_path / f"{kind}.mkv", [kind, LOSSLESS], seed)
    assert truth == WornTruth.read(tmp_path / f"{kind}.json")
    return truth, read(tmp_path / f"{kind}.mkv")[0]


def unflagged(kind: str) -> str:
    return kind.removesuffix("_flagged")


@pytest.mark.parametrize("kind", TIMES)
@pytest.mark.parametrize("seed", SEEDS)
def test_frames_and_stamps_are_those_of_the_schedule(tmp_path, kind, seed):
    source, names = film(), [kind, "x264_ultrafast"]
    schedule = scheduled(source, outfit(names), seed)
    suffix = suffixes(outfit(names), schedule)[0]
    truth = wear(source, tmp_path / f"film{suffix}", names, seed)
    images, times = read(tmp_path / truth.file)
    assert len(images) == len(truth.states) == len(truth.cel_states) == len(truth.source)
    coarse = MATROSKA if suffix == ".mkv" else Fraction(1, 90000)
    off = [abs(a - b) for a, b in zip(times, schedule.times(), strict=True)]
    assert max(off) <= coarse


@pytest.mark.parametrize("kind", sorted({unflagged(kind) for kind in TIMES}))
@pytest.mark.parametrize("seed", SEEDS)
def test_a_picture_changes_where_the_states_say(tmp_path, kind, seed):
    truth, images = worn(tmp_path, kind, seed)
    assert truth.states[0] == NEW
    for n in range(1, len(images)):
        same = np.array_equal(images[n], images[n - 1])
        assert truth.states[n] == UNSCORED or same == (truth.states[n] == REPEAT), n


@pytest.mark.parametrize("kind", sorted({unflagged(kind) for kind in TIMES}))
@pytest.mark.parametrize("seed", SEEDS)
def test_cuts_stand_where_the_shot_changes(tmp_path, kind, seed):
    truth, images = worn(tmp_path, kind, seed)
    shades = [image[:, -8:, 0].astype(int) for image in images]  # 40, 100, 160: one a shot
    assert len(truth.cuts) == 2 and len(truth.exposures) == 3
    for index, cut in enumerate(truth.cuts):
        before, after = 40 + 60 * index, 100 + 60 * index
        if cut % 1:
            mixed = shades[int(cut)]
            assert mixed.min() < after and mixed.max() > before
        else:
            assert shades[int(cut) - 2].max() == before
            assert shades[int(cut) + 1].min() == after
            assert shades[int(cut)].max() > before


def test_repeats_carry_drawings_and_exposures(tmp_path):
    truth, _ = worn(tmp_path, "repeats_60", 1)
    new = [n for n, state in enumerate(truth.states) if state == NEW]
    cel = [n for n, state in enumerate(truth.cel_states) if state == NEW]
    assert len(new) == 6 + 10 + 14 and len(cel) == 6 + 10 + 5
    assert truth.exposures == [2, 1, 1] and truth.cel_exposures == [2, 1, 3]
    assert truth.source == sorted(truth.source)


def test_telecine_weaves_two_film_frames_row_by_row(tmp_path):
    source = film(holds=(1, 1, 1))
    truth, images = worn(tmp_path, "telecine", 4, holds=(1, 1, 1))
    schedule = scheduled(source, outfit(["telecine", LOSSLESS]), 4)
    combed = 0
    for image, show, state in zip(images, schedule.shows, truth.states, strict=True):
        lower = show.lower or show.upper
        assert np.array_equal(image[::2], source.frames[show.upper[0][0]][::2])
        assert np.array_equal(image[1::2], source.frames[lower[0][0]][1::2])
        combed += state == MIXED
    assert abs(combed - len(images) * 2 / 5) <= 1


@pytest.mark.parametrize("seed", range(10))
def test_every_phase_of_telecine_keeps_four_frames_in_five(tmp_path, seed):
    truth, _ = worn(tmp_path, "telecine", seed, holds=(1, 1, 1))
    assert 36 * 5 / 4 - 5 <= len(truth.states) <= 36 * 5 / 4
    assert Fraction(truth.file_rate) == Fraction(truth.film_rate) * 5 / 4


@pytest.mark.parametrize("encoding", ["x264_crf16", "mpeg2_2m"])
def test_a_flagged_telecine_comes_back_combed(tmp_path, encoding):
    """Fields are converted apart: a combed frame's rows take no colour from their neighbours."""
    source = film(holds=(1, 1, 1))
    names = ["telecine_flagged", encoding]
    wear(source, tmp_path / "film.mkv", names, 1)
    images, _ = read(tmp_path / "film.mkv")
    schedule = scheduled(source, outfit(names), 1)
    for image, show in zip(images, schedule.shows, strict=True):
        for side, parts in ((0, show.upper), (1, show.lower or show.upper)):
            rows = source.frames[parts[0][0]][side::2]
            assert np.abs(image[side::2].astype(int) - rows).mean() < 9


def test_repeats_left_out_leave_only_new_pictures(tmp_path):
    truth, _ = worn(tmp_path, "deduplicated", 2)
    assert set(truth.states) == {NEW}


def test_a_wrong_decimation_loses_the_exposures(tmp_path):
    truth, _ = worn(tmp_path, "decimated", 1, holds=(1, 1, 1))
    assert truth.exposures == [None, None, None]
    assert REPEAT in truth.states


def test_transitions_and_flashes_are_carried(tmp_path):
    truth, _ = worn(tmp_path, "repeats_60", 1, spans=[fade(9, 15)], flashes=[30, 31])
    [[start, end, kind]] = truth.spans
    assert kind == "dissolve" and abs(start - 9 * 2.5) <= 2 and abs(end - 15 * 2.5) <= 2
    assert len(truth.cuts) == 1
    assert {round(truth.source[n]) for n in truth.flashes} == {30, 31}


def test_the_same_call_writes_the_same_bytes(tmp_path):
    names = ["blends_30", "square", "subtitles", "grain_light", LOSSLESS]
    first = wear(film(), tmp_path / "a.mkv", names, 8)
    again = wear(film(), tmp_path / "b.mkv", names, 8)
    assert (tmp_path / "a.mkv").read_bytes() == (tmp_path / "b.mkv").read_bytes()
    assert first.states == again.states and first.wears == again.wears
