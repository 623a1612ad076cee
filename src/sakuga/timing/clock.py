"""The film's clock: how many film frames pass between two frames of the file.

A 24 fps film may stand in a 60 fps file with its frames repeated 2:3, telecined, blended, or with
its repeats left out. A hypothesis is a film rate and a phase: it lets new drawings begin only where
a film frame begins. Each shot is weighed against the file's frames as they are; what one shot
can't tell, the whole file may.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from sakuga.timing.stamps import RULE as STAMP_RULE
from sakuga.timing.stamps import StampRule, Stamps, stamps

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Carried = Literal["as_is", "repeats", "telecine", "blended", "left_out"]

_FILM: Final = {  # whole file rate -> film rates that such files carry, the likeliest first
    25: (24,), 30: (24,), 48: (24,), 50: (25, 24), 60: (24, 30), 72: (24,), 75: (25,), 90: (30,),
    100: (25,), 120: (24, 30, 60), 144: (24,), 240: (24, 30, 60),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClockRule:
    """How the clock decides.

    stray: chance of a new drawing where a hypothesis has none. doubt: log-odds against any
    conversion before a drawing is looked at. believed: log-odds from which on a conversion is.
    refuses: log-odds at which a shot is as it is though the file is converted. contradicts: the
    lowest log-odds that one shot may bring against a conversion of the file. often: share of the
    new frames that are mixed in a blended conversion. uses: drawings on a second place of the
    cycle, as a share of those on the most used one; without it one place proves nothing. few:
    drawings of a shot that can tell its own phase.
    """

    stamps: StampRule = STAMP_RULE
    stray: float = 0.04
    doubt: float = 3.0
    believed: float = 1.0
    refuses: float = -6.0
    contradicts: float = -60.0
    often: float = 0.15
    uses: float = 0.1
    few: int = 3


RULE: Final = ClockRule()


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of a file of T frames.

    file_rate, film_rate: frames a second, None where it can't be told. film_time: (T + 1,) the
    film frame at which each file frame begins, comparable within a shot. confidence: 0 to 1.
    harmed: what can no longer be told, in words; empty: nothing.
    """

    file_rate: Fraction | None
    film_rate: Fraction | None
    carried: Carried
    film_time: Floats
    confidence: float
    harmed: str

    @property
    def converted(self) -> bool:
        """Whether the file's frames are not the film's, one by one."""
        return self.carried in ("repeats", "telecine", "blended")

    def holds(self, frames: NDArray[Any], end: int) -> NDArray[np.int64]:
        """(K,): film frames from each given frame to the next, and from the last one to `end`."""
        edges = np.append(np.asarray(frames, np.int64), end)
        return np.diff(np.rint(self.film_time[edges]).astype(np.int64))

    def sentence(self) -> str:
        """What the file is, in words."""
        return sentence(self.film_rate, self.file_rate, self.carried)


def sentence(film: Fraction | None, file: Fraction | None, carried: str) -> str:
    """What a file is, in words: `24 fps film in a 60 fps file, frames repeated`."""
    if not film:
        return "frames without usable times"
    if carried in _HOW and file:
        return f"{_spoken(film)} fps film in a {_spoken(file)} fps file, {_HOW[carried]}"
    how = "repeats left out of the file" if carried == "left_out" else "frame by frame"
    return f"{_spoken(film)} fps film, {how}"


_HOW: Final = {
    "repeats": "frames repeated", "telecine": "telecined (fields of two frames woven together)",
    "blended": "frames blended",
}  # fmt: skip


