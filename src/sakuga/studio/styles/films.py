"""Whole films in a style: how long each shot is, what follows what, and by which joins."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

import numpy as np

from sakuga.studio.sequence import Sequence
from sakuga.studio.styles import edit, joins, script
from sakuga.studio.styles.cards import CARDS
from sakuga.studio.styles.joins import CUT, Join
from sakuga.studio.styles.look import (
    MOODS,
    Colour,
    Look,
    Palette,
    Random,
    greyed,
    hsv,
    mixed,
    palette,
)
from sakuga.studio.styles.panels import PANELS
from sakuga.studio.styles.places import place
from sakuga.studio.styles.script import Scene, World
from sakuga.studio.styles.shots import Shot, Stand, Take

SHOTS: Final = {**script.SHOTS, **CARDS, **PANELS}
"""Every kind of shot."""

Weights = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Style:
    """A visual style. look: makes a film's look by lot; figures: kinds of its cast, None: any;
    kinds: weights of its kinds of shots; plain: of those that a plain film has."""

    look: Callable[[Random], Look]
    figures: tuple[str, ...] | None = None
    kinds: Weights = script.KINDS
    plain: Weights = script.PLAIN


def _mood(random: Random, *moods: str) -> Palette:
    return palette(random, str(random.choice(moods or MOODS)))


def _flat(random: Random) -> Look:
    colours = _mood(random)
    line = float(random.choice([0, 0, 0.8, 1.5, 2.5]))
    ink = None if random.random() < 0.3 else colours.ink
    return Look(
        "flat",
        colours,
        line,
        ink,
        heads=float(random.uniform(2.5, 6)),
        eyes=str(random.choice(["dot", "round", "line"])),
        grain=float(random.choice([0, 0, 1.5])),
    )


def _line(random: Random) -> Look:
    dark = random.random() < 0.12
    paper = mixed((255, 255, 255), hsv(0.11, 0.5, 0.9), float(random.uniform(0, 0.6)))
    ink: Colour = hsv(
        float(random.choice([0.0, 0.6, 0.62])),
        float(random.choice([0, 0, 0.6])),
        float(random.uniform(0.1, 0.4)),
    )
    if dark:
        paper, ink = (30, 28, 25), (225, 225, 225)
    return Look(
        "line",
        greyed(_mood(random, "day")),
        float(random.uniform(0.6, 1.8)),
        ink,
        str(random.choice(["paper", "paper", "none"])),
        boil=float(random.choice([0, 0.2, 0.4, 0.7])),
        strokes=int(random.choice([1, 1, 2, 3])),
        ground="paper",
        construction=bool(random.random() < 0.4),
        eyes=str(random.choice(["dot", "round", "anime"])),
        heads=float(random.uniform(2.5, 7)),
        grain=float(random.choice([0, 1, 2.5])),
        paper=paper,
    )


def _painted(random: Random) -> Look:
    colours = _mood(random)
    return Look(
        "painted",
        colours,
        float(random.uniform(0.7, 1.6)),
        colours.ink,
        shade=float(random.choice([0, 0.25, 0.4])),
        ground="painted",
        grain=float(random.uniform(1, 4)),
        eyes=str(random.choice(["round", "round", "dot", "anime"])),
        heads=float(random.uniform(3, 7)),
    )


def _anime(random: Random) -> Look:
    colours = _mood(random)
    return Look(
        "anime",
        colours,
        float(random.uniform(1.0, 2.2)),
        mixed(colours.ink, (0, 0, 0), 0.5),
        shade=float(random.uniform(0.2, 0.4)),
        ground="soft",
        eyes="anime",
        heads=float(random.choice([2.5, 3.5, 5, 6.5])),
        grain=float(random.choice([0, 1])),
        exposures=(
            ("ones", 1),
            ("twos", 4),
            ("threes", 5),
            ("fours", 2),
            ("6", 1),
            ("8", 0.5),
            ("mixed", 1),
            ("burst", 1),
        ),
    )


def _cutout(random: Random) -> Look:
    return Look(
        "cutout",
        _mood(random, "day", "vivid", "pastel", "snow", "earth", "dusk"),
        float(random.choice([0, 0, 0.7])),
        None,
        ground="cut",
        drop=float(random.uniform(0.7, 2)),
        eyes=str(random.choice(["round", "dot"])),
        heads=2.2,
    )


def _silhouette(random: Random) -> Look:
    colours = _mood(random, "day", "dusk", "sepia", "pastel", "fog", "vivid")
    if random.random() < 0.3:
        colours = greyed(colours)
    ink = mixed((0, 0, 0), colours.ink, float(random.uniform(0, 0.5)))
    return Look(
        "silhouette", colours, 0.0, ink, "ink", ground="backlit", heads=float(random.uniform(4, 7))
    )


def _retro(random: Random) -> Look:
    colours = greyed(
        _mood(random, "day", "fog", "snow", "earth", "dusk"), float(random.uniform(0.8, 1.7))
    )
    return Look(
        "retro",
        colours,
        float(random.uniform(1.0, 2.2)),
        (12, 12, 12),
        ground="washed",
        eyes="pie",
        limbs="hose",
        heads=float(random.uniform(2.2, 3.6)),
        grain=float(random.uniform(0, 5)),
        shade=float(random.choice([0, 0, 0.2])),
        exposures=(("ones", 4), ("twos", 5), ("threes", 0.5), ("mixed", 1)),
    )


def _pixel(random: Random) -> Look:
    colours = _mood(random, "vivid", "neon", "day", "night", "earth", "snow")
    return Look(
        "pixel",
        colours,
        float(random.choice([0, 1])),
        (20, 16, 16),
        smooth=False,
        ground="dithered",
        eyes="dot",
        heads=2.4,
        block=int(random.choice([2, 3, 4, 5])),
        shade=float(random.choice([0, 0.3])),
        exposures=(("twos", 1), ("threes", 2), ("fours", 3), ("6", 3), ("8", 2), ("12", 1)),
    )


def _manga(random: Random) -> Look:
    colours = greyed(_mood(random, "day", "snow", "fog", "earth"), float(random.uniform(1.2, 2.2)))
    return Look(
        "manga",
        colours,
        float(random.uniform(0.8, 1.6)),
        (12, 12, 12),
        str(random.choice(["paper", "paper", "colour"])),
        ground="toned",
        eyes="anime",
        heads=float(random.uniform(3.5, 7)),
        paper=(248, 248, 248),
        exposures=(("twos", 1), ("threes", 3), ("fours", 2), ("6", 2), ("8", 1), ("12", 1)),
    )


def _credits(random: Random) -> Look:
    maker = (_flat, _painted, _anime, _retro, _silhouette)[int(random.integers(5))]
    return replace(maker(random), style="credits")


_COMIC: Final[Weights] = (
    ("page", 6.0),
    ("panel", 4.0),
    ("pops", 1.5),
    ("still", 1.5),
    ("effect", 1.0),
    ("talk", 0.7),
    ("act", 0.5),
    ("light", 0.7),
    ("rough", 0.5),
    ("moving", 1.0),
    ("card", 0.4),
)
_WORDS: Final[Weights] = (
    ("card", 4.0),
    ("swap", 2.0),
    ("roll", 4.0),
    ("typed", 1.0),
    ("slides", 1.5),
    ("still", 1.5),
    ("act", 0.7),
    ("moving", 0.5),
    ("effect", 0.4),
    ("talk", 0.4),
    ("sky", 0.3),
)

LOOKS: Final[dict[str, Style]] = {
    "flat": Style(_flat),
    "line": Style(_line),
    "painted": Style(_painted),
    "anime": Style(_anime, ("human", "human", "human", "critter")),
    "cutout": Style(_cutout, ("paper", "paper", "paper", "blob", "robot")),
    "silhouette": Style(_silhouette, ("human", "human", "critter", "bird")),
    "retro": Style(_retro, ("human", "human", "critter", "blob")),
    "pixel": Style(_pixel),
    "manga": Style(
        _manga,
        ("human", "human", "critter"),
        _COMIC,
        (("page", 4.0), ("panel", 3.0), ("still", 1.0)),
    ),
    "credits": Style(
        _credits, None, _WORDS, (("card", 3.0), ("swap", 1.0), ("roll", 2.0), ("act", 1.0))
    ),
}
"""Styles of which every shot is photographed alike."""


@dataclass(frozen=True, slots=True)
class Want:
    """One shot of the plan. own: frames in which it stands alone; again: an earlier one's number
    that comes back."""

    own: int
    scene: Scene
    again: int | None = None


@dataclass(slots=True)
class Plan:
    """The shots of a film and their joins; one join more than shots."""

    wants: list[Want] = field(default_factory=list)
    how: list[Join] = field(default_factory=list)

    def add(self, own: int, scene: Scene, how: Join = CUT, again: int | None = None) -> None:
        self.wants.append(Want(max(own, 2), scene, again))
        self.how.append(how)

    def frames(self) -> int:
        return sum(want.own for want in self.wants) + sum(how.frames for how in self.how)

    def length(self, number: int) -> int:
        """Frames to photograph of a shot: alone, and in the joins on its both sides."""
        into, out = self.how[number], self.how[number + 1]
        return self.wants[number].own + into.overlap + out.overlap + into.sides[1] + out.sides[0]


def plan(random: Random, world: World, total: int, pace: str) -> Plan:
    """Shots and joins by lot, about `total` frames."""
    found = Plan()
    while found.frames() < total:
        part = _SEGMENTS[str(random.choice(_PACES[pace]))]
        part(random, world, found, pace)
        if found.frames() >= total and len(found.wants) < 2:
            break
    found.how[0] = _end(random, pace)
    found.how.append(_end(random, pace))
    return found


def _end(random: Random, pace: str) -> Join:
    if pace == "plain" or random.random() < 0.85:
        return CUT
    return Join("fade_black", int(random.integers(6, 40)))


def _fresh(random: Random, world: World, found: Plan) -> Scene:
    """A scene that does not look like the last shot's: another, or from another distance."""
    last = found.wants[-1].scene if found.wants else None
    scene = world.scenes[int(random.integers(len(world.scenes)))]
    kind = str(random.choice(["wide", "own", "medium", "close", "face"]))
    scene = scene if kind == "own" else script.framed(random, scene, kind)
    if last is not None and scene.where is last.where:
        zoom = scene.framing.zoom / last.framing.zoom
        if 0.75 < zoom < 1.33:
            return script.framed(random, last, "wide" if last.framing.zoom > 1.5 else "close")
    return scene


