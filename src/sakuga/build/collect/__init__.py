"""Room `collect`: sources to videos (§3.1).

`find_sources` lists what lies at the inputs and gives each new file its part; the stage then opens
each file and describes its video stream. Every container of video that FFmpeg reads is built from;
what a file is, its content says, not its name. What else is found is listed as skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from sakuga.core.containers import CONTAINERS
from sakuga.core.records import Source, Video

Item = tuple[Source]


@dataclass(frozen=True, slots=True)
class Collect:
    """What is built from.

    kinds: containers to build from, by name (`sakuga.core.containers`); none named: all of video.
    animated: also gif and apng. group: what never stands in two splits: each `file`, or all files
    of a `folder`. licence, user_tags: what is known of all the footage collected here; published
    with every clip.
    """

    name: ClassVar[str] = "collect"
    reads: ClassVar[tuple[type, ...]] = (Source,)
    writes: ClassVar[type] = Video
    version: ClassVar[int] = 2

    kinds: tuple[str, ...] = ()
    animated: bool = False
    group: Literal["file", "folder"] = "file"
    licence: str | None = None
    user_tags: tuple[str, ...] = ()

    def wants(self, kind: str) -> bool:
        """Whether shots are made from files of a kind."""
        container = CONTAINERS.get(kind)
        if container is None:
            return False
        return (self.animated or not container.animated) if not self.kinds else kind in self.kinds

    def load(self) -> Callable[[Sequence[Item]], Iterable[Video]]:
        """The worker; raises Unreadable, Unrecognised, NoVideo, NoFrames or TooLarge."""
        from sakuga.build.collect.probe import probe

        return lambda items: (probe(s, self) for (s,) in items if not (s.skipped or s.duplicate_of))
