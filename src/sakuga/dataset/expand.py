"""Keyframes back to a film of 24 frames a second, by timesheet class (§4.1, Figure 6).

On ones each drawing stands for one frame of the film, on twos for two, on threes for three. For a
film of another rate the drawings keep their times: drawing i begins at i * k / 24 seconds, and a
frame shows the drawing that has begun last. NTSC's 24000/1001 and 30000/1001 count as 24 and 30:
there the whole film is slower, not its sheet another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.core.encode import VideoFormat, VideoWriter
from sakuga.core.records import Timing

FILM: Final = Fraction(24)
"""Frames a second that a timesheet counts."""


def exposure(timing: Timing) -> int:
    """Film frames that each drawing stands for: 1, 2 or 3."""
    return get_args(Timing).index(timing) + 1


def holds(
    keyframes: int, timing: Timing, rate: Fraction = FILM, frames: int | None = None
) -> NDArray[np.int32]:
    """(K,) frames that each drawing is held in a film of `rate` frames a second.

    frames: the film's length. None: as long as the drawings take, a last frame begun is shown
    whole. Longer than that: the last drawing is held to the end; shorter: the film ends there.
    Raises ValueError where a drawing would have no frame.
    """
    if keyframes < 1 or rate <= 0:
        raise ValueError(f"{keyframes} keyframes at {rate} frames a second: nothing to expand")
    whole = rate * 1001 / 1000 if rate.denominator == 1001 else rate
    step = whole * exposure(timing) / FILM
    starts = [-(-(i * step).numerator // (i * step).denominator) for i in range(keyframes + 1)]
    if frames is not None:
        starts[-1] = frames
    made = np.diff(np.array(starts)).astype(np.int32)
    if made.min() < 1:
        first = int(np.argmax(made < 1))
        raise ValueError(
            f"drawing {first} of {keyframes} on {timing} would have no frame at {rate} frames a "
            f"second, {frames or 'any number of'} frames: give a higher rate or more frames"
        )
    return made


def indices(held: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """(T,) which drawing each frame shows, from how long each is held; a Row's holds serve too."""
    if held.ndim != 1 or (len(held) and held.min() < 0):
        raise ValueError(f"holds {held.tolist()}: must be (K,), 0 or more")
    return np.repeat(np.arange(len(held)), held)


def expand(
    pictures: NDArray[np.uint8], timing: Timing, rate: Fraction = FILM, frames: int | None = None
) -> NDArray[np.uint8]:
    """(T, H, W, 3) frames from (K, H, W, 3) keyframes; `holds` says how many."""
    return pictures[indices(holds(len(pictures), timing, rate, frames))]


def write_expanded(
    path: Path,
    pictures: Sequence[NDArray[np.uint8]] | NDArray[np.uint8],
    held: NDArray[np.integer[Any]],
    form: VideoFormat | None = None,
    tags: Mapping[str, str] = {},
) -> int:
    """Write keyframes as a film, each held as long as `held` says; returns its frames.

    pictures: (K, H, W, 3) uint8 RGB; form: lossless or not, its rate should be the one that `held`
    was made for. None: H.264 at 24 frames a second. tags: the container's own. The file appears
    only when it is whole.
    """
    if len(pictures) != len(held) or not len(pictures):
        raise ValueError(f"{len(pictures)} pictures and {len(held)} holds: must be as many, over 0")
    height, width = pictures[0].shape[:2]
    with VideoWriter(path, width, height, form or VideoFormat(rate=FILM), tags) as writer:
        for place in indices(held):
            picture = cv2.cvtColor(pictures[int(place)], cv2.COLOR_RGB2BGR)
            writer.write(np.asarray(picture, np.uint8))
        return writer.frames