def _how(random: Random, world: World, pace: str, most: int) -> Join:
    share = {"any": 0.45, "fast": 0.06, "slow": 0.5, "plain": 0.0}[pace]
    if random.random() >= share:
        return CUT
    return joins.join(random, world.rate, most)


def _frames(random: Random, world: World, low: float, high: float) -> int:
    return max(2, round(world.rate * float(random.uniform(low, high))))


def _single(random: Random, world: World, found: Plan, pace: str) -> None:
    low, high = {"any": (0.5, 4), "fast": (0.2, 1.2), "slow": (2.5, 9), "plain": (0.8, 4)}[pace]
    found.add(
        _frames(random, world, low, high),
        _fresh(random, world, found),
        _how(random, world, pace, round(world.rate * 6)),
    )


def _montage(random: Random, world: World, found: Plan, _pace: str) -> None:
    low = int(random.integers(2, 7))
    high = int(random.integers(low, 11))
    for _ in range(int(random.integers(3, 13))):
        own = int(random.integers(low, high + 1))
        found.add(own, _fresh(random, world, found))


def _returns(random: Random, world: World, found: Plan, pace: str) -> None:
    """A B A, the middle one short."""
    first = len(found.wants)
    found.add(
        _frames(random, world, 0.4, 2), _fresh(random, world, found), _how(random, world, pace, 24)
    )
    found.add(int(random.integers(6, 25)), _fresh(random, world, found))
    found.add(_frames(random, world, 0.4, 2), found.wants[first].scene, again=first)


