"""What the net says of every frame of a film, as probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sakuga.core.records import Signals
from sakuga.timing.features import features
from sakuga.timing.net import HEADS, Net, shipped

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reading:
    """(T,) float32 each, 0 to 1: that a frame shows a new picture, bears two pictures, shows a new
    drawing (a camera move alone makes none), opens a shot after a cut, lies in a transition, shows
    the picture of the frame `Signals.match` again."""

    new: Floats
    mixed: Floats
    cel: Floats
    cut: Floats
    transition: Floats
    back: Floats


def reading(signals: Signals, time_base: Fraction, net: Net | None = None) -> Reading:
    """Ask the net of every frame; the first one is new whatever it says."""
    logits = (net or shipped())(features(signals, time_base))
    chances = (1 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)
    chances[:1] = np.where(np.isin(HEADS, ("new", "cel")), 1.0, 0.0)
    return Reading(*(np.ascontiguousarray(chances[:, i]) for i in range(len(HEADS))))


class Readings:
    """Readings of films, the last ones remembered: clips of one film come in a row."""

    def __init__(self) -> None:
        self._kept: dict[str, Reading] = {}

    def of(self, signals: Signals, time_base: Fraction) -> Reading:
        """The reading of one film."""
        if signals.id not in self._kept:
            self._kept = {signals.id: reading(signals, time_base)}
        return self._kept[signals.id]
