"""Clips and signals to keyframes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import RequestError
from sakuga.core.records import Clip, Keyframes, Signals, Video
from sakuga.timing.drawings import Drawings, drawings
from sakuga.timing.reading import reading

if TYPE_CHECKING:
    from sakuga.build.keyframe import Keyframe

Counts = NDArray[np.int32]


class Worker:
    """Finds the drawings of clips; what it found in a video it keeps for the video's next clip."""

    def __init__(self, recipe: Keyframe) -> None:
        self._recipe = recipe
        self._found: tuple[str, Drawings] | None = None  # of this video

    def __call__(self, items: Sequence[tuple[Clip, Signals, Video]]) -> Iterator[Keyframes]:
        for clip, signals, video in items:
            yield keyframes(clip, self._of(signals, video))

    def _of(self, signals: Signals, video: Video) -> Drawings:
        if self._found is None or self._found[0] != signals.id:
            found = (
                drawings(signals, reading(signals, video.time_base), self._recipe.least)
                if self._recipe.rule == "local"
                else paper(signals, self._recipe.below)
            )
            self._found = signals.id, found
        return self._found[1]


def paper(signals: Signals, below: float) -> Drawings:
    """The release's rule: a frame is new where its SSIM is below the threshold.

    Its confidence grows from 0.5 at the threshold to 1 where SSIM is 0 or 1; it knows no drawing
    that returns.
    """
    if len(signals.ssim) != signals.frames:
        raise RequestError(
            '[keyframe] rule = "paper" reads what this table lacks: set [scan] release = true'
        )
    new = signals.ssim < below
    new[:1] = True
    away = np.where(new, (below - signals.ssim) / max(below, 1e-6), signals.ssim - below)
    away = np.where(new, away, away / max(1 - below, 1e-6))
    sure = (0.5 + np.clip(away, 0, 1) / 2).astype(np.float32)
    sure[:1] = 1.0
    none = np.zeros(signals.frames, np.bool_)
    return Drawings(new, none, new, sure, np.full(signals.frames, -1, np.int32))


def keyframes(clip: Clip, found: Drawings) -> Keyframes:
    """The drawings of a clip and their holds. The clip's first frame is always a keyframe."""
    new = found.new[clip.start : clip.end].copy()
    confidence = found.confidence[clip.start : clip.end].copy()
    new[0], confidence[0] = True, 1.0
    frames = (np.flatnonzero(new) + clip.start).astype(np.int32)
    holds = np.diff(frames, append=np.int32(clip.end)).astype(np.int32)
    return Keyframes(
        id=clip.id,
        video=clip.video,
        frames=frames,
        holds=holds,
        drawings=numbered(frames, found.returns),
        cels=frames[found.cel[frames] | (frames == clip.start)],
        mixed=(np.flatnonzero(found.mixed[clip.start : clip.end]) + clip.start).astype(np.int32),
        confidence=confidence,
    )


def numbered(frames: Counts, returns: Counts) -> Counts:
    """Drawing numbers from 1 without gaps; a keyframe that returns to an earlier frame of the
    same clip has the number of the keyframe which that frame belongs to."""
    numbers: Counts = np.zeros(len(frames), np.int32)
    for i, frame in enumerate(frames):
        back = int(returns[frame])
        if frames[0] <= back < frame:
            numbers[i] = numbers[np.searchsorted(frames, back, side="right") - 1]
        else:
            numbers[i] = numbers.max(initial=0) + 1
    return numbers
