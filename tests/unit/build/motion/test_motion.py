import pickle

import pytest

from sakuga.build.motion import MotionStage, dynamic_class
from tests.unit.build.motion.makers import clip, keyframes, signals, video


def made(starts, end):
    item = (keyframes(starts, end), clip(end), signals(end), video())
    return next(iter(MotionStage().load()([item])))


@pytest.mark.parametrize(
    ("score", "name"),
    [
        (1.0, "ones"),
        (0.51, "ones"),
        (0.5, "twos"),
        (0.34, "twos"),
        (1 / 3, "threes"),
        (0.1, "threes"),
    ],
)
def test_classes_of_the_dynamic_score_end_where_a_regular_timing_stands(score, name):
    assert dynamic_class(score) == name


@pytest.mark.parametrize(("hold", "name"), [(1, "ones"), (2, "twos"), (3, "threes")])
def test_a_regular_clip_has_its_class_and_its_timing(hold, name):
    row = made(range(0, 48, hold), 48)
    assert row.dynamic_score == pytest.approx(1 / hold, abs=1e-6)
    assert (row.dynamic_class, row.timing, row.exposure) == (name, name, hold)
    assert not row.mixed
    assert not row.pulldown


def test_one_drawing_is_a_hold():
    row = made([0], 30)
    assert (row.timing, row.exposure, row.mixed, row.camera) == ("hold", 0, False, "static")


def test_the_row_bears_the_ids_of_its_clip():
    row = made([0, 4], 8)
    assert (row.id, row.video) == ("c", "v")


def test_the_recipe_travels():
    assert pickle.loads(pickle.dumps(MotionStage())) == MotionStage()
