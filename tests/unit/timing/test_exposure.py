import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.timing.exposure import NAMES, PAUSE, timing_of


@pytest.mark.parametrize(
    ("holds", "exposure", "name", "mixed"),
    [
        ([40], 0, "hold", False),
        ([1] * 30, 1, "ones", False),
        ([2] * 15 + [1], 2, "twos", False),
        ([3] * 8, 3, "threes", False),
        ([4, 4, 4, 4, 2], 4, "fours", False),
        ([2, 2, 2, 2, 2, 2, 24], 2, "twos", False),  # held at the end
        ([48, 2, 2, 2, 2, 2], 2, "twos", False),  # a pause before it moves
        ([2, 2, 2, 4, 2, 2, 2, 2, 2, 4, 2], 2, "twos", False),  # a drawing used again
        ([1, 3, 2, 4, 2, 6, 1, 3, 2, 3, 4, 6, 2], 6, "sixes", True),
        ([1, 2, 3, 1, 2, 3, 1, 2, 3, 2], 3, "threes", True),
        ([30, 40, 30], 40, "hold", True),
    ],
)
def test_timing_is_what_an_animator_says(holds, exposure, name, mixed):
    found = timing_of(np.array(holds), mixed_below=0.6)
    assert (found.exposure, found.name, found.mixed) == (exposure, name, mixed)


@given(hold=st.integers(1, PAUSE - 1), drawings=st.integers(2, 60), data=st.data())
def test_regular_timing_is_named_wherever_the_cut_falls(hold, drawings, data):
    last = data.draw(st.integers(1, hold))
    found = timing_of(np.array([hold] * (drawings - 1) + [last]), mixed_below=0.6)
    assert (found.exposure, found.name, found.mixed) == (hold, NAMES[hold], False)


@given(st.lists(st.integers(1, 60), min_size=2, max_size=80))
def test_the_exposure_is_one_of_the_holds(holds):
    found = timing_of(np.array(holds), mixed_below=0.6)
    assert found.exposure in holds[:-1]


@given(st.lists(st.integers(1, 12), min_size=2, max_size=40), st.integers(PAUSE, 200))
def test_a_pause_before_the_cut_changes_no_timing(holds, pause):
    plain = timing_of(np.array([*holds, 1]), mixed_below=0.6)
    assert timing_of(np.array([*holds, pause]), mixed_below=0.6) == plain
