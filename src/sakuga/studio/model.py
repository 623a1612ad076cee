"""Model sheets: the proportions and the paints of a character."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sakuga.studio.palette import COLOURS, LINE, SKINS, Colour, Light, mix, paint, shaded
from sakuga.studio.recipe import Character

ANIMALS: Final = ("cat", "dog", "rabbit", "bear", "fox", "frog")


@dataclass(frozen=True, slots=True)
class Build:
    """Proportions, in heights of the figure. head: height of the head without hair."""

    head: float
    head_width: float
    leg: float
    torso: float
    shoulder: float
    hip: float
    arm: float
    arm_width: float
    leg_width: float
    foot: float


def _build(heads: float, leg: float, shoulder: float, hip: float, limbs: float) -> Build:
    """heads: the figure's height in heads; limbs: width of an arm."""
    head = 1 / heads
    torso = 1 - leg - head * 0.94
    return Build(head, head * 0.92, leg, torso, shoulder, hip, 0.40, limbs, limbs * 1.28, 0.085)


_BUILDS: Final = {
    "girl": _build(3.1, 0.38, 0.092, 0.070, 0.052),
    "boy": _build(3.15, 0.37, 0.100, 0.070, 0.056),
    "woman": _build(4.2, 0.46, 0.090, 0.072, 0.046),
    "man": _build(4.4, 0.46, 0.122, 0.078, 0.058),
    "old man": _build(3.6, 0.37, 0.106, 0.088, 0.052),
    "witch": _build(3.2, 0.37, 0.090, 0.072, 0.050),
    "robot": _build(2.8, 0.30, 0.135, 0.098, 0.060),
    "cat": _build(2.35, 0.25, 0.094, 0.096, 0.066),
    "dog": _build(2.4, 0.26, 0.102, 0.102, 0.070),
    "rabbit": _build(2.4, 0.26, 0.092, 0.098, 0.066),
    "bear": _build(2.5, 0.24, 0.140, 0.150, 0.092),
    "fox": _build(2.4, 0.27, 0.090, 0.092, 0.062),
    "frog": _build(2.2, 0.24, 0.104, 0.108, 0.062),
    "ghost": _build(2.3, 0.22, 0.14, 0.14, 0.07),
}
STATURE: Final = {
    "girl": 0.86, "boy": 0.88, "woman": 1.0, "man": 1.06, "old man": 0.96, "witch": 0.94,
    "robot": 0.92, "cat": 0.74, "dog": 0.78, "rabbit": 0.72, "bear": 0.92, "fox": 0.76,
    "frog": 0.64, "ghost": 0.74,
}  # fmt: skip
"""Height of a kind beside a grown woman."""


@dataclass(frozen=True, slots=True)
class Paints:
    """The colours of a character in a light."""

    skin: Colour
    skin_dark: Colour
    hand: Colour
    hair: Colour
    top: Colour
    bottom: Colour
    accent: Colour
    sock: Colour
    shoe: Colour
    iris: Colour
    belly: Colour
    white: Colour
    ink: Colour


@lru_cache(maxsize=256)
def build_of(who: Character) -> Build:
    """The proportions of a character."""
    base, wide = _BUILDS[who.kind], who.build
    return Build(
        base.head, base.head_width, base.leg, base.torso, base.shoulder * wide, base.hip * wide,
        base.arm, base.arm_width * wide, base.leg_width * wide, base.foot,
    )  # fmt: skip


@lru_cache(maxsize=256)
def paints_of(who: Character, light: Light) -> Paints:
    """The colours of a character in a light."""
    raw_skin = _skin(who)
    skin = light.softly(raw_skin)
    hand = COLOURS[who.accent] if who.kind == "robot" else raw_skin
    return Paints(
        skin=skin,
        skin_dark=shaded(skin),
        hand=light.softly(hand),
        hair=light.softly(COLOURS[who.hair_colour]),
        top=light.softly(COLOURS[who.top]),
        bottom=light.softly(COLOURS[who.bottom]),
        accent=light.softly(COLOURS[who.accent]),
        sock=light.softly(paint("f4f1ea")),
        shoe=light.softly(mix(COLOURS[who.accent], COLOURS["black"], 0.45)),
        iris=light.softly(COLOURS[who.eyes]),
        belly=light.softly(mix(raw_skin, paint("fff6e6"), 0.72)),
        white=light.softly(paint("fdfcfa")),
        ink=light.softly(LINE),
    )


def _skin(who: Character) -> Colour:
    if who.kind in ANIMALS or who.kind == "ghost":
        return COLOURS[who.hair_colour]
    if who.kind == "robot":
        return mix(COLOURS[who.hair_colour], COLOURS["grey"], 0.5)
    return SKINS[who.skin]
