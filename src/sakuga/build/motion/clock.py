"""How many frames of the film pass between two frames of the file.

They differ where a file shows 24 frames a second as 30 (3:2 pulldown; in a progressive file one of
each five frames repeats the one before), and where repeats are left out (variable frame rate).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sakuga.build.motion.pulldown import Repeats, in_film, repeats, surely_new
from sakuga.core.records import Clip, Keyframes, Signals, Video

_NTSC: Final = (29.0, 31.0)  # frames a second at which pulldown is looked for
_JITTER: Final = 1.5  # a step this many times longer than the shortest left something out
_VARIABLE: Final = 0.005  # share of such steps in a file of variable frame rate
_WINDOWS: Final = (0, 150, 600, 2400)  # frames around a clip that are looked at as well


@dataclass(frozen=True, slots=True)
class Clock:
    """Counts film frames.

    repeat: which frame of each five, by number modulo 5, is none; times: (T + 1,) in film frames,
    of a file that leaves repeats out.
    """

    repeat: int | None = None
    times: NDArray[np.float64] | None = None

    @property
    def pulldown(self) -> bool:
        """One frame in five repeats the one before, and is no timing."""
        return self.repeat is not None

    def holds(self, frames: NDArray[Any], end: int) -> NDArray[np.int64]:
        """(K,): film frames from each given frame to the next, and from the last one to `end`."""
        edges = np.append(frames, end).astype(np.int64)
        if self.times is not None:
            return np.rint(np.diff(self.times[edges])).astype(np.int64)
        if self.repeat is not None:
            edges = in_film(edges, self.repeat)
        return np.diff(edges)


@dataclass(slots=True)
class Clocks:
    """Makes the clocks of clips; what is the same for all clips of a video is found once."""

    _video: str = ""
    _times: NDArray[np.float64] | None = None
    _new: NDArray[np.int64] | None = None
    _rate: float = 0.0

    def of(self, keyframes: Keyframes, clip: Clip, signals: Signals, video: Video) -> Clock:
        """The clock of one clip."""
        if self._video != signals.id:
            self._video = signals.id
            self._rate, self._times = film_times(signals.pts, float(video.time_base))
            self._new = None
        if self._times is not None or not _NTSC[0] <= self._rate <= _NTSC[1]:
            return Clock(times=self._times)
        found = repeats(keyframes.frames[1:]) or self._around(clip, signals)
        return Clock(found.best(keyframes.frames) if found else None)

    def _around(self, clip: Clip, signals: Signals) -> Repeats | None:
        """What a clip, or else the frames around it, prove; if the clip does not contradict it."""
        if self._new is None:
            self._new = surely_new(signals.change)
        within = self._new[(self._new > clip.start) & (self._new < clip.end)]
        for window in _WINDOWS:
            near = (self._new > clip.start - window) & (self._new < clip.end + window)
            found = repeats(self._new[near])
            if found is not None:
                return found if found.allows(within) else None
        return None


def film_times(pts: NDArray[Any], time_base: float) -> tuple[float, NDArray[np.float64] | None]:
    """Frames a second; and when each frame begins and the last one ends, in film frames.

    The times are None where frames simply follow each other, or the file has no usable times.
    """
    steps = np.diff(pts)
    if len(steps) == 0 or pts.min() < 0 or steps.min() <= 0:
        return 0.0, None
    shortest = np.quantile(steps, 0.02)
    tick = float(steps[steps < _JITTER * shortest].mean())
    rate = 1 / (tick * time_base)
    if np.mean(steps > _JITTER * tick) < _VARIABLE:
        return rate, None
    times = (pts - pts[0]) / tick
    return rate, np.append(times, times[-1] + 1)
