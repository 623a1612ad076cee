"""The script: shots by lot, of figures that act, talk, walk, fly and fall."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sakuga.studio.styles import effects, moves
from sakuga.studio.styles.effects import Effect, Setting
from sakuga.studio.styles.figures import Model, figure, model
from sakuga.studio.styles.look import Look, Random, darker, mixed
from sakuga.studio.styles.motion import (
    Motion,
    acting,
    cycle,
    held,
    jump,
    talking,
)
from sakuga.studio.styles.moves import Path
from sakuga.studio.styles.pen import Pen
from sakuga.studio.styles.places import Framing, Place, place
from sakuga.studio.styles.shots import Shot, Sketch, Track
from sakuga.studio.styles.timing import NAMES, Sheet, even, lot, sheet


@dataclass(frozen=True, slots=True)
class Part:
    """A figure in a scene: where its feet are, in the place's own units, how tall it is, and
    which way it looks."""

    who: Model
    x: float
    y: float
    height: float
    facing: int


@dataclass(frozen=True, slots=True)
class Scene:
    """A place with its cast and the framing that shows them."""

    where: Place
    framing: Framing
    cast: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class World:
    """What the shots of one film share. size: (width, height) as drawn; rate: frames a second."""

    look: Look
    size: tuple[int, int]
    rate: float
    scenes: tuple[Scene, ...]
    kinds: tuple[tuple[str, float], ...]
    plain: bool = False


def world(
    random: Random,
    look: Look,
    size: tuple[int, int],
    rate: float,
    kinds: tuple[tuple[str, float], ...],
    figures: tuple[str, ...] | None,
    plain: bool,
) -> World:
    """The scenes of a film: few people at few places."""
    people = [
        model(random, look, str(random.choice(figures)) if figures else None)
        for _ in range(int(random.integers(2, 6)))
    ]
    places = [
        place(int(random.integers(2**31)), look.palette) for _ in range(int(random.integers(2, 5)))
    ]
    if random.random() < 0.25:
        places = places[:1]
    scenes = tuple(
        _scene(random, people, places[i % len(places)])
        for i in range(max(len(places), int(random.integers(2, 6))))
    )
    return World(look, size, rate, scenes, kinds, plain)


def _scene(random: Random, people: list[Model], where: Place) -> Scene:
    count = int(random.choice([1, 1, 1, 2, 2, 3]))
    picks = random.permutation(len(people))[:count].tolist()
    width = float(random.uniform(0.3, 0.6))
    xs = [
        (i - (len(picks) - 1) / 2) * width + float(random.uniform(-0.2, 0.2))
        for i in range(len(picks))
    ]
    tall = float(random.choice([0.3, 0.45, 0.6, 0.75]))
    cast = tuple(
        Part(
            people[p],
            x,
            where.floor + float(random.uniform(-0.02, 0.05)),
            tall * float(random.uniform(0.8, 1.15)),
            1 if x < 0 else -1,
        )
        for p, x in zip(picks, xs, strict=True)
    )
    return Scene(where, Framing(), cast)


_FOCUS: Final = {
    "human": (0.0, 0.88, 0.27),
    "robot": (0.0, 0.78, 0.45),
    "paper": (0.0, 0.66, 0.8),
    "blob": (0.0, 0.42, 0.95),
    "critter": (0.4, 0.55, 0.5),
    "bird": (0.28, 0.58, 0.5),
}
"""Where a kind of figure has its face: ahead, up, and how high it is, in its own heights."""


def framed(random: Random, scene: Scene, kind: str) -> Scene:
    """The scene from another distance: wide, medium, close, or face."""
    part = scene.cast[int(random.integers(len(scene.cast)))]
    if kind == "wide":
        return replace(scene, framing=Framing(float(random.uniform(-0.3, 0.3)), 0.5, 1.0))
    ahead, up, high = _FOCUS[part.who.kind]
    share = {"medium": 0.3, "close": 0.45, "face": 0.7}[kind] * float(random.uniform(0.85, 1.15))
    zoom = max(1.15, share / (high * part.height))
    up = up - {"medium": 0.25, "close": 0.15, "face": 0.0}[kind] * high * 2
    x = part.x + ahead * part.height * part.facing + float(random.uniform(-0.3, 0.3)) / zoom
    cast = tuple(p for p in scene.cast if p is part or kind == "medium")
    return Scene(scene.where, Framing(x, part.y - part.height * up, zoom), cast)


def staged(part: Part, framing: Framing, motion: Motion, shift: Callable[[float], float]) -> Sketch:
    """A figure drawn where the framing shows it. shift: heights it has travelled by a second."""

    def draw(pen: Pen, seconds: float, middle: tuple[float, float], unit: float) -> None:
        scale = unit * framing.zoom
        x = middle[0] + (part.x + shift(seconds) - framing.x) * scale
        y = middle[1] + (part.y - framing.y) * scale
        figure(pen, part.who, motion(seconds), x, y, part.height * scale, part.facing)

    return draw


def _stays(_: float) -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """One shot asked for."""

    random: Random
    world: World
    scene: Scene
    frames: int

    @property
    def seconds(self) -> float:
        return self.frames / self.world.rate

    def exposure(self) -> str:
        return lot(self.random, self.world.look.exposures)

    def sheet(self, kind: str | None = None) -> Sheet:
        return sheet(self.random, kind or self.exposure(), self.frames)

    def setting(self) -> Setting:
        return Setting(self.world.look, self.world.size, self.frames, self.world.rate)

    def cast(self, motions: Callable[[], Motion], kind: str | None = None) -> tuple[Track, ...]:
        """All the scene's figures on one sheet, or each on its own."""
        one = self.sheet(kind)
        own = self.random.random() < 0.3
        return tuple(
            Track(
                staged(p, self.scene.framing, motions(), _stays), self.sheet(kind) if own else one
            )
            for p in self.scene.cast
        )

    def path(self, *kinds: str) -> Path:
        kind = str(self.random.choice(kinds))
        return moves.way(self.random, kind, self.frames, self.world.rate)

    def shot(
        self,
        tracks: tuple[Track, ...],
        path: Path | None = None,
        extra: tuple[Effect, ...] = (),
        far: float = 1.0,
        near: float = 0.0,
        tags: tuple[str, ...] = (),
    ) -> Shot:
        return Shot(
            self.frames,
            self.scene.where,
            self.scene.framing,
            tracks,
            path or moves.rest(self.frames),
            extra,
            far,
            near,
            tags=tags,
        )


