"""Room `describe`: tags, captions and motion to one description of a clip (§3.1).

A description is one line without control characters, whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from sakuga.build.wording import one_line
from sakuga.core.errors import BadOutput, ItemError
from sakuga.core.records import Captions, Clip, Description, Failure, Motion, Tags, TagScores, Video
from sakuga.core.stage import failure_of

Item = tuple[Clip, Video, Motion, Tags | None, TagScores | None, Captions | None]


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of one clip before it is described."""

    clip: Clip
    video: Video
    motion: Motion
    tags: Tags | None
    tag_scores: TagScores | None
    captions: Captions | None


@dataclass(frozen=True, slots=True)
class Written:
    """A description, and what it cost: 0 tokens where no language model wrote it, or none told."""

    text: str
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Writer(Protocol):
    """A recipe; its worker gives each scene, in order, its description, or the ItemError that tells
    why there is none."""

    def load(self) -> Callable[[Sequence[Scene]], Iterable[Written | ItemError]]:
        """The worker."""
        ...


@dataclass(frozen=True, slots=True)
class Describe:
    """use: a Writer."""

    name: ClassVar[str] = "describe"
    reads: ClassVar[tuple[type, ...]] = (Clip, Video, Motion, Tags, TagScores, Captions)
    optional: ClassVar[tuple[type, ...]] = (Tags, TagScores, Captions)
    writes: ClassVar[type] = Description
    version: ClassVar[int] = 1
    batch: ClassVar[int] = 1024  # the last few of a batch keep a server's other places idle

    use: Any

    def load(self) -> Callable[[Sequence[Item]], Iterable[Description | Failure]]:
        """The worker."""
        write = self.use.load()

        def work(items: Sequence[Item]) -> Iterator[Description | Failure]:
            scenes = [Scene(*item) for item in items]
            written = list(write(scenes))
            if len(written) != len(scenes):
                raise BadOutput(f"{len(written)} descriptions for {len(scenes)} clips")
            for scene, one in zip(scenes, written, strict=True):
                try:
                    yield _row(scene.clip, one)
                except ItemError as error:
                    yield failure_of(self.name, scene.clip.id, error)

        return work


def _row(clip: Clip, one: Written | ItemError) -> Description:
    if isinstance(one, ItemError):
        raise one
    text = one_line(one.text)
    if not text:
        raise BadOutput("the description is empty")
    return Description(clip.id, clip.video, text, one.prompt_tokens, one.completion_tokens)
