"""What a file's time stamps tell: its frame rate, and at which beat of it each frame stands.

Stamps may be rounded to milliseconds, jitter, stand twice, come late or leave repeats out. A bad
stamp costs itself only: the frame is laid between its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WHOLE: Final = (
    *(1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 25, 30, 40),
    *(48, 50, 60, 72, 75, 90, 100, 120, 144, 240),
)
"""Frame rates that files have; each of 24 and more also by 1000/1001."""
_NTSC: Final = Fraction(1000, 1001)


@dataclass(frozen=True, slots=True)
class StampRule:
    """longer: what a rate costs for each doubling of the beats that a frame lasts; off: share by
    which a rate may miss a usual one."""

    longer: float = 0.06
    off: float = 0.004


@dataclass(frozen=True, slots=True)
class Stamps:
    """rate: frames a second that the stamps are laid out on, None if they tell nothing; beats:
    (T + 1,) at which beat each frame begins and the last one ends; repaired: how many frames'
    stamps were not believed."""

    rate: Fraction | None
    beats: NDArray[np.int64]
    repaired: int


RULE: Final = StampRule()


def stamps(
    pts: NDArray[np.int64], time_base: Fraction, nominal: Fraction, rule: StampRule = RULE
) -> Stamps:
    """Read the stamps of a file. nominal: the rate that the container names, 0 if none."""
    count = len(pts)
    known = bool(count > 1 and pts.min() >= 0)
    steps = np.diff(pts) * float(time_base) if known else np.zeros(0)
    if not np.any(steps > 0):
        return Stamps(nominal or None, np.arange(count + 1), 0)
    whole = _whole_rate(steps[steps > 0], nominal, rule)
    rate = _exact(steps, whole, nominal, rule)
    beats = np.concatenate(([0], np.cumsum(np.rint(np.maximum(steps, 0) * float(rate)))))
    beats, repaired = _repaired(beats.astype(np.int64))
    return Stamps(rate, np.append(beats, beats[-1] + 1), repaired)


def _whole_rate(steps: Floats, nominal: Fraction, rule: StampRule) -> Fraction:
    """The rate of whose beats the steps are multiples, the fewest on average."""
    best, least = Fraction(24), np.inf
    for rate in WHOLE:
        length = steps * rate
        beats = np.maximum(np.rint(length), 1)
        off = np.minimum(np.abs(length - beats), 0.5)
        cost = float(off.mean()) + rule.longer * float(np.log2(beats.mean()))
        if cost < least - 1e-9:
            best, least = Fraction(rate), cost
    times = nominal / best
    if 1 < times <= 4 and abs(times - round(times)) < 0.01 and nominal <= 31:
        return best * round(times)  # every repeat was left out: only the container knows the rate
    return best


def _exact(steps: Floats, whole: Fraction, nominal: Fraction, rule: StampRule) -> Fraction:
    """The rate itself, or that by 1000/1001: the whole file tells them apart, or the container."""
    length = steps * float(whole)
    beats = np.maximum(np.rint(length), 1)
    good = np.abs(length - beats) < 0.5
    measured = float(beats[good].sum() / steps[good].sum()) if good.any() else float(whole)
    choices = [whole, whole * _NTSC] if whole >= 24 else [whole]
    if nominal and abs(nominal / whole - 1) < rule.off:
        choices.append(nominal)
    nearest = min(choices, key=lambda rate: abs(float(rate) / measured - 1))
    if abs(float(nearest) / measured - 1) < rule.off:
        return nearest
    return Fraction(measured).limit_denominator(1001)


def _repaired(beats: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Frames that stand on the beat of another are laid into the wider gap beside them."""
    repaired = 0
    for i in np.flatnonzero(np.diff(beats) <= 0) + 1:
        before = beats[i - 1] - beats[i - 2] if i > 1 else 0
        after = beats[i + 1] - beats[i] if i + 1 < len(beats) else 0
        if max(before, after) < 2:
            beats[i:] += 1 + beats[i - 1] - beats[i]
        elif before > after:
            beats[i - 1] = (beats[i - 2] + beats[i]) // 2
        else:
            beats[i] = (beats[i - 1] + beats[i + 1]) // 2
        repaired += 1
    return beats, repaired