def _act(call: Call) -> Shot:
    random = call.random
    lively = float(random.choice([0.3, 0.7, 1.0, 1.4]))
    kind = "burst" if random.random() < 0.15 else None
    tracks = call.cast(lambda: acting(random, call.seconds, lively), kind)
    near = 1.5 if random.random() < 0.3 else 0.0
    return call.shot(tracks, call.path(*_CALM), near=near)


_CALM: Final = ("static",) * 20 + ("pan", "push", "drift", "zoom in")
_MOVING: Final = ("pan", "pan", "tilt", "diagonal", "zoom in", "zoom out", "push", "drift", "roll")


def _gesture(call: Call) -> Shot:
    """Something that repeats: a wave, a laugh, a dance; its drawings may return."""
    random, rate = call.random, call.world.rate
    kind = str(random.choice(["wave", "dance", "clap", "laugh", "breath", "bounce", "flap"]))
    hold = NAMES.get(call.exposure(), 2)
    period = hold * int(random.choice([2, 4, 6, 8, 12]))
    tracks = tuple(
        Track(
            staged(p, call.scene.framing, cycle(random, kind, rate / period), _stays),
            even(call.frames, hold),
            period,
        )
        for p in call.scene.cast
    )
    return call.shot(tracks, call.path(*_CALM), tags=(kind, "cycle"))


