"""What a row of boundaries makes of a film: its clips."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise

import numpy as np

from sakuga.core.records import Clip, Signals, Video
from sakuga.timing.boundaries import Boundary


def cut(at: int, confidence: float) -> Boundary:
    """A hard cut: frame `at` is the first of the new shot."""
    return Boundary("cut", at, at, at, confidence)


def clips(
    signals: Signals, video: Video, borders: Sequence[Boundary], min_length: int
) -> list[Clip]:
    """The shots between the borders, which ascend and don't overlap. They partition the film."""
    after = _after(signals, video)
    frames = signals.frames
    opening = Boundary("start", 0, 0, 0, 1.0)
    closing = Boundary("end", frames, frames, frames, 1.0)
    edges = list(borders)
    if not edges or edges[0].at > 0:
        edges.insert(0, opening)
    if edges[-1].at < frames:
        edges.append(closing)
    pairs = enumerate(pairwise(edges))
    return [_clip(signals, after, i, a, b, min_length) for i, (a, b) in pairs]


def _clip(
    signals: Signals, after: int, index: int, opens: Boundary, closes: Boundary, min_length: int
) -> Clip:
    start, end = opens.at, closes.at
    body_start = min(max(opens.last, start), end)
    return Clip(
        id=sha256(f"{signals.id}:{start}".encode()).hexdigest(),
        video=signals.id,
        index=index,
        start=start,
        end=end,
        start_pts=int(signals.pts[start]),
        end_pts=int(signals.pts[end]) if end < signals.frames else after,
        body_start=body_start,
        body_end=max(min(closes.first, end), body_start),
        opens=opens.kind,
        opens_confidence=round(float(opens.confidence), 4),
        closes=closes.kind,
        closes_confidence=round(float(closes.confidence), 4),
        short=end - start < min_length,
    )


def _after(signals: Signals, video: Video) -> int:
    """PTS of the frame after the last, one median distance on; -1 where the last has none.

    A film of one frame has no distances: there it is what the container's frame rate says.
    """
    last = int(signals.pts[-1])
    if last < 0:
        return -1
    steps = np.diff(signals.pts[signals.pts >= 0])
    if np.any(steps > 0):
        return last + int(np.median(steps[steps > 0]))
    return last + round(1 / (video.frame_rate * video.time_base)) if video.frame_rate else last + 1
