"""Rate conversions that repeat, blend or interpolate film frames, and films at low rates."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from math import floor
from typing import Final

import numpy as np

from sakuga.studio.sequence import Sequence
from sakuga.studio.wear.schedule import NTSC, Schedule, Show, blend, whole, wholes

Conversion = Callable[[Sequence, np.random.Generator], Schedule]

_TARGETS: Final = {
    "25": Fraction(25),
    "2997": 30 * NTSC,
    "30": Fraction(30),
    "48": Fraction(48),
    "50": Fraction(50),
    "5994": 60 * NTSC,
    "60": Fraction(60),
    "120": Fraction(120),
}
_PHASES: Final = 32


def film_rate(sequence: Sequence, random: np.random.Generator, target: Fraction) -> Fraction:
    """The film's rate as the converter took it: 24 is 23.976 beside NTSC, elsewhere at times."""
    if sequence.rate.denominator != 1 or sequence.rate % 6:
        return sequence.rate
    beside = target.denominator != 1
    return sequence.rate * NTSC if beside or random.random() < 0.3 else sequence.rate


def plain(sequence: Sequence, random: np.random.Generator) -> Schedule:
    """Each film frame once, at the film's rate."""
    del random
    frames = wholes(range(len(sequence.frames)))
    return Schedule(frames, sequence.rate, sequence.rate, "")


def ntsc_film(sequence: Sequence, random: np.random.Generator) -> Schedule:
    """Each film frame once, a thousandth slower: 24 as 23.976, 30 as 29.97."""
    del random
    rate = sequence.rate * NTSC if sequence.rate.denominator == 1 else sequence.rate
    return Schedule(wholes(range(len(sequence.frames))), rate, rate, f"ntsc_film({rate})")


def speed_up(sequence: Sequence, random: np.random.Generator) -> Schedule:
    """The same frames at 25/24 of the film's rate, as PAL shows films."""
    del random
    rate = Fraction(round(sequence.rate * Fraction(25, 24)))
    return Schedule(wholes(range(len(sequence.frames))), rate, rate, f"speed_up({rate})")


def shown_at(rate: int, sequence: Sequence, random: np.random.Generator) -> Schedule:
    """The film at another, low rate: each frame stands longer."""
    del random
    frames = wholes(range(len(sequence.frames)))
    return Schedule(frames, Fraction(rate), Fraction(rate), f"rate_{rate}")


def repeats(target: Fraction, sequence: Sequence, random: np.random.Generator) -> Schedule:
    """Each file frame shows the film frame of its time, at a random phase."""
    film = film_rate(sequence, random, target)
    phase = Fraction(int(random.integers(_PHASES)), _PHASES)
    shows = wholes(floor(at) for at in positions(sequence, film / target, phase))
    told = f"repeats({film}->{target}, phase {phase})"
    return Schedule(shows, film, target, told, exact=target >= film)


def positions(sequence: Sequence, step: Fraction, phase: Fraction) -> list[Fraction]:
    """Film time of each file frame, in film frames, up to the last whole film frame."""
    count = -((phase - len(sequence.frames)) // step)
    return [phase + n * step for n in range(int(count)) if phase + n * step < len(sequence.frames)]


def blends(target: Fraction, sequence: Sequence, random: np.random.Generator) -> Schedule:
    """Each file frame mixes the film frames about its time, linearly or as an open shutter does."""
    film = film_rate(sequence, random, target)
    phase = Fraction(int(random.integers(_PHASES)), _PHASES)
    step = film / target
    shutter = bool(random.random() < 0.5) and step < 1
    weigh = partial(_shutter, step) if shutter else _linear
    shows = _mixed(sequence, positions(sequence, step, phase), weigh)
    told = f"blends({film}->{target}, {'shutter' if shutter else 'linear'}, phase {phase})"
    return Schedule(shows, film, target, told, exact=target >= film)


def halves(target: Fraction, sequence: Sequence, random: np.random.Generator) -> Schedule:
    """Only half-and-half mixes: a file frame near the middle of two film frames shows both."""
    film = film_rate(sequence, random, target)
    phase = Fraction(int(random.integers(_PHASES)), _PHASES)
    shows = _mixed(sequence, positions(sequence, film / target, phase), _half)
    told = f"halves({film}->{target}, phase {phase})"
    return Schedule(shows, film, target, told, exact=target >= film)


def interpolated(target: Fraction, sequence: Sequence, random: np.random.Generator) -> Schedule:
    """In-between frames by motion interpolation; at a cut, the nearer film frame."""
    film = film_rate(sequence, random, target)
    phase = Fraction(int(random.integers(_PHASES)), _PHASES)
    ats = positions(sequence, film / target, phase)
    shows = [_between(sequence, at) for at in ats if at <= len(sequence.frames) - 1]
    told = f"interpolated({film}->{target}, phase {phase})"
    return Schedule(shows, film, target, told, exact=target >= film)


def _between(sequence: Sequence, at: Fraction) -> Show:
    first, part = floor(at), float(at % 1)
    second = min(first + 1, len(sequence.frames) - 1)
    if part == 0 or sequence.picture[first] == sequence.picture[second]:
        return whole(first)
    if sequence.shot[first] != sequence.shot[second]:
        return whole(second if part >= 0.5 else first)
    return Show(((first, 1.0 - part), (second, part)), warped=True)


def _mixed(
    sequence: Sequence, ats: list[Fraction], weigh: Callable[[Fraction], float]
) -> list[Show]:
    last = len(sequence.frames) - 1
    return [blend(floor(at), min(floor(at) + 1, last), weigh(at % 1)) for at in ats]


def _linear(part: Fraction) -> float:
    return float(part)


def _half(part: Fraction) -> float:
    return 0.0 if part < Fraction(1, 4) else 1.0 if part > Fraction(3, 4) else 0.5


def _shutter(step: Fraction, part: Fraction) -> float:
    """Share of the next film frame while the file frame's shutter is open."""
    return float(max(part + step - 1, Fraction(0)) / step)


def _named(kind: Callable[..., Schedule], stem: str, names: str) -> dict[str, Conversion]:
    return {f"{stem}_{name}": partial(kind, _TARGETS[name]) for name in names.split()}


RATES: Final[dict[str, Conversion]] = {
    "ntsc_film": ntsc_film,
    "speed_up": speed_up,
    **_named(repeats, "repeats", "25 2997 30 48 50 5994 60 120"),
    **_named(blends, "blends", "25 2997 30 50 5994 60"),
    **_named(halves, "halves", "25 30 50 60"),
    **_named(interpolated, "interpolated", "48 50 60"),
    **{f"rate_{rate}": partial(shown_at, rate) for rate in (1, 2, 5, 8, 10, 12, 15)},
}
"""Conversions by name."""
