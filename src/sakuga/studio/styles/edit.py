"""The edit: takes in a row, joined, and the truth about every frame, read from the pixels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence as Row
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from sakuga.studio.sequence import Sequence, Span, TransitionKind
from sakuga.studio.styles import joins
from sakuga.studio.styles.joins import Join
from sakuga.studio.styles.look import Image
from sakuga.studio.styles.shots import LEAST_LEVELS, Take, visible, wholly_same

LEAST_CUT: Final = 0.004
"""Two shots whose pictures differ in a smaller share of the pixels at their cut are one shot."""


@dataclass(slots=True)
class Frame:
    """A frame of the film. moved: as in `Take`; kind: of the transition it lies in; span: which."""

    image: Image
    shot: int
    moved: bool | None = None
    flash: bool = False
    kind: TransitionKind | None = None
    span: int = -1


def joined(takes: Row[Take], how: Row[Join]) -> list[Frame]:
    """All frames. how: how[i] enters take i; how[0] may fade in, how[-1] beyond the last take
    may fade out, so that there is one more of them than takes."""
    found: list[Frame] = []
    for index, take in enumerate(takes):
        into, out = how[index], how[index + 1]
        last = index + 1 == len(takes)
        body = _body(take, index, into, out)
        found += body if into.overlap else _faded_in(body, into, index)
        if out.overlap and not last:
            found += _overlapped(take, takes[index + 1], out, index)
        elif out.kind is not None:
            found = _faded_out(found, out, index, last)
    return found


def _body(take: Take, index: int, into: Join, out: Join) -> list[Frame]:
    """A take without the frames in which it overlaps its neighbours."""
    span = range(into.overlap, len(take.images) - out.overlap)
    return [Frame(take.images[t], index, take.moved[t], take.flashes[t]) for t in span]


def _faded_in(body: list[Frame], into: Join, index: int) -> list[Frame]:
    takes = into.sides[1]
    for t, frame in enumerate(body[:takes]):
        share = (t + 1) / (takes + 1)
        frame.image = joins.alone(frame.image, into, share, leaves=False)
        frame.kind, frame.span, frame.moved = into.kind, index, None
    return body


def _faded_out(found: list[Frame], out: Join, index: int, last: bool) -> list[Frame]:
    takes = out.sides[0]
    for t, frame in enumerate(found[len(found) - takes :]):
        share = 1 - (t + 1) / (takes + 1)
        frame.image = joins.alone(frame.image, out, share, leaves=True)
        frame.kind, frame.span, frame.moved = out.kind, index + 1, None
    if out.hold and out.kind != "blur":
        full = joins.solid(found[-1].image, out)
        early = out.hold if last else out.hold // 2
        found += [
            Frame(full, index if t < early else index + 1, None, False, out.kind, index + 1)
            for t in range(out.hold)
        ]
    return found


def _overlapped(take: Take, after: Take, out: Join, index: int) -> list[Frame]:
    found: list[Frame] = []
    start = len(take.images) - out.frames
    for t in range(out.frames):
        image = joins.between(take.images[start + t], after.images[t], out, t)
        owner = index if t < out.frames // 2 else index + 1
        found.append(Frame(image, owner, None, False, out.kind, index + 1))
    return found


def sequence(
    frames: list[Frame], rate: Fraction, style: str, seed: int, block: int, size: tuple[int, int]
) -> Sequence:
    """The film with its truth. block: pixels of the picture for one of the drawing."""
    frames = _merged(frames)
    fresh, cels = _marked(frames)
    shot = _numbered([frame.shot for frame in frames])
    spans = _spans(frames)
    mixed = [frame.kind is not None for frame in frames]
    images = _enlarged([frame.image for frame in frames], block, size)
    return Sequence(
        images,
        rate,
        np.cumsum(fresh).astype(np.int32) - 1,
        np.cumsum(cels).astype(np.int32) - 1,
        shot,
        exposures(shot, fresh, mixed),
        exposures(shot, cels, mixed),
        style,
        seed,
        spans,
        [t for t, frame in enumerate(frames) if frame.flash],
    )


def _merged(frames: list[Frame]) -> list[Frame]:
    """Two shots that meet at a cut with the same picture are one shot."""
    becomes: dict[int, int] = {}
    for before, now in pairwise(frames):
        cut = before.shot != now.shot and before.kind is None and now.kind is None
        if cut and not _cuts(before.image, now.image):
            becomes[now.shot] = becomes.get(before.shot, before.shot)
            now.moved = None
    return [replace(frame, shot=becomes.get(frame.shot, frame.shot)) for frame in frames]


def _cuts(before: Image, now: Image) -> bool:
    differs = np.asarray(cv2.absdiff(before, now), np.uint8).max(2) >= LEAST_LEVELS * 2
    return float(differs.mean()) >= LEAST_CUT


def _marked(frames: list[Frame]) -> tuple[list[bool], list[bool]]:
    """Which frames show a new picture, which a new drawing. A frame that shows no visible change
    gets the picture before it, the same object."""
    fresh, cels = [True], [True]
    for before, now in pairwise(frames):
        if now.kind is not None:
            new = not wholly_same(before.image, now.image)
        else:
            new = visible(before.image, now.image)
        if not new:
            now.image = before.image
        cut = before.shot != now.shot or before.kind is not None
        fresh.append(new)
        cels.append(new if now.moved is None or cut else new and now.moved)
    return fresh, cels


def _numbered(shots: list[int]) -> np.ndarray:
    """Shots numbered from 0 without gaps, in order."""
    changes = [0] + [int(a != b) for a, b in pairwise(shots)]
    return np.cumsum(changes).astype(np.int32)


def _spans(frames: list[Frame]) -> list[Span]:
    found: list[Span] = []
    for t, frame in enumerate(frames):
        if frame.kind is None:
            continue
        if found and found[-1].end == t and frames[t - 1].span == frame.span:
            found[-1] = replace(found[-1], end=t + 1)
        else:
            found.append(Span(t, t + 1, frame.kind))
    return found


def exposures(shot: np.ndarray, fresh: list[bool], mixed: list[bool]) -> list[int | None]:
    """For each shot the frames that most of its pictures are held: 0 if it shows one, None if
    no hold is common or a transition takes more than half of it."""
    return [
        _exposure(
            [(f, m) for f, m, s in zip(fresh, mixed, shot.tolist(), strict=True) if s == number]
        )
        for number in range(int(shot[-1]) + 1)
    ]


def _exposure(part: list[tuple[bool, bool]]) -> int | None:
    free = [new for new, mixed in part if not mixed]
    if len(free) * 2 < len(part):
        return None
    starts = [0] + [t for t, new in enumerate(free) if new and t > 0]
    if len(starts) == 1:
        return 0
    gaps = [b - a for a, b in pairwise(starts)]
    gap, times = Counter(gaps).most_common(1)[0]
    if times < 2 and not (len(gaps) == 1 and len(free) - starts[-1] == gap):
        return None
    return gap if times >= 0.6 * len(gaps) else None


def _enlarged(images: list[Image], block: int, size: tuple[int, int]) -> list[Image]:
    """Every pixel as a block of pixels; the same object for the same picture."""
    if block == 1:
        return images
    known: dict[int, Image] = {}
    for image in images:
        if id(image) not in known:
            large = image.repeat(block, 0).repeat(block, 1)
            known[id(image)] = np.ascontiguousarray(large[: size[1], : size[0]])
    return [known[id(image)] for image in images]
