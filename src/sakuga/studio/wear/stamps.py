"""Files whose stamps are uneven, wrong or late, or whose repeats are left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import pairwise
from math import floor
from typing import Final

import numpy as np

from sakuga.studio.sequence import Sequence
from sakuga.studio.wear.rates import Conversion, plain, repeats
from sakuga.studio.wear.schedule import NTSC, Schedule, wholes

_TICK: Final = Fraction(1, 90000)
_MS: Final = Fraction(1, 1000)
_EXACT: Final = (".mp4", ".mkv", ".mov")
_MATROSKA: Final = (".mkv",)
Spoil = Callable[[list[Fraction], Fraction, np.random.Generator], list[Fraction]]


def deduplicated(rate: int | None, sequence: Sequence, random: np.random.Generator) -> Schedule:
    """Frames that show what the one before shows are left out; the stamps of the others stay.

    rate: the file is first converted to it by repeats.
    """
    base = plain(sequence, random) if rate is None else repeats(Fraction(rate), sequence, random)
    most = int(random.choice([0, 24]))  # frames in a row that are left out; 0: any number
    kept = _first_ones(sequence, base, most)
    in_ms = bool(random.random() < 0.5)
    told = f"deduplicated(at most {most or 'all'}, {'ms' if in_ms else '1/90000'})"
    return replace(
        base,
        shows=[base.shows[n] for n in kept],
        stamps=[n / base.rate for n in kept],
        wears=" ".join(filter(None, (base.wears, told))),
        suffixes=_MATROSKA if in_ms else (".mp4", ".mov"),
        time_base=None if in_ms else _TICK,
    )


def _first_ones(sequence: Sequence, schedule: Schedule, most: int) -> list[int]:
    labels = [int(sequence.picture[show.upper[0][0]]) for show in schedule.shows]
    kept = [0]
    for n, (before, now) in enumerate(pairwise(labels), 1):
        if now != before or (most and n - kept[-1] > most):
            kept.append(n)
    return kept


def soft_telecine(sequence: Sequence, random: np.random.Generator) -> Schedule:
    """Film frames stand two and three fields by turns: 33 and 50 ms, rounded in Matroska."""
    base = plain(sequence, random)
    rate = base.film_rate * NTSC if base.film_rate.denominator == 1 else base.film_rate
    odd = int(random.integers(2))
    fields, stamps = 0, list[Fraction]()
    for frame in range(len(base.shows)):
        stamps.append(fields / (rate * 5 / 2))
        fields += 3 if frame % 2 == odd else 2
    told = f"soft_telecine({'3:2' if odd == 0 else '2:3'})"
    return replace(base, film_rate=rate, rate=rate, stamps=stamps, wears=told, suffixes=_MATROSKA)


def vfr_24_30(sequence: Sequence, random: np.random.Generator) -> Schedule:
    """Stretches at the film's rate, and stretches where one frame in four stands twice."""
    base = plain(sequence, random)
    shots = int(sequence.shot.max()) + 1
    doubled = random.permutation(np.arange(shots) % 2).astype(bool)
    frames, stamps, time = list[int](), list[Fraction](), Fraction(0)
    for frame in range(len(base.shows)):
        fast = doubled[sequence.shot[frame]]
        for _ in range(1 + (fast and frame % 4 == 3)):
            frames.append(frame)
            stamps.append(time)
            time += 1 / (base.rate * (Fraction(5, 4) if fast else 1))
    told = f"vfr_24_30(shots {np.flatnonzero(doubled).tolist()} at 5/4)"
    return replace(
        base, shows=wholes(frames), stamps=stamps, wears=told, suffixes=_EXACT, time_base=_TICK
    )


def spoiled(name: str, spoil: Spoil, sequence: Sequence, random: np.random.Generator) -> Schedule:
    """The film's frames, each once, with stamps that are not where they belong."""
    base = plain(sequence, random)
    stamps = spoil(base.times(), 1 / base.rate, random)
    doubles = name == "double_stamps"
    return replace(
        base,
        stamps=stamps,
        wears=name,
        suffixes=_MATROSKA if doubles else _EXACT,
        time_base=Fraction(1, 10000) if doubles else _TICK,
    )


def jitter(times: list[Fraction], frame: Fraction, random: np.random.Generator) -> list[Fraction]:
    """As a phone's camera stamps: each is off by a tenth of a frame or so, at most by 0.3."""
    offs = np.clip(random.normal(0, 0.1, len(times)), -0.3, 0.3)
    return _from_zero(
        [_ticked(at + frame * Fraction(float(off))) for at, off in zip(times, offs, strict=True)]
    )


def late(times: list[Fraction], frame: Fraction, random: np.random.Generator) -> list[Fraction]:
    """One frame in forty is late by 0.3 to 0.7 of a frame."""
    start = int(random.integers(1, 40))
    offs = random.uniform(0.3, 0.7, len(times))
    return [
        _ticked(at + frame * Fraction(float(off))) if n % 40 == start else at
        for n, (at, off) in enumerate(zip(times, offs, strict=True))
    ]


def double(times: list[Fraction], frame: Fraction, random: np.random.Generator) -> list[Fraction]:
    """Some frames bear the stamp of the frame before, in whole milliseconds."""
    del frame
    stamps = [floor(at / _MS) * _MS for at in times]
    for n in _some(len(times), random):
        stamps[n] = stamps[n - 1] + Fraction(2, 10000)
    return stamps


def missing(times: list[Fraction], frame: Fraction, random: np.random.Generator) -> list[Fraction]:
    """Now and then one stamp of the even row is passed over; all later ones are a frame late."""
    jumps = np.zeros(len(times), int)
    jumps[_some(len(times), random)] = 1
    return [at + frame * int(n) for at, n in zip(times, np.cumsum(jumps), strict=True)]


def hour(times: list[Fraction], frame: Fraction, random: np.random.Generator) -> list[Fraction]:
    """The first stamp is one hour."""
    del frame, random
    return [3600 + at for at in times]


def _some(count: int, random: np.random.Generator) -> list[int]:
    """A few frame numbers, none of them 0, apart from each other."""
    wanted = min(1 + count // 60, max(count // 4, 1))
    return sorted(4 * int(n) + 1 for n in random.choice(max(count // 4, 1), wanted, False))


def _from_zero(times: list[Fraction]) -> list[Fraction]:
    return [at - times[0] for at in times]


def _ticked(at: Fraction) -> Fraction:
    return round(at / _TICK) * _TICK


def wrong_nominal(sequence: Sequence, random: np.random.Generator) -> Schedule:
    """Right stamps beside a header that claims another rate."""
    base = plain(sequence, random)
    claimed = Fraction(int(random.choice([1000, 60, 50, 30])))
    told = f"wrong_nominal({claimed})"
    return replace(
        base,
        stamps=base.times(),
        wears=told,
        suffixes=_MATROSKA,
        nominal_rate=claimed,
    )


STAMPS: Final[dict[str, Conversion]] = {
    "deduplicated": partial(deduplicated, None),
    "deduplicated_60": partial(deduplicated, 60),
    "soft_telecine": soft_telecine,
    "vfr_24_30": vfr_24_30,
    "jitter": partial(spoiled, "jitter", jitter),
    "late_stamps": partial(spoiled, "late_stamps", late),
    "double_stamps": partial(spoiled, "double_stamps", double),
    "missing_stamps": partial(spoiled, "missing_stamps", missing),
    "hour_start": partial(spoiled, "hour_start", hour),
    "wrong_nominal": wrong_nominal,
}
"""Conversions by name."""
