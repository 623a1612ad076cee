"""What the tables say in words."""

from __future__ import annotations

from typing import Any

import pytest

from sakuga.core.records import Motion
from sakuga.report.sections import duration, frame_rate
from sakuga.report.words import boundary_words, camera_arrow, camera_words
from tests.tables import filled


@pytest.mark.parametrize(
    ("move", "words", "arrow"),
    [
        ({"camera": "static"}, "static", ""),
        ({"camera": "pan", "camera_x": -0.214}, "pan left, 0.21 widths a second", "←"),
        ({"camera": "tilt", "camera_y": 0.003}, "tilt down, 0.003 heights a second", "↓"),
        ({"camera": "zoom", "camera_zoom": -0.12}, "zoom out, 12% a second", "⤡"),
        ({"camera": "shake", "camera_shake": 0.021}, "shake, 2.1% of the height", "≈"),
    ],
)
def test_camera_moves_are_told_with_their_way_and_amount(
    move: dict[str, Any], words: str, arrow: str
) -> None:
    motion = filled(Motion, **move)
    assert (camera_words(motion), camera_arrow(motion)) == (words, arrow)


def test_the_ends_of_a_file_are_certain() -> None:
    assert boundary_words("start", 0.2) == "start of the file"
    assert boundary_words("fade_black", 0.91) == "fade, black, 91% sure"


def test_times_and_rates_are_readable() -> None:
    assert [duration(s) for s in (4.25, 59, 200, 7500)] == [
        "4.2 s",
        "59 s",
        "3 min 20 s",
        "2 h 5 min",
    ]
    assert frame_rate("24/1") == "24 fps"
    assert frame_rate("24000/1001") == "23.976 fps (24000/1001)"
    assert frame_rate("0/1") == "unknown"
