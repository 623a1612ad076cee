"""New drawing or repeat? One automatic decision per frame, from `Signals` alone.

Shared ground of `keyframe`, `split` and `motion`. A held drawing is not still once it has been
encoded, and how restless it is differs a hundredfold from film to film. So the threshold is read
off the film. Within some 20 seconds on either side, the frames' levels of change fall into two
heaps, repeats and drawings, and `heaps` tells where to divide them; it is done apart for frames
after a change, which codecs go on refining, and for frames after rest. Where time stamps show that
repeats were left out of the file, these are counted as well. Grain is known by its evenness and
has a threshold of its own. A view that drifts coherently is no noise at all, what a pulldown
repeats is no drawing, and what is new only just is none where it breaks the rhythm (`cadence`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sakuga.build.cadence import settled
from sakuga.build.heaps import divide
from sakuga.core.records import Signals

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_AROUND: Final = 480  # frames on either side that are read
_EVERY: Final = 48  # frames between two readings; between them thresholds are interpolated
_RESTLESS: Final = 3.0  # level of the frame before from which this one may still be refined
_DRIFTS: Final = ((0.1, 3.2), (0.22, 4.0))  # drift, and the level up to which it is believed
_NO_DRIFT: Final = 0.5  # level below which nothing drifts
_SURE: Final = 1.5  # log-odds of a drift, as measured on studio films; what is more is not faint
_SPECK: Final = 0.3  # least share of its change that a frame's stir counts as
_STILL: Final = float(np.log(0.01))  # level of a frame in which nothing changed
_BEAT: Final = 0.1  # quantile of the frames' durations that is taken for one beat
_BEAT_LOOSE: Final = 0.25  # beats that a duration may fall short, as time stamps are rounded
_SLOPE: Final = 1.5  # log-odds a unit of level, likewise
_BOTH: Final = 0.15  # share of a heap from which on the frames it is of do fall into two
_APART: Final = 1.25  # most that the threshold after rest lies above that of all frames
_PULLDOWN_LEAST: Final = 100  # frames from which a pulldown can be seen
_CLEARLY: Final = 1.5  # above the threshold: clearly new
_CERTAINLY: Final = 2.5  # above the threshold: new even where the pulldown repeats (a cut)
_CYCLE_NEW: Final = 0.08  # share of clearly new frames at the other four places, at least
_CYCLE_TIE: Final = 0.02  # on twos more than one place has hardly a new frame
_CYCLE_RATIO: Final = 0.3  # most of that share that the repeated place may have
_QUANTISER_STEP: Final = 2 * np.log(2) / 6  # level that a quantiser one higher adds
_QUANTISER_FINE: Final = 17.7  # quantiser whose leftovers reach up to level 0, mostly
_LEFTOVERS_MOST: Final = 4.0  # threshold beyond which nothing is left that could be coarse
_PASSING: Final = 20.0  # times more must one change that is gone a frame later than one that lasts
_GRAIN_EVEN: Final = 0.22  # between the 5th and 15th percentile of levels: evener is grain
_GRAIN_LEAST: Final = 0.7  # level of the quietest frames under grain
_GRAIN_ABOVE: Final = 0.52  # from the 10th percentile to grain's threshold


@dataclass(frozen=True, slots=True)
class Evidence:
    """T frames, each compared with the one before it; frame 0 is always new.

    new: (T,) bool, this frame shows a new picture; confidence: (T,) float32, 0.5 to 1, how sure
    that decision is; returns: (T,) int32, the earlier frame of which this new one is a repeat, -1
    where none is known.
    """

    new: Flags
    confidence: NDArray[np.float32]
    returns: NDArray[np.int32]


def evidence(signals: Signals) -> Evidence:
    """Decide for every frame of a video."""
    levels = level(np.maximum(signals.change, signals.flicker / _PASSING), signals.stir)
    drifts = _drifting(signals.drift, levels)
    thresholds = _thresholds(levels, ~drifts, _left_out(signals.pts), _leftovers(signals.quantiser))
    odds = _SLOPE * (levels - thresholds)
    odds = np.where(drifts, np.maximum(odds, _SURE), odds)
    odds = np.where(_pulled(levels - thresholds), np.minimum(odds, -_SURE), odds)
    odds[:1] = np.inf
    faint = odds <= _SURE
    odds[faint] = np.minimum(odds, settled(odds))[faint]
    new = odds > 0
    alike = level(signals.match_change, signals.match_stir) < thresholds
    return Evidence(
        new,
        (1 / (1 + np.exp(-np.abs(odds)))).astype(np.float32),
        np.where(new & alike, signals.match, -1).astype(np.int32),
    )


def level(change: NDArray[np.float32], stir: NDArray[np.float32]) -> Floats:
    """One number for how much a frame differs, as a logarithm: (T,).

    The geometric mean of change (twice) and stir (once): each alone is fooled by other codecs. A
    speck of a few pixels has hardly any stir, so that counts as half the change at least.
    """
    stir = np.maximum(stir, _SPECK * change)
    return np.log(np.cbrt(np.square(change, dtype=np.float64) * stir) + 0.01)  # least: _STILL


def _leftovers(quantiser: NDArray[np.float32]) -> Floats:
    """(T,): the threshold that films as coarsely encoded have; NaN where the codec doesn't tell.

    What a quantiser leaves over grows with its step, which doubles every six (H.264, 8.5.8): as a
    level, by 2 ln 2 / 6 each. Where it begins was read off studio films.
    """
    told = quantiser > 0
    total, count = (
        np.concatenate(([0.0], np.cumsum(np.where(told, x, 0)))) for x in (quantiser, 1.0)
    )
    at = np.arange(len(quantiser))
    low, high = np.maximum(at - _EVERY, 0), np.minimum(at + _EVERY + 1, len(at))
    frames = count[high] - count[low]
    mean = (total[high] - total[low]) / np.maximum(frames, 1)
    return np.where(frames > 0, _QUANTISER_STEP * (mean - _QUANTISER_FINE), np.nan)


def _drifting(drift: NDArray[np.float32], levels: Floats) -> Flags:
    found = np.zeros(len(levels), np.bool_)
    for least, most in _DRIFTS:
        found |= (drift > least) & (levels > _NO_DRIFT) & (levels < most)
    return found


def _pulled(above: Floats) -> Flags:
    """Frames that only the pulldown repeats; above: (T,) levels over their thresholds.

    Under pulldown one frame in five repeats the one before, however the codec blurs that: at one
    place in the cycle hardly a frame is clearly new, in both halves of the film.
    """
    at = np.arange(len(above))
    if len(above) < _PULLDOWN_LEAST:
        return np.zeros(len(above), np.bool_)
    clear = (above > _CLEARLY) & (at > 0)
    shares = [_cycle(clear, part) for part in (at >= 0, at < len(at) // 2, at >= len(at) // 2)]
    fewest, next_fewest = np.sort(shares[0])[:2]
    place = int(np.argmin(shares[0]))
    agree = all(share[place] <= share.min() + _CYCLE_TIE for share in shares)
    if not agree or next_fewest < _CYCLE_NEW or fewest > _CYCLE_RATIO * next_fewest:
        return np.zeros(len(above), np.bool_)
    return (at % 5 == place) & (above < _CERTAINLY)


def _cycle(clear: Flags, part: Flags) -> Floats:
    """(5,): share of clearly new frames at each place of the cycle."""
    place = np.arange(len(clear)) % 5
    return np.array([clear[part & (place == k)].mean() for k in range(5)])


def _left_out(pts: NDArray[np.int64]) -> NDArray[np.int64]:
    """(T,): repeats that a file of variable frame rate leaves out after each frame, 2 at most.

    Where a frame lasts twice a beat or more, somebody has seen that the next one was the same.
    (Half a beat more is a pulldown's rhythm.) Of a long hold two are enough: one after a change
    and one after rest.
    """
    steps = np.diff(pts, append=pts[-1:])
    if np.any(pts < 0) or not np.any(steps > 0):
        return np.zeros(len(pts), np.int64)
    beat = np.quantile(steps[steps > 0], _BEAT)
    return np.clip((steps / beat + _BEAT_LOOSE).astype(np.int64) - 1, 0, 2)


def _thresholds(levels: Floats, use: Flags, repeats: NDArray[np.int64], expected: Floats) -> Floats:
    """(T,): the level that parts repeats from drawings, as it is around each frame.

    repeats, expected: (T,) what `_left_out` and `_leftovers` found.
    """
    at = np.arange(len(levels))
    use = use & (at > 0)
    before = np.concatenate((levels[:1], levels[:-1]))
    restless = before > _RESTLESS
    centres = np.arange(0, len(levels) + _EVERY - 1, _EVERY)
    readings = np.array(
        [_reading(levels, use, restless, repeats, expected, int(centre)) for centre in centres]
    )
    rested, refined = (np.interp(at, centres, column) for column in readings.T)
    return np.where(restless, refined, rested)


def _reading(
    levels: Floats,
    use: Flags,
    restless: Flags,
    repeats: NDArray[np.int64],
    expected: Floats,
    centre: int,
) -> tuple[float, float]:
    """Thresholds for frames after rest and for frames after a change, around one frame."""
    part = slice(max(0, centre - _AROUND), centre + _AROUND + 1)
    near, used = levels[part], use[part]
    grain = _grain(near[used])
    if grain is not None:
        return grain, grain
    first, next_ones = (np.full(int((repeats[part] > k).sum()), _STILL) for k in (0, 1))
    after_rest = np.concatenate((near[used & ~restless[part]], next_ones))
    after_change = np.concatenate((near[used & restless[part]], first))
    told = expected[part][~np.isnan(expected[part])]
    usual = min(float(np.median(told)), _LEFTOVERS_MOST) if len(told) else None
    both = divide(np.concatenate((after_rest, after_change)), usual)
    rested, refined = divide(after_rest, usual), divide(after_change, usual)
    one_heap = _share(after_rest > rested) < _BOTH
    rested = min(rested, both if one_heap else both + _APART)
    if _share(after_change < refined) < _BOTH:
        refined = both
    return rested, max(rested, refined)


def _share(flags: Flags) -> float:
    return float(flags.sum()) / max(1, len(flags))


def _grain(levels: Floats) -> float | None:
    """Grain's threshold, or None where there is none: no two frames are ever quite alike."""
    if len(levels) < 24:
        return None
    least, few, more = np.quantile(levels, (0.05, 0.1, 0.15))
    if least <= _GRAIN_LEAST or more - least >= _GRAIN_EVEN:
        return None
    return float(few) + _GRAIN_ABOVE
