"""Room `split`: signals to clips, the shots of a film, found between its drawings.

A pure function of the numbers that `scan` measured. Two ways to do it:

drawings    hard cuts by what changes from drawing to drawing, fades and dissolves with their span;
            flashes, impact frames, whips and whatever covers the picture for a moment are no cuts
frames      PySceneDetect's rules with the same parameters and the same cuts; the defaults here are
            the release's own (`AdaptiveDetector(3.0, min_scene_len=18, min_content_val=30.0)`)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Le

from sakuga.core.records import Clip, Signals, Video

Item = tuple[Signals, Video]


@dataclass(frozen=True, slots=True)
class Split:
    """min_length: frames; a shorter shot is kept and marked (`drawings`), or no cut (`frames`).

    min_confidence: boundaries that are less likely than this are left out (`drawings`). The rest
    is `frames` alone, as PySceneDetect names and means it: adaptive_threshold, min_content_val and
    window_width of the adaptive detector, threshold of the content detector.
    """

    name: ClassVar[str] = "split"
    reads: ClassVar[tuple[type, ...]] = (Signals, Video)
    writes: ClassVar[type] = Clip
    version: ClassVar[int] = 2
    batch: ClassVar[int] = 1

    mode: Literal["drawings", "frames"] = "drawings"
    min_length: Annotated[int, Ge(0)] = 18
    min_confidence: Annotated[float, Ge(0.0), Le(1.0)] = 0.5
    detector: Literal["adaptive", "content"] = "adaptive"
    adaptive_threshold: Annotated[float, Ge(0.0)] = 3.0
    min_content_val: Annotated[float, Ge(0.0), Le(255.0)] = 30.0
    window_width: Annotated[int, Ge(1)] = 2
    threshold: Annotated[float, Ge(0.0), Le(255.0)] = 27.0

    def load(self) -> Callable[[Sequence[Item]], Iterable[Clip]]:
        """The worker; in mode `frames` it raises RequestError for signals without `release`."""
        from sakuga.build.split.worker import Worker

        return Worker(self)