def _reverse(random: Random, world: World, found: Plan, _pace: str) -> None:
    """Shot and reverse shot, each with its background, another action each time."""
    one = _fresh(random, world, found)
    found.add(_frames(random, world, 0.4, 2), one)
    two = _fresh(random, world, found)
    for i in range(int(random.integers(2, 5))):
        found.add(_frames(random, world, 0.3, 1.8), one if i % 2 else two)


def _match(random: Random, world: World, found: Plan, _pace: str) -> None:
    """A match cut: the same people in the same spots at another place."""
    one = _fresh(random, world, found)
    where = place(int(random.integers(2**31)), world.look.palette)
    found.add(_frames(random, world, 0.4, 2), one)
    found.add(_frames(random, world, 0.4, 2), replace(one, where=where))


def _scale(random: Random, world: World, found: Plan, _pace: str) -> None:
    """Cuts in which only the framing changes."""
    one = _fresh(random, world, found)
    found.add(_frames(random, world, 0.4, 2), one)
    for _ in range(int(random.integers(1, 4))):
        zoom = float(random.choice([1.4, 1.8, 2.5]))
        if one.framing.zoom > 2:
            zoom = 1 / zoom
        one = replace(one, framing=replace(one.framing, zoom=one.framing.zoom * zoom))
        found.add(_frames(random, world, 0.3, 1.5), one)