def _talk(call: Call) -> Shot:
    parts = str(call.random.choice(["mouth", "mouth", "blink", "both"]))
    kind = str(call.random.choice(["twos", "twos", "threes", "threes", "fours", "ones", "6"]))
    first, still = talking(call.random, parts), held(call.random)
    one = call.sheet(kind)
    tracks = tuple(
        Track(staged(p, call.scene.framing, first if i == 0 else still, _stays), one)
        for i, p in enumerate(call.scene.cast)
    )
    return call.shot(tracks, call.path(*("static",) * 14, "push", "pan"), tags=("talk", parts))


def _still(call: Call) -> Shot:
    kinds = ("static",) * (30 if call.world.plain else 12)
    tracks = call.cast(lambda: held(call.random), "hold")
    return call.shot(tracks, call.path(*kinds, *_MOVING), near=_nearness(call), tags=("held",))


def _nearness(call: Call) -> float:
    return float(call.random.choice([0.0, 0.0, 1.4, 2.0]))


def _moving(call: Call) -> Shot:
    """Drawings on twos, threes or held under a camera that moves on ones."""
    random = call.random
    kind = str(random.choice(["twos", "twos", "threes", "threes", "fours", "hold", "6"]))
    tracks = call.cast(lambda: acting(random, call.seconds, 1.0), kind)
    far = float(random.choice([1.0, 1.0, 0.4, 0.6]))
    return call.shot(
        tracks, call.path(*_MOVING), far=far, near=_nearness(call), tags=("camera", kind)
    )


def _rough(call: Call) -> Shot:
    """A whip pan or a shake within the shot."""
    tracks = call.cast(lambda: acting(call.random, call.seconds, 1.0))
    return call.shot(tracks, call.path("whip", "shake"), tags=("whip or shake",))


def _walk(call: Call) -> Shot:
    """A walk or a run: on the spot before a place that slides, or through the picture."""
    random, rate = call.random, call.world.rate
    hold = int(random.choice([1, 2, 2, 2, 3, 4]))
    kind = str(random.choice(["walk", "walk", "run", "sneak"]))
    period = hold * int(random.choice([4, 6, 8, 12]))
    motion = cycle(random, kind, rate / period)
    part = call.scene.cast[0]
    speed = part.height * float(random.uniform(0.5, 1.4)) * rate / period
    if random.random() < 0.35:
        t = np.arange(call.frames) / rate * speed * part.facing * call.scene.framing.zoom
        path = replace(moves.rest(call.frames), right=np.clip(t, -4, 4))
        track = Track(
            staged(part, call.scene.framing, motion, _stays),
            even(call.frames, hold),
            period,
            near=0.0,
        )
        return call.shot(
            (track,),
            path,
            near=1.5 if random.random() < 0.5 else 0.0,
            tags=(kind, "slides", "cycle"),
        )
    part = replace(part, x=call.scene.framing.x - part.facing * float(random.uniform(0.2, 1.1)))
    sketch = staged(part, call.scene.framing, motion, lambda s: s * speed * part.facing)
    return call.shot((Track(sketch, even(call.frames, hold)),), call.path(*_CALM), tags=(kind,))


def _jump(call: Call) -> Shot:
    random = call.random
    tracks = call.cast(
        lambda: jump(random, float(random.uniform(0, call.seconds / 2))),
        str(random.choice(["ones", "twos", "twos", "threes", "mixed"])),
    )
    return call.shot(tracks, tags=("jump",))


