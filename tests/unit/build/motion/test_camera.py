import math

import numpy as np
import pytest

from sakuga.build.motion.camera import view_of
from tests.unit.build.motion.makers import clip, signals, video

STILL = 0.0035
N = 49  # two seconds between the first and the last frame


def seen(right=0.0, down=0.0, zoom=0.0, rotation=0, size=(854, 480), **kwargs):
    """right, down, zoom: numbers or (N,) steps, in widths and heights as stored."""
    steps = [np.broadcast_to(np.asarray(v, np.float32), N).copy() for v in (right, down, zoom)]
    columns = dict(zip(("camera_x", "camera_y", "camera_zoom"), steps, strict=True))
    given = signals(N, **(columns | kwargs))
    return view_of(given, clip(N), video(rotation=rotation, size=size), STILL)


@pytest.mark.parametrize(
    ("steps", "move"),
    [
        ({}, "static"),
        ({"right": 0.25 / 854}, "pan"),
        ({"right": -0.01}, "pan"),
        ({"down": 0.001}, "tilt"),
        ({"down": -0.25 / 480}, "tilt"),
        ({"zoom": 0.001}, "zoom"),
        ({"zoom": -0.01}, "zoom"),
        ({"right": 0.002, "down": 0.002}, "pan"),  # a width is longer than a height
        ({"right": 0.001, "down": 0.004}, "tilt"),
    ],
)
def test_a_move_is_named_by_its_largest_part(steps, move):
    assert seen(**steps).move == move


def test_amounts_are_by_the_second():
    view = seen(right=0.002, down=-0.001, zoom=0.003)
    assert view.right == pytest.approx(0.048)
    assert view.down == pytest.approx(-0.024)
    assert view.growth == pytest.approx(1.003**24 - 1, rel=1e-4)


def test_a_pan_on_twos_is_as_fast_as_the_same_pan_on_ones():
    ones, twos = np.full(N, 0.002), np.where(np.arange(N) % 2 == 0, 0.004, 0)
    assert seen(right=twos).right == pytest.approx(seen(right=ones).right, rel=0.03)


@pytest.mark.parametrize("held", [1, 2])
def test_random_jumps_are_shake(held):
    random = np.random.default_rng(3)
    place = np.repeat(random.uniform(-1, 1, (N, 2)), held, axis=0)[:N] * (5 / 854, 4 / 480)
    steps = np.diff(place, axis=0, prepend=place[:1])
    view = seen(right=steps[:, 0], down=steps[:, 1])
    assert view.move == "shake"
    assert view.shake == pytest.approx(math.hypot(5, 4) / math.sqrt(3) / 480, rel=0.4)


def test_a_whip_is_a_pan():
    steps = np.zeros(N)
    steps[20:26] = 90 / 854
    view = seen(right=steps)
    assert view.move == "pan"
    assert view.right == pytest.approx(6 * 90 / 854 / 2, rel=0.01)


def test_what_covers_the_view_does_not_move_it():
    steps, fit = np.zeros(N), np.ones(N)
    steps[20:26], fit[20:26] = 0.2, 0.1
    assert seen(right=steps, camera_fit=fit.astype(np.float32)).move == "static"


def test_only_the_body_counts():
    steps = np.where(np.arange(N) < 24, 0.01, 0).astype(np.float32)
    view = view_of(signals(N, camera_x=steps), clip(N, body=(24, N)), video(), STILL)
    assert view.move == "static"


def test_the_cut_itself_is_no_move():
    steps = np.zeros(N, np.float32)
    steps[10] = 0.2
    assert view_of(signals(N, camera_x=steps), clip(N, 10), video(), STILL).move == "static"


@pytest.mark.parametrize(
    ("rotation", "right", "down"),
    [(0, 0.02, 0.0), (90, 0.0, -0.02), (180, -0.02, 0.0), (270, 0.0, 0.02)],
)
def test_moves_are_told_as_the_picture_is_shown(rotation, right, down):
    view = seen(
        right=0.02 / 24, rotation=rotation, size=(480, 854) if rotation % 180 else (854, 480)
    )
    assert view.right == pytest.approx(right, abs=1e-6)
    assert view.down == pytest.approx(down, abs=1e-6)


def test_rotation_turns_as_numpy_does():
    stored = np.zeros((5, 5))
    stored[2, 3] = 1  # a step to the right of the middle
    for quarter in range(4):
        row, column = np.argwhere(np.rot90(stored, quarter))[0] - 2
        view = seen(right=0.01, rotation=90 * quarter, size=(480, 480))
        assert (np.sign(view.right), np.sign(view.down)) == (column, row)


def test_time_comes_from_timestamps_not_from_the_rate():
    slow = np.arange(N) * 2 * 3750
    assert seen(right=0.002, pts=slow).right == pytest.approx(0.024)


@pytest.mark.parametrize("frames", [1, 2])
def test_a_clip_of_one_or_two_frames_is_static_or_short(frames):
    view = view_of(signals(frames), clip(frames), video(), STILL)
    assert view.move == "static"
    assert math.isfinite(view.right)


def test_without_timestamps_the_rate_serves():
    assert seen(right=0.002, pts=np.full(N, -1)).right == pytest.approx(0.048)
