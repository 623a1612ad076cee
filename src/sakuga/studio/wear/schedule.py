"""What each frame of a file shows of the film, and when: the plan of a rate conversion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

Parts = tuple[tuple[int, float], ...]
"""Film frames with their weights, which add up to 1."""

NTSC: Final = Fraction(1000, 1001)


@dataclass(frozen=True, slots=True)
class Show:
    """The picture of one file frame.

    upper: film frames that the even rows mix; lower: those of the odd rows, None: the same.
    warped: the two film frames of `upper` are moved towards each other, not only mixed.
    """

    upper: Parts
    lower: Parts | None = None
    warped: bool = False

    def parts(self) -> dict[int, float]:
        """Share of each film frame in the whole picture."""
        shares: dict[int, float] = {}
        for rows in (self.upper, self.lower or self.upper):
            for frame, weight in rows:
                shares[frame] = shares.get(frame, 0.0) + weight / 2
        return shares

    def frames(self) -> set[int]:
        """Film frames that are in the picture."""
        return {frame for rows in (self.upper, self.lower or ()) for frame, _ in rows}


@dataclass(frozen=True, slots=True)
class Schedule:
    """A file's frames in order.

    stamps: seconds of each frame; None: evenly at `rate`. wears: what was done, with parameters.
    exact: the film's exposures can still be told. interlaced: the file is flagged so.
    suffixes: containers that can carry the stamps; empty: any. time_base: seconds a tick.
    """

    shows: list[Show]
    film_rate: Fraction
    rate: Fraction
    wears: str
    stamps: list[Fraction] | None = None
    exact: bool = True
    interlaced: bool = False
    suffixes: tuple[str, ...] = field(default=())
    time_base: Fraction | None = None
    nominal_rate: Fraction | None = None

    def times(self) -> list[Fraction]:
        """Seconds of each frame."""
        if self.stamps is not None:
            return self.stamps
        return [n / self.rate for n in range(len(self.shows))]


def whole(frame: int) -> Show:
    """One film frame as it is."""
    return Show(((frame, 1.0),))


def wholes(frames: Iterable[int]) -> list[Show]:
    """Film frames as they are, one a file frame."""
    return [whole(frame) for frame in frames]


def blend(first: int, second: int, weight: float) -> Show:
    """Two film frames mixed. weight: share of the second."""
    return Show(mixture(first, second, weight))


def mixture(first: int, second: int, weight: float) -> Parts:
    """The parts of a blend; one part where the other has no share."""
    if weight <= 0 or first == second:
        return ((first, 1.0),)
    if weight >= 1:
        return ((second, 1.0),)
    return ((first, 1.0 - weight), (second, weight))


def weave(upper: Parts, lower: Parts) -> Show:
    """Two fields, one from each of two mixtures."""
    return Show(upper, None if upper == lower else lower)


def swapped(shows: list[Show]) -> list[Show]:
    """The same fields in the other order: lower first, if upper first before."""
    return [show if show.lower is None else Show(show.lower, show.upper) for show in shows]
