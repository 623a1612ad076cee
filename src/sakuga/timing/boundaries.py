"""Boundaries of shots, from what a reading says of every frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sakuga.core import records
from sakuga.core.records import Signals
from sakuga.timing.features import CELLS, LUMA
from sakuga.timing.reading import Reading

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BoundaryRule:
    """How answers become boundaries.

    least: probability from which a frame is a cut, or lies in a transition. beside: frames on
    either side of a cut that are no other cut. gap: frames of doubt within a transition that do
    not end it. shortest: frames of a transition. dark, bright: mean luma, 0 to 255, and even:
    its standard deviation, of a frame that is black or white.
    """

    least: float = 0.5
    beside: int = 1
    gap: int = 2
    shortest: int = 2
    dark: float = 34.0
    bright: float = 218.0
    even: float = 7.0


@dataclass(frozen=True, slots=True)
class Boundary:
    """Frames [first, last) bear the transition, both empty at a cut; `at` opens the next shot."""

    kind: records.Boundary
    at: int
    first: int
    last: int
    confidence: float


RULE: Final = BoundaryRule()


def boundaries(signals: Signals, reading: Reading, rule: BoundaryRule = RULE) -> list[Boundary]:
    """Every boundary that is likely enough, in order; none overlaps another."""
    found = [
        boundary
        for first, last in _runs(reading.transition >= rule.least, rule)
        if (boundary := _transition(signals, reading, first, last, rule))
    ]
    found += [
        Boundary("cut", at, at, at, float(reading.cut[at]))
        for at in _peaks(reading.cut, rule)
        if not any(each.first <= at <= each.last for each in found)
    ]
    return sorted(found, key=lambda boundary: boundary.at)


def _peaks(cut: Floats, rule: BoundaryRule) -> list[int]:
    """Frames that are likelier cuts than those beside them."""
    padded = np.pad(cut, rule.beside)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * rule.beside + 1)
    peak = (cut >= windows.max(axis=1)) & (cut >= rule.least)
    peak[:1] = False
    peak[1:] &= ~(peak[:-1] & (cut[1:] == cut[:-1]))
    return np.flatnonzero(peak).tolist()


def _runs(inside: NDArray[np.bool_], rule: BoundaryRule) -> Iterator[tuple[int, int]]:
    """Stretches of frames, half-open; short doubts within are passed over."""
    at = np.flatnonzero(inside)
    if not len(at):
        return
    for part in np.split(at, np.flatnonzero(np.diff(at) > rule.gap + 1) + 1):
        if len(part) >= rule.shortest:
            yield int(part[0]), int(part[-1]) + 1


def _transition(
    signals: Signals, reading: Reading, first: int, last: int, rule: BoundaryRule
) -> Boundary | None:
    """A run of likely frames as a boundary; None for one at an end of the film that is no fade."""
    count = signals.frames
    kind, middle = _kind(signals, first, last, rule)
    opens, closes = first <= 1, last >= count - 1
    if kind == "dissolve" and (opens or closes):
        return None
    at = 0 if opens else count if closes else middle
    sure = float(reading.transition[first:last].mean())
    return Boundary(kind, at, 0 if opens else first, count if closes else last, sure)


def _kind(
    signals: Signals, first: int, last: int, rule: BoundaryRule
) -> tuple[records.Boundary, int]:
    """What a transition passes through, and the frame after its middle."""
    luma = signals.grid.reshape(-1, CELLS)[first:last, :LUMA].mean(axis=1)
    even = signals.contrast[first:last] < rule.even
    fades: dict[records.Boundary, NDArray[np.bool_]] = {
        "fade_black": luma < rule.dark,
        "fade_white": luma > rule.bright,
    }
    for kind, passed in fades.items():
        through = np.flatnonzero(passed & even)
        if len(through):
            return kind, first + int(through[0] + through[-1] + 1) // 2
    return "dissolve", (first + last + 1) // 2
