"""What a cartoon is made of, as plain data: characters, shots, films.

Nothing here draws. A field left None is chosen from the shot's seed by `cast.fill`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EXPOSURES: Final = {"ones": 1, "twos": 2, "threes": 3, "fours": 4, "mixed": 0, "hold": 0}
"""Frames each drawing is held; mixed varies, hold never changes."""

KINDS: Final = (
    "girl", "boy", "woman", "man", "old man", "witch", "robot",
    "cat", "dog", "rabbit", "bear", "fox", "frog", "ghost",
)  # fmt: skip
ACTIONS: Final = (
    "stand", "walk", "run", "jump", "wave", "turn", "nod", "dance",
    "cheer", "point", "bow", "laugh", "punch", "look around", "clap",
)  # fmt: skip
"""What a body does. `talk` and `blink` belong to the face and go beside them."""
PLACES: Final = (
    "city", "street", "forest", "room", "beach", "mountains",
    "meadow", "rooftop", "castle", "snowfield", "night sky",
)  # fmt: skip
TIMES: Final = ("morning", "day", "sunset", "night")
EFFECTS: Final = (
    "rain", "snow", "sparkle", "fire", "smoke", "explosion", "speed lines",
    "petals", "flash", "impact", "lightning", "cover",
)  # fmt: skip
PROPS: Final = ("balloon", "wand", "flag", "flower", "umbrella", "ball")
MOVES: Final = ("static", "pan", "tilt", "zoom", "shake", "whip")
FRAMINGS: Final = {"wide": 0.46, "medium": 0.68, "close": 1.45}
"""Height of a grown character, in heights of the picture."""


@dataclass(frozen=True, slots=True)
class Character:
    """A model sheet. Colours are names of `palette.COLOURS`; skin and eyes number a swatch."""

    name: str
    kind: str
    hair: str
    hair_colour: str
    outfit: str
    top: str
    bottom: str
    accent: str
    skin: int = 0
    eyes: str = "brown"
    height: float = 1.0
    build: float = 1.0


@dataclass(frozen=True, slots=True)
class Role:
    """A character in a shot: what it does, and where it stands.

    action: one of ACTIONS; talk, blink: what its face does; x: where its feet are, in heights of
    the picture from its middle; y: lowered by, in heights; facing: 1 right, -1 left; travel:
    heights of the picture that it moves to the right per frame; prop: one of PROPS in its hand.
    """

    who: Character
    action: str = "stand"
    talk: bool = False
    blink: bool = True
    x: float = 0.0
    y: float = 0.0
    facing: int = 1
    travel: float = 0.0
    prop: str = ""


@dataclass(frozen=True, slots=True)
class Camera:
    """One move through the whole shot.

    dx, dy: pixels per frame that the view moves right and down; zoom: times bigger per frame,
    less 1; exposure: frames between moves, 0 moves with the drawings.
    Of a shake dx and dy are how far it goes at most. A whip starts at frame `start` and takes
    `length` frames. Both count the pixels of a picture 480 high, whatever the film's height.
    """

    move: str = "static"
    dx: float = 0.0
    dy: float = 0.0
    zoom: float = 0.0
    exposure: int = 1
    start: int = 0
    length: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """kind: one of EFFECTS; from frame `start` for `length` frames (0: to the end); x, y: where,
    in heights of the picture from its middle; exposure: frames each of its drawings is held."""

    kind: str
    start: int = 0
    length: int = 0
    x: float = 0.0
    y: float = 0.0
    size: float = 1.0
    exposure: int = 2


@dataclass(frozen=True, slots=True)
class Boundary:
    """How a shot begins.

    kind: cut, dissolve, fade_black, fade_white; frames: of the dissolve, or of each half of the
    fade (out, in); hold: frames fully black or white between the halves.
    """

    kind: str = "cut"
    frames: int = 0
    hold: int = 0


@dataclass(frozen=True, slots=True)
class Shot:
    """One shot. Same fields, same pixels.

    frames: its length, counted with the frames that it shares in a dissolve; place: one of
    PLACES, `title` or `credits`; framing: one of FRAMINGS; place_seed: shots with the same one have
    the same background; mover: pixels high of a distant bird that crosses the sky, 0 for none;
    text: a subtitle, the words of a title, or the lines of credits that roll by;
    sign: what a board says that stands in the place, on which words are drawn.
    """

    seed: int
    frames: int | None = None
    place: str | None = None
    time: str | None = None
    exposure: str | None = None
    roles: tuple[Role, ...] | None = None
    camera: Camera | None = None
    effects: tuple[Effect, ...] | None = None
    framing: str | None = None
    boundary: Boundary = Boundary()
    place_seed: int | None = None
    mover: int | None = None
    text: str = ""
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Film:
    """Shots in order, at a size in pixels.

    fade_in, fade_out: frames from black at the start and to black at the end; logo: a station's
    mark, laid over every frame in the upper right corner.
    """

    seed: int
    shots: tuple[Shot, ...]
    width: int = 854
    height: int = 480
    fade_in: int = 0
    fade_out: int = 0
    logo: str = ""
