"""The demo's reel: four small stories, each in another codec and container."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

from sakuga.studio.draw import Encoding, draw
from sakuga.studio.recipe import Boundary, Camera, Character, Effect, Film, Role, Shot

_AIKO: Final = Character(
    "Aiko", "girl", "long", "red", "dress", "blue", "white", "yellow", 0, "green"
)
_REN: Final = Character("Ren", "fox", "", "orange", "fur", "white", "white", "teal", eyes="green")
_HUGO: Final = Character("Hugo", "man", "short", "black", "suit", "purple", "grey", "yellow", 2)
_FROG: Final = Character("Pip", "frog", "", "green", "fur", "white", "white", "red")
_VERA: Final = Character(
    "Vera", "witch", "twin tails", "purple", "robe", "teal", "black", "orange", 1, "purple"
)
_BOLT: Final = Character("Bolt", "robot", "", "blue", "armour", "white", "grey", "red", eyes="teal")
_BRUNO: Final = Character("Bruno", "bear", "", "brown", "fur", "white", "white", "blue")
_MIMI: Final = Character(
    "Mimi", "rabbit", "", "pink", "fur", "white", "white", "purple", eyes="blue"
)
_INES: Final = Character(
    "Ines", "girl", "braids", "yellow", "skirt", "green", "red", "white", 3, "brown"
)
_STILL: Final = Camera()


def _scene(
    seed: int, frames: int, place: str, time: str, exposure: str, framing: str,
        roles: tuple[Role, ...],
    camera: Camera = _STILL, effects: tuple[Effect, ...] = (), boundary: Boundary | None = None,
    mover: int = 0, text: str = "", place_seed: int = 5,
) -> Shot:  # fmt: skip
    return Shot(
        seed, frames, place, time, exposure, roles, camera, effects, framing,
        boundary or Boundary(), place_seed, mover, text,
    )  # fmt: skip


def _meadow(size: tuple[int, int]) -> Film:
    """Two friends meet; ones to threes, a slow pan, a dissolve to the sea."""
    walking = (
        Role(_AIKO, "walk", x=-0.5, travel=0.006, prop="balloon"),
        Role(_REN, "wave", x=0.42, facing=-1),
    )
    meeting = (Role(_AIKO, "stand", talk=True, x=-0.14), Role(_REN, "nod", x=0.16, facing=-1))
    beach = (Role(_AIKO, "wave", talk=True, x=-0.2), Role(_REN, "jump", x=0.25, facing=-1))
    return Film(101, (
        _scene(1, 72, "meadow", "morning", "twos", "wide", walking, Camera("pan", dx=0.5), mover=6),
        _scene(2, 48, "meadow", "morning", "twos", "medium", meeting,
            text="I knew you would come."),
        _scene(3, 40, "meadow", "morning", "threes", "close", (Role(_REN, talk=True, facing=-1),)),
        _scene(4, 64, "beach", "sunset", "threes", "wide", beach, boundary=Boundary("dissolve",
            16)),
    ), *size, fade_in=12)  # fmt: skip


def _rain(size: tuple[int, int]) -> Film:
    """A wet night in the city: a hold under rain, mouth flaps, lightning."""
    street = (Role(_HUGO, "walk", x=-0.35, travel=0.005, prop="umbrella"),)
    meeting = (
        Role(_HUGO, "stand", talk=True, x=-0.2, prop="umbrella"),
        Role(_FROG, "cheer", x=0.2, facing=-1),
    )
    rain = Effect("rain", exposure=2)
    return Film(202, (
        _scene(11, 60, "city", "night", "threes", "wide", street, effects=(rain,)),
        _scene(12, 40, "city", "night", "fours", "close", (Role(_FROG, talk=True),)),
        _scene(13, 44, "city", "night", "twos", "medium", meeting, effects=(rain,
            Effect("lightning", 20, 28, -0.3, exposure=1))),
    ), *size)  # fmt: skip


def _duel(size: tuple[int, int]) -> Film:
    """Witch against robot: a shake, an impact frame, an explosion, a wing across the frame."""
    both = (Role(_VERA, "point", x=-0.3, prop="wand"), Role(_BOLT, "punch", x=0.3, facing=-1))
    burst = (Effect("impact", 8, 3, exposure=1), Effect("explosion", 11, 28, 0.25, 0.05, 1.2, 2))
    return Film(303, (
        _scene(21, 44, "castle", "sunset", "twos", "wide", both, Camera("zoom", zoom=0.002)),
        _scene(22, 36, "castle", "sunset", "threes", "close", (Role(_VERA, "laugh"),),
            effects=(Effect("sparkle", x=0.3),)),
        _scene(23, 44, "castle", "sunset", "ones", "medium", (Role(_BOLT, "run", facing=-1),),
            Camera("shake", dx=4, dy=3, exposure=2), (Effect("speed lines", exposure=2),)),
        _scene(24, 48, "castle", "sunset", "twos", "medium", both, effects=burst),
        _scene(25, 36, "mountains", "sunset", "twos", "wide", (Role(_VERA, "cheer"),),
            effects=(Effect("cover", 6, 22, exposure=1),), boundary=Boundary("fade_white", 5, 2)),
    ), *size)  # fmt: skip


def _snow(size: tuple[int, int]) -> Film:
    """A dance in the snow, on threes, mixed and held; a title; out to black."""
    pair = (
        Role(_BRUNO, "dance", x=-0.28),
        Role(_MIMI, "dance", x=0.26, facing=-1),
        Role(_INES, "clap", talk=True, y=-0.03),
    )
    return Film(404, (
        _scene(31, 30, "title", "night", "hold", "wide", (), text="Snow Day"),
        _scene(32, 66, "snowfield", "day", "threes", "wide", pair, Camera("pan", dx=0.25,
            exposure=0), (Effect("snow"),)),
        _scene(33, 40, "room", "night", "mixed", "medium", (Role(_INES, "stand", talk=True,
            x=-0.15), Role(_MIMI, "nod", x=0.15, facing=-1)), boundary=Boundary("fade_black", 8,
                4)),
        _scene(34, 30, "night sky", "night", "hold", "wide", (Role(_INES, "point"),),
            Camera("tilt", dy=-0.5)),
    ), *size, fade_out=12)  # fmt: skip


def reel(directory: Path, size: tuple[int, int] = (640, 360)) -> list[Path]:
    """Draw the demo's four films into a directory; returns their paths.

    size: (width, height) pixels.
    """
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    films = (
        ("meadow", _meadow(size), Encoding()),
        ("rain", _rain(size), Encoding("vp9", 32, "webm", vfr=True)),
        ("duel", _duel(size), Encoding("hevc", 26, "mkv", rate=Fraction(24000, 1001), grain=1.5)),
        ("snow", _snow(size), Encoding(crf=26, pulldown=True)),
    )
    made: list[Path] = []
    for name, story, encoding in films:
        truth = draw(story, directory / f"{name}.{encoding.container}", encoding)
        made.append(directory / truth.file)
    return made
