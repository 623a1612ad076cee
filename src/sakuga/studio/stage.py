"""One shot, frame by frame: actors before a background, seen by a camera, under effects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from sakuga.studio import camera as cam
from sakuga.studio import effects, lettering
from sakuga.studio.brush import Image, lay
from sakuga.studio.cast import Ready
from sakuga.studio.extras import draw_bird, draw_shadow
from sakuga.studio.face import Look
from sakuga.studio.figure import Drawing, anchor, draw_figure
from sakuga.studio.model import STATURE
from sakuga.studio.palette import LIGHTS
from sakuga.studio.places import painted
from sakuga.studio.pose import Pose, pose_at
from sakuga.studio.recipe import Role
from sakuga.studio.timing import drawing_starts, eyes, mouths

GROUND: Final = 0.40
"""Where feet stand, in heights below the middle."""
TALL: Final = 0.46
"""Height of a grown character before the camera comes nearer."""
_SLOW: Final = 1.0  # pixels a frame: a slower pan is a `pan_slow`


@dataclass(frozen=True, slots=True)
class Actor:
    """A role at one frame. x: heights; the rest as `Drawing`."""

    role: Role
    pose: Pose
    mouth: str
    eyes: str
    x: float


@dataclass(frozen=True, slots=True)
class Moment:
    """All that a frame of a shot depends on: equal moments are equal pictures.

    rolled: frames for which credits have rolled; 0 where there are none.
    """

    view: cam.View
    actors: tuple[Actor, ...]
    bird: tuple[float, float, int] | None
    cues: tuple[effects.Cue, ...]
    rolled: int


@dataclass(frozen=True, slots=True)
class Composite:
    """A rendered frame of a shot.

    image: (height, width, 3) uint8 BGR, the same array as before when nothing changed; causes:
    what changed since the frame before; covered, flashed,
    whipped: what happens at this frame; acted: the
    exposure sheet has another drawing; letters: the text that stands in it.
    """

    image: Image
    causes: tuple[str, ...]
    covered: bool = False
    flashed: bool = False
    whipped: bool = False
    acted: bool = False
    letters: tuple[lettering.Letters, ...] = ()


def moments(shot: Ready, height: int) -> Iterator[Moment]:
    """The exposure sheet of a shot, one line per frame."""
    starts = drawing_starts(shot.exposure, shot.frames, shot.seed)
    views = cam.path(shot.camera, shot.view, starts, height, shot.seed)
    order = {start: number for number, start in enumerate(dict.fromkeys(starts))}
    faces = [_faces(shot, number, role, list(order)) for number, role in enumerate(shot.roles)]
    for t, start in enumerate(starts):
        at = order[start]
        actors = tuple(
            Actor(
                role,
                pose_at(role.action, start),
                mouth[at],
                eye[at],
                round(role.x + role.travel * start, 6),
            )
            for role, (mouth, eye) in zip(shot.roles, faces, strict=True)
        )
        cues = [
            effects.cue_at(effect, t, shot.frames, shot.seed + n)
            for n, effect in enumerate(shot.effects)
        ]
        rolled = t if shot.place == "credits" else 0
        yield Moment(views[t], actors, _bird(shot, start), tuple(c for c in cues if c), rolled)


def _faces(shot: Ready, number: int, role: Role, starts: list[int]) -> tuple[list[str], list[str]]:
    seed = shot.seed * 16 + number
    rest = "open" if role.action in ("cheer", "laugh", "dance") else "smile"
    return mouths(len(starts), role.talk, rest, seed), eyes(starts, role.blink, seed)


def _bird(shot: Ready, start: int) -> tuple[float, float, int] | None:
    if not shot.mover:
        return None
    x = -0.55 / shot.view.zoom + shot.view.x + start * 0.0035
    y = shot.view.y - 0.30 / shot.view.zoom + 0.01 * float(np.sin(start / 9))
    return round(x, 6), round(y, 6), start // 3 % 2


def composites(shot: Ready, width: int, height: int) -> Iterator[Composite]:
    """Every frame of a shot. The first has no causes."""
    stage = _Stage(shot, width, height)
    before: Moment | None = None
    image: Image | None = None
    for now in moments(shot, height):
        if image is None or now != before:
            image = stage.picture(now)
            image.setflags(write=False)
        causes = _causes(shot, before, now) if before else ()
        kinds = {cue.effect.kind for cue in now.cues}
        yield Composite(
            image,
            causes,
            covered="cover" in kinds and stage.is_covered(image),
            flashed=bool(kinds & {"flash", "impact", "lightning"}),
            whipped=shot.camera.move == "whip" and "camera" in causes,
            acted=before is not None and _acted(shot, before, now),
            letters=stage.letters,
        )
        before = now


def _acted(shot: Ready, before: Moment, now: Moment) -> bool:
    """Whether the exposure sheet has another drawing, or moves the camera with its drawings."""
    moved = shot.camera.exposure == 0 and now.view != before.view
    return moved or now.actors != before.actors or now.bird != before.bird


def _causes(shot: Ready, before: Moment, now: Moment) -> tuple[str, ...]:
    """What differs between two moments, in words."""
    found: dict[str, None] = {}
    if now.view != before.view:
        slow = (
            shot.camera.move in ("pan", "tilt")
            and abs(shot.camera.dx) + abs(shot.camera.dy) < _SLOW
        )
        found["pan_slow" if slow else "camera"] = None
    for then, actor in zip(before.actors, now.actors, strict=True):
        if (actor.pose, actor.x) != (then.pose, then.x):
            found[actor.role.action] = None
        if actor.mouth != then.mouth:
            found["mouth"] = None
        if actor.eyes != then.eyes:
            found["blink"] = None
    if now.bird != before.bird:
        found["distant"] = None
    if now.rolled != before.rolled:
        found["credits"] = None
    for cue in {*now.cues} ^ {*before.cues}:
        found[effects.CAUSES.get(cue.effect.kind, "effect")] = None
    return tuple(sorted(found))


class _Stage:
    """Paints the moments of one shot, and keeps what does not change between them."""

    def __init__(self, shot: Ready, width: int, height: int) -> None:
        self.shot, self.size = shot, (width, height)
        starts = drawing_starts(shot.exposure, shot.frames, shot.seed)
        views = cam.path(shot.camera, shot.view, starts, height, shot.seed)
        self.part = cam.extent(views, width, height)
        self.far_part = cam.extent([view.far() for view in views], width, height)
        self.base: Image | None = None
        self.seen: tuple[tuple[object, ...], Image] | None = None
        self.letters: tuple[lettering.Letters, ...] = ()
        self.board: lettering.Box | None = None
        if shot.place == "title":
            self.base, words = lettering.title(width, height, shot.text)
            self.letters = (words,)
        if shot.place in ("title", "credits"):
            return
        self.far = painted(shot.place, shot.time, shot.place_seed, self.far_part)[0]
        self.near = painted(shot.place, shot.time, shot.place_seed, self.part)[1]
        if shot.sign:
            self.near = self.near.copy()
            self.board = lettering.draw_sign(self.near, shot.sign, self.part, views[0])
        if all(view == views[0] for view in views):
            self.base = self._through(self.near, views[0])

    def picture(self, now: Moment) -> Image:
        """The finished frame: a new array."""
        if self.shot.place == "credits":
            image, rolling = lettering.credits_at(*self.size, self.shot.text, now.rolled)
            self.letters = tuple(rolling)
            return image
        key = (now.view, now.actors, now.bird)
        if self.seen is None or self.seen[0] != key:
            self.seen = (key, self._scene(now))
        image = self.seen[1].copy()
        for cue in now.cues:
            image = effects.apply(image, cue)
        if self.shot.place != "title":
            self.letters = tuple(self._written(image, now.view))
        return image

    def _written(self, onto: Image, view: cam.View) -> Iterator[lettering.Letters]:
        """The sign as the camera sees it, and the subtitle, which is written now."""
        if self.board and (box := lettering.seen_through(self.board, view, self.size)):
            yield lettering.Letters("drawn", self.shot.sign, box)
        if self.shot.text:
            yield lettering.subtitle(onto, self.shot.text)

    def is_covered(self, image: Image) -> bool:
        """Whether one flat colour fills the frame."""
        return bool((image == image[:1, :1]).all())

    def _scene(self, now: Moment) -> Image:
        if self.shot.place == "title":
            assert self.base is not None
            return self.base
        if self.base is not None:
            scene = self.base.copy()
            width, height = self.size
            origin = (
                width // 2 - now.view.x * self.part.scale,
                height // 2 - now.view.y * self.part.scale,
            )
            self._people(scene, now, origin)
            return scene
        near = self.near.copy()
        self._people(
            near, now, (-self.part.left * self.part.scale, -self.part.top * self.part.scale)
        )
        return self._through(near, now.view)

    def _through(self, near: Image, view: cam.View) -> Image:
        scene = cam.see(self.far, self.far_part, view.far(), *self.size)
        lay(cam.see(near, self.part, view, *self.size), scene, 0, 0)
        return scene

    def _people(self, onto: Image, now: Moment, origin: tuple[float, float]) -> None:
        scale = self.part.scale
        if now.bird is not None:
            x, y, wing = now.bird
            draw_bird(onto, x * scale + origin[0], y * scale + origin[1], self.shot.mover, wing)
        for actor in sorted(now.actors, key=lambda one: one.role.y):
            pixels = round(TALL * STATURE[actor.role.who.kind] * actor.role.who.height * scale)
            light = LIGHTS[self.shot.time]
            x, y = (
                round(actor.x * scale + origin[0]),
                round((GROUND + actor.role.y) * scale + origin[1]),
            )
            draw_shadow(onto, x, y, pixels * 0.34 * (1 - actor.pose.y))
            look = Look(actor.mouth, actor.eyes)
            cel = draw_figure(
                Drawing(
                    actor.role.who,
                    actor.pose,
                    look,
                    actor.role.facing,
                    pixels,
                    light,
                    actor.role.prop,
                )
            )
            foot_x, foot_y = anchor(pixels)
            lay(cel.image, onto, x - foot_x + cel.left, y - foot_y + cel.top)
