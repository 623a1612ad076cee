"""What may not be told to who is to predict a clip's timing, and what of a Row may (§4.1).

The class is keyframes / frames, in three bins. So the Row's `dynamic_score`, `timing`,
`timing_class`, `exposure`, `mixed_timing`, `pulldown`, `keyframes`, `keyframe_numbers`, `holds` and
`drawings` are the answer or most of it. Less plainly: the length of a clip, in frames or seconds,
tells it too, for only clips of 8 keyframes and more are looked at, and a short one of those must be
on ones. So do `anime_tags` (`on_twos`) and descriptions that say how the shot is animated.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sakuga.core.records import CameraMove, Row

MOVES: Final[tuple[CameraMove, ...]] = ("static", "pan", "tilt", "zoom", "shake")
FEATURES: Final = (
    *(f"camera is {move}" for move in MOVES),
    *("camera across", "camera along", "camera zoom", "camera shake", "aspect"),
)
"""What the motion baseline sees: how the camera moves, and the picture's shape."""

_TELLS: Final = re.compile(
    r"\bon[ _-](?:the[ _-])?(?:ones|twos|threes|fours|fives|sixes|sevens|eights|[1-9]s)\b"
    r"|\b(?:mixed|regular|irregular)[ _-]timing\b|\btimesheet\b|\bframe[ _-]rate\b"
    r"|\bdrawings? (?:is |are )?held\b|\bheld (?:on|for|drawing|pose|frame)"
    r"|\bstill (?:picture|image|frame|drawing)\b"
    r"|\bchanges? (?:once|twice|thrice|\w+ times)\b|\b(?:never|does not|hardly) changes?\b"
    r"|\b(?:lively|moderate|little|limited) (?:movement|motion|animation)\b"
    r"|\b[\d.]+[ -]?(?:seconds?|frames?)\b",
    re.IGNORECASE,
)


def tells_timing(text: str) -> bool:
    """Whether a description says how the shot is timed: on twos, held, how often, how long.

    It knows the words that this project's own describers are given; another's may slip through.
    """
    return _TELLS.search(text) is not None


def motion_features(row: Row) -> NDArray[np.float32]:
    """(10,) FEATURES of a clip; camera in widths, heights and growth a second, in logarithms.

    A speed a second was measured with the true timing at hand. That is no answer, but keyframes
    without timing have none of it: as a baseline these features know too much, if anything.
    """
    amounts = np.abs([row.camera_x, row.camera_y, row.camera_zoom, row.camera_shake])
    move = [float(row.camera == move) for move in MOVES]
    aspect = row.width / row.height * float(row.sample_aspect or 1)
    return np.array([*move, *np.log1p(100 * amounts), aspect], np.float32)
