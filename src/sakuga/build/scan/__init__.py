"""Room `scan`: videos to signals, the one full decode.

A few numbers are kept of every frame; `split`, `keyframe` and `motion` are pure functions of them.
Frames are reduced to about 212x120 (`picture`), looked at by meters, and forgotten. T frames:

pts       time stamp in ticks of the stream's time base, -1 where the file gives none
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sakuga.core.records import Signals, Video

Item = tuple[Video]


@dataclass(frozen=True, slots=True)
class Scan:
    """release: also measure what the rules of the paper's release read; slower."""

    name: ClassVar[str] = "scan"
    reads: ClassVar[tuple[type, ...]] = (Video,)
    writes: ClassVar[type] = Signals
    version: ClassVar[int] = 1
    batch: ClassVar[int] = 1

    release: bool = False

    def load(self) -> Callable[[Sequence[Item]], Iterable[Signals]]:
        """The worker; raises NoFrames for a video of which no frame decodes."""
        from sakuga.build.scan.worker import Worker

        return Worker(self)
