"""A boundary between two shots, and what a row of boundaries makes of a film: its clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import pairwise

import numpy as np

from sakuga.core import records
from sakuga.core.records import Clip, Signals, Video


@dataclass(frozen=True, slots=True)
class Border:
    """Frames [first, last) bear the transition, both empty at a cut; `at` opens the next shot.

    A film that fades in has a border at 0, one that fades out has one at its last frame's end.
    """

    kind: records.Boundary
    at: int
    first: int
    last: int
    confidence: float

    def later(self, frames: int) -> Border:
        """The same, so many frames later."""
        return replace(
            self, at=self.at + frames, first=self.first + frames, last=self.last + frames
        )


def cut(at: int, confidence: float) -> Border:
    """A hard cut: frame `at` is the first of the new shot."""
    return Border("cut", at, at, at, confidence)


def clips(signals: Signals, video: Video, borders: Sequence[Border], min_length: int) -> list[Clip]:
    """The shots between the borders, which ascend and don't overlap. They partition the film."""
    after = _after(signals, video)
    frames = signals.frames
    opening = Border("start", 0, 0, 0, 1.0)
    closing = Border("end", frames, frames, frames, 1.0)
    edges = list(borders)
    if not edges or edges[0].at > 0:
        edges.insert(0, opening)
    if edges[-1].at < frames:
        edges.append(closing)
    pairs = enumerate(pairwise(edges))
    return [_clip(signals, after, i, a, b, min_length) for i, (a, b) in pairs]


def _clip(
    signals: Signals, after: int, index: int, opens: Border, closes: Border, min_length: int
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