def _tiny(call: Call) -> Shot:
    """Something of 1.5 to 5 pixels of a picture 240 high that moves far away."""
    random, many = call.random, int(call.random.choice([1, 1, 2, 5]))
    size, look = float(random.uniform(1.5, 5)) / 240, call.world.look
    start = random.uniform((-0.6, 0.1), (0.6, 0.8), (many, 2))
    speed = random.uniform((-0.25, -0.05), (0.25, 0.05), (many, 2))
    colour = mixed(look.palette.accents[0], darker(look.palette.ink, 0.3), 0.5)
    wings = bool(random.random() < 0.4)

    def draw(pen: Pen, s: float, middle: tuple[float, float], unit: float) -> None:
        for at, v in zip(start, speed, strict=True):
            x, y = (
                middle[0] + (at[0] + v[0] * s) * unit,
                middle[1] + (at[1] + v[1] * s - 0.5) * unit,
            )
            pen.at(x, y, unit * size)
            if wings:
                up = 0.5 * math.sin(s * 18 + at[0] * 9)
                pen.stroke([(-0.7, -up), (0, 0), (0.7, -up)], colour, 0.25)
            else:
                pen.oval(0, 0, 0.5, 0.5, colour, 0.0, solid=True)

    still = Track(draw, call.sheet(str(random.choice(["ones", "twos", "twos", "threes"]))))
    cast = call.cast(lambda: held(random), "hold") if random.random() < 0.4 else ()
    return call.shot((*cast, still), tags=("tiny",))


def _ball(call: Call) -> Shot:
    """A ball that bounces, with squash and stretch."""
    random, look = call.random, call.world.look
    beat, r = float(random.uniform(0.5, 1.1)), float(random.uniform(0.04, 0.15))
    high, speed = float(random.uniform(0.2, 0.6)), float(random.uniform(-0.4, 0.4))
    colour = look.palette.accents[int(random.integers(8))]
    floor, x0 = call.scene.where.floor, float(random.uniform(-0.3, 0.3))

    def draw(pen: Pen, s: float, middle: tuple[float, float], unit: float) -> None:
        share = s / beat % 1.0
        up = high * 4 * share * (1 - share)
        squash = 0.35 * max(0.0, 1 - up / (high * 0.15)) - 0.18 * abs(1 - 2 * share) * (
            up > high * 0.1
        )
        pen.at(
            middle[0] + (x0 + speed * s) * unit,
            middle[1] + (floor - up - 0.5) * unit,
            unit * r,
            1,
            0.0,
            squash,
        )
        pen.oval(0, -1, 1, 1, colour, shade=0.5)
        spin = s * 5 * (1 if speed > 0 else -1)
        pen.stroke(
            [(-math.cos(spin), -1 - math.sin(spin)), (math.cos(spin), -1 + math.sin(spin))],
            darker(colour, 0.5),
            0.15,
        )

    cast = call.cast(lambda: held(random), "hold") if random.random() < 0.4 else ()
    return call.shot((*cast, Track(draw, call.sheet())), tags=("ball",))


def _car(call: Call) -> Shot:
    """A car that drives by, or drives on the spot before a place that slides."""
    random, look = call.random, call.world.look
    body = look.palette.accents[int(random.integers(8))]
    size, floor = float(random.uniform(0.15, 0.4)), call.scene.where.floor
    way, speed = float(random.choice([-1, 1])), float(random.uniform(0.3, 3.0))
    slides = bool(random.random() < 0.4)
    start = float(random.uniform(0, 0.5))

    def draw(pen: Pen, s: float, middle: tuple[float, float], unit: float) -> None:
        far = 0.0 if slides else way * (speed * (s - start) - 0.4)
        bob = 0.01 * math.sin(s * 25)
        pen.at(
            middle[0] + far * unit,
            middle[1] + (floor - 0.5 + bob * size) * unit,
            size * unit,
            int(way),
        )
        pen.shape(
            [
                (-0.9, -0.2),
                (-0.95, -0.5),
                (-0.5, -0.55),
                (-0.25, -0.85),
                (0.35, -0.85),
                (0.55, -0.55),
                (0.95, -0.48),
                (1.0, -0.2),
            ],
            body,
            shade=0.4,
        )
        pen.shape([(-0.4, -0.55), (-0.2, -0.78), (0.3, -0.78), (0.45, -0.55)], look.palette.low)
        for x in (-0.55, 0.6):
            pen.at(
                middle[0] + (far + x * size * way) * unit,
                middle[1] + (floor - 0.5 - 0.17 * size) * unit,
                size * unit * 0.2,
                1,
                s * 14 * way,
            )
            pen.oval(0, 0, 1, 1, (40, 40, 40), solid=True)
            pen.oval(0, 0, 0.5, 0.5, (190, 190, 190))
            pen.stroke([(-0.45, 0), (0.45, 0)], (60, 60, 60), 0.2)

    hold = int(random.choice([1, 1, 2, 3]))
    track = Track(draw, even(call.frames, hold), near=0.0 if slides else 1.0)
    path = moves.rest(call.frames)
    if slides:
        path = replace(
            path, right=np.clip(np.arange(call.frames) / call.world.rate * speed * way * 0.5, -4, 4)
        )
    return call.shot((track,), path, tags=("car",))


