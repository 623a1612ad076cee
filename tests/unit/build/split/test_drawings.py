"""Mode `drawings`: what is a boundary, and what is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sakuga.build.split import Split
from sakuga.core.records import Clip
from tests.unit.build.split.makers import (
    BLACK,
    WHITE,
    Run,
    borders,
    dissolve,
    even,
    faded,
    pan,
    part,
    shot,
    signals,
    video,
)


def split(run: Run, **parameters: float) -> list[Clip]:
    return list(Split(**parameters).load()([(signals(run), video())]))


@pytest.mark.parametrize("on", [1, 2, 3, 6])
def test_a_cut_is_found_whatever_the_drawings_are_held(on: int) -> None:
    assert borders(split(shot(1, 50, on) + shot(2, 50, on))) == [("cut", 50)]


@pytest.mark.parametrize("on", [1, 2, 3])
def test_a_camera_move_is_no_boundary(on: int) -> None:
    assert borders(split(pan(3, 250, on, cells=0.2 * on))) == []


def test_a_held_drawing_that_changes_at_last_is_no_cut() -> None:
    assert borders(split(shot(4, 120, on=40, acting=6))) == []


@pytest.mark.parametrize("frames", [1, 2, 3])
@pytest.mark.parametrize("colour", [BLACK, WHITE])
def test_flashes_are_no_cuts(frames: int, colour: np.ndarray) -> None:
    run = shot(5, 80)
    flashed = part(run, 0, 40) + even(colour, frames) + part(run, 40, 80)
    assert borders(split(flashed)) == []


@pytest.mark.parametrize("frames", [1, 3])
def test_impact_frames_are_no_cuts(frames: int) -> None:
    run = shot(6, 80)
    inverted = Run(250 - part(run, 40, 40 + frames).grid, np.full(frames, 3000.0), np.zeros(frames))
    hit = part(run, 0, 40) + inverted + part(run, 40, 80)
    assert borders(split(hit)) == []


def test_a_wing_that_covers_the_picture_bit_by_bit_is_no_cut() -> None:
    run = shot(7, 90)
    covered = run.grid.copy()
    columns = np.arange(48) % 8
    for t, width in enumerate([2, 5, 8, 8, 8, 8, 8, 8, 8, 6, 3]):
        covered[40 + t, :48][columns < width] = 18
    assert borders(split(replace(run, grid=covered))) == []


def test_what_grows_over_the_picture_and_is_gone_at_once_is_no_cut() -> None:
    run, white = shot(8, 100, on=3), WHITE[None]
    share = np.repeat([0.1, 0.25, 0.45, 0.7], 3)[:, None]
    grown = run.grid.copy()
    grown[40:52] = grown[40:52] * (1 - share) + white * share
    assert borders(split(replace(run, grid=grown))) == []


def test_a_short_shot_between_two_of_the_same_place_is_a_shot() -> None:
    place = shot(9, 80)
    run = part(place, 0, 40) + shot(10, 8) + part(place, 40, 80)
    run.kinship[[40, 48]] = 0.02
    found = split(run)
    assert borders(found) == [("cut", 40), ("cut", 48)]
    assert [clip.short for clip in found] == [False, True, False]


def test_a_cut_back_to_where_a_dissolve_came_from_is_a_cut() -> None:
    place = shot(9, 90)
    run = dissolve(part(place, 0, 50), shot(21, 30), 12) + part(place, 50, 90)
    run.kinship[68] = 0.02
    assert borders(split(run)) == [("dissolve", 44), ("cut", 68)]


def test_lines_that_stay_where_they_were_speak_against_a_cut() -> None:
    run = shot(11, 40) + shot(12, 40)
    run.kinship[40] = 0.8
    assert borders(split(run)) == []


@pytest.mark.parametrize("frames", [6, 12, 25, 40])
def test_a_dissolve_is_found_with_its_span(frames: int) -> None:
    (first, second) = split(dissolve(shot(13, 80), shot(14, 80), frames))
    start = 80 - frames
    assert (first.closes, second.opens) == ("dissolve", "dissolve")
    assert abs(first.body_end - start) <= 2
    assert abs(second.body_start - 80) <= 2
    assert abs(first.end - (start + frames / 2)) <= 2
    assert second.opens_confidence > 0.9


@pytest.mark.parametrize(("colour", "kind"), [(BLACK, "fade_black"), (WHITE, "fade_white")])
@pytest.mark.parametrize("hold", [0, 1, 10])
def test_a_fade_is_one_boundary_in_the_middle_of_what_is_even(
    colour: np.ndarray, kind: str, hold: int
) -> None:
    out, into = faded(shot(15, 60), colour, out=10), faded(shot(16, 60), colour, into=10)
    (first, second) = split(out + even(colour, hold) + into)
    assert (first.closes, second.opens) == (kind, kind)
    assert abs(first.body_end - 50) <= 2
    assert abs(second.body_start - (70 + hold)) <= 2
    assert abs(second.start - (60 + hold / 2)) <= 2


@pytest.mark.parametrize("bars", [np.s_[:, [0, 5], :], np.s_[:, :, [0, 7]]])
def test_a_fade_to_white_is_found_between_black_bars(bars: tuple[slice, list[int]]) -> None:
    run = faded(shot(15, 60), WHITE, out=10) + even(WHITE, 4)
    run = run + faded(shot(16, 60), WHITE, into=10)
    cells = run.grid[:, :48].reshape(-1, 6, 8)
    cells[bars] = 0.75 * 16 + 0.25 * cells[bars]
    run.detail[:] += 3000
    (first, second) = split(run)
    assert second.opens == "fade_white"
    assert (abs(first.body_end - 50), abs(second.body_start - 74)) <= (2, 2)


def test_a_film_that_fades_in_and_out_opens_and_closes_so() -> None:
    (clip,) = split(faded(shot(17, 80), BLACK, into=12, out=9))
    assert (clip.opens, clip.closes) == ("fade_black", "fade_black")
    assert (clip.start, clip.end) == (0, 80)
    assert abs(clip.body_start - 12) <= 1
    assert abs(clip.body_end - 71) <= 1


def test_a_black_title_between_cuts_is_a_shot() -> None:
    title = even(BLACK, 30)
    title.detail[:] = 900.0
    assert borders(split(shot(18, 40) + title + shot(19, 40))) == [("cut", 40), ("cut", 70)]


def test_less_likely_boundaries_are_left_out_on_demand() -> None:
    assert borders(split(shot(1, 50) + shot(2, 50), min_confidence=1.0)) == []


@pytest.mark.parametrize("frames", [1, 2, 3, 10])
def test_a_film_of_few_frames_is_one_clip(frames: int) -> None:
    (clip,) = split(shot(20, frames))
    assert (clip.start, clip.end, clip.opens, clip.closes) == (0, frames, "start", "end")


@pytest.mark.parametrize("colour", [BLACK, WHITE, np.zeros(72)])
def test_an_even_film_is_one_clip(colour: np.ndarray) -> None:
    (clip,) = split(even(colour, 100))
    assert (clip.body_start, clip.body_end) == (0, 100)


def test_times_are_those_of_the_frames() -> None:
    (first, second) = split(shot(1, 50) + shot(2, 50))
    assert (first.start_pts, first.end_pts, second.start_pts) == (0, 2083, 2083)
    assert second.end_pts == 4125 + 42


def test_a_film_of_one_frame_lasts_as_long_as_its_rate_says() -> None:
    (clip,) = split(shot(1, 1))
    assert (clip.start_pts, clip.end_pts) == (0, 42)


def test_times_are_unknown_where_the_file_has_none() -> None:
    run = shot(1, 50)
    missing = replace(signals(run), pts=np.full(50, -1, np.int64))
    (clip,) = Split().load()([(missing, video())])
    assert (clip.start_pts, clip.end_pts) == (-1, -1)
