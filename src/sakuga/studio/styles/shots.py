"""Shots: figures on a place under a camera, photographed frame by frame, with exact truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from sakuga.studio.styles import moves
from sakuga.studio.styles.effects import Effect
from sakuga.studio.styles.look import Image, Look, Points
from sakuga.studio.styles.moves import Path
from sakuga.studio.styles.pen import Pen
from sakuga.studio.styles.places import Framing, Place, near_sheet, paint
from sakuga.studio.styles.timing import Sheet

LEAST_LEVELS: Final = 6
LEAST_PIXELS: Final = 4
"""A change is visible if at least so many pixels differ by at least so many levels."""


def visible(before: Image, now: Image) -> bool:
    """Whether a viewer could see a difference."""
    if before is now:
        return False
    differs = np.asarray(cv2.absdiff(before, now), np.uint8).reshape(-1, before.shape[2])
    if int(differs.max()) < LEAST_LEVELS:
        return False
    return int((differs.max(1) >= LEAST_LEVELS).sum()) >= LEAST_PIXELS


def wholly_same(before: Image, now: Image) -> bool:
    """Whether no pixel differs at all."""
    return before is now or not bool(np.asarray(cv2.absdiff(before, now)).any())


Sketch = Callable[[Pen, float, tuple[float, float], float], None]
"""Draws one thing: pen, seconds since the shot began, where the middle of the picture lies in
pixels, pixels of a picture's height."""


@dataclass(frozen=True, slots=True)
class Track:
    """Something drawn in a shot. sheet: (T,) the frame whose drawing is shown; period: frames
    after which its drawings return, 0: never; near: share of the camera's move that it makes."""

    draw: Sketch
    sheet: Sheet
    period: int = 0
    near: float = 1.0

    def drawing(self, t: int) -> int:
        """The number of the drawing on frame t."""
        shown = int(self.sheet[t])
        return shown % self.period if self.period else shown


Plate = Callable[[Look, tuple[int, int], float], Image]
"""Paints a background: look, (width, height) pixels, pixels of a picture's height."""


@dataclass(frozen=True, slots=True)
class Shot:
    """All that is photographed. far: share of the camera's move that the place makes (1: it lies
    with the figures); near: share that what stands before the figures makes;
    plate: paints the background instead of the place."""

    frames: int
    where: Place
    framing: Framing
    tracks: tuple[Track, ...]
    path: Path
    effects: tuple[Effect, ...]
    far: float = 1.0
    near: float = 0.0
    tags: tuple[str, ...] = ()
    plate: Plate | None = None


@dataclass(slots=True)
class Take:
    """A photographed shot. images: (T,) pictures; moved: (T,) a drawing differs from the frame
    before; None: it does if the picture does; flashes: (T,) a flash covers it."""

    images: list[Image] = field(default_factory=list)
    moved: list[bool | None] = field(default_factory=list)
    flashes: list[bool] = field(default_factory=list)
    tags: tuple[str, ...] = ()


State = tuple[tuple[int, ...], tuple[int, ...]]


