"""The pictures of clips that an encoder is shown: their samples, or keyframes out of their film."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sakuga.build.embed import Item, Shown
from sakuga.build.pictures import Pictures
from sakuga.core.errors import ItemError, NoFrames
from sakuga.core.files import local_path
from sakuga.core.images import Picture
from sakuga.core.records import Video
from sakuga.core.video import VideoReader
from sakuga.dataset.footage import NoFootage
from sakuga.dataset.frames import fitted
from sakuga.dataset.pick import pick

Numbers = NDArray[np.int32]


def shown(items: Sequence[Item], keyframes: int, side: int) -> Iterator[Shown | ItemError]:
    """Each clip, in order, or why it can't be shown.

    keyframes: so many of the film, ViCLIP's test sampling: the middle of as many equal parts of the
    clip's; a clip with fewer repeats its last, as there. 0: the clip's samples.
    """
    if not keyframes:
        yield from map(_sampled, items)
        return
    for _, of_video in groupby(items, key=lambda item: item[2].id):
        yield from _of_film(list(of_video), keyframes, side)


def _sampled(item: Item) -> Shown:
    samples = item[1]
    return Shown(np.array(samples.frames, np.int32), Pictures(samples), _text(item))


def _of_film(items: list[Item], count: int, side: int) -> Iterator[Shown | ItemError]:
    """Clips of one film, which is read once; one of which a frame is gone is told, not guessed,
    and all of them where the film is another by now."""
    numbers = [keys.frames[pick(len(keys.frames), count, "middle", "repeat")] for keys, *_ in items]
    made = 0
    lost: ItemError = NoFrames("the film ended before its frames")
    try:
        _check_same(items[0][2])
        for one in _read(items, numbers, side):
            yield one
            made += 1
    except ItemError as error:
        lost = error
    yield from (lost for _ in items[made:])


def _read(items: list[Item], numbers: Sequence[Numbers], side: int) -> Iterator[Shown | ItemError]:
    """Frames are let go of as soon as their clip is complete."""
    _, _, video, signals, _ = items[0]
    asked = sorted({number for of_clip in numbers for number in of_clip.tolist()})
    with VideoReader(video.url, video.stream) as reader:
        coming = reader.frames_at(asked, signals.pts)
        images: dict[int, Picture] = {}
        for item, of_clip in zip(items, numbers, strict=True):
            wanted = set(of_clip.tolist())
            images = {n: image for n, image in images.items() if n >= of_clip[0]}
            while wanted - images.keys() and (frame := next(coming, None)) is not None:
                images[frame.index] = fitted(frame.upright(), side)[..., ::-1]
            if wanted - images.keys():
                yield NoFrames(f"of the frames {of_clip.tolist()}, not all decode again")
            else:
                yield Shown(of_clip, [images[n] for n in of_clip.tolist()], _text(item))


def _check_same(video: Video) -> None:
    """Raise NoFootage where a file of this machine is no longer the one that was scanned.

    It may have been years since: by number and PTS, another film's frames would be taken for these.
    """
    path = Path(local_path(video.url))
    if not path.is_file():
        return  # elsewhere, or gone: who reads it says so
    same = path.stat().st_size == video.bytes
    if same:
        with path.open("rb") as content:
            same = hashlib.file_digest(content, "sha256").hexdigest() == video.id
    if not same:
        raise NoFootage(f"{video.url}: no longer the file that the clip was found in")


def _text(item: Item) -> str | None:
    return item[4].text if item[4] is not None else None
