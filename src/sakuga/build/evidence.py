"""New drawing or repeat? One automatic decision per frame, from `Signals` alone.

Shared ground of `keyframe` and `split`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sakuga.core.records import Signals


@dataclass(frozen=True, slots=True)
class Evidence:
    """T frames, each compared with the one before it; frame 0 is always new.

    new: (T,) bool, this frame shows a new picture; confidence: (T,) float32, 0.5 to 1, how sure
    that decision is.
    """

    new: NDArray[np.bool_]
    confidence: NDArray[np.float32]


def evidence(signals: Signals) -> Evidence:
    """Decide for every frame of a video."""
    return decide(signals.block_max)


def decide(block_max: NDArray[np.float32]) -> Evidence:
    """A first rule: three times the quietest fifth of the frames around, at least 0.75."""
    level = np.log(np.maximum(block_max, 0.05))
    padded = np.pad(level, 48, mode="reflect" if len(level) > 48 else "edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 97)
    floor = np.maximum(np.quantile(around, 0.1, axis=1) + np.log(2.0), np.log(0.75))
    floor = np.minimum(floor, np.log(8.0))
    odds = 3.0 * (level - floor)
    odds[:1] = 9.0
    sure = 1 / (1 + np.exp(-np.abs(odds)))
    return Evidence(odds > 0, sure.astype(np.float32))
