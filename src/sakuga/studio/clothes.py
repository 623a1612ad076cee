"""Clothes: torsos, sleeves, skirts, robes. Units as in `figure`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sakuga.studio.brush import Cel, Points, curve, limb, oval
from sakuga.studio.model import ANIMALS, Build, Paints
from sakuga.studio.palette import mix, shaded
from sakuga.studio.pose import Pose
from sakuga.studio.recipe import Character

Place = tuple[float, float]


def draw_torso(
    cel: Cel, who: Character, build: Build, paints: Paints, hips: Place, neck: Place
) -> None:
    """The trunk in its shirt, with what marks the outfit."""
    if who.outfit in ("trousers", "suit", "shorts", "hoodie", "armour"):
        pelvis = oval(hips[0], hips[1], build.hip * 1.06, build.hip * 0.62)
        cel.shape(pelvis, paints.bottom, shade=0.14)
    bare = who.outfit == "fur"
    cel.shape(_trunk(build, hips, neck), paints.skin if bare else paints.top, shade=0.17)
    if bare or who.kind in ANIMALS:
        _belly(cel, build, paints, hips, neck, bare)
    marks = {"suit": _suit, "hoodie": _hoodie, "trousers": _belt, "shorts": _stripe}
    if who.outfit in marks:
        marks[who.outfit](cel, build, paints, hips, neck)
    elif who.outfit in ("dress", "skirt"):
        _collar(cel, build, paints, neck)
    elif who.outfit == "armour":
        _panel(cel, build, paints, hips, neck)
    if who.outfit == "fur":
        _scarf(cel, build, paints, neck)


def sleeve(cel: Cel, who: Character, build: Build, paints: Paints, joints: Sequence[Place]) -> None:
    """Cloth over an arm: shoulder, elbow, hand."""
    thick = build.arm_width
    shoulder, elbow, hand = joints
    if who.outfit in ("fur", "armour"):
        return
    if who.outfit in ("suit", "hoodie", "robe"):
        wrist = (elbow[0] * 0.12 + hand[0] * 0.88, elbow[1] * 0.12 + hand[1] * 0.88)
        flare = 2.0 if who.outfit == "robe" else 1.12
        cloth = limb([shoulder, elbow, wrist], [thick * 1.35, thick * 1.2, thick * flare])
        cel.shape(cloth, paints.top, shade=0.2)
        return
    cuff = (shoulder[0] * 0.35 + elbow[0] * 0.65, shoulder[1] * 0.35 + elbow[1] * 0.65)
    cel.shape(limb([shoulder, cuff], [thick * 1.45, thick * 1.5]), paints.top, shade=0.2)


def draw_lower(
    cel: Cel, who: Character, build: Build, paints: Paints, pose: Pose, hips: Place
) -> None:
    """A skirt that swings."""
    x, y = hips
    waist, hem = build.hip * 0.92, build.hip * 1.85
    top, low, swing = y - build.torso * 0.22, y + build.leg * 0.42, pose.sway
    left, right = x - hem + swing, x + hem + swing
    outline = [
        (x - waist, top), (x + waist, top), (x + hem * 0.86 + swing * 0.5, (top + low * 2) / 3),
        (right, low), (x + hem * 0.45 + swing, low + 0.017), (x + swing, low - 0.004),
        (x - hem * 0.45 + swing, low + 0.019), (left, low),
        (x - hem * 0.86 + swing * 0.5, (top + low * 2) / 3),
    ]  # fmt: skip
    colour = paints.top if who.outfit == "dress" else paints.bottom
    cel.shape(curve(outline, steps=4), colour, shade=0.15)
    for place in (-0.42, 0.05, 0.48):
        fold = [(x + waist * place * 0.9, top + 0.05), (x + hem * place + swing, low - 0.005)]
        cel.stroke(np.array(fold), shaded(colour), 0.008)
    band = limb([(x - waist, top + 0.006), (x + waist, top + 0.006)], [0.026, 0.026])
    cel.shape(band, paints.accent, shade=0.1, line=0.8)


def draw_robe(cel: Cel, build: Build, paints: Paints, pose: Pose, hips: Place, neck: Place) -> None:
    """A robe down to the shoes, tied with a sash."""
    x, y = hips
    low, swing = -0.05 - pose.y, pose.sway
    side, hem = build.shoulder, build.hip * 2.2
    outline = [
        (neck[0] - side * 0.7, neck[1] + 0.02), (neck[0] + side * 0.7, neck[1] + 0.02),
        (x + side, y),
        (x + hem + swing, low), (x + hem * 0.4 + swing, low + 0.02),
        (x - hem * 0.4 + swing, low + 0.02),
        (x - hem + swing, low), (x - side, y),
    ]  # fmt: skip
    cel.shape(curve(outline, steps=5), paints.top, shade=0.17)
    trim = [
        (x - hem * 0.93 + swing, low - 0.02),
        (x + swing, low + 0.0),
        (x + hem * 0.93 + swing, low - 0.02),
    ]
    cel.stroke(curve(trim, closed=False), paints.accent, 0.022)
    sash = limb([(x - side * 0.95, y - 0.03), (x + side * 0.95, y - 0.03)], [0.034, 0.034])
    cel.shape(sash, paints.accent, shade=0.1, line=0.8)


def draw_sheet_ghost(cel: Cel, build: Build, paints: Paints, pose: Pose, neck: Place) -> None:
    """A ghost has no legs: its sheet tapers into waves."""
    swing = pose.sway * 2 + pose.lean
    top, low = neck[1] - build.head * 0.1, -0.06 - pose.y
    wide = build.shoulder * 1.15
    outline = [
        (neck[0] - wide, top), (neck[0] + wide, top), (wide * 1.2 + swing, low - 0.06),
        (wide * 0.75 + swing, low + 0.04), (wide * 0.35 + swing, low - 0.035), (swing, low + 0.05),
        (-wide * 0.35 + swing, low - 0.035), (-wide * 0.75 + swing, low + 0.04),
        (-wide * 1.2 + swing, low - 0.06),
    ]  # fmt: skip
    cel.shape(curve(outline, steps=6), paints.skin, shade=0.15)
    for side, (lift, _) in ((-1, pose.near), (1, pose.far)):
        shoulder = (neck[0] + side * wide * 0.92, neck[1] + 0.10)
        tip = (shoulder[0] + side * 0.11, shoulder[1] + 0.08 - 0.07 * min(lift, 2.4))
        cel.shape(limb([shoulder, tip], [0.075, 0.045]), paints.skin, shade=0.2)


def _trunk(build: Build, hips: Place, neck: Place) -> Points:
    (hx, hy), (nx, ny) = hips, neck
    mx, my = (hx + nx) / 2, (hy + ny) / 2
    shoulder, hip = build.shoulder, build.hip
    waist = min(shoulder, hip) * 0.92
    return curve(
        [
            (nx - shoulder * 0.45, ny), (nx + shoulder * 0.45, ny), (nx + shoulder, ny + 0.03),
            (mx + waist, my + 0.02), (hx + hip, hy - 0.015), (hx + hip * 0.8, hy + 0.02),
            (hx - hip * 0.8, hy + 0.02), (hx - hip, hy - 0.015), (mx - waist, my + 0.02),
            (nx - shoulder, ny + 0.03),
        ],
        steps=4,
    )  # fmt: skip


def _belly(cel: Cel, build: Build, paints: Paints, hips: Place, neck: Place, bare: bool) -> None:
    if not bare:
        return
    x, y = (hips[0] + neck[0]) / 2 + 0.01, hips[1] * 0.62 + neck[1] * 0.38
    cel.shape(oval(x, y, build.hip * 0.62, build.torso * 0.44), paints.belly, line=0)


def _scarf(cel: Cel, build: Build, paints: Paints, neck: Place) -> None:
    x, y = neck
    wide = build.shoulder * 0.82
    cel.shape(
        limb([(x + 0.03, y + 0.02), (x + 0.055, y + 0.15)], [0.05, 0.062]), paints.accent, shade=0.2
    )
    ring = limb([(x - wide, y - 0.005), (x, y + 0.032), (x + wide, y - 0.005)], [0.05, 0.062, 0.05])
    cel.shape(ring, paints.accent, shade=0.16)


def _collar(cel: Cel, build: Build, paints: Paints, neck: Place) -> None:
    x, y = neck
    wide = build.shoulder * 0.62
    for side in (-1, 1):
        flap = np.array(
            [(x, y + 0.012), (x + side * wide, y - 0.004), (x + side * wide * 0.7, y + 0.052)]
        )
        cel.shape(flap, paints.white, line=0.8)
    cel.shape(oval(x, y + 0.04, 0.017, 0.015), paints.accent, shade=0.2, line=0.8)


def _suit(cel: Cel, build: Build, paints: Paints, hips: Place, neck: Place) -> None:
    x, y = neck
    wide, low = build.shoulder * 0.5, (hips[1] + neck[1]) / 2 + 0.02
    cel.shape(np.array([(x - wide, y), (x + wide, y), (x + 0.005, low)]), paints.white, line=0.8)
    tie = [
        (x - 0.012, y + 0.008),
        (x + 0.012, y + 0.008),
        (x + 0.02, low - 0.03),
        (x + 0.003, low),
        (x - 0.014, low - 0.03),
    ]
    cel.shape(np.array(tie), paints.accent, line=0.7)
    cel.inked(np.array([(x + 0.005, low), (hips[0] + 0.004, hips[1])]), 0.7)


def _hoodie(cel: Cel, build: Build, paints: Paints, hips: Place, neck: Place) -> None:
    x, y = neck
    wide = build.shoulder * 0.8
    hood = limb([(x - wide, y + 0.002), (x, y + 0.036), (x + wide, y + 0.002)], [0.04, 0.05, 0.04])
    cel.shape(hood, mix(paints.top, paints.white, 0.2), shade=0.14)
    for side in (-1, 1):
        cord = [(x + side * 0.018, y + 0.045), (x + side * 0.022, y + 0.10)]
        cel.stroke(np.array(cord), paints.white, 0.010)
    pocket = [
        (hips[0] - 0.045, hips[1] - 0.015),
        (hips[0] - 0.03, hips[1] - 0.06),
        (hips[0] + 0.03, hips[1] - 0.06),
        (hips[0] + 0.045, hips[1] - 0.015),
    ]
    cel.inked(np.array(pocket), 0.7)


def _belt(cel: Cel, build: Build, paints: Paints, hips: Place, neck: Place) -> None:
    x, y = hips
    wide = build.hip * 0.98
    cel.shape(
        limb([(x - wide, y - 0.006), (x + wide, y - 0.006)], [0.026, 0.026]), paints.shoe, line=0.8
    )
    cel.shape(oval(x, y - 0.006, 0.014, 0.014), paints.accent, line=0.7)
    _collar(cel, build, paints, neck)


def _stripe(cel: Cel, build: Build, paints: Paints, hips: Place, neck: Place) -> None:
    for down in (0.42, 0.62):
        x, y = neck[0] * (1 - down) + hips[0] * down, neck[1] * (1 - down) + hips[1] * down
        wide = min(build.shoulder, build.hip) * 0.88
        cel.stroke(np.array([(x - wide, y), (x + wide, y)]), paints.accent, 0.022)


def _panel(cel: Cel, build: Build, paints: Paints, hips: Place, neck: Place) -> None:
    x, y = (hips[0] + neck[0]) / 2, (hips[1] + neck[1]) / 2
    wide, tall = build.shoulder * 0.55, build.torso * 0.24
    plate = [
        (x - wide, y - tall),
        (x + wide, y - tall),
        (x + wide * 0.8, y + tall),
        (x - wide * 0.8, y + tall),
    ]
    cel.shape(np.array(plate), paints.accent, shade=0.15, line=0.8)
    for place in (-0.45, 0.0, 0.45):
        cel.shape(oval(x + wide * place, y, 0.013, 0.013), paints.white, line=0.6)
