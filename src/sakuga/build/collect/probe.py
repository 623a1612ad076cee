"""A source to a video: open it, choose its stream, describe it."""

from __future__ import annotations

import dataclasses

from sakuga.build.collect import UNREADABLE, Collect
from sakuga.core.errors import NotChosen, Unreadable, Unrecognised
from sakuga.core.records import Source, Video
from sakuga.core.video import VideoReader


def probe(source: Source, recipe: Collect | None = None) -> Video:
    """The video of a source that is neither skipped nor a duplicate."""
    if source.video is None:
        unreadable = source.kind.startswith(UNREADABLE)
        why = source.kind if unreadable else (recipe or Collect()).why_not(source.kind)
        raise (Unreadable if unreadable else NotChosen)(why)
    if source.bytes == 0:
        raise Unrecognised("the file is empty")
    with VideoReader(source.url) as reader:
        stream = dataclasses.asdict(reader.describe())
    stream["container"] = source.kind
    if source.kind == "animated_webp":
        stream["codec"] = "webp"  # not that of the film in memory that it is read through
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
