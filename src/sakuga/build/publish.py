"""Room `publish`: everything to rows, the paper's attributes (§3.2) and ours. Links, no media."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath
from typing import ClassVar, Literal

from sakuga.core.records import (
    Aesthetic,
    Captions,
    Classes,
    Clip,
    Description,
    Keyframes,
    Motion,
    Row,
    Tags,
    Text,
    Video,
)

Item = tuple[
    Clip,
    Video,
    Keyframes,
    Motion,
    Tags | None,
    Captions | None,
    Text | None,
    Aesthetic | None,
    Classes | None,
    Description | None,
]
Split = Literal["train", "validation", "test"]

PROVENANCE: dict[str, tuple[str, ...]] = {  # table -> the columns of a row that come from it
    "clips": (
        *("id", "start", "end", "start_seconds", "end_seconds", "index", "frames", "short"),
        *("opens", "opens_confidence", "closes", "closes_confidence", "body_start", "body_end"),
    ),
    "videos": (
        *("video", "width", "height", "sample_aspect", "rotation", "frame_rate", "container"),
        *("codec", "bit_depth", "colour_range", "file_bytes", "source_group", "split"),
        *("url", "user_tags", "licence"),
    ),
    "keyframes": ("keyframes", "keyframe_numbers", "holds", "drawings", "cel_keyframe_numbers"),
    "motions": (
        *("dynamic_score", "timing_class", "exposure", "timing", "mixed_timing", "pulldown"),
        *("cel_exposure", "film_rate", "carried", "clock_confidence", "harmed"),
        *("camera", "camera_x", "camera_y", "camera_zoom", "camera_shake"),
    ),
    "tags": ("anime_tags", "character_tags", "ratings", "rating"),
    "captions": ("captions",),
    "texts": ("text_probability", "text_kinds"),
    "aesthetics": ("aesthetic_score",),
    "classes": ("taxonomy",),
    "descriptions": ("text_description",),
}


@dataclass(frozen=True, slots=True)
class Publish:
    """split_by: what stands in one split, a source's `group`, or (the paper's way) a `clip`."""

    name: ClassVar[str] = "publish"
    reads: ClassVar[tuple[type, ...]] = (
        *(Clip, Video, Keyframes, Motion),
        *(Tags, Captions, Text, Aesthetic, Classes, Description),
    )
    optional: ClassVar[tuple[type, ...]] = (Tags, Captions, Text, Aesthetic, Classes, Description)
    writes: ClassVar[type] = Row
    version: ClassVar[int] = 3
    batch: ClassVar[int] = 64

    split_by: Literal["group", "clip"] = "group"

    def load(self) -> Callable[[Sequence[Item]], Iterable[Row]]:
        """The worker."""
        return lambda items: [self._row(*item) for item in items]

    def _row(
        self,
        clip: Clip,
        video: Video,
        keys: Keyframes,
        motion: Motion,
        tags: Tags | None,
        captions: Captions | None,
        text: Text | None,
        aesthetic: Aesthetic | None,
        classes: Classes | None,
        description: Description | None,
    ) -> Row:
        group = hashlib.sha256(video.group.encode()).hexdigest()
        return Row(
            id=clip.id,
            url=public_url(video.url),
            start=clip.start,
            end=clip.end,
            start_seconds=_seconds(clip.start_pts, video.time_base),
            end_seconds=_seconds(clip.end_pts, video.time_base),
            anime_tags=all_tags(tags) if tags else None,
            user_tags=video.user_tags,
            text_description=description.text if description else None,
            aesthetic_score=aesthetic.score if aesthetic else None,
            dynamic_score=motion.dynamic_score,
            ratings=tags.ratings if tags else None,
            taxonomy=classes.taxonomy if classes else None,
            text_probability=text.probability if text else None,
            video=video.id,
            index=clip.index,
            width=video.width,
            height=video.height,
            sample_aspect=video.sample_aspect,
            rotation=video.rotation,
            frame_rate=video.frame_rate,
            container=video.container,
            codec=video.codec,
            bit_depth=video.bit_depth,
            colour_range=video.colour_range,
            file_bytes=video.bytes,
            source_group=group[:16],
            licence=video.licence,
            character_tags=[tag.name for tag in tags.character] if tags else None,
            captions=captions.texts if captions else None,
            rating=tags.rating if tags else None,
            text_kinds=text.kinds if text else None,
            frames=clip.end - clip.start,
            keyframes=len(keys.frames),
            keyframe_numbers=keys.frames - clip.start,
            holds=keys.holds,
            drawings=keys.drawings,
            exposure=motion.exposure,
            timing=motion.timing,
            timing_class=motion.dynamic_class,
            mixed_timing=motion.mixed,
            cel_exposure=motion.cel_exposure,
            cel_keyframe_numbers=keys.cels - clip.start,
            pulldown=motion.pulldown,
            film_rate=motion.film_rate,
            carried=motion.carried,
            clock_confidence=motion.clock_confidence,
            harmed=motion.harmed,
            camera=motion.camera,
            camera_x=motion.camera_x,
            camera_y=motion.camera_y,
            camera_zoom=motion.camera_zoom,
            camera_shake=motion.camera_shake,
            opens=clip.opens,
            opens_confidence=clip.opens_confidence,
            closes=clip.closes,
            closes_confidence=clip.closes_confidence,
            body_start=clip.body_start - clip.start,
            body_end=clip.body_end - clip.start,
            short=clip.short,
            split=split_of(group if self.split_by == "group" else clip.id),
        )


def all_tags(tags: Tags) -> list[str]:
    """A clip's tags of every kind: what is seen, who is seen, how it is filmed."""
    seen = [tag.name for tag in (*tags.general, *tags.character)]
    return list(dict.fromkeys([*seen, *tags.film]))


def split_of(digest: str) -> Split:
    """90/5/5 by a SHA-256: what else is in the dataset never moves a clip to another split."""
    share = int(digest[:8], 16) / 2**32
    return "train" if share < 0.90 else "validation" if share < 0.95 else "test"


def public_url(url: str) -> str:
    """A link as it is; of a file of this machine only the name."""
    if "://" in url and not url.startswith("file://"):
        return url
    return PurePosixPath(url.replace("\\", "/")).name


def _seconds(pts: int, time_base: Fraction) -> float | None:
    return float(pts * time_base) if pts >= 0 else None
