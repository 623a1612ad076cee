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
from sakuga.core.recipe import where
from sakuga.core.records import Source, Video

Item = tuple[Source]


UNREADABLE = "can't be read"  # how a source's kind begins where its bytes could not be read


@dataclass(frozen=True, slots=True)
class Collect:
    """What is built from.

    kinds: containers to build from, by name (`sakuga.core.containers`); none named: all of video.
    animated: also gif, apng and animated webp. Both only choose among sources: what is made of one
    that is chosen does not depend on them, so a change makes nothing stale.
    group: what never stands in two splits: each `file`, or all files of a `folder`. licence,
    user_tags: what is known of all the footage collected here; published with every clip.
    """

    name: ClassVar[str] = "collect"
    reads: ClassVar[tuple[type, ...]] = (Source,)
    writes: ClassVar[type] = Video
    version: ClassVar[int] = 2

    kinds: tuple[str, ...] = where(())
    animated: bool = where(False)
    group: Literal["file", "folder"] = "file"
    licence: str | None = None
    user_tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for kind in self.kinds:
            if kind not in CONTAINERS:
                raise ValueError(f"there is no kind {kind!r}; there are: {', '.join(CONTAINERS)}")

    def wants(self, kind: str) -> bool:
        """Whether shots are made from files of a kind."""
        container = CONTAINERS.get(kind)
        if container is None:
            return False
        if container.animated:
            return self.animated or kind in self.kinds
        return kind in self.kinds if self.kinds else True

    def why_not(self, kind: str) -> str:
        """Why nothing is made from a file of a kind that is not wanted, and what to type."""
        if kind not in CONTAINERS:
            return f"{kind} is no video"
        if CONTAINERS[kind].animated:
            return f"{kind} is an animated image: add --set collect.animated=true to build from it"
        kinds = ", ".join(f'"{k}"' for k in (*self.kinds, kind))
        return f"{kind} is not among the kinds to build from: add --set 'collect.kinds=[{kinds}]'"

    def load(self) -> Callable[[Sequence[Item]], Iterable[Video]]:
        """The worker; raises Unreadable, Unrecognised, NotChosen, NoVideo, NoFrames, TooLarge."""
        from sakuga.build.collect.probe import probe

        return lambda items: (probe(s, self) for (s,) in items if not (s.skipped or s.duplicate_of))
