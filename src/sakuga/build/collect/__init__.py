"""Room `collect`: sources to videos (§3.1).

`find_sources` lists what lies at the inputs and gives each new file its part; the stage then opens
each file and describes its video stream. mkv, mp4 and webm are built from, as in the paper; what
else is found is told by its content, not by its name, and listed as skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from sakuga.core.records import Source, Video

Item = tuple[Source]


@dataclass(frozen=True, slots=True)
class Collect:
    """group: what never stands in two splits: each `file`, or all files of a `folder`.

    licence, user_tags: what is known of all the footage collected here; published with every clip.
    """

    name: ClassVar[str] = "collect"
    reads: ClassVar[tuple[type, ...]] = (Source,)
    writes: ClassVar[type] = Video
    version: ClassVar[int] = 1

    group: Literal["file", "folder"] = "file"
    licence: str | None = None
    user_tags: tuple[str, ...] = ()

    def load(self) -> Callable[[Sequence[Item]], Iterable[Video]]:
        """The worker; raises Unreadable, Unrecognised, NoVideo, NoFrames or TooLarge."""
        from sakuga.build.collect.probe import probe

        return lambda items: (probe(s) for (s,) in items if not (s.skipped or s.duplicate_of))
