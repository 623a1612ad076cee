"""Casting: what a shot leaves open is chosen from its seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sakuga.studio.camera import View
from sakuga.studio.hair import STYLES
from sakuga.studio.model import ANIMALS, STATURE
from sakuga.studio.palette import COLOURS
from sakuga.studio.recipe import (
    ACTIONS,
    EFFECTS,
    KINDS,
    PLACES,
    PROPS,
    TIMES,
    Boundary,
    Camera,
    Character,
    Effect,
    Role,
    Shot,
)  # fmt: skip

ZOOMS: Final = {"wide": 1.0, "medium": 1.55, "close": 3.3}
_NAMES: Final = (
    "Aiko", "Bruno", "Clara", "Dmitri", "Emi", "Farid", "Grete", "Hugo", "Ines", "Jun", "Kofi",
    "Lina", "Mateo", "Nadia", "Oskar", "Petra", "Quinn", "Rosa", "Sami", "Tove", "Umi", "Vera",
)  # fmt: skip
_HOLDING: Final = ("stand", "walk", "look around", "nod", "turn", "jump", "wave")
_LINES: Final = (
    "Wait for me!", "Have you seen my hat?", "It is getting late.", "What a day!",
    "Look over there.",
    "I knew you would come.", "Not again...", "Let's go!", "Nobody told me.", "Are you sure?",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ready:
    """A shot with every choice made. Fields as in `Shot`; view: where the camera starts."""

    seed: int
    frames: int
    place: str
    time: str
    exposure: str
    roles: tuple[Role, ...]
    camera: Camera
    effects: tuple[Effect, ...]
    framing: str
    boundary: Boundary
    place_seed: int
    mover: int
    text: str
    sign: str
    view: View


def fill(shot: Shot) -> Ready:
    """Choose what a shot leaves open. The same shot is always filled the same way."""
    random = np.random.default_rng([shot.seed, 1])
    frames = shot.frames or int(random.integers(36, 110))
    place = shot.place or _pick(random, PLACES)
    exposure = shot.exposure or _pick(
        random,
        ("ones", "twos", "twos", "twos", "threes", "threes", "fours", "mixed", "mixed", "hold"),
    )
    framing = shot.framing or _pick(random, ("wide", "wide", "medium", "medium", "close"))
    roles = shot.roles if shot.roles is not None else _roles(random, framing, frames)
    camera = shot.camera or _camera(random, frames)
    found = shot.effects if shot.effects is not None else _effects(random, place, frames)
    time = shot.time or _pick(random, TIMES)
    mover = shot.mover if shot.mover is not None else _mover(random, place, framing)
    place_seed = shot.place_seed if shot.place_seed is not None else shot.seed
    if place in ("title", "credits"):
        roles, camera, found, mover = (), Camera(), (), 0
    return Ready(
        shot.seed, frames, place, "night" if place == "night sky" else time, exposure, roles,
        camera,
        found, framing, shot.boundary, place_seed, mover, shot.text, shot.sign,
        _view(framing, roles),
    )  # fmt: skip


def _pick(random: np.random.Generator, choices: tuple[str, ...]) -> str:
    return choices[int(random.integers(len(choices)))]


def _view(framing: str, roles: tuple[Role, ...]) -> View:
    """Where the camera stands so that the framing shows whom it should."""
    zoom = ZOOMS[framing]
    if framing == "wide" or not roles:
        return View(0.0, 0.0 if framing == "wide" else 0.1, zoom)
    lead = roles[0]
    tall = 0.46 * STATURE[lead.who.kind] * lead.who.height
    rise = 0.52 if framing == "medium" else 0.83
    middle = sum(role.x for role in roles) / len(roles) if framing == "medium" else lead.x
    return View(round(middle, 3), round(0.40 + lead.y - rise * tall, 3), zoom)


def character(random: np.random.Generator, kind: str | None = None) -> Character:
    """A character drawn by lot."""
    kind = kind or _pick(random, KINDS)
    colours = tuple(COLOURS)
    top, bottom, accent = (str(c) for c in random.choice(colours, 3, replace=False))
    return Character(
        name=_pick(random, _NAMES),
        kind=kind,
        hair=_hair(random, kind),
        hair_colour=_hair_colour(random, kind),
        outfit=_pick(random, _outfits(kind)),
        top=top,
        bottom=bottom,
        accent=accent,
        skin=int(random.integers(5)),
        eyes=_pick(random, ("blue", "green", "brown", "purple", "teal", "red")),
        height=round(float(random.uniform(0.94, 1.06)), 3),
        build=round(float(random.uniform(0.92, 1.16)), 3),
    )


def _hair(random: np.random.Generator, kind: str) -> str:
    if kind in ("boy", "man"):
        return _pick(random, ("short", "spiky", "curly", "short"))
    if kind == "old man":
        return "bald"
    if kind in ("girl", "woman", "witch"):
        return _pick(random, tuple(style for style in STYLES if style not in ("bald", "spiky")))
    return ""


def _hair_colour(random: np.random.Generator, kind: str) -> str:
    """Of the hair, or of the fur, the metal, the sheet."""
    if kind == "old man":
        return _pick(random, ("white", "grey"))
    if kind == "ghost":
        return _pick(random, ("white", "white", "teal", "purple", "pink"))
    if kind == "frog":
        return _pick(random, ("green", "green", "teal", "orange"))
    if kind == "fox":
        return _pick(random, ("orange", "orange", "red", "white"))
    if kind in ANIMALS:
        return _pick(random, ("brown", "grey", "orange", "white", "yellow", "black", "pink"))
    return _pick(random, tuple(COLOURS))


def _outfits(kind: str) -> tuple[str, ...]:
    if kind == "robot":
        return ("armour",)
    if kind == "witch":
        return ("robe",)
    if kind in ANIMALS or kind == "ghost":
        return ("fur",)
    if kind in ("man", "old man"):
        return ("suit", "trousers", "hoodie")
    return (
        ("shorts", "hoodie", "trousers")
        if kind == "boy"
        else ("dress", "skirt", "dress", "trousers")
    )


def _roles(random: np.random.Generator, framing: str, frames: int) -> tuple[Role, ...]:
    count = 1 if framing == "close" else int(random.choice([1, 1, 2, 2, 3]))
    spread = {"wide": 0.46, "medium": 0.24, "close": 0.0}[framing]
    return tuple(
        _role(random, framing, (i - (count - 1) / 2) * spread, frames) for i in range(count)
    )


def _role(random: np.random.Generator, framing: str, x: float, frames: int) -> Role:
    near = framing == "close"
    action = _pick(
        random,
        ("stand", "stand", "nod", "turn", "laugh", "look around") if near else ("stand", *ACTIONS),
    )
    talk = bool(random.random() < (0.7 if action == "stand" else 0.3))
    facing = 1 if x < 0 or (x == 0 and random.random() < 0.5) else -1
    travel = 0.0
    if action in ("walk", "run") and not near and random.random() < 0.6:
        travel = facing * (0.0042 if action == "walk" else 0.0085)
        x -= travel * frames / 2
    y = round(float(random.uniform(-0.03, 0.04)), 3)
    return Role(
        character(random),
        action,
        talk,
        bool(random.random() < 0.85),
        round(x, 3),
        y,
        facing,
        travel,
        _pick(random, PROPS) if action in _HOLDING and random.random() < 0.3 else "",
    )


def _camera(random: np.random.Generator, frames: int) -> Camera:
    move = _pick(random, ("static",) * 6 + ("pan", "pan", "tilt", "zoom", "shake", "whip"))
    side = 1.0 if random.random() < 0.5 else -1.0
    exposure = int(random.choice([1, 1, 0]))
    if move == "pan":
        return Camera(
            "pan",
            dx=side * float(random.choice([0.25, 0.5, 0.5, 1.0, 2.0, 3.0])),
            exposure=exposure,
        )
    if move == "tilt":
        return Camera("tilt", dy=-side * float(random.choice([0.25, 0.5])), exposure=exposure)
    if move == "zoom":
        return Camera(
            "zoom", zoom=round(side * float(random.uniform(0.001, 0.003)), 5), exposure=exposure
        )
    if move == "shake":
        return Camera("shake", dx=5.0, dy=4.0, exposure=int(random.choice([1, 2])))
    if move == "whip":
        return Camera("whip", dx=side * 90.0, start=frames // 2, length=int(random.integers(4, 9)))
    return Camera()


def _effects(random: np.random.Generator, place: str, frames: int) -> tuple[Effect, ...]:
    if random.random() < 0.55:
        return ()
    kinds = tuple(
        kind
        for kind in EFFECTS
        if place != "room" or kind not in ("rain", "snow", "petals", "lightning")
    )
    kind = _pick(random, kinds)
    start = int(random.integers(frames // 4, max(frames // 4 + 1, frames // 2)))
    x, y = round(float(random.uniform(-0.4, 0.4)), 3), round(float(random.uniform(-0.1, 0.2)), 3)
    exposure = int(random.choice([1, 2, 2, 3]))
    made = {
        "flash": Effect("flash", start, int(random.integers(1, 3)), exposure=1),
        "impact": Effect("impact", start, int(random.integers(1, 4)), exposure=1),
        "lightning": Effect("lightning", start, 28, x, exposure=1),
        "cover": Effect("cover", start, min(frames // 2, 22), exposure=1),
        "explosion": Effect("explosion", start, min(frames // 2, 30), x, y, 1.0, exposure),
        "smoke": Effect("smoke", start, min(frames // 2, 40), x, 0.3, 1.0, exposure),
        "speed lines": Effect("speed lines", start, min(frames // 2, 24), exposure=exposure),
        "fire": Effect("fire", 0, 0, x, 0.42, 1.0, exposure),
        "sparkle": Effect("sparkle", 0, 0, x, -0.1, 1.0, exposure),
    }
    return (made.get(kind, Effect(kind, 0, 0, exposure=exposure)),)


def _mover(random: np.random.Generator, place: str, framing: str) -> int:
    if place == "room" or framing != "wide" or random.random() < 0.8:
        return 0
    return int(random.integers(4, 11))


def line(random: np.random.Generator) -> str:
    """Something to say in a subtitle."""
    return _pick(random, _LINES)
