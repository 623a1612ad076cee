"""The drawing meter: change, stir, drift, and drawings that return."""

from __future__ import annotations

import numpy as np
import pytest

from sakuga.build.scan.drawing import EVERYTHING, DrawingMeter
from tests.unit.build.scan.frames import held, measured, scene, with_square


def test_a_held_drawing_does_not_change():
    columns = measured(DrawingMeter(), held([scene()], 5))
    assert columns["change"].tolist() == [EVERYTHING, 0, 0, 0, 0]
    assert columns["stir"].tolist() == [EVERYTHING, 0, 0, 0, 0]


def test_a_small_mover_changes_its_block():
    film = held([with_square(scene(), left) for left in (50, 60, 70)], 2)
    change = measured(DrawingMeter(), film)["change"]
    assert (change[[2, 4]] > 100).all()
    assert (change[[1, 3, 5]] == 0).all()


def test_a_shift_of_brightness_is_no_change():
    film = [scene(), scene() + np.uint8(3), scene() + np.uint8(6)]
    assert measured(DrawingMeter(), film)["change"][1:].max() < 0.5


def test_one_worse_frame_does_not_last():
    worse = with_square(scene(), 50, level=110)
    film = [scene(), scene(), worse, scene(), scene()]
    assert measured(DrawingMeter(), film)["change"][1:].max() == 0


def test_grain_is_not_stirred_and_a_slow_pan_is():
    random = np.random.default_rng(1)
    grain = [
        np.clip(scene() + random.normal(0, 6, (240, 320)), 0, 255).astype(np.uint8) for _ in "1234"
    ]
    wide = scene(2, 240, 400).astype(np.float32)
    pan = [
        ((1 - t) * wide[:, :320] + t * wide[:, 1:321]).astype(np.uint8) for t in (0, 0.3, 0.6, 0.9)
    ]
    noisy, panned = measured(DrawingMeter(), grain), measured(DrawingMeter(), pan)
    assert noisy["drift"][1:].max() < 0.05
    assert panned["drift"][1:].min() > 0.2


def test_ten_bits_measure_as_eight_do():
    film = held([with_square(scene(), left) for left in (50, 60)], 2)
    eight = measured(DrawingMeter(), film)
    ten = measured(DrawingMeter(), [luma.astype(np.uint16) * 4 for luma in film], bits=10)
    np.testing.assert_allclose(ten["change"], eight["change"], rtol=0.1, atol=0.5)


@pytest.mark.parametrize("shape", [(1, 1), (2, 7), (9, 17), (131, 77), (241, 321), (480, 853)])
def test_every_size_has_a_row_a_frame(shape: tuple[int, int]):
    random = np.random.default_rng(0)
    film = [random.integers(0, 255, shape).astype(np.uint8) for _ in range(3)]
    columns = measured(DrawingMeter(), film)
    assert {len(column) for column in columns.values()} == {3}
    assert all(np.isfinite(column).all() for column in columns.values())


def test_a_picture_of_another_size_begins_anew():
    columns = measured(DrawingMeter(), [scene(), scene(), scene(height=200), scene(height=200)])
    assert columns["change"].tolist() == [EVERYTHING, 0, EVERYTHING, 0]


def test_a_drawing_that_returns_is_known():
    one, two, three = (with_square(scene(), left) for left in (50, 90, 130))
    columns = measured(DrawingMeter(), held([one, two, three, two, one], 2))
    assert columns["match"][[6, 8]].tolist() == [2, 0]
    assert columns["match_change"][[6, 8]].tolist() == [0, 0]
    assert columns["match"][1::2].tolist() == [-1] * 5


def test_the_columns_are_small():
    columns = measured(DrawingMeter(), held([scene()], 4))
    assert sum(column.nbytes for column in columns.values()) / 4 <= 56


def test_a_drawing_of_one_frame_flickers_though_it_does_not_last():
    closed = with_square(scene(), 50, level=20)
    film = [scene(), scene(), closed, scene(), scene()]
    columns = measured(DrawingMeter(), film)
    assert columns["change"][1:].max() == 0
    assert (columns["flicker"][[2, 3]] > 200).all()
    assert columns["flicker"][[1, 4]].max() < 100
