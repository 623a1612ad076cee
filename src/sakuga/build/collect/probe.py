"""A source to a video: open it, choose its stream, describe it."""

from __future__ import annotations

import dataclasses

from sakuga.build.collect import Collect
from sakuga.core.containers import CONTAINERS
from sakuga.core.errors import Unreadable, Unrecognised
from sakuga.core.records import Source, Video
from sakuga.core.video import VideoReader


def probe(source: Source, recipe: Collect | None = None) -> Video:
    """The video of a source that is neither skipped nor a duplicate."""
    if recipe is not None and source.kind in CONTAINERS and not recipe.wants(source.kind):
        raise Unrecognised(_mended(source.kind, recipe))
    if source.video is None:
        raise Unreadable(source.kind)
    if source.bytes == 0:
        raise Unrecognised("the file is empty")
    with VideoReader(source.url) as reader:
        stream = dataclasses.asdict(reader.describe())
    stream["container"] = source.kind
    return Video(
        id=source.video,
        source=source.id,
        url=source.url,
        group=source.group,
        bytes=source.bytes,
        licence=source.licence,
        user_tags=source.user_tags,
        **stream,
    )


def _mended(kind: str, recipe: Collect) -> str:
    """Why a named file of a kind is not built from, and what to type."""
    if recipe.kinds:
        kinds = ", ".join(f'"{k}"' for k in (*recipe.kinds, kind))
        return f"{kind} is not among the kinds to build from: --set 'collect.kinds=[{kinds}]'"
    return f"{kind} is an animated image: --set collect.animated=true builds from those, too"