def _fast(call: Call) -> Shot:
    """A figure that crosses the picture within few frames, or something thrown."""
    random, rate = call.random, call.world.rate
    if random.random() < 0.5:
        tracks = call.cast(lambda: acting(random, call.seconds, 1.0))
        return call.shot(
            tracks, extra=(effects.effect(random, "throw", call.setting()),), tags=("throw",)
        )
    part = call.scene.cast[0]
    big = replace(part, height=part.height * float(random.uniform(1, 3.5)), y=part.y + 0.1)
    start, takes = (
        float(random.uniform(0, call.seconds * 0.7)),
        float(random.integers(3, 14)) / rate,
    )
    motion = cycle(random, "run", 3.0)

    def shift(s: float) -> float:
        return part.facing * (-2.4 + 4.8 * (s - start) / takes) - part.x

    moving = Track(
        staged(big, call.scene.framing, motion, shift),
        call.sheet(str(random.choice(["ones", "ones", "twos"]))),
    )
    still = call.cast(lambda: held(random), "hold")[1:]
    return call.shot((*still, moving), tags=("crosses",))


def _effect(call: Call) -> Shot:
    """One effect or two over the picture, figures held or acting below."""
    random = call.random
    kinds = random.choice(effects.DRAWN, int(random.choice([1, 1, 2])), replace=False)
    extra = tuple(effects.effect(random, str(kind), call.setting()) for kind in kinds)
    quiet = random.random() < 0.5
    motions: Callable[[], Motion] = (
        (lambda: held(random)) if quiet else (lambda: acting(random, call.seconds, 1.0))
    )
    tracks = call.cast(motions, "hold" if quiet else None) if random.random() < 0.8 else ()
    return call.shot(
        tracks, call.path(*("static",) * 24, *_MOVING, "shake"), extra, tags=tuple(map(str, kinds))
    )


def _light(call: Call) -> Shot:
    random = call.random
    kind = str(random.choice(effects.LIGHTS))
    extra = (effects.effect(random, kind, call.setting()),)
    quiet = random.random() < 0.4
    tracks = call.cast(lambda: held(random) if quiet else acting(random, call.seconds, 1.0))
    return call.shot(tracks, call.path(*_CALM), extra, tags=(kind,))


def _cover(call: Call) -> Shot:
    tracks = call.cast(lambda: acting(call.random, call.seconds, 0.7))
    extra = (effects.effect(call.random, "cover", call.setting()),)
    return call.shot(tracks, call.path(*_CALM), extra, tags=("cover",))


def _crowd(call: Call) -> Shot:
    """Many figures, each on a sheet of its own."""
    random, part = call.random, call.scene.cast[0]
    cast = [p.who for p in call.scene.cast]
    tracks: list[Track] = []
    for i in range(int(random.integers(4, 9))):
        x, up = random.uniform((-0.85, -0.12), (0.85, 0.04)).tolist()
        one = Part(
            cast[i % len(cast)],
            x,
            part.y + up,
            part.height * 0.6 * (1 + up),
            int(random.choice([-1, 1])),
        )
        tracks.append(
            Track(staged(one, Framing(), acting(random, call.seconds, 0.8), _stays), call.sheet())
        )
    return replace(call.shot(tuple(tracks)), framing=Framing(), tags=("crowd",))


