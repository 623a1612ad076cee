"""The taxonomy's axes and labels are the release's (§3.2)."""

from __future__ import annotations

import pytest

from sakuga.dataset.release.columns import CLASSES
from sakuga.dataset.taxonomy import AXES, classes_of, digest_of, label_of, read_lists


@pytest.mark.parametrize(
    ("axis", "name", "label"),
    [
        ("time", "daylight", 0),
        ("time", "sunset", 2),
        ("media", "color_trace", 1),
        ("composition", "out_of_frame", 3),
        ("character", "multiple", 2),
        ("character", "others", -1),
    ],
)
def test_labels_are_the_releases(axis: str, name: str, label: int) -> None:
    assert label_of(axis, name) == label


def test_a_record_has_every_axis_and_no_other() -> None:
    assert tuple(CLASSES) == AXES
    assert all(classes_of(axis)[-1] == "others" for axis in AXES)


def test_a_digest_tells_what_is_said_from_how_it_is_written() -> None:
    first = read_lists('[time.night]\nsays = ["night"]', "a")
    spaced = read_lists('# why\n[time.night]\nsays = [ "night", ]\nhints = []', "b")
    hinted = read_lists('[time.night]\nhints = ["night"]', "c")
    assert digest_of(first) == digest_of(spaced) != digest_of(hinted)
