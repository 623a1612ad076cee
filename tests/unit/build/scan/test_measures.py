"""What the nets read of blocks: sizes and places of changes, mixes, kin, cels, combs."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sakuga.build.scan.cel import CelMeter
from sakuga.build.scan.comb import CombMeter, teeth_in
from sakuga.build.scan.drawing import DrawingMeter
from sakuga.build.scan.kin import KinMeter
from sakuga.build.scan.measures import joined
from sakuga.core.measures import LOG, NAMES, WIDTH, code_log, code_share, read
from tests.unit.build.scan.frames import held, measured, scene, with_square


def named(meter: Any, film: list[np.ndarray], name: str) -> np.ndarray:
    """One measure of every frame, as a share or as squared grey levels."""
    codes = measured(meter, film)[name].astype(np.float64)
    return (2 ** (codes / 11.5) - 1) * 0.02 if name in LOG else codes / 200


@pytest.mark.parametrize("value", [0.0, 0.02, 0.5, 3.0, 400.0, 65025.0])
def test_a_logarithm_keeps_a_value_to_six_per_cent(value: float):
    code = float(code_log(np.array([value]))[0])
    assert (2 ** (code / 11.5) - 1) * 0.02 == pytest.approx(value, rel=0.06, abs=0.02)
    assert 0 <= code <= 255


def test_what_is_written_is_read_again_by_name():
    rows = {name: np.full(3, i, np.uint8) for i, name in enumerate(NAMES)}
    back = read(joined(rows))
    assert list(back) == list(NAMES)
    assert joined(rows).shape == (3 * WIDTH,)
    assert back["box_top"][0] == pytest.approx(NAMES.index("box_top") / 200)
    assert code_share(np.array([0.5]))[0] == 100


def test_the_place_of_a_small_change_is_told():
    film = [scene(), with_square(scene(), 200)]
    left, right = (named(DrawingMeter(), film, f"box_{side}")[1] for side in ("left", "right"))
    assert left == pytest.approx(200 / 320, abs=0.06)
    assert right == pytest.approx(220 / 320, abs=0.08)
    assert named(DrawingMeter(), film, "box_share")[1] < 0.05


def test_a_block_that_never_rests_stands_out_less_than_one_that_does():
    random = np.random.default_rng(0)
    film = []
    for t in range(40):
        frame = with_square(scene(), 50 + 4 * (t >= 30), level=30)
        frame[200:220, 20:60] = random.integers(0, 255, (20, 40))  # a clock that never stops
        film.append(frame)
    ratio = named(DrawingMeter(), film, "ratio_max")
    assert ratio[30] > 20 * np.median(ratio[10:29])


def test_a_mix_of_its_neighbours_lies_on_the_way_between_them():
    first, last = with_square(scene(), 50), with_square(scene(), 120)
    mix = ((first.astype(int) + last) // 2).astype(np.uint8)
    other = with_square(scene(), 85)
    for middle, mixed in ((mix, True), (other, False)):
        film = [first, first, middle, last, last]
        rest = named(DrawingMeter(), film, "blend_top_rest")[3]  # of the frame before
        alpha = named(DrawingMeter(), film, "blend_top_alpha")[3] * 2 - 0.5
        assert (rest < 0.02) == mixed
        if mixed:
            assert alpha == pytest.approx(0.5, abs=0.05)


def test_a_pan_is_found_again_and_another_place_is_not():
    wide = scene(3, 240, 420)
    pan = [wide[:, x : x + 320] for x in (0, 8, 16, 24)]
    assert named(KinMeter(), pan, "found_one")[1:].min() > 0.9
    assert named(KinMeter(), [scene(3), scene(4)], "found_one")[1] < 0.75


def test_only_what_changed_is_asked():
    border = scene(5, 240, 320)
    film = []
    for seed in (6, 7):
        frame = border.copy()
        frame[60:180, 80:240] = scene(seed, 120, 160)
        film.append(frame)
    assert named(KinMeter(), film, "kin_one")[1] < 0.4


def test_light_that_changes_leaves_the_lines_where_they_were():
    film = [scene(), (scene() * 0.6).astype(np.uint8)]
    assert named(KinMeter(), film, "kin_one")[1] > 0.9


def test_a_pan_over_a_held_drawing_changes_no_cel():
    wide = scene(8, 240, 420)
    pan = [wide[:, x : x + 320] for x in (0, 2, 4, 6, 8, 10)]
    acted = [*pan[:3], *(with_square(f, 100) for f in pan[3:])]
    still = named(CelMeter(), pan, "cel_max")
    change = named(CelMeter(), acted, "cel_max")
    assert change[3] > 5 * still[2:].max()


def test_combed_frames_are_told_from_whole_ones():
    films = [with_square(scene(), left, 40, 90, 10) for left in range(40, 200, 10)]
    whole, combed = [], []
    for before, after in pairwise(films):
        woven = before.copy()
        woven[1::2] = after[1::2]
        whole += [before, after]
        combed += [before, woven]
    for film, expected in ((held(whole, 1), False), (held(combed, 1), True)):
        meter = CombMeter()
        measured(meter, film)
        assert meter.combed == expected


def test_a_comb_has_teeth_and_texture_at_rest_is_none_of_it():
    plane = np.full((48, 64), 100, np.uint8)
    plane[1::2] = 180
    assert teeth_in(plane, 8).min() == 1
    meter = CombMeter()
    measured(meter, [plane.repeat(5, 0).repeat(5, 1)] * 20)
    assert not meter.combed
