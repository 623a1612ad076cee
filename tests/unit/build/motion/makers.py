"""Records with the few fields that the room `motion` looks at."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from sakuga.core.measures import WIDTH
from sakuga.core.records import Clip, Keyframes, Signals, Video
from sakuga.timing.features import CELLS, LUMA

TICKS = Fraction(1, 90_000)


def video(
    rate: Fraction = Fraction(24), rotation: int = 0, size: tuple[int, int] = (854, 480)
) -> Video:
    """A video of this rate; size: width and height as shown."""
    known = {
        "width": size[0], "height": size[1], "rotation": rotation, "sample_aspect": Fraction(1),
        "frame_rate": rate, "time_base": TICKS, "id": "v", "user_tags": [], "duration": None,
    }  # fmt: skip
    return Video(**{field.name: known.get(field.name, "") for field in dataclasses.fields(Video)})


def signals(frames: int, rate: Fraction = Fraction(24), **columns: Any) -> Signals:
    """Measurements of a still film; columns: what to put in place of theirs."""
    zero = np.zeros(frames, np.float32)
    known: dict[str, Any] = {
        "id": "v", "frames": frames, "damaged": 0,
        "pts": np.rint(np.arange(frames) / float(rate * TICKS)).astype(np.int64),
        "grid": np.full(frames * CELLS, 120, np.uint8), "ink": np.zeros(frames * LUMA, np.uint8),
        "measures": np.zeros(frames * WIDTH, np.uint8), "match": np.full(frames, -1, np.int32),
        "combed": False,
        "camera_x": zero, "camera_y": zero, "camera_zoom": zero, "camera_fit": zero + 1,
    }  # fmt: skip
    known |= columns
    return Signals(
        **{field.name: known.get(field.name, zero) for field in dataclasses.fields(Signals)}
    )


def clip(end: int, start: int = 0, body: tuple[int, int] | None = None) -> Clip:
    """A clip of these frames, all of them its body if nothing else is said."""
    first, last = body or (start, end)
    return Clip(
        "c", "v", 0, start, end, start, end, first, last, "cut", 1.0, "cut", 1.0, False
    )  # fmt: skip


def keyframes(frames: Sequence[int], end: int) -> Keyframes:
    """Drawings that begin at these frames."""
    starts = np.array(frames, np.int32)
    holds = np.diff(np.append(starts, end)).astype(np.int32)
    numbers = np.arange(len(starts), dtype=np.int32) + 1
    none = np.zeros(0, np.int32)
    return Keyframes("c", "v", starts, holds, numbers, starts, none, np.ones(1, np.float32))
