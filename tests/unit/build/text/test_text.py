"""`build.text`: the room, with a finder of five lines."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.text import FindText, Found
from sakuga.core.images import to_jpeg
from sakuga.core.records import Failure, Samples, TextBox


@dataclass(frozen=True)
class Lightness:
    """Text as probably as a picture is light, on all of it; out of range where nearly white."""

    def load(self):
        def find(pictures: Iterable[np.ndarray]):
            for picture in pictures:
                light = float(picture.mean()) / 200
                yield Found(light, [TextBox(0, 0, 1, 1, min(1.0, light))])

        return find


def clip(name: str, lights: list[int]) -> Samples:
    images = [to_jpeg(np.full((8, 8, 3), light, np.uint8)) for light in lights]
    return Samples(name, "v", list(range(0, 12 * len(lights), 12)), images)


def test_each_clip_gets_what_was_found_in_its_own_samples():
    rows = FindText(Lightness()).load()([(clip("a", [0, 100]),), (clip("b", [200]),)])
    told = [[round(s.probability, 1) for s in row.samples] for row in rows]
    assert told == [[0.0, 0.5], [1.0]]


def test_what_can_not_be_costs_only_its_clip():
    good, bad = FindText(Lightness()).load()([(clip("a", [100]),), (clip("b", [255]),)])
    assert good.id == "a"
    assert isinstance(bad, Failure)
    assert bad.reason == "bad_output"


@given(st.integers(1, 40), st.integers(0, 12))
def test_at_most_so_many_samples_are_looked_at_evenly(count, most):
    one = Samples("c", "v", list(range(count)), [b""] * count)
    shown = FindText(Lightness(), most)._shown(one)
    assert len(shown.frames) == len(shown.images) == (min(count, most) if most else count)
    assert sorted(set(shown.frames)) == shown.frames
    assert shown.frames[0] == 0
    if len(shown.frames) > 1:
        assert shown.frames[-1] == count - 1
        steps = np.diff(shown.frames)
        assert steps.max() - steps.min() <= 1


@pytest.mark.parametrize("most", [1, 2])
def test_with_one_sample_it_is_the_first(most):
    [row] = FindText(Lightness(), most).load()([(clip("a", [0, 100, 0]),)])
    assert [sample.frame for sample in row.samples] == [0, 24][:most]