def clock(
    pts: NDArray[np.int64],
    time_base: Fraction,
    nominal: Fraction,
    new: Flags,
    mixed: Flags,
    shots: Sequence[tuple[int, int]],
    combed: bool = False,
    rule: ClockRule = RULE,
) -> Clock:
    """Tell the clock of a file. new, mixed: (T,) whether a frame shows a new picture, or two;
    shots: [start, end) each; combed: the file's frames are two fields' pictures."""
    told = stamps(pts, time_base, nominal, rule.stamps)
    as_is = _as_is(told)
    if told.rate is None:
        return as_is
    blended = bool(mixed.sum() > max(rule.often * new.sum(), 2))
    found = [_weighed(told, film, new, shots, rule) for film in _film_rates(told.rate)]
    best = max(found, key=lambda each: each.odds, default=None)
    if best is None:
        return as_is
    forced = combed and _whole(told.rate) == 30
    blends = blended and best.odds > -rule.doubt
    if best.odds < rule.believed and not forced and not blends:
        return _as_is(told, 1 / (1 + np.exp(best.odds - rule.doubt)))
    if forced or blends:
        best = max(best, found[0], key=lambda each: (each.odds > rule.believed, each is found[0]))
    return Clock(
        file_rate=told.rate,
        film_rate=best.rate,
        carried="telecine" if forced else "blended" if blended else "repeats",
        film_time=best.film_time,
        confidence=float(1 / (1 + np.exp(-max(best.odds, 0.0)))),
        harmed="frames are blended: drawings on ones can't be had unmixed" if blended else "",
    )


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A film rate and how well the drawings of all shots agree with it, as log-odds."""

    rate: Fraction
    odds: float
    film_time: Floats


def _as_is(told: Stamps, confidence: float = 0.9) -> Clock:
    count = len(told.beats) - 1
    left_out = np.diff(told.beats) > 1
    many = told.rate is not None and left_out.sum() > max(2, 0.01 * count)
    beats = told.beats.astype(np.float64)
    return Clock(
        told.rate, told.rate, "left_out" if many else "as_is", beats,
        float(confidence) if told.rate else 0.0,
        "" if told.rate else "the file has no time stamps",
    )  # fmt: skip


def _whole(rate: Fraction) -> int:
    return round(float(rate) * (1.001 if rate.denominator == 1001 else 1))


def _film_rates(rate: Fraction) -> list[Fraction]:
    """Film rates that a file of this rate may carry."""
    whole = _whole(rate)
    return [rate * Fraction(film, whole) for film in _FILM.get(whole, ())]


def _weighed(
    told: Stamps, film: Fraction, new: Flags, shots: Sequence[tuple[int, int]], rule: ClockRule
) -> _Weighed:
    """Weigh a film rate: one phase through the file, or each shot with its own."""
    assert told.rate is not None
    ratio = film / told.rate
    cycle = ratio.denominator
    tables = [_table(told.beats, new, start, end, cycle) for start, end in shots]
    odds = np.array([_odds(onsets, beats, ratio, rule) for onsets, beats in tables])
    odds = odds.reshape(len(shots), cycle)
    own = np.maximum(odds.max(axis=1, initial=-np.inf) - np.log(cycle), rule.contradicts)
    whole = np.maximum(odds, rule.contradicts).sum(axis=0).max(initial=0.0) - np.log(cycle)
    total = max(float(whole), float(own.sum())) - rule.doubt
    if not _several(tables, ratio, rule):
        total = min(total, 0.0)
    keeps = odds.max(axis=1, initial=-np.inf) <= rule.refuses
    return _Weighed(film, total, _film_time(told.beats, new, shots, float(ratio), keeps, rule))


def _table(
    beats: NDArray[np.int64], new: Flags, start: int, end: int, cycle: int
) -> tuple[Floats, Floats]:
    """Of each place of the cycle: how many drawings begin there, and how many beats it has."""
    onsets = beats[start + 1 : end][new[start + 1 : end]]
    every = np.arange(beats[start] + 1, beats[end])
    return (
        np.bincount(onsets % cycle, minlength=cycle).astype(np.float64),
        np.bincount(every % cycle, minlength=cycle).astype(np.float64),
    )


def _odds(onsets: Floats, beats: Floats, ratio: Fraction, rule: ClockRule) -> Floats:
    """(cycle,): log-odds of each phase against the frames as they are."""
    cycle = ratio.denominator
    place = np.arange(cycle)
    counted = np.floor((place[None, :] + place[:, None]) * ratio.numerator / cycle + 1e-9)
    earlier = np.floor((place[None, :] - 1 + place[:, None]) * ratio.numerator / cycle + 1e-9)
    allowed = counted > earlier  # (phase, place)
    within, all_within = allowed @ onsets, allowed @ beats
    beside, all_beside = onsets.sum() - within, beats.sum() - all_within
    plain = _likelihood(onsets.sum(), beats.sum())
    stray = beside * np.log(rule.stray) + (all_beside - beside) * np.log(1 - rule.stray)
    return _likelihood(within, all_within) + stray - plain


def _likelihood(hits: Any, trials: Any) -> Any:
    """Logarithm of the likelihood of so many hits at their own rate."""
    rate = (hits + 0.5) / (trials + 1.0)
    return hits * np.log(rate) + (trials - hits) * np.log1p(-rate)


def _several(tables: list[tuple[Floats, Floats]], ratio: Fraction, rule: ClockRule) -> bool:
    """Whether drawings begin at more than one place of the cycle, as they do under repeats."""
    if ratio <= Fraction(1, 2):
        return True
    onsets = sum((onsets for onsets, _ in tables), np.zeros(ratio.denominator))
    used = onsets > rule.uses * onsets.max()
    return bool(used.sum() > 1)


def _film_time(
    beats: NDArray[np.int64], new: Flags, shots: Sequence[tuple[int, int]], ratio: float,
    keeps: Flags, rule: ClockRule,
) -> Floats:  # fmt: skip
    """(T + 1,): film frames, such that drawings of a shot begin about at whole ones."""
    time: Floats = beats.astype(np.float64) * ratio
    common = _offset(time[:-1][new])
    for (start, end), as_it_is in zip(shots, keeps.tolist(), strict=True):
        if as_it_is:
            time[start : end + 1] = beats[start : end + 1]
            continue
        film: Floats = beats[start : end + 1].astype(np.float64) * ratio
        onsets = film[:-1][new[start:end]]
        time[start : end + 1] = film - (_offset(onsets) if len(onsets) > rule.few else common)
    return time


def _offset(times: Floats) -> float:
    """Where within a film frame these times lie on average, around the circle."""
    if not len(times):
        return 0.0
    return float(np.angle(np.exp(2j * np.pi * times).mean()) / (2 * np.pi))


def _spoken(rate: Fraction) -> str:
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")
