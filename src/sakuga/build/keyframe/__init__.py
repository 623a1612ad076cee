"""Room `keyframe`: signals and clips to keyframes, the drawings of a shot and their holds.

A first rule; see `sakuga.build.evidence`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from sakuga.core.records import Clip, Keyframes, Signals

Item = tuple[Clip, Signals]


@dataclass(frozen=True, slots=True)
class Keyframe:
    """rule: `local` compares blockwise with the film's own noise floor; `paper` is 64x64 SSIM."""

    name: ClassVar[str] = "keyframe"
    reads: ClassVar[tuple[type, ...]] = (Clip, Signals)
    writes: ClassVar[type] = Keyframes
    version: ClassVar[int] = 1

    rule: Literal["local", "paper"] = "local"

    def load(self) -> Callable[[Sequence[Item]], Iterable[Keyframes]]:
        """The worker."""
        from sakuga.build.keyframe.worker import keyframes

        return lambda items: (keyframes(*item) for item in items)
