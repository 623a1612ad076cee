"""Scenes, as the rooms before `describe` would have made them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from sakuga.build.describe import Scene
from sakuga.core.records import (
    Captions,
    Clip,
    ClipTag,
    FrameTags,
    Motion,
    SeenTag,
    Tags,
    TagScores,
    Video,
)
from tests.tables import digest, filled


def scene(
    name: str = "a",
    captions: Sequence[str] | None = ("a girl stands", "a girl runs"),
    tags: Sequence[Sequence[str]] | None = (("1girl", "standing"), ("1girl", "running")),
    motion: dict[str, Any] | None = None,
    clip: dict[str, Any] | None = None,
) -> Scene:
    """A shot of 48 frames at 24 a second; a moment every 12 frames, as many as are given."""
    ids = {"id": digest(name), "video": digest("film")}
    return Scene(
        filled(Clip, **ids, **({"start": 100, "end": 148, "end_pts": 2000} | (clip or {}))),
        filled(Video, id=ids["video"], time_base=Fraction(1, 1000)),
        filled(Motion, **ids, **({"timing": "twos"} | (motion or {}))),
        None if tags is None else _tags(ids, tags),
        None if tags is None else _scores(ids, tags),
        None if captions is None else Captions(**ids, frames=_frames(captions), texts=[*captions]),
    )


def _frames(moments: Sequence[Any]) -> list[int]:
    return [100 + 12 * i for i in range(len(moments))]


def _scores(ids: dict[str, str], tags: Sequence[Sequence[str]]) -> TagScores:
    samples = [
        FrameTags(frame, [SeenTag(name, "general", 0.9) for name in names], None)
        for frame, names in zip(_frames(tags), tags, strict=True)
    ]
    return TagScores(**ids, samples=samples)


def _tags(ids: dict[str, str], tags: Sequence[Sequence[str]]) -> Tags:
    names = dict.fromkeys(name for moment in tags for name in moment)
    shares = {name: sum(name in moment for moment in tags) / len(tags) for name in names}
    general = [ClipTag(name, share, 0.9) for name, share in shares.items()]
    return filled(Tags, **ids, general=sorted(general, key=lambda tag: -tag.share))
