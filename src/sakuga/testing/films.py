"""What backends are shown to be checked: drawn pictures of awkward sizes, clips, whole scenes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from sakuga.build.describe import Scene
from sakuga.core.images import Picture, to_jpeg
from sakuga.core.records import (
    Captions,
    Clip,
    ClipTag,
    FrameTags,
    Motion,
    Ratings,
    Samples,
    SeenTag,
    Tags,
    TagScores,
    Video,
)

SIZES = ((90, 160), (64, 48), (1, 1), (1, 200), (200, 1), (270, 480), (10, 3000))  # height, width
VIDEO = "f" * 64


def drawn(count: int, seed: int = 0) -> list[Picture]:
    """Pictures (H, W, 3) uint8 BGR, each of flat colours of its own; not to be written to."""
    rng = np.random.default_rng(seed)
    return [_drawn(SIZES[n % len(SIZES)], rng) for n in range(count)]


def _drawn(size: tuple[int, int], rng: np.random.Generator) -> Picture:
    height, width = size
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = rng.integers(0, 256, 3)
    for _ in range(4):
        top, left = rng.integers(0, height), rng.integers(0, width)
        picture[top : top + height // 2 + 1, left : left + width // 2 + 1] = rng.integers(0, 256, 3)
    picture.flags.writeable = False
    return picture


def samples(counts: Sequence[int]) -> list[Samples]:
    """Clips with so many samples each, as JPEG."""
    pictures = iter(drawn(sum(counts), seed=1))
    return [
        Samples(
            f"{n:064x}", VIDEO, list(range(count)), [to_jpeg(next(pictures)) for _ in range(count)]
        )
        for n, count in enumerate(counts)
    ]


def scenes() -> list[Scene]:
    """Scenes of which all is known, only some, or nothing but where they begin and end."""
    names = [["1girl", "smile", "outdoors"], ["no_humans", "scenery"], []]
    tagged = [_scene(n, tags, [f"a drawing, number {n}"] * 2) for n, tags in enumerate(names)]
    return [*tagged, _scene(3, None, None), _scene(4, ["solo"], None), _scene(5, None, ["a cat"])]


def _scene(number: int, names: list[str] | None, texts: list[str] | None) -> Scene:
    name = f"{number:064x}"
    start, end = number * 48, number * 48 + 48
    clip = Clip(
        name, VIDEO, number, start, end, start, end, start, end, "cut", 1.0, "cut", 1.0, False
    )
    return Scene(
        clip=clip,
        video=_video(),
        motion=_motion(name, number),
        tags=None if names is None else _tags(name, names),
        tag_scores=None if names is None else _tag_scores(name, names, start),
        captions=None if texts is None else Captions(name, VIDEO, [start] * len(texts), texts),
    )


def _tags(name: str, names: list[str]) -> Tags:
    general = [ClipTag(tag, 1.0, 0.9) for tag in names]
    ratings = Ratings(0.9, 0.1, 0.0, 0.0)
    return Tags(name, VIDEO, general, [], ["static_camera", "on_twos"], ratings, "general")


def _tag_scores(name: str, names: list[str], start: int) -> TagScores:
    seen = [SeenTag(tag, "general", 0.9) for tag in names]
    frames = [FrameTags(start + n, seen, Ratings(0.9, 0.1, 0.0, 0.0)) for n in range(2)]
    return TagScores(name, VIDEO, frames)


def _motion(name: str, number: int) -> Motion:
    pans = number % 2 == 1
    return Motion(
        name,
        VIDEO,
        dynamic_score=0.5,
        dynamic_class="twos",
        exposure=2,
        timing="twos",
        mixed=False,
        cel_exposure=2,
        pulldown=False,
        film_rate=Fraction(24),
        carried="as_is",
        clock_confidence=1.0,
        harmed="",
        camera="pan" if pans else "static",
        camera_x=0.2 if pans else 0.0,
        camera_y=0.0,
        camera_zoom=0.0,
        camera_shake=0.0,
    )


def _video() -> Video:
    return Video(
        VIDEO,
        source="s",
        url="film.mp4",
        group="film",
        container="mp4",
        codec="h264",
        stream=0,
        video_streams=1,
        width=480,
        height=270,
        rotation=0,
        sample_aspect=Fraction(1),
        frame_rate=Fraction(24),
        time_base=Fraction(1, 24),
        duration=12.0,
        pixel_format="yuv420p",
        bit_depth=8,
        colour_range="limited",
        ground="none",
        bytes=1,
        licence=None,
        user_tags=[],
    )
