"""Clips and signals to keyframes."""

from __future__ import annotations

import numpy as np

from sakuga.build.evidence import evidence
from sakuga.core.records import Clip, Keyframes, Signals


def keyframes(clip: Clip, signals: Signals) -> Keyframes:
    """The drawings of a clip and their holds."""
    found = evidence(signals)
    new = found.new[clip.start : clip.end].copy()
    new[0] = True
    frames = np.flatnonzero(new).astype(np.int32) + np.int32(clip.start)
    holds = np.diff(frames, append=np.int32(clip.end)).astype(np.int32)
    drawings = np.arange(1, len(frames) + 1, dtype=np.int32)
    confidence = found.confidence[clip.start : clip.end]
    return Keyframes(clip.id, clip.video, frames, holds, drawings, confidence)
