from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from sakuga.build.scan.camera import CameraMeter
from sakuga.build.scan.movement import UNKNOWN, movement

W, H = 106, 60  # of the pictures that are measured: an eighth of 850x480
SCALE = 8


def painted(seed=1, size=2400):
    """A painted sheet, larger than the picture on every side."""
    random = np.random.default_rng(seed)
    sheet = np.full((size, size), 150, np.uint8)
    for _ in range(300):
        middle, wide = random.integers(0, size, 2), int(random.integers(20, 160))
        cv2.ellipse(
            sheet, middle.tolist(), (wide, int(random.integers(20, 160))),
            float(random.uniform(0, 180)), 0, 360, int(random.integers(30, 230)), -1, cv2.LINE_AA,
        )  # fmt: skip
    return sheet


SHEET = painted()


def view(x=0.0, y=0.0, zoom=0.0):
    """What a camera sees that went right and down by so many pixels of 850x480; zoom: enlarged."""
    scale = 1 + zoom
    middle = (1200 + x, 1200 + y)
    matrix = np.array([
        [scale, 0, (W * SCALE - 1) / 2 - scale * middle[0]],
        [0, scale, (H * SCALE - 1) / 2 - scale * middle[1]],
    ])  # fmt: skip
    large = cv2.warpAffine(SHEET, matrix, (W * SCALE, H * SCALE), flags=cv2.INTER_CUBIC)
    return cv2.resize(large, (W, H), interpolation=cv2.INTER_AREA)


def with_character(plane, at, size=22):
    """Somebody striped, in front of everything."""
    plane = plane.copy()
    for row in range(size):
        cv2.line(plane, (at, 15 + row), (at + size, 15 + row), 20 if row // 3 % 2 else 240)
    return plane


def measured(planes, changed=None):
    """The columns of the meter; changed: which frames look different at all."""
    meter, before = CameraMeter(), None
    for number, plane in enumerate(planes):
        differs = True if changed is None else changed[number]
        meter.add(SimpleNamespace(previous=before, changed=differs, half=plane))
        before = plane
    return meter.columns()


@pytest.mark.parametrize(
    ("x", "y"), [(2, 0), (-2, 0), (0, 1), (0, -3), (6, 4), (20, 0), (-40, 10), (100, 0), (0, -60)]
)
def test_content_goes_the_other_way(x, y):
    move = movement(view(), view(x, y))
    assert move.x * SCALE == pytest.approx(-x, abs=0.05 * abs(x) + 0.15)
    assert move.y * SCALE == pytest.approx(-y, abs=0.05 * abs(y) + 0.15)
    assert move.zoom == pytest.approx(0, abs=0.002)


@pytest.mark.parametrize("zoom", [0.002, 0.01, 0.03, -0.01, -0.03])
def test_zoom_is_growth(zoom):
    assert movement(view(), view(zoom=zoom)).zoom == pytest.approx(zoom, rel=0.1)


def test_a_character_before_a_still_background_moves_no_camera():
    move = movement(with_character(view(), 40), with_character(view(), 46))
    assert (move.x, move.y, move.zoom) == pytest.approx((0, 0, 0), abs=0.01)


def test_a_character_that_keeps_its_place_does_not_stop_a_pan():
    move = movement(with_character(view(), 40), with_character(view(24), 40))
    assert move.x * SCALE == pytest.approx(-24, rel=0.05)


def test_nothing_is_known_of_what_changed_altogether():
    other = cv2.resize(painted(9)[:960, :1696], (W, H), interpolation=cv2.INTER_AREA)
    assert movement(view(), other).fit < 0.4


@pytest.mark.parametrize("plane", [np.full((H, W), 90, np.uint8), np.zeros((12, 10), np.uint8)])
def test_nothing_is_known_of_a_blank_or_tiny_picture(plane):
    move = movement(plane, plane)
    assert move[:3] == pytest.approx(UNKNOWN[:3], abs=1e-6)


@pytest.mark.parametrize("speed", [0.25, 0.5, 1.0, 3.0, 12.0, 100.0])
def test_the_camera_goes_right_by_what_it_went(speed):
    columns = measured([view(speed * t) for t in range(9)])
    known = columns["camera_fit"] > 0.2  # not the first, and not a last one that waited in vain
    assert known.sum() >= 7
    assert columns["camera_x"][known].mean() * W * SCALE == pytest.approx(speed, rel=0.06)
    assert abs(columns["camera_y"][known].mean()) * H * SCALE < 0.05 * speed


def test_a_still_view_does_not_drift_under_grain():
    random = np.random.default_rng(4)
    planes = [np.clip(view() + random.normal(0, 1, (H, W)), 0, 255).astype(np.uint8)] * 2
    planes += [
        np.clip(view() + random.normal(0, 1, (H, W)), 0, 255).astype(np.uint8) for _ in "x" * 60
    ]
    assert abs(measured(planes)["camera_x"].sum()) * W * SCALE < 0.2


def test_repeats_do_not_move_and_drawings_share_the_move():
    planes = [view(2.0 * (t // 2)) for t in range(24)]
    columns = measured(planes, [t % 2 == 0 for t in range(24)])
    steps = columns["camera_x"] * W * SCALE
    assert not steps[1::2].any()
    assert steps.sum() == pytest.approx(22, rel=0.05)


def test_every_frame_has_a_row_whatever_comes():
    planes = [view(), view(1), np.zeros((30, 40), np.uint8), np.zeros((30, 40), np.uint8), view(2)]
    columns = measured(planes)
    assert {len(column) for column in columns.values()} == {5}
    assert all(np.isfinite(column).all() for column in columns.values())


def test_the_first_frame_after_a_cut_is_not_taken_for_a_move():
    other = [cv2.flip(view(5.0 * t), -1) for t in range(4)]
    columns = measured([*(view() for _ in range(4)), *other])
    assert columns["camera_fit"][4] < 0.4
    assert columns["camera_x"][5:].sum() * W * SCALE == pytest.approx(-15, rel=0.1)


def test_bars_do_not_hold_a_moving_view_still():
    def barred(plane):
        plane = cv2.convertScaleAbs(plane, alpha=0.1, beta=100)  # a faint background
        plane[:8], plane[-8:] = 16, 16
        return plane

    columns = measured([barred(view(0, 1.5 * t)) for t in range(30)])
    known = columns["camera_fit"] > 0.2
    assert columns["camera_y"][known].mean() * H * SCALE == pytest.approx(1.5, rel=0.1)
