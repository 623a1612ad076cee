"""Small pictures of drawings: decoded from the film, or from samples where the film is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

import numpy as np

from sakuga.core.errors import ItemError
from sakuga.core.images import fit, from_jpeg, to_jpeg
from sakuga.core.records import Samples, Video
from sakuga.core.video import VideoReader
from sakuga.report.shots import Shot, in_order
from sakuga.report.tables import Tables

HEIGHT = 96  # pixels, of every picture
QUALITY = 68  # of JPEG
MOST = 5_500_000  # bytes of pictures on a page, which base64 and markup make 8 million
MOST_OF_SHOT = 300  # drawings of one shot; of what comes later only numbers are shown

WATCHED = 60  # drawings that are looked at to tell where a shot acts
STILL = 0.5  # grey levels; less change than this is none

Pictures = dict[int, bytes]  # drawing number -> JPEG
Advance = Callable[[int, int], None]


def take_pictures(
    tables: Tables, shots: Sequence[Shot], advance: Advance, most: int = MOST
) -> dict[str, Pictures]:
    """Clip id -> its drawings' pictures; later shots are left out once `most` bytes are reached."""
    taken: dict[str, Pictures] = {}
    videos = [list(of) for _, of in groupby(in_order(shots), lambda shot: shot.video.id)]
    for done, of_video in enumerate(videos):
        advance(done, len(videos))
        taken |= _of_video(tables, of_video[0].video, of_video)
    advance(len(videos), len(videos))
    return _within(taken, [shot.clip.id for shot in shots], most)


def width_of(video: Video) -> int:
    """How wide a picture of this video is shown, its sample aspect applied."""
    aspect = video.width * video.sample_aspect / max(1, video.height)
    return max(24, min(4 * HEIGHT, round(HEIGHT * aspect)))


def focus_of(pictures: Pictures) -> float:
    """Where from left to right, 0 to 1, drawings differ most: there a narrow strip looks."""
    grey = [from_jpeg(image).mean(axis=2) for _, image in sorted(pictures.items())][:WATCHED]
    if len(grey) < 2:
        return 0.5
    change = np.abs(np.diff(np.stack(grey), axis=0)).mean(axis=(0, 1))
    wide = max(1, len(change) // 6)
    around = np.convolve(change - np.median(change), np.ones(wide) / wide, mode="same")
    place = (int(np.argmax(around)) + 0.5) / len(change)
    return place if around.max() > STILL else 0.5


def _of_video(tables: Tables, video: Video, shots: Sequence[Shot]) -> dict[str, Pictures]:
    wanted = {shot.clip.id: _first_frames(shot) for shot in shots}
    frames = _decoded(tables, video, {f for of in wanted.values() for f in of.values()})
    if frames:
        return {
            clip: {drawing: frames[f] for drawing, f in of.items() if f in frames}
            for clip, of in wanted.items()
        }
    parts = tables.parts_with(Samples, [video.id])
    samples = {s.id: s for s in tables.records(Samples, "id", wanted, parts)}
    return {clip: _sampled(samples.get(clip), of, video) for clip, of in wanted.items()}


def _first_frames(shot: Shot) -> dict[int, int]:
    """Drawing -> the frame on which it is first shown."""
    keys = shot.keyframes
    if keys is None:
        return {1: shot.clip.start}
    first: dict[int, int] = {}
    for drawing, frame in zip(keys.drawings.tolist(), keys.frames.tolist(), strict=True):
        if len(first) < MOST_OF_SHOT:
            first.setdefault(drawing, frame)
    return first


def _decoded(tables: Tables, video: Video, numbers: Iterable[int]) -> dict[int, bytes]:
    """Frame number -> JPEG; empty where the file can't be read any more."""
    pts = tables.pts([video.id]).get(video.id)
    if pts is None:
        return {}
    longest = max(HEIGHT, round(HEIGHT * video.width / max(1, video.height)))
    try:
        with VideoReader(video.url, video.stream) as reader:
            return {
                frame.index: to_jpeg(fit(frame.upright(), longest), QUALITY)
                for frame in reader.frames_at(sorted(numbers), pts)
            }
    except ItemError:
        return {}


def _sampled(samples: Samples | None, wanted: dict[int, int], video: Video) -> Pictures:
    """For every drawing the sample at or before it."""
    if samples is None or not samples.frames:
        return {}
    longest = max(HEIGHT, round(HEIGHT * video.width / max(1, video.height)))
    images = [to_jpeg(fit(from_jpeg(image), longest), QUALITY) for image in samples.images]
    places = np.searchsorted(samples.frames, list(wanted.values()), side="right") - 1
    return {drawing: images[max(0, p)] for drawing, p in zip(wanted, places, strict=True)}


def _within(taken: dict[str, Pictures], order: Sequence[str], most: int) -> dict[str, Pictures]:
    kept: dict[str, Pictures] = {}
    spent = 0
    for clip in order:
        pictures = taken.get(clip, {})
        spent += sum(len(image) for image in set(pictures.values()))
        if kept and spent > most:
            break
        kept[clip] = pictures
    return kept