class Stand:
    """The rostrum camera: photographs one shot in a look. size: (width, height) of a picture."""

    def __init__(self, shot: Shot, look: Look, size: tuple[int, int], rate: float, seed: int):
        self.shot, self.look, self.size, self.rate, self.seed = shot, look, size, rate, seed
        self.still = shot.path.still()
        self.layered = not self.still and (
            shot.far != 1.0 or shot.near > 0 or any(track.near != 1.0 for track in shot.tracks)
        )
        self.stage, self.rest = self._stage(max(shot.far, 0.0) if self.layered else 1.0)
        self.base = self._plate()
        self.front = self._front()
        self._scenes: dict[tuple[int, ...], Image] = {}
        self._seen: tuple[object, Image] = (None, self.base)
        self._effects: dict[tuple[int, tuple[int, ...]], tuple[Image, Image]] = {}

    def _plate(self) -> Image:
        shot, unit = self.shot, float(self.size[1])
        if shot.plate is not None:
            return shot.plate(self.look, self.stage, unit)
        return paint(shot.where, self.look, shot.framing, self.stage, unit)

    def _stage(self, depth: float) -> tuple[tuple[int, int], Points]:
        wide, high, shift = moves.margins(self.shot.path, self.size[1], depth)
        stage = self.size[0] + wide, self.size[1] + high
        return stage, np.array(stage) / 2 + shift

    def _front(self) -> tuple[Image, Points] | None:
        if not self.shot.near or not self.shot.where.near:
            return None
        stage, rest = self._stage(self.shot.near if self.layered else 0.0)
        unit = float(self.size[1])
        return near_sheet(self.shot.where, self.look, self.shot.framing, stage, unit), rest

    def take(self) -> Take:
        """Photograph the shot."""
        take, shown, before = Take(tags=self.shot.tags), None, -1
        for t in range(self.shot.frames):
            state = self._state(t)
            bare = self._picture(t, state[0])
            image = self._finished(bare, state[1])
            moved: bool | None = None
            if before >= 0 and not self._same_view(before, t):
                moved = self._redrawn(t, state, shown, image)
            if shown is None or moved is not False:
                shown = state
            take.images.append(image)
            take.moved.append(moved)
            take.flashes.append(any(bool(e.flashes[t]) for e in self.shot.effects))
            before = t
        return take

    def _state(self, t: int) -> State:
        drawings = tuple(track.drawing(t) for track in self.shot.tracks)
        return drawings, tuple(int(effect.state[t]) for effect in self.shot.effects)

    def _same_view(self, before: int, t: int) -> bool:
        return self.still or self._view(before) == self._view(t)

    def _view(self, t: int) -> tuple[float, ...]:
        path = self.shot.path
        return tuple(
            round(float(part[t]), 5)
            for part in (path.right, path.down, path.zoom, path.roll, path.blur)
        )

    def _redrawn(self, t: int, state: State, shown: State | None, image: Image) -> bool:
        """Whether the drawing differs from the one shown before, under the same view."""
        if shown is None or shown == state:
            return False
        older = self._finished(self._picture(t, shown[0], keep=False), shown[1])
        return visible(older, image)

    def _picture(self, t: int, drawings: tuple[int, ...], keep: bool = True) -> Image:
        key = (drawings, None if self.still else self._view(t))
        if key == self._seen[0]:
            return self._seen[1]
        if self.still:
            image = self._scene(drawings)
        elif self.layered:
            image = self._layers(t, drawings)
        else:
            image = self._shot_through(self._scene(drawings), t)
        if keep:
            self._seen = (key, image)
        return image

    def _scene(self, drawings: tuple[int, ...]) -> Image:
        """The stage with its drawings, before the camera."""
        found = self._scenes.get(drawings)
        if found is None:
            found = self.base.copy()
            self._drawn(found, drawings, None, self.rest)
            if self.front is not None and not self.layered:
                over(found, self.front[0][: found.shape[0], : found.shape[1]])
            if len(self._scenes) > 40:
                self._scenes.pop(next(iter(self._scenes)))
            self._scenes[drawings] = found
        return found

    def _drawn(
        self, image: Image, drawings: tuple[int, ...], t: int | None, middle: Points
    ) -> None:
        for number, (track, drawing) in enumerate(zip(self.shot.tracks, drawings, strict=True)):
            random = np.random.default_rng([self.seed, number, drawing])
            pen = Pen(image, self.look, self.size[1] / 240, random)
            zoom, at = 1.0, (float(middle[0]), float(middle[1]))
            if t is not None:
                there = moves.matrix(
                    self.shot.path, t, self.size, np.array(self.size) / 2, track.near
                )
                zoom = float(there[0, 0])
                found = there @ np.array([self.size[0] / 2, self.size[1] / 2, 1.0])
                at = float(found[0]), float(found[1])
            track.draw(pen, drawing / self.rate, at, self.size[1] * zoom)

    def _layers(self, t: int, drawings: tuple[int, ...]) -> Image:
        """Layers that move at different speeds."""
        image = self._warped(self.base, self.rest, t, self.shot.far)
        if image is self.base:
            image = image.copy()
        self._drawn(image, drawings, t, self.rest)
        if self.front is not None:
            over(image, self._warped(self.front[0], self.front[1], t, self.shot.near))
        return self._smeared(image, t)

    def _shot_through(self, scene: Image, t: int) -> Image:
        return self._smeared(self._warped(scene, self.rest, t, 1.0), t)

    def _warped(self, layer: Image, rest: Points, t: int, depth: float) -> Image:
        there = moves.matrix(self.shot.path, t, self.size, rest, depth)
        kind = cv2.INTER_LINEAR if self.look.smooth else cv2.INTER_NEAREST
        warped = cv2.warpAffine(
            layer, there, self.size, flags=kind, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(warped, np.uint8)

    def _smeared(self, image: Image, t: int) -> Image:
        wide = round(float(self.shot.path.blur[t]) * self.size[1])
        return np.asarray(cv2.blur(image, (wide, 1)), np.uint8) if wide > 2 else image

    def _finished(self, image: Image, states: tuple[int, ...]) -> Image:
        """The picture with its effects. The same object where none shows anything."""
        if all(state < 0 for state in states):
            return image
        key = (id(image), states)
        cached = self._effects.get(key)
        if cached is not None:
            return cached[1]
        found = image
        for effect, state in zip(self.shot.effects, states, strict=True):
            if state >= 0:
                found = effect.draw(found, state)
        if len(self._effects) > 12:
            self._effects.pop(next(iter(self._effects)))
        self._effects[key] = (image, found)
        return found


def over(image: Image, sheet: Image) -> None:
    """Lay a premultiplied sheet (H, W, 4) on a picture (H, W, 3), in place."""
    clear = cv2.bitwise_not(sheet[:, :, 3])
    under = cv2.multiply(image, cv2.merge([clear, clear, clear]), scale=1 / 255)
    cv2.add(np.asarray(under, np.uint8), np.ascontiguousarray(sheet[:, :, :3]), dst=image)
