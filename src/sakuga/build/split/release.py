"""Mode `frames`: PySceneDetect's detectors, computed from the sums that `scan` measured.

After PySceneDetect 0.7.2, BSD 3-Clause: `detectors/content_detector.py`, `adaptive_detector.py`
and `detector.py`. Equal, cut for cut, to its PyAV backend at its default downscaling; its OpenCV
backend converts colours by other code, so that scores differ there in the second decimal.
Lengths are counted as it counts them: time between two frames, in frames of the average rate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sakuga.build.split.boundary import cut
from sakuga.core.errors import RequestError
from sakuga.core.records import Signals, Video
from sakuga.timing.boundaries import Boundary

if TYPE_CHECKING:
    from sakuga.build.split import Split

_LONGER_SIDE: Final = 256


def borders(split: Split, signals: Signals, video: Video) -> list[Boundary]:
    """Cuts of the chosen detector. Raises RequestError without `[scan] release = true`."""
    if len(signals.hsv_change) != 3 * signals.frames:
        raise RequestError(
            '[split] mode = "frames": needs what PySceneDetect reads; set [scan] release = true'
        )
    numbers, scores = content_scores(signals, video)
    clock = _Clock(signals, video)
    if split.detector == "adaptive":
        found = adaptive(split, numbers, scores, clock)
    else:
        found = content(split, numbers, scores, clock)
    return [cut(number, 1.0) for number in found if number > 0]


def content_scores(signals: Signals, video: Video) -> tuple[list[int], NDArray[np.float64]]:
    """Frame numbers that PySceneDetect looks at, and its `content_val` of each, 0 to 255."""
    sums = signals.hsv_change.reshape(-1, 3)
    seen = np.flatnonzero(sums[:, 0] >= 0)
    means = sums[seen] / float(_pixels(video.width, video.height))
    return seen.tolist(), (means[:, 0] + means[:, 1] + means[:, 2]) / 3.0


def adaptive(
    split: Split, numbers: list[int], scores: NDArray[np.float64], clock: _Clock
) -> list[int]:
    """A score that stands out from the mean of its neighbours, itself left out."""
    width, found, last = split.window_width, list[int](), numbers[0]
    values = scores.tolist()
    for i in range(width, len(values) - width):
        around = sum(values[i - width : i] + values[i + 1 : i + 1 + width]) / (2.0 * width)
        ratio = min(values[i] / around, 255.0) if abs(around) >= 0.00001 else 255.0
        stands_out = ratio >= split.adaptive_threshold and values[i] >= split.min_content_val
        if stands_out and clock.frames(last, numbers[i]) >= split.min_length:
            last = numbers[i]
            found.append(last)
    return found


def content(
    split: Split, numbers: list[int], scores: NDArray[np.float64], clock: _Clock
) -> list[int]:
    """Every score over the threshold; those too close to each other are merged into one."""
    above = (scores >= split.threshold).tolist()
    if split.min_length <= 0:
        return [n for n, high in zip(numbers, above, strict=True) if high]
    merge = _Merge(split.min_length, clock, numbers[0])
    found = [merge.add(n, high) for n, high in zip(numbers, above, strict=True)]
    return sorted({n for n in found if n is not None})


class _Merge:
    """PySceneDetect's FlashFilter in its mode MERGE."""

    def __init__(self, length: int, clock: _Clock, first: int) -> None:
        self._length, self._clock = length, clock
        self._last_above = first
        self._start: int | None = None  # of the run of cuts that is being merged
        self._found_one = False

    def add(self, number: int, above: bool) -> int | None:
        """Take in the next frame; the frame of a cut that is now certain, if any."""
        far = self._far(self._last_above, number)
        if above:
            self._last_above = number
        if self._start is not None:
            return self._merging(far, above)
        if not above:
            return None
        if far:
            self._found_one = True
            return number
        if self._found_one:
            self._start = number
        return None

    def _merging(self, far: bool, above: bool) -> int | None:
        if self._start is None or not far or above:
            return None
        if not self._far(self._start, self._last_above):
            return None
        self._start = None
        return self._last_above

    def _far(self, a: int, b: int) -> bool:
        return self._clock.frames(a, b) >= self._length


class _Clock:
    """Distances between frames as PySceneDetect counts them."""

    def __init__(self, signals: Signals, video: Video) -> None:
        self._pts = signals.pts.tolist()
        self._tick, self._rate = video.time_base, float(video.frame_rate)
        self._timed = self._rate > 0 and min(self._pts) >= 0

    def frames(self, a: int, b: int) -> int:
        """From frame a to frame b, rounded; never below 0."""
        if not self._timed:
            return max(0, b - a)
        ticks = max(0, self._pts[b] - self._pts[a])
        return round(float(self._tick * ticks) * self._rate)


def _pixels(width: int, height: int) -> int:
    """Of a frame after PySceneDetect's downscaling; the same for a frame turned by 90 degrees."""
    factor = max(width, height) / float(_LONGER_SIDE)
    if factor <= 1.0:
        return width * height
    return max(1, round(width / factor)) * max(1, round(height / factor))
