"""How long drawings are held: an animator's "on twos"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

NAMES: Final = (
    "hold", "ones", "twos", "threes", "fours", "fives", "sixes",
    "sevens", "eights", "nines", "tens", "elevens", "twelves",
)  # fmt: skip
"""By the film frames of a hold; longer ones are holds."""
PAUSE: Final = len(NAMES)
"""Film frames from which a hold is a pause, not timing: half a second."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """exposure: film frames, 0 if there is no other drawing; mixed: no hold covers most frames."""

    exposure: int
    name: str
    mixed: bool


def exposure_name(exposure: int) -> str:
    """What an exposure is called: `twos`, or `hold` for none and for a pause."""
    return NAMES[exposure] if exposure < PAUSE else NAMES[0]


def timing_of(holds: NDArray[Any], mixed_below: float) -> Exposure:
    """The timing of a clip from its holds in film frames, (K,), first to last.

    Pauses vote only where there is nothing else, and the last hold only then: the cut ended it.
    """
    if len(holds) < 2:
        return Exposure(0, NAMES[0], False)
    voting = holds[:-1]
    short = voting[(voting < PAUSE) & (voting > 0)]
    if len(short):
        voting = short
    frames = np.bincount(voting, voting)
    exposure = int(frames.argmax())
    mixed = bool(frames[exposure] < mixed_below * frames.sum())
    return Exposure(exposure, exposure_name(exposure), mixed)
