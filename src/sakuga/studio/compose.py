"""A film: shots joined by cuts, dissolves and fades; and what is true of each frame."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from sakuga.studio.brush import Image
from sakuga.studio.cast import Ready, fill
from sakuga.studio.lettering import Letters, logo
from sakuga.studio.recipe import Film
from sakuga.studio.stage import Composite, composites


@dataclass(frozen=True, slots=True)
class Joined:
    """A frame of a film before it is measured. shot: index; transition: the kind, or empty."""

    image: Image
    shot: int
    causes: tuple[str, ...]
    transition: str = ""
    composite: Composite | None = None
    letters: tuple[Letters, ...] = ()


@dataclass(frozen=True, slots=True)
class FrameTruth:
    """What is true of one frame.

    index: frame number in the film; shot: index; picture: names the pixels,
    equal for equal pictures; drawing: number of the
    picture within its shot in order of first appearance, from 1; new: it differs from the frame
    before; pct_pixels_changed: percent of pixels that differ from the frame before by more than
    0; causes: what changed; transition: the kind of transition it is mixed in, or empty; covered,
    flashed, whipped: something fills the frame, a flash, a whip pan; acted: the characters' drawing
    is another than before, or the camera moved that is shot with them; letters: the text that
    stands in it, unless it is mixed in a transition: then only what is laid over it.
    """

    index: int
    shot: int
    picture: str
    drawing: int
    new: bool
    pct_pixels_changed: float
    causes: tuple[str, ...]
    transition: str = ""
    covered: bool = False
    flashed: bool = False
    whipped: bool = False
    acted: bool = False
    letters: tuple[Letters, ...] = ()


def ready(film: Film) -> tuple[Ready, ...]:
    """The film's shots with every choice made."""
    return tuple(fill(shot) for shot in film.shots)


def joined(film: Film) -> Iterator[Joined]:
    """The frames of a film in order."""
    shots = ready(film)
    tail: Iterator[Composite] | None = None
    for index, shot in enumerate(shots):
        after = shots[index + 1] if index + 1 < len(shots) else None
        run = composites(shot, film.width, film.height)
        if index:
            yield from _hold(film, shots, index)
        yield from _shot(film, shots, index, run, tail)
        tail = run if after is not None and after.boundary.kind == "dissolve" else None


def _shot(
    film: Film, shots: tuple[Ready, ...], index: int,
    run: Iterator[Composite], tail: Iterator[Composite] | None,
) -> Iterator[Joined]:  # fmt: skip
    """A shot's frames, up to where the next one dissolves in."""
    into, out = _into(film, shots, index), _out(film, shots, index)
    alone = shots[index].frames - (out.frames if out.kind == "dissolve" else 0)
    last = ""
    for t in range(alone):
        frame = next(run)
        if tail is not None and t < into.frames:
            yield _dissolved(next(tail), frame, index, t, into.frames)
            last = "dissolve"
        elif into.kind.startswith("fade") and t < into.frames:
            yield _faded(frame, index, into.kind, (t + 1) / (into.frames + 1))
            last = into.kind
        elif out.kind.startswith("fade") and t >= alone - out.frames:
            yield _faded(frame, index, out.kind, (alone - t) / (out.frames + 1))
            last = out.kind
        else:
            ending = (last.split("_")[0],) if last else ()
            first = ("cut",) if t == 0 else ()
            causes = (*first, *ending, *frame.causes)
            yield Joined(frame.image, index, causes, "", frame, frame.letters)
            last = ""


@dataclass(frozen=True, slots=True)
class _Edge:
    kind: str
    frames: int


def _into(film: Film, shots: tuple[Ready, ...], index: int) -> _Edge:
    if index == 0:
        return _Edge("fade_black", film.fade_in) if film.fade_in else _Edge("cut", 0)
    return _Edge(shots[index].boundary.kind, shots[index].boundary.frames)


def _out(film: Film, shots: tuple[Ready, ...], index: int) -> _Edge:
    if index + 1 == len(shots):
        return _Edge("fade_black", film.fade_out) if film.fade_out else _Edge("cut", 0)
    return _into(film, shots, index + 1)


