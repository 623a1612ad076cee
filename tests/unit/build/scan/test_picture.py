"""Frames reduced to small planes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.build.scan.frames import pictures, scene


@pytest.mark.parametrize(
    ("shape", "small"),
    [
        ((480, 854), (120, 213)),
        ((1074, 1440), (134, 180)),
        ((219, 400), (219, 400)),
        ((1, 1), (1, 1)),
    ],
)
def test_a_frame_is_halved_while_its_shorter_side_stays_large(
    shape: tuple[int, int], small: tuple[int, int]
):
    (picture,) = pictures([np.zeros(shape, np.uint8)])
    assert picture.luma.shape == small
    assert picture.u.shape == picture.v.shape == small


def test_more_bits_become_eight():
    (picture,) = pictures([np.full((240, 320), 1023, np.uint16)], bits=10)
    assert picture.luma.dtype == np.uint8
    assert picture.luma.min() == 255
    assert picture.u.min() == picture.u.max() == 128


def test_only_one_picture_back_is_kept():
    made = list(pictures([scene(), scene(), scene()]))
    assert made[2].previous is made[1]
    assert made[1].previous is None


def test_the_first_picture_differs_everywhere():
    (picture,) = pictures([scene()])
    assert picture.changed
    assert picture.difference.min() == 255


def test_a_repeat_is_not_changed_and_a_speck_is():
    speck = scene()
    speck[8:12, 8:12] += 40
    made = list(pictures([scene(), scene(), speck]))
    changed = [picture.changed for picture in pictures([scene(), scene(), speck])]
    assert changed == [True, False, True]
    assert made[0].index == 0
