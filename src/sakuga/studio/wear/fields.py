"""Conversions by fields: telecine, shifted and blended fields, and decimation gone wrong."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from math import floor
from typing import Final

import numpy as np

from sakuga.studio.sequence import Sequence
from sakuga.studio.wear.rates import Conversion, film_rate
from sakuga.studio.wear.schedule import (
    NTSC,
    Parts,
    Schedule,
    Show,
    mixture,
    weave,
    wholes,
)

_FIVE: Final = 5


def telecine(flagged: bool, sequence: Sequence, random: np.random.Generator) -> Schedule:
    """Hard 3:2 pulldown: four film frames become ten fields, woven into five frames."""
    film = film_rate(sequence, random, 30 * NTSC)
    start, lower_first = int(random.integers(10)), not flagged and bool(random.random() < 0.3)
    fields = pulldown(len(sequence.frames))[start:]
    pairs = [(fields[n], fields[n + 1]) for n in range(0, len(fields) - 1, 2)]
    shows = [_pair(first, second, lower_first) for first, second in pairs]
    order = "lower first" if lower_first else "upper first"
    told = f"telecine({'flagged' if flagged else 'unflagged'}, field {start}, {order})"
    return Schedule(shows, film, film * 5 / 4, told, interlaced=flagged)


def pulldown(count: int) -> list[int]:
    """Film frame of each field in a 2:3 pulldown of `count` film frames."""
    return [frame for frame in range(count) for _ in range(3 if frame % 2 else 2)]


def _pair(first: int, second: int, lower_first: bool) -> Show:
    upper, lower = (second, first) if lower_first else (first, second)
    return weave(((upper, 1.0),), ((lower, 1.0),))


def pulldown_progressive(sequence: Sequence, random: np.random.Generator) -> Schedule:
    """One frame in five stands twice; no frame is combed."""
    film = film_rate(sequence, random, 30 * NTSC)
    twice = int(random.integers(4))
    frames = [f for f in range(len(sequence.frames)) for _ in range(1 + (f % 4 == twice))]
    told = f"pulldown_progressive(frame {twice} of 4)"
    return Schedule(wholes(frames), film, film * 5 / 4, told)


def field_shift(flagged: bool, sequence: Sequence, random: np.random.Generator) -> Schedule:
    """One field of each frame is the film frame's before, as in PAL copies out of step."""
    rate = Fraction(25) if sequence.rate == 24 else sequence.rate
    lower_late = bool(random.random() < 0.5)
    shows = [_shifted(f, lower_late) for f in range(len(sequence.frames))]
    told = f"field_shift({'lower' if lower_late else 'upper'} field late)"
    return Schedule(shows, rate, rate, told, interlaced=flagged)


def _shifted(frame: int, lower_late: bool) -> Show:
    late = max(frame - 1, 0)
    return _pair(frame, late, False) if lower_late else _pair(late, frame, False)


def field_blend(averaged: bool, sequence: Sequence, random: np.random.Generator) -> Schedule:
    """24 film frames blended to 50 fields, two of them in each of 25 frames.

    averaged: a deinterlacer has mixed the two fields; else they are woven.
    """
    film, phase = film_rate(sequence, random, Fraction(25)), float(random.random())
    fields: list[Parts] = []
    last = len(sequence.frames) - 1
    while (at := phase + len(fields) * float(film) / 50) <= last:
        fields.append(mixture(floor(at), min(floor(at) + 1, last), _rounded(at % 1)))
    pairs = list(zip(fields[::2], fields[1::2], strict=False))
    shows = [_average(a, b) if averaged else weave(a, b) for a, b in pairs]
    told = f"field_blend({'averaged' if averaged else 'woven'}, {film}->50i, phase {phase:.3f})"
    return Schedule(shows, film, Fraction(25), told, exact=False)


def _rounded(weight: float) -> float:
    """A field's mix in eighths, as a converter's table of weights has it."""
    return round(weight * 8) / 8


def _average(first: Parts, second: Parts) -> Show:
    shares: dict[int, float] = {}
    for frame, weight in first + second:
        shares[frame] = shares.get(frame, 0.0) + weight / 2
    return Show(tuple(sorted(shares.items())))


def decimated(sequence: Sequence, random: np.random.Generator) -> Schedule:
    """Pulldown to five frames in four, then the wrong one of each five is left out."""
    film = film_rate(sequence, random, 30 * NTSC)
    doubled = [f for f in range(len(sequence.frames)) for _ in range(1 + (f % 4 == 3))]
    left_out = int(random.integers(3))
    frames = [f for n, f in enumerate(doubled) if n % _FIVE != left_out]
    told = f"decimated(one in 5, at {left_out})"
    return Schedule(wholes(frames), film, film, told, exact=False)


def decimated_60(sequence: Sequence, random: np.random.Generator) -> Schedule:
    """Repeats 2:3 to 60 a second, then the same film frame is kept twice of each five."""
    film = film_rate(sequence, random, 60 * NTSC)
    fields, keep = pulldown(len(sequence.frames)), ((0, 1), (2, 4))[random.integers(2)]
    frames = [f for n, f in enumerate(fields) if n % _FIVE in keep]
    return Schedule(wholes(frames), film, film, f"decimated_60(fields {keep})", exact=False)


FIELDS: Final[dict[str, Conversion]] = {
    "telecine": partial(telecine, False),
    "telecine_flagged": partial(telecine, True),
    "pulldown_progressive": pulldown_progressive,
    "field_shift": partial(field_shift, False),
    "field_shift_flagged": partial(field_shift, True),
    "field_blend": partial(field_blend, False),
    "field_blend_averaged": partial(field_blend, True),
    "decimated": decimated,
    "decimated_60": decimated_60,
}
"""Conversions by name."""