def _dissolved(old: Composite, new: Composite, index: int, t: int, frames: int) -> Joined:
    share = (t + 1) / (frames + 1)
    mixed = cv2.addWeighted(old.image, 1 - share, new.image, share, 0)
    owner = index - 1 if t < frames // 2 else index
    return Joined(np.asarray(mixed, np.uint8), owner, ("dissolve",), "dissolve")


def _faded(frame: Composite, index: int, kind: str, share: float) -> Joined:
    solid = 255 if kind == "fade_white" else 0
    faded = cv2.addWeighted(frame.image, share, np.full_like(frame.image, solid), 1 - share, 0)
    return Joined(np.asarray(faded, np.uint8), index, ("fade",), kind)


def _hold(film: Film, shots: tuple[Ready, ...], index: int) -> Iterator[Joined]:
    """The frames fully black or white between two shots."""
    boundary = shots[index].boundary
    if not boundary.kind.startswith("fade"):
        return
    solid = 255 if boundary.kind == "fade_white" else 0
    image = np.full((film.height, film.width, 3), solid, np.uint8)
    for t in range(boundary.hold):
        owner = index - 1 if t < boundary.hold // 2 else index
        yield Joined(image, owner, ("fade",), boundary.kind)


class Observer:
    """Measures frames one after the other."""

    def __init__(self) -> None:
        self._before: Joined | None = None
        self._picture = ""
        self._index = -1
        self._numbers: dict[str, int] = {}

    def truth(self, frame: Joined) -> FrameTruth:
        """What is true of the next frame."""
        before, self._before = self._before, frame
        self._index += 1
        share = 100.0 if before is None else _changed(before.image, frame.image)
        if share > 0:
            self._picture = hashlib.blake2b(frame.image.data, digest_size=8).hexdigest()
        if before is not None and before.shot != frame.shot:
            self._numbers = {}
        drawing = self._numbers.setdefault(self._picture, len(self._numbers) + 1)
        causes = () if before is None or share == 0 else frame.causes
        mark = frame.composite or Composite(frame.image, ())
        return FrameTruth(
            self._index, frame.shot, self._picture, drawing, share > 0, share, causes,
            frame.transition,
            mark.covered, mark.flashed, mark.whipped, mark.acted, frame.letters,
        )  # fmt: skip


def _changed(before: Image, now: Image) -> float:
    """Percent of pixels that differ."""
    if before is now:
        return 0.0
    differs = cv2.absdiff(before, now)
    flat = cv2.max(cv2.max(differs[:, :, 0], differs[:, :, 1]), differs[:, :, 2])
    return round(100 * cv2.countNonZero(flat) / flat.size, 5)


def frames(film: Film, letterbox: float = 0.0) -> Iterator[tuple[Image, FrameTruth]]:
    """Every rendered picture with its truth, before grain and encoding.

    letterbox: share of the height that black bars take. Pictures are (height, width, 3) uint8
    BGR and must not be written to.
    """
    observer, barred, marked = Observer(), _Bars(letterbox), _Logo(film.logo)
    for frame in joined(film):
        seen = marked.on(barred.on(frame))
        yield seen.image, observer.truth(seen)


class _Bars:
    """Black bars above and below; the same array again for the same picture."""

    def __init__(self, share: float) -> None:
        self.share = share
        self._of: Image | None = None
        self._barred: Image | None = None

    def on(self, frame: Joined) -> Joined:
        if not self.share:
            return frame
        if self._barred is None or self._of is not frame.image:
            image = frame.image.copy()
            bar = round(image.shape[0] * self.share / 2)
            image[:bar] = 0
            image[image.shape[0] - bar :] = 0
            self._of, self._barred = frame.image, image
        return replace(frame, image=self._barred)


class _Logo:
    """A station's mark over every frame; the same array again for the same picture."""

    def __init__(self, words: str) -> None:
        self.words = words
        self._of: Image | None = None
        self._marked: Joined | None = None

    def on(self, frame: Joined) -> Joined:
        if not self.words:
            return frame
        if self._marked is None or self._of is not frame.image:
            image = frame.image.copy()
            letters = (*frame.letters, logo(image, self.words))
            self._of, self._marked = frame.image, replace(frame, image=image, letters=letters)
        return replace(frame, image=self._marked.image, letters=self._marked.letters)
