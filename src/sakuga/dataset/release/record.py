"""The record that an imported row becomes, and the recipe that made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sakuga.core.records import Rating, Source


@dataclass(frozen=True, slots=True)
class Annotation:
    """One clip as the release describes it, typed. Null is not told."""

    of: ClassVar[str] = "clip"
    id: str  # hash_identifier, 64 hex digits, lower case
    source: str  # the `Source` of its url
    source_group: str  # as in `Row`: a hash; clips of one group stand in one split of ours
    url: str
    splits: list[str]  # the release's own, in its files' order; none if no file's name told one
    identifier: str | None  # as told ...
    post: int | None  # ... and what it says, POST:CLIP
    clip: int | None
    start_ms: int  # from the beginning of the video
    end_ms: int  # after start_ms
    frames: int | None
    keyframes: int | None
    anime_tags: list[str] | None
    user_tags: list[str] | None
    text_description: str | None
    aesthetic_score: float | None  # 0 to 1, as all scores
    dynamic_score: float | None
    rating: Rating | None
    text_probability: float | None
    width: int | None
    height: int | None
    file_ext: str | None  # lower case, without a point
    file_bytes: int | None  # as rounded by the release, its MB taken for 10^6 bytes
    fps: float | None  # as told; no time is computed from it
    fps_doubtful: bool  # frames and times come to another rate
    time: str | None  # a class of each axis; `others` is undecided, null not told
    venue: str | None
    media: str | None
    filming: str | None
    composition: str | None
    character: str | None
    unread: list[str]  # COLUMN=VALUE of what could not be read and is null above


@dataclass(frozen=True, slots=True)
class Given:
    """One file that was imported."""

    name: str
    sha256: str
    split: str | None


@dataclass(frozen=True, slots=True)
class Import:
    """The recipe of imported tables: the files they were read from."""

    name: ClassVar[str] = "import"
    reads: ClassVar[tuple[type, ...]] = ()
    writes: ClassVar[tuple[type, ...]] = (Source, Annotation)
    version: ClassVar[int] = 1

    files: tuple[Given, ...]