def _swarm(call: Call) -> Shot:
    """Many small shapes, all moving."""
    random, look = call.random, call.world.look
    many, size = int(random.integers(8, 40)), float(random.uniform(0.01, 0.04))
    start = random.uniform((-1, 0), (1, 1), (many, 2))
    speed = random.normal(0, 0.25, (many, 2))
    sides = int(random.choice([3, 4, 5, 12]))
    ring = np.stack(
        [np.cos(np.arange(sides) * 6.283 / sides), np.sin(np.arange(sides) * 6.283 / sides)], 1
    )

    def draw(pen: Pen, s: float, middle: tuple[float, float], unit: float) -> None:
        at = np.mod(start + speed * s + (1, 0), (2, 1)) - (1, 0.5)
        for i, (x, y) in enumerate(at.tolist()):
            pen.at(
                middle[0] + x * unit,
                middle[1] + y * unit,
                unit * size * (1 + i % 3),
                1,
                s * (i % 5 - 2),
            )
            pen.shape(ring, look.palette.accents[i % 8], shade=0.3)

    return call.shot((Track(draw, call.sheet()),), tags=("swarm",))


def _sky(call: Call) -> Shot:
    """Only sky; clouds that drift, or nothing."""
    where = place(int(call.random.integers(2**31)), call.world.look.palette, "sky")
    scene = Scene(where, Framing(0, 0.4, 1.0), call.scene.cast)
    path = call.path("static", "static", "pan", "tilt", "push")
    return replace(call, scene=scene).shot((), path, tags=("sky",))


Table = dict[str, Callable[[Call], Shot]]

SHOTS: Final[Table] = {
    "act": _act,
    "gesture": _gesture,
    "talk": _talk,
    "still": _still,
    "moving": _moving,
    "rough": _rough,
    "walk": _walk,
    "jump": _jump,
    "tiny": _tiny,
    "ball": _ball,
    "car": _car,
    "fast": _fast,
    "effect": _effect,
    "light": _light,
    "cover": _cover,
    "crowd": _crowd,
    "swarm": _swarm,
    "sky": _sky,
}
KINDS: Final = (
    ("act", 5.0),
    ("gesture", 2.0),
    ("talk", 3.0),
    ("still", 2.0),
    ("moving", 2.2),
    ("rough", 1.0),
    ("walk", 3.0),
    ("jump", 1.0),
    ("tiny", 1.2),
    ("ball", 0.7),
    ("car", 0.7),
    ("fast", 1.5),
    ("effect", 3.0),
    ("light", 1.5),
    ("cover", 0.8),
    ("crowd", 0.7),
    ("swarm", 0.4),
    ("sky", 0.4),
    ("card", 0.4),
    ("slides", 0.2),
)
PLAIN: Final = (
    ("act", 5.0),
    ("gesture", 2.0),
    ("talk", 3.0),
    ("still", 1.0),
    ("walk", 2.0),
    ("jump", 1.0),
    ("moving", 1.0),
    ("ball", 0.5),
    ("crowd", 0.5),
)


def shot(random: Random, world: World, scene: Scene, frames: int, table: Table) -> Shot:
    """A shot by lot of the film's kinds. frames: its length; table: the kinds by name."""
    kind = lot(random, world.kinds)
    found = table[kind](Call(random, world, scene, frames))
    return replace(found, tags=(kind, *found.tags))


def again(one: Shot, frames: int) -> Shot:
    """The same shot from its beginning, at another length no longer than it was."""
    frames = min(frames, one.frames)
    path = Path(
        *(
            part[:frames]
            for part in (one.path.right, one.path.down, one.path.zoom, one.path.roll, one.path.blur)
        )
    )
    tracks = tuple(replace(track, sheet=track.sheet[:frames]) for track in one.tracks)
    return replace(
        one, frames=frames, path=path, tracks=tracks, effects=(), tags=(*one.tags, "again")
    )
