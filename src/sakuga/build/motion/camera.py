"""What the camera does in a clip: static, pan, tilt, zoom or shake, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sakuga.core.records import CameraMove, Clip, Signals, Video

Doubles = NDArray[np.float64]

_TREMBLES: Final = 0.002  # shorter sides of stray that are more than uncertainty
_SLOWEST: Final = 0.001  # shorter sides a second: less is no move, however long it lasts
_AIMLESS: Final = 0.4  # of the way gone leads somewhere, or less
_PREVAILS: Final = 4.0  # a zoom this many times larger than the stray is no shake
_WAVERS: Final = 3.0  # times as far as by a shift must the edge move by a zoom to be believed
_BLIND: Final = 0.2  # of the texture agrees, or less: something covered the view
_AROUND: Final = 9  # frames over which a path is smoothed


@dataclass(frozen=True, slots=True)
class View:
    """What the camera does; units as in `records.Motion`."""

    move: CameraMove
    right: float
    down: float
    growth: float
    shake: float


def view_of(signals: Signals, clip: Clip, video: Video, still: float) -> View:
    """How the view moves through the body of a clip, all of it if it has none.

    A diagonal move has the name of its larger part. With a parallax it is what most of the
    picture's texture does.
    """
    first, last = _span(clip)
    seconds = _seconds(signals, first, last, video)
    if seconds <= 0:
        return View("static", 0.0, 0.0, 0.0, 0.0)
    x, y, growth = _paths(signals, slice(first + 1, last), video.rotation)
    side = min(video.width, video.height)
    across, along = x * (video.width / side), y * (video.height / side)
    edge = growth * (max(video.width, video.height) / side / 2)
    stray = float(np.hypot(_stray(across), _stray(along)))
    return View(
        _name(across, along, edge, stray, max(still, _SLOWEST * seconds)),
        float(x[-1]) / seconds,
        float(y[-1]) / seconds,
        float(np.expm1(growth[-1] / seconds)),
        stray * side / video.height,
    )


def _paths(signals: Signals, part: slice, rotation: int) -> tuple[Doubles, Doubles, Doubles]:
    """Right in widths, down in heights, and the logarithm of growth, as shown, frame by frame."""
    right, down = upright(signals.camera_x[part], signals.camera_y[part], rotation)
    growth = np.log1p(np.clip(signals.camera_zoom[part], -0.5, 1.0))
    known = signals.camera_fit[part] >= _BLIND
    return _path(right, known), _path(down, known), _path(growth, known)


def upright(
    right: NDArray[Any], down: NDArray[Any], rotation: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Moves as stored, in the directions of the picture as shown: turned counter-clockwise."""
    for _ in range(rotation // 90):
        right, down = down, -right
    return right, down


def _span(clip: Clip) -> tuple[int, int]:
    if clip.body_end - clip.body_start >= 2:
        return clip.body_start, clip.body_end
    return clip.start, clip.end


def _seconds(signals: Signals, first: int, last: int, video: Video) -> float:
    """From frame `first` to the last one before `last`; 0 if that is no time."""
    ticks = int(signals.pts[last - 1]) - int(signals.pts[first])
    if ticks > 0 and signals.pts[first] >= 0:
        return float(ticks * video.time_base)
    return float((last - 1 - first) / video.frame_rate) if video.frame_rate else 0.0


def _path(steps: NDArray[Any], known: NDArray[np.bool_]) -> Doubles:
    """Where the steps lead; those that are not known are as long as the rest on average."""
    mean = float(steps[known].mean()) if known.any() else 0.0
    return np.cumsum(np.where(known, steps, mean), dtype=np.float64)


def _directness(x: Doubles, y: Doubles) -> float:
    """How far a path leads, over how long it is: 1 if straight."""
    way = float(np.hypot(np.diff(x), np.diff(y)).sum())
    return float(np.hypot(x[-1] - x[0], y[-1] - y[0])) / way if way else 1.0


def _reach(path: Doubles) -> float:
    """How far the last third of a path is from the first: its trembling is averaged out."""
    third = max(len(path) // 3, 1)
    return abs(float(path[-third:].mean() - path[:third].mean()))


def _stray(path: Doubles) -> float:
    """How far a path strays from itself, smoothed by a running median: rms."""
    padded = np.pad(path, _AROUND // 2, mode="edge")
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(padded, _AROUND), axis=1)
    return float(np.sqrt(np.mean((path - smooth) ** 2)))


def _name(x: Doubles, y: Doubles, edge: Doubles, stray: float, still: float) -> CameraMove:
    """edge: how far the picture's edge moves by the zoom. All in shorter sides of the picture."""
    moves: dict[CameraMove, float] = {
        "pan": _reach(x),
        "tilt": _reach(y),
        "zoom": _reach(edge),
    }
    largest = max(moves, key=lambda name: moves[name])
    aimless = _directness(x, y) < _AIMLESS and moves["zoom"] < _PREVAILS * stray
    if stray > _TREMBLES and aimless:
        return "shake"
    least = _WAVERS * still if largest == "zoom" else still
    return largest if moves[largest] > least else "static"