def _long(random: Random, world: World, found: Plan, _pace: str) -> None:
    found.add(_frames(random, world, 4, 10), _fresh(random, world, found))


_SEGMENTS: Final[dict[str, Callable[[Random, World, Plan, str], None]]] = {
    "single": _single,
    "montage": _montage,
    "returns": _returns,
    "reverse": _reverse,
    "match": _match,
    "scale": _scale,
    "long": _long,
}
_PACES: Final = {
    "any": ("single",) * 7 + ("montage", "returns", "reverse", "match", "scale", "long"),
    "fast": ("montage", "montage", "single", "returns", "scale", "reverse"),
    "slow": ("single", "single", "single", "long"),
    "plain": ("single", "single", "single", "reverse"),
}
PACES: Final = tuple(_PACES)


def shots(random: Random, world: World, asked: Plan) -> list[Shot]:
    """Every shot of the plan, by lot."""
    found: list[Shot] = []
    for number, want in enumerate(asked.wants):
        frames = asked.length(number)
        if want.again is not None and found[want.again].frames >= frames:
            found.append(script.again(found[want.again], frames))
        else:
            found.append(script.shot(random, world, want.scene, frames, SHOTS))
    return found


def random_of(seed: int, style: str) -> Random:
    """The lots of one film."""
    return np.random.default_rng([seed, zlib.crc32(style.encode())])


def drawn(
    seed: int,
    style: str,
    size: tuple[int, int],
    seconds: tuple[float, float],
    rate: Fraction,
    pace: str,
) -> Sequence:
    """A film in one of LOOKS."""
    random, made = random_of(seed, style), LOOKS[style]
    look = made.look(random)
    small = -(-size[0] // look.block), -(-size[1] // look.block)
    kinds = made.plain if pace == "plain" else made.kinds
    world = script.world(random, look, small, float(rate), kinds, made.figures, pace == "plain")
    total = max(round(float(rate) * float(random.uniform(*seconds))), 2)
    asked = plan(random, world, total, pace)
    takes = photographed(random, shots(random, world, asked), look, small, float(rate))
    frames = edit.joined(takes, asked.how)
    return edit.sequence(frames, rate, style, seed, look.block, size)


def photographed(
    random: Random, row: list[Shot], look: Look, size: tuple[int, int], rate: float
) -> list[Take]:
    """A take of every shot."""
    return [Stand(shot, look, size, rate, int(random.integers(2**31))).take() for shot in row]
