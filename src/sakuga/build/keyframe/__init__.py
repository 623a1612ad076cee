"""Room `keyframe`: signals and clips to keyframes, the drawings of a shot and their holds.

Sakuga-42M, section 3.1. The release keeps a frame where the SSIM of 64x64 thumbnails falls below
0.95, which loses mouths, blinks and slow pans (`rule = "paper"`). Ours asks a small net of every
frame (`rule = "local"`, the default; see `sakuga.timing`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Le

from sakuga.core.records import Clip, Keyframes, Signals, Video

Item = tuple[Clip, Signals, Video]


@dataclass(frozen=True, slots=True)
class Keyframe:
    """rule: `local` or `paper`; the latter needs `[scan] release = true`.

    least: probability from which a frame shows a new drawing, for our rule only. below: the
    paper's threshold of SSIM, for its rule only.
    """

    name: ClassVar[str] = "keyframe"
    reads: ClassVar[tuple[type, ...]] = (Clip, Signals, Video)
    writes: ClassVar[type] = Keyframes
    version: ClassVar[int] = 4

    rule: Literal["local", "paper"] = "local"
    least: Annotated[float, Ge(0.0), Le(1.0)] = 0.5
    below: Annotated[float, Ge(0.0), Le(1.0)] = 0.95  # section 3.1

    def load(self) -> Callable[[Sequence[Item]], Iterable[Keyframes]]:
        """The worker; raises RequestError where the paper's rule lacks its measurements."""
        from sakuga.build.keyframe.worker import Worker

        return Worker(self)
