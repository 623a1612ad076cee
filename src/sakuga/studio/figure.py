"""A whole figure: body and clothes, from a model sheet and a pose to a finished cel.

Units: the figure's own height; (0, 0) stands on the ground between the feet, y is down.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sakuga.studio.animals import draw_tail
from sakuga.studio.brush import Cel, Drawn, curve, limb, oval
from sakuga.studio.clothes import draw_lower, draw_robe, draw_sheet_ghost, draw_torso, sleeve
from sakuga.studio.heads import Look, draw_behind, draw_head
from sakuga.studio.model import ANIMALS, Build, Paints, build_of, paints_of
from sakuga.studio.palette import Light
from sakuga.studio.pose import Pose
from sakuga.studio.props import draw_prop
from sakuga.studio.recipe import Character

_WIDE: Final = 0.62  # half width and extra height of the sheet, in heights of the figure
_ABOVE: Final = 1.5


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that one drawing of a character depends on.

    pixels: height of the figure; mouth: closed, small, open, wide, smile; eyes: open, half, shut.
    """

    who: Character
    pose: Pose
    look: Look
    facing: int
    pixels: int
    light: Light
    prop: str = ""


@lru_cache(maxsize=96)
def draw_figure(drawing: Drawing) -> Drawn:
    """The cel of a drawing. Its feet are at `anchor(drawing.pixels)` of the sheet."""
    height = drawing.pixels
    size = (round(2 * _WIDE * height), round((_ABOVE + 0.08) * height))
    line = max(0.55, height * 0.0072)
    cel = Cel(size, anchor(height), height, line)
    cel.mirror = 1.0 if drawing.facing > 0 else -1.0
    paints = paints_of(drawing.who, drawing.light)
    cel.ink = paints.ink
    _draw(cel, drawing, build_of(drawing.who), paints)
    return cel.finish()


def anchor(pixels: int) -> tuple[int, int]:
    """Where on its cel a figure of so many pixels stands."""
    return round(_WIDE * pixels), round(_ABOVE * pixels)


def _draw(cel: Cel, drawing: Drawing, build: Build, paints: Paints) -> None:
    pose, who = drawing.pose, drawing.who
    hips = (0.0, -(build.leg - pose.bob + pose.y))
    neck = (pose.lean, hips[1] - build.torso - pose.stretch)
    if who.kind == "ghost":
        draw_sheet_ghost(cel, build, paints, pose, neck)
    else:
        if who.kind in ANIMALS:
            draw_tail(cel, who, build, paints, pose, hips)
        draw_behind(cel, who, build, paints, pose, neck)
        _arm(cel, who, build, paints, neck, pose.far, +1)
        _legs(cel, who, build, paints, pose, hips)
        _neck(cel, build, paints, neck)
        draw_torso(cel, who, build, paints, hips, neck)
        _over(cel, who, build, paints, pose, hips, neck)
    draw_head(cel, who, build, paints, pose, drawing.look, neck)
    if who.kind != "ghost":
        hand = _arm(cel, who, build, paints, neck, pose.near, -1)
        draw_prop(cel, drawing.prop, paints, hand, pose)


def _neck(cel: Cel, build: Build, paints: Paints, neck: tuple[float, float]) -> None:
    x, y = neck
    width = build.head * 0.24
    tube = limb([(x, y - build.head * 0.25), (x, y + 0.03)], [width, width])
    cel.shape(tube, paints.skin_dark, line=0.8)


def _over(
    cel: Cel, who: Character, build: Build, paints: Paints, pose: Pose,
    hips: tuple[float, float], neck: tuple[float, float],
) -> None:  # fmt: skip
    if who.outfit in ("dress", "skirt"):
        draw_lower(cel, who, build, paints, pose, hips)
    elif who.outfit == "robe":
        draw_robe(cel, build, paints, pose, hips, neck)


def _legs(
    cel: Cel, who: Character, build: Build, paints: Paints, pose: Pose, hips: tuple[float, float]
) -> None:
    for side, foot in ((+1, pose.far_foot), (-1, pose.near_foot)):
        _leg(cel, who, build, paints, hips, side, foot, pose.y)


def _leg(
    cel: Cel, who: Character, build: Build, paints: Paints, hips: tuple[float, float],
    side: int, foot: tuple[float, float], lifted: float,
) -> None:  # fmt: skip
    top = (hips[0] + side * build.hip * 0.5, hips[1] + 0.01)
    ankle = (hips[0] + side * build.hip * 0.25 + foot[0], -0.032 - foot[1] - lifted)
    slack = max(0.0, build.leg - math.dist(top, ankle) - 0.03)
    knee = ((top[0] + ankle[0]) / 2 + 0.02 + slack * 0.9, (top[1] + ankle[1]) / 2 - slack * 0.2)
    thick = build.leg_width
    _shoe(cel, build, paints, ankle, foot[1])
    if who.outfit in ("trousers", "suit", "armour"):
        cel.shape(
            limb([top, knee, ankle], [thick * 1.25, thick * 1.05, thick]), paints.bottom, shade=0.22
        )
        return
    cel.shape(
        limb([top, knee, ankle], [thick, thick * 0.85, thick * 0.66]), paints.skin, shade=0.22
    )
    if who.outfit in ("shorts", "hoodie"):
        half = ((top[0] + knee[0]) / 2, (top[1] + knee[1]) / 2 + 0.012)
        cel.shape(limb([top, half], [thick * 1.35, thick * 1.4]), paints.bottom, shade=0.22)
    else:
        sock = ((knee[0] * 0.35 + ankle[0] * 0.65), (knee[1] * 0.35 + ankle[1] * 0.65))
        cel.shape(
            limb([sock, ankle], [thick * 0.82, thick * 0.74]), paints.sock, shade=0.22, line=0.8
        )


def _shoe(cel: Cel, build: Build, paints: Paints, ankle: tuple[float, float], up: float) -> None:
    x, y = ankle
    long, tip = build.foot, 0.35 * up
    sole = [
        (x - long * 0.36, y - 0.012), (x - long * 0.42, y + 0.026 - tip),
        (x + long * 0.3, y + 0.031 + tip),
        (x + long * 0.86, y + 0.029 + tip), (x + long * 0.80, y + 0.002 + tip),
        (x + long * 0.3, y - 0.022),
    ]  # fmt: skip
    cel.shape(curve(sole, steps=4), paints.shoe, shade=0.12)


def _arm(
    cel: Cel, who: Character, build: Build, paints: Paints, neck: tuple[float, float],
    angles: tuple[float, float], side: int,
) -> tuple[float, float]:  # fmt: skip
    """Draws an arm; returns where its hand is."""
    shoulder = (neck[0] + side * build.shoulder * 0.86, neck[1] + 0.035)
    upper, fore = angles
    elbow = _along(shoulder, side, upper, build.arm * 0.5)
    hand = _along(elbow, side, fore, build.arm * 0.47)
    thick = build.arm_width
    knuckles = _along(hand, side, fore, thick * 0.55)
    cel.shape(
        limb([shoulder, elbow, hand], [thick, thick * 0.85, thick * 0.7]), paints.skin, shade=0.2
    )
    cel.shape(oval(*knuckles, thick * 0.56, thick * 0.50), paints.hand, shade=0.22)
    sleeve(cel, who, build, paints, [shoulder, elbow, hand])
    return knuckles


def _along(
    start: tuple[float, float], side: int, angle: float, length: float
) -> tuple[float, float]:
    return start[0] + side * math.sin(angle) * length, start[1] + math.cos(angle) * length
