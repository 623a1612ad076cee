"""What a net reads of each frame: measures as they are, as they stand out of what is around them,
and how the picture's means differ from those some time before and after.

Times are seconds of film, never frames, so that a dissolve looks alike at 10 and at 60 frames a
second. All is a pure function of `Signals`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sakuga.core.measures import read
from sakuga.core.records import Signals

Floats = NDArray[np.float32]

LUMA: Final = 48
CELLS: Final = 72
LAGS: Final = (0.0, 0.0, 0.12, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Seconds between two pictures that are compared; the first is one frame, the second two."""
AROUND: Final = 10.0
"""Seconds on either side in which a measure's usual values are read."""
_STANDS_OUT: Final = ("step_max", "step_top", "step_q50", "lasting_max", "two_max", "cel_max",
                      "ratio_max", "blend_way")  # fmt: skip
_RANKS: Final = (0, 4, 12, 24, 40)  # of the cells of luma, the most changed first
_QUANTILES: Final = (0.1, 0.35, 0.6, 0.9)
_SLOWEST, _FASTEST = 6.0, 60.0  # frames a second between which lags follow the rate


def usual_rate(pts: NDArray[np.int64], time_base: Fraction) -> float:
    """Frames a second between most frames, 24 where the stamps tell nothing.

    Where repeats were left out most steps are longer than a frame: the shorter ones tell.
    """
    steps = np.diff(pts)
    steps = steps[(steps > 0) & (pts[1:] >= 0) & (pts[:-1] >= 0)]
    return 1 / float(np.quantile(steps, 0.25) * time_base) if len(steps) else 24.0


def features(signals: Signals, time_base: Fraction) -> Floats:
    """(T, K) of a film; time_base: seconds a tick of its `pts`."""
    rate = min(max(usual_rate(signals.pts, time_base), _SLOWEST), _FASTEST)
    measured = read(signals.measures)
    columns: list[NDArray[Any]] = [*measured.values(), *_direct(signals)]
    reach = max(round(AROUND * rate), 24)
    for name in _STANDS_OUT:
        columns += _standing_out(measured[name], reach)
    columns += [*_lagged(signals, rate), *_clock(signals, rate)]
    return np.column_stack(columns).astype(np.float32)


def _direct(signals: Signals) -> list[NDArray[Any]]:
    """Columns of `Signals` on a scale on which they are comparable."""
    logs = [signals.change, signals.flicker, signals.stir, signals.match_change, signals.match_stir]
    matched = (signals.match >= 0).astype(np.float32)
    return [
        *(np.log1p(50 * np.maximum(x, 0)).astype(np.float32) for x in logs),
        matched, signals.drift, signals.kinship, signals.contrast / 50, signals.quantiser / 50,
        np.hypot(signals.camera_x, signals.camera_y) * 30, np.abs(signals.camera_zoom) * 30,
        signals.camera_fit,
    ]  # fmt: skip


def _standing_out(values: Floats, reach: int) -> list[Floats]:
    """A measure less its usual values around each frame."""
    usual = _usual(values, reach)
    return [values - usual[:, i] for i in range(len(_QUANTILES))]


def _usual(values: Floats, reach: int) -> Floats:
    """(T, Q): quantiles of a window around each frame, read now and then and interpolated."""
    count, every = len(values), max(reach // 5, 1)
    centres = np.arange(0, count + every - 1, every)
    read_at = np.array([
        np.quantile(values[max(0, c - reach) : c + reach + 1] if c < count + reach else values,
                    _QUANTILES)
        for c in centres
    ])  # fmt: skip
    at = np.arange(count)
    return np.column_stack([np.interp(at, centres, column) for column in read_at.T])


def _lagged(signals: Signals, rate: float) -> list[Floats]:
    """How far means of luma, colour and ink lie apart across each frame's step."""
    grid = signals.grid.reshape(-1, CELLS).astype(np.float32)
    luma, colour = grid[:, :LUMA], grid[:, LUMA:]
    ink = signals.ink.reshape(-1, LUMA).astype(np.float32)
    columns: list[Floats] = []
    lags = [max(round(lag * rate), i + 1) for i, lag in enumerate(LAGS)]
    for lag in lags:
        before, after = _moved(lag, len(luma))
        columns += [_apart(x[before], x[after]) for x in (luma, colour, ink)]
        if lag > 1:
            columns += _between(luma, ink, before, after)
    for values in (luma, ink):
        for lag in (1, 2):
            before, after = _moved(lag, len(luma))
            ranked = -np.sort(-np.abs(values[after] - values[before]), axis=1)
            columns += [_log(ranked[:, rank]) for rank in _RANKS]
    return columns


def _moved(lag: int, count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Frames on both sides of each frame's step, `lag` frames apart."""
    at = np.arange(count)
    before = at - 1 - (lag - 1) // 2
    return np.clip(before, 0, count - 1), np.clip(before + lag, 0, count - 1)


def _between(
    luma: Floats, ink: Floats, before: NDArray[np.intp], after: NDArray[np.intp]
) -> list[Floats]:
    """Does the middle lie on the way, as in a dissolve? Does detail sag there?"""
    at = np.arange(len(luma))
    way = np.abs(luma[after] - luma[before]).mean(axis=1)
    middle = np.abs(luma[at] - (luma[before] + luma[after]) / 2).mean(axis=1)
    first = np.abs(luma[at] - luma[before]).mean(axis=1)
    sag = (ink[at] - (ink[before] + ink[after]) / 2).mean(axis=1)
    rise = (luma[at] - (luma[before] + luma[after]) / 2).mean(axis=1)
    return [
        middle / (way + 1),
        first / (way + 1),
        np.sign(sag) * _log(np.abs(sag)),
        np.sign(rise) * _log(np.abs(rise)),
    ]


def _clock(signals: Signals, rate: float) -> list[Floats]:
    """The rate, and how long the frame before lasted, in usual frames."""
    steps = np.diff(signals.pts, prepend=signals.pts[:1]).astype(np.float64)
    usual = np.median(steps[steps > 0]) if np.any(steps > 0) else 1.0
    lasted = np.clip(steps / usual, 0, 8).astype(np.float32)
    return [np.full(len(steps), np.log2(rate / 24), np.float32), lasted,
            np.append(lasted[1:], 1).astype(np.float32)]  # fmt: skip


def _apart(a: Floats, b: Floats) -> Floats:
    return _log(np.abs(a - b).mean(axis=1))


def _log(values: Floats) -> Floats:
    return np.log1p(values).astype(np.float32)
