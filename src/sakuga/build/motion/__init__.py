"""Room `motion`: keyframes and signals to how a clip moves: dynamic score, timing, camera.

Paper: §3.2 (dynamic score, and its classes in Figure 4); timing and camera are ours. A pure
function of what `scan` measured and `keyframe` decided: nothing is decoded here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, ClassVar, Final

from annotated_types import Gt, Interval

from sakuga.build.motion.camera import view_of
from sakuga.core.records import Clip, Keyframes, Motion, Signals, Timing, Video
from sakuga.timing.clock import Clock
from sakuga.timing.exposure import timing_of
from sakuga.timing.film import clock_of

Item = tuple[Keyframes, Clip, Signals, Video]

ONES: Final = 1 / 2
THREES: Final = 1 / 3


@dataclass(frozen=True, slots=True)
class MotionStage:
    """How clips are judged.

    mixed_below: share of the frames, pauses not counted, that a regular clip's own hold covers.
    still: how far the last third of a clip may be from the first and the clip be static, in shorter
    sides of the picture.
    """

    name: ClassVar[str] = "motion"
    reads: ClassVar[tuple[type, ...]] = (Keyframes, Clip, Signals, Video)
    writes: ClassVar[type] = Motion
    version: ClassVar[int] = 2
    batch: ClassVar[int] = 64

    mixed_below: Annotated[float, Interval(ge=0, le=1)] = 0.6
    still: Annotated[float, Gt(0)] = 0.0035

    def load(self) -> Callable[[Sequence[Item]], Iterable[Motion]]:
        """The worker."""
        return self._work

    def _work(self, items: Sequence[Item]) -> Iterator[Motion]:
        clocks: dict[str, Clock] = {}
        for keyframes, clip, signals, video in items:
            if signals.id not in clocks:
                clocks = {signals.id: clock_of(signals, video)}
            clock = clocks[signals.id]
            timing = timing_of(clock.holds(keyframes.frames, clip.end), self.mixed_below)
            cels = timing_of(clock.holds(keyframes.cels, clip.end), self.mixed_below)
            view = view_of(signals, clip, video, self.still)
            score = dynamic_score(keyframes, clip)
            yield Motion(
                id=clip.id,
                video=clip.video,
                dynamic_score=score,
                dynamic_class=dynamic_class(score),
                exposure=timing.exposure,
                timing=timing.name,
                mixed=timing.mixed,
                cel_exposure=cels.exposure,
                pulldown=clock.converted,
                film_rate=clock.film_rate or Fraction(0),
                carried=clock.carried,
                clock_confidence=clock.confidence,
                harmed=clock.harmed,
                camera=view.move,
                camera_x=view.right,
                camera_y=view.down,
                camera_zoom=view.growth,
                camera_shake=view.shake,
            )


def dynamic_score(keyframes: Keyframes, clip: Clip) -> float:
    """§3.2: keyframes to frames, 0 to 1, counted as the file has them."""
    return len(keyframes.frames) / (clip.end - clip.start)


def dynamic_class(score: float) -> Timing:
    """Figure 4's classes: over 0.5, over a third, the rest.

    # Differs from the paper: it writes 0.33, which would call a clip exactly on threes twos.
    """
    if score > ONES:
        return "ones"
    return "twos" if score > THREES else "threes"
