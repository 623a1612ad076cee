"""Figures: model sheets by lot, and how each kind is drawn in a pose."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from sakuga.studio.styles.look import Colour, Look, Palette, Points, Random, darker, mixed
from sakuga.studio.styles.motion import (
    ARM,
    ARM2,
    BLINK,
    BROW,
    ELBOW,
    ELBOW2,
    GAZE_X,
    GAZE_Y,
    KNEE,
    KNEE2,
    LAG,
    LEAN,
    LEG,
    LEG2,
    MOUTH,
    SQUASH,
    TILT,
    TURN,
    Pose,
    X,
    Y,
)
from sakuga.studio.styles.pen import Pen, bent, oval, rounded

KINDS: Final = ("human", "human", "human", "critter", "blob", "bird", "robot", "paper")
_HAIR: Final = ("spikes", "bob", "long", "tail", "bald", "cap", "hat", "buns", "curls")
_OUTFITS: Final = ("trousers", "shorts", "skirt", "dress", "coat")
_WHITE: Final = (250, 250, 250)
_DARK: Final = (25, 22, 20)


@dataclass(frozen=True, slots=True)
class Model:
    """A model sheet in units of the figure's height. head: radius; leg, arm: lengths."""

    kind: str
    head: float
    leg: float
    arm: float
    wide: float
    thick: float
    hair: str
    outfit: str
    eyes: str
    hose: bool
    skin: Colour
    hair_colour: Colour
    top: Colour
    bottom: Colour
    shoes: Colour
    ears: int
    beard: bool


def model(random: Random, look: Look, kind: str | None = None) -> Model:
    """A figure of the film's colours, by lot."""
    colours = look.palette
    heads = look.heads * float(random.uniform(0.75, 1.2))
    head = 0.5 / heads
    legs = 0.5 - 0.55 * head - 0.02
    picks = [colours.accents[int(i)] for i in random.integers(0, len(colours.accents), 5)]
    return Model(
        kind or str(random.choice(KINDS)),
        head,
        max(legs * float(random.uniform(0.6, 1.1)), 0.12),
        float(random.uniform(0.3, 0.42)),
        float(random.uniform(0.16, 0.3)),
        float(random.uniform(0.04, 0.085)),
        str(random.choice(_HAIR)),
        str(random.choice(_OUTFITS)),
        look.eyes,
        look.limbs == "hose",
        _skin(random, colours),
        darker(picks[0], 0.3),
        picks[1],
        picks[2],
        darker(picks[3], 0.4),
        int(random.integers(0, 4)),
        bool(random.random() < 0.15),
    )


def _skin(random: Random, colours: Palette) -> Colour:
    if random.random() < 0.15:
        return colours.accents[int(random.integers(len(colours.accents)))]
    return colours.skins[int(random.integers(len(colours.skins)))]


def figure(
    pen: Pen, sheet: Model, pose: Pose, x: float, y: float, height: float, facing: int
) -> None:
    """Draw a figure with its feet at pixel (x, y); height: pixels."""
    left, up = x + pose[X] * height * facing, y + pose[Y] * height
    pen.at(left, up, height, facing, float(pose[LEAN]) * facing, float(pose[SQUASH]))
    _DRAW[sheet.kind](pen, sheet, pose)


def _end(start: tuple[float, float], turn: float, length: float) -> tuple[float, float]:
    return start[0] + math.sin(turn) * length, start[1] + math.cos(turn) * length


def _limb(
    pen: Pen,
    m: Model,
    start: tuple[float, float],
    turns: tuple[float, float],
    lengths: tuple[float, float],
    colour: Colour,
    thick: float,
) -> tuple[float, float]:
    """An arm or a leg in two parts; returns where it ends."""
    middle = _end(start, turns[0], lengths[0])
    end = _end(middle, turns[0] + turns[1], lengths[1])
    points = bent(start, middle, end) if m.hose else [start, middle, end]
    pen.tube(points, thick, colour)
    return end


def _human(pen: Pen, m: Model, pose: Pose) -> None:
    hip, neck = -m.leg, -1 + 2 * m.head + 0.02
    chest = (0.0, neck + 0.045)
    if pen.look.construction:
        pen.guide([(0, 0.02), (0, -1.05)])
        pen.guide([(-m.wide, hip), (m.wide, hip)])
    _leg(pen, m, pose, (0.025, hip), LEG2, KNEE2)
    _arm(pen, m, pose, (m.wide * 0.42, chest[1]), ARM2, ELBOW2)
    _hair_behind(pen, m, pose)
    _leg(pen, m, pose, (-0.025, hip), LEG, KNEE)
    _torso(pen, m, hip, chest[1])
    pen.tube([(0, neck + 0.02), (0, neck - 0.03)], m.thick * 0.8, m.skin)
    _head(pen, m, pose)
    _arm(pen, m, pose, (-m.wide * 0.42, chest[1]), ARM, ELBOW)


def _leg(pen: Pen, m: Model, pose: Pose, hip: tuple[float, float], a: int, b: int) -> None:
    bare = m.outfit in ("shorts", "skirt", "dress")
    half = m.leg * 0.5
    turns = float(pose[a]), float(pose[b])
    foot = _limb(pen, m, hip, turns, (half, half), m.skin if bare else m.bottom, m.thick * 1.15)
    if m.outfit == "shorts":
        pen.tube([hip, _end(hip, turns[0], half * 0.7)], m.thick * 1.4, m.bottom)
    pen.oval(foot[0] + 0.025, foot[1] - 0.012, 0.05, 0.026, m.shoes, shade=0.5)


def _arm(pen: Pen, m: Model, pose: Pose, start: tuple[float, float], a: int, b: int) -> None:
    half = m.arm * 0.5
    turns = -float(pose[a]), -float(pose[b])
    end = _limb(pen, m, start, turns, (half, half), m.top if not m.hose else m.skin, m.thick)
    glove = _WHITE if m.hose else m.skin
    pen.oval(*end, m.thick * 0.65, m.thick * 0.65, glove, shade=0.4)


def _torso(pen: Pen, m: Model, hip: float, chest: float) -> None:
    half, waist = m.wide / 2, m.wide * 0.36
    low = hip * (0.35 if m.outfit == "dress" else 0.55 if m.outfit in ("skirt", "coat") else 1.0)
    if m.outfit in ("dress", "skirt"):
        flare = m.wide * 0.62
        pen.shape(
            [
                (-waist, hip - 0.03),
                (waist, hip - 0.03),
                (flare, low),
                (0, low + 0.015),
                (-flare, low),
            ],
            m.bottom,
            shade=0.5,
        )
    bottom = low if m.outfit == "coat" else hip + 0.03
    sides = [(-half, chest), (-half * 0.7, chest - 0.035), (half * 0.7, chest - 0.035)]
    sides += [(half, chest), (waist, (chest + bottom) / 2), (waist * 1.1, bottom)]
    sides += [(-waist * 1.1, bottom), (-waist, (chest + bottom) / 2)]
    pen.shape(rounded(sides), m.top, shade=0.5)
    if m.outfit == "coat":
        pen.stroke([(0, chest), (0, bottom)], darker(m.top, 0.5), 0.0)
    elif m.outfit in ("trousers", "shorts"):
        pen.tube([(-waist * 0.8, hip + 0.01), (waist * 0.8, hip + 0.01)], 0.045, m.bottom)


def _centre(m: Model, pose: Pose) -> tuple[float, float]:
    return math.sin(pose[TILT]) * m.head * 0.8, -1 + m.head


def _spun(m: Model, pose: Pose, points: list[tuple[float, float]]) -> Points:
    """Points around the head's middle, in head radii, turned with it."""
    cos, sin = math.cos(pose[TILT]), math.sin(pose[TILT])
    flat = np.array(points) @ np.array([[cos, sin], [-sin, cos]]) * m.head
    return flat + _centre(m, pose)


def _spot(m: Model, pose: Pose, x: float, y: float) -> tuple[float, float]:
    """A point around the head's middle, as in `_spun`."""
    found = _spun(m, pose, [(x, y)])[0]
    return float(found[0]), float(found[1])


def _hair_behind(pen: Pen, m: Model, pose: Pose) -> None:
    lag = float(pose[LAG]) * 0.6
    if m.hair == "long":
        pen.shape(
            _spun(
                m,
                pose,
                [
                    (-1.1, -0.5),
                    (1.1, -0.5),
                    (1.15 - lag, 1.6),
                    (0.3 - lag, 2.3),
                    (-0.4 - lag, 2.1),
                    (-1.25 - lag, 1.7),
                ],
            ),
            m.hair_colour,
            shade=0.4,
        )
    elif m.hair == "tail":
        pen.tube(
            _spun(m, pose, [(-0.8, -0.4), (-1.7 - lag, 0.2), (-1.8 - 1.6 * lag, 1.7)]),
            m.head * 0.5,
            m.hair_colour,
        )
    elif m.hair in ("bob", "curls"):
        centre = _spot(m, pose, 0, 0.1)
        pen.oval(*centre, m.head * 1.25, m.head * 1.15, m.hair_colour, shade=0.3)
    elif m.hair == "buns":
        for side in (-1, 1):
            bun = _spot(m, pose, side * 0.95, -0.75 + 0.1 * lag * side)
            pen.oval(*bun, m.head * 0.45, m.head * 0.45, m.hair_colour, shade=0.4)


def _head(pen: Pen, m: Model, pose: Pose) -> None:
    turn = float(np.clip(pose[TURN], -1, 1)) * 0.4
    jaw = [(-1, -0.1), (-0.92, -0.6), (-0.5, -0.95), (0, -1.02), (0.5, -0.95), (0.92, -0.6)]
    jaw += [(1, -0.1), (0.9, 0.4), (0.5 + turn * 0.5, 0.85), (turn * 0.6, 1.0)]
    jaw += [(-0.5 + turn * 0.5, 0.85), (-0.9, 0.4)]
    for side in (-1, 1):
        ear = _spot(m, pose, side * 0.98 - turn * 0.3, 0.15)
        pen.oval(*ear, m.head * 0.2, m.head * 0.26, m.skin)
    pen.shape(rounded(_spun(m, pose, jaw)), m.skin, shade=0.35)
    if pen.look.construction:
        pen.guide(_spun(m, pose, [(turn, -1), (turn * 1.4, 0), (turn, 1)]))
        pen.guide(_spun(m, pose, [(-1, 0.1), (turn, 0.2), (1, 0.1)]))
    _face(pen, m, pose, turn)
    _hair(pen, m, pose, turn)


def _face(pen: Pen, m: Model, pose: Pose, turn: float) -> None:
    for side in (-1, 1):
        _eye(pen, m, pose, side, turn)
    aside = turn * 1.5
    nose = _spun(m, pose, [(aside, 0.2), (aside + 0.14, 0.38), (aside - 0.02, 0.4)])
    if m.eyes == "pie":
        tip = _spot(m, pose, turn * 1.5 + 0.14, 0.38)
        pen.oval(*tip, m.head * 0.16, m.head * 0.13, _DARK, solid=True)
    else:
        pen.stroke(nose, darker(m.skin, 0.45), m.head * 0.07)
    if m.beard:
        pen.shape(
            _spun(
                m,
                pose,
                [
                    (-0.85, 0.35),
                    (-0.3, 0.5),
                    (0.3, 0.5),
                    (0.85, 0.35),
                    (0.5, 1.1),
                    (turn * 0.5, 1.5),
                    (-0.5, 1.1),
                ],
            ),
            m.hair_colour,
        )
    _mouth(pen, m, pose, turn)


def _eye(pen: Pen, m: Model, pose: Pose, side: int, turn: float) -> None:
    r = m.head
    tall = {"anime": 0.34, "round": 0.25, "pie": 0.36, "dot": 0.12, "line": 0.2}[m.eyes]
    wide = {"anime": 0.22, "round": 0.23, "pie": 0.2, "dot": 0.1, "line": 0.2}[m.eyes]
    wide *= 1 - 0.25 * max(0.0, side * turn)
    at = _spot(m, pose, side * 0.4 + turn, 0.02)
    lid = float(pose[BLINK])
    if lid > 0.7 or m.eyes == "line":
        shut = _spun(
            m,
            pose,
            [
                (side * 0.4 + turn - wide, 0.08),
                (side * 0.4 + turn, 0.16),
                (side * 0.4 + turn + wide, 0.08),
            ],
        )
        pen.stroke(shut, _DARK, r * 0.09)
    else:
        _open_eye(pen, m, pose, (at[0], at[1]), (wide, tall * (1 - 0.55 * lid)))
    brow = float(pose[BROW]) * 0.15
    lift = -0.42 - tall * 0.5 - 0.1 * abs(brow)
    line = [(side * 0.62 + turn, lift + brow), (side * 0.18 + turn, lift - brow)]
    pen.stroke(_spun(m, pose, line), darker(m.hair_colour, 0.3), r * 0.1)


def _open_eye(
    pen: Pen, m: Model, pose: Pose, at: tuple[float, float], size: tuple[float, float]
) -> None:
    r, (wide, tall) = m.head, size
    gx = float(np.clip(pose[GAZE_X], -1, 1)) * wide * 0.4 * r
    gy = float(np.clip(pose[GAZE_Y], -1, 1)) * tall * 0.3 * r
    if m.eyes == "dot":
        pen.oval(at[0] + gx, at[1], wide * r, tall * r, _DARK, 0, solid=True)
        return
    pen.oval(*at, wide * r, tall * r, _WHITE, 0.6)
    if m.eyes == "anime":
        iris = mixed(m.bottom, (90, 60, 40), 0.3)
        pen.oval(at[0] + gx, at[1] + gy, wide * r * 0.75, tall * r * 0.85, iris, 0)
        pen.oval(at[0] + gx, at[1] + gy, wide * r * 0.4, tall * r * 0.5, _DARK, 0, solid=True)
        pen.oval(
            at[0] + gx - wide * r * 0.25,
            at[1] + gy - tall * r * 0.4,
            wide * r * 0.25,
            tall * r * 0.2,
            _WHITE,
            0,
        )
        top = bent(
            (at[0] - wide * r, at[1] - tall * r * 0.4),
            (at[0], at[1] - tall * r * 1.5),
            (at[0] + wide * r, at[1] - tall * r * 0.4),
        )
        pen.stroke(top, _DARK, r * 0.1)
        return
    pen.oval(
        at[0] + gx,
        at[1] + gy,
        wide * r * 0.5,
        tall * r * (0.8 if m.eyes == "pie" else 0.5),
        _DARK,
        0,
        solid=True,
    )


def _mouth(pen: Pen, m: Model, pose: Pose, turn: float) -> None:
    at, r, wide = _spot(m, pose, turn * 1.1, 0.62), m.head, float(pose[MOUTH])
    if wide < 0.08:
        smile = float(np.clip(0.1 - pose[BROW] * 0.1, -0.1, 0.15))
        line = [(turn * 1.1 - 0.25, 0.6), (turn * 1.1, 0.6 + smile), (turn * 1.1 + 0.25, 0.6)]
        pen.stroke(_spun(m, pose, line), darker(m.skin, 0.65), r * 0.08)
        return
    pen.oval(at[0], at[1], r * (0.2 + 0.08 * wide), r * 0.3 * wide, (40, 30, 90), 0.7, solid=True)
    if wide > 0.5:
        pen.oval(at[0], at[1] + r * 0.12, r * 0.14, r * 0.1 * wide, (120, 110, 220), 0)


def _hair(pen: Pen, m: Model, pose: Pose, turn: float) -> None:
    lag = float(pose[LAG]) * 0.15
    cap = [(-1.08, 0.05), (-1.08, -0.6), (-0.6, -1.12), (0, -1.22), (0.6, -1.12), (1.08, -0.6)]
    cap += [(1.08, 0.05)]
    fringe = [(0.8 + turn, -0.35), (0.35 + turn, -0.55), (turn, -0.4), (-0.4 + turn, -0.55)]
    fringe += [(-0.8 + turn, -0.35)]
    if m.hair == "spikes":
        cap = [(-1.05, 0.1), (-1.5 - lag, -0.3), (-1.1, -0.7), (-1.2 - lag, -1.35), (-0.5, -1.15)]
        cap += [(-0.1 - lag, -1.75), (0.3, -1.2), (0.9 - lag, -1.5), (1.0, -0.8), (1.45, -0.4)]
        cap += [(1.05, 0.1)]
        fringe = [
            (0.7 + turn, -0.5),
            (0.45 + turn, -0.15),
            (0.2 + turn, -0.55),
            (-0.1 + turn, -0.1),
        ]
        fringe += [(-0.35 + turn, -0.55), (-0.6 + turn, -0.15), (-0.8 + turn, -0.5)]
    if m.hair == "bald":
        return
    if m.hair in ("cap", "hat"):
        _hat(pen, m, pose, turn)
        return
    outline = _spun(m, pose, cap + fringe)
    sharp = m.hair == "spikes"
    pen.shape(outline if sharp else rounded(outline), m.hair_colour, shade=0.3)


def _hat(pen: Pen, m: Model, pose: Pose, turn: float) -> None:
    brim = [(-1.5, -0.4), (1.5, -0.4), (1.5, -0.55), (-1.5, -0.55)]
    high = -1.9 if m.hair == "hat" else -1.25
    if m.hair == "cap":
        brim = [(turn, -0.35), (1.7 + turn, -0.3), (1.6 + turn, -0.5), (turn, -0.6)]
    crown = [(-0.95, -0.5), (-0.85, high), (0.85, high), (0.95, -0.5)]
    pen.shape(_spun(m, pose, crown), m.bottom, shade=0.3)
    pen.shape(_spun(m, pose, brim), darker(m.bottom, 0.2))


def _critter(pen: Pen, m: Model, pose: Pose) -> None:
    """A four-legged animal, half as high as long."""
    low, back = -0.25, -0.42 - 0.1 * m.head
    colour, belly = m.top, mixed(m.top, _WHITE, 0.5)
    lag = float(pose[LAG])
    pen.tube(
        bent((-0.36, back), (-0.55, back - 0.1 - lag * 0.1), (-0.6 - lag * 0.1, back - 0.25)),
        0.05,
        colour,
    )
    for x, a, b in ((-0.22, LEG2, KNEE2), (0.24, LEG, KNEE)):
        _limb(
            pen,
            m,
            (x, low),
            (float(pose[a]), float(pose[b]) * 0.6),
            (0.13, 0.12),
            darker(colour, 0.2),
            0.07,
        )
    pen.oval(0, back + 0.08, 0.4, 0.17, colour, shade=0.5)
    pen.oval(0.02, back + 0.15, 0.26, 0.08, belly, 0)
    for x, a, b in ((-0.28, LEG, KNEE), (0.3, LEG2, KNEE2)):
        _limb(pen, m, (x, low), (float(pose[a]), float(pose[b]) * 0.6), (0.13, 0.12), colour, 0.075)
    _muzzle(pen, m, pose, 0.42 + 0.03 * math.sin(pose[TILT]), back - 0.13)


def _muzzle(pen: Pen, m: Model, pose: Pose, x: float, y: float) -> None:
    nod, lag = float(pose[TILT]) * 0.12, float(pose[LAG]) * 0.05
    y += nod
    for side in (-0.09, 0.09):
        tip = (x + side * 1.3 - lag, y - (0.3 if m.ears > 1 else 0.2))
        if m.ears == 0:
            pen.oval(x + side * 1.4, y - 0.02 + abs(lag), 0.05, 0.12, darker(m.top, 0.3))
        else:
            pen.shape([(x + side - 0.05, y - 0.08), tip, (x + side + 0.05, y - 0.08)], m.top)
    pen.oval(x, y, 0.16, 0.15, m.top, shade=0.4)
    pen.oval(x + 0.13, y + 0.05, 0.09, 0.07, mixed(m.top, _WHITE, 0.5))
    pen.oval(x + 0.2, y + 0.02, 0.03, 0.025, _DARK, solid=True)
    if pose[MOUTH] > 0.1:
        pen.oval(x + 0.13, y + 0.1, 0.04, 0.05 * float(pose[MOUTH]), (40, 30, 90), solid=True)
    for side in (-0.04, 0.07):
        if pose[BLINK] > 0.6:
            pen.stroke([(x + side - 0.03, y - 0.03), (x + side + 0.03, y - 0.03)], _DARK, 0.015)
        else:
            pen.oval(x + side, y - 0.04, 0.035, 0.045, _WHITE, 0.6)
            pen.oval(
                x + side + 0.012 * float(pose[GAZE_X]), y - 0.04, 0.017, 0.025, _DARK, 0, solid=True
            )


def _blob(pen: Pen, m: Model, pose: Pose) -> None:
    """A drop with a face, arms and a tuft."""
    lag = float(pose[LAG]) * 0.08
    drop = oval(0, -0.4, 0.36, 0.4)
    drop[:, 0] += lag * (-drop[:, 1] - 0.4)
    pen.tube(bent((-0.05, -0.78), (-0.05 - lag, -0.9), (-0.15 - 2 * lag, -0.95)), 0.06, m.top)
    pen.shape(drop, m.top, shade=0.5)
    pen.oval(0, -0.25, 0.2, 0.17, mixed(m.top, _WHITE, 0.45), 0)
    big = Model(
        m.kind,
        0.3,
        m.leg,
        m.arm,
        m.wide,
        m.thick,
        "bald",
        m.outfit,
        m.eyes,
        m.hose,
        m.top,
        m.hair_colour,
        m.top,
        m.bottom,
        m.shoes,
        m.ears,
        False,
    )
    down = pose.copy()
    down[TILT] *= 0.3
    matrix = pen.shifted(0, 0.2)
    _face(pen, big, down, float(np.clip(pose[TURN], -1, 1)) * 0.3)
    pen.restore(matrix)
    for side, a, b in ((-0.33, ARM, ELBOW), (0.33, ARM2, ELBOW2)):
        turns = -float(pose[a]), -float(pose[b])
        end = _limb(pen, m, (side, -0.4), turns, (0.12, 0.12), m.top, 0.06)
        pen.oval(*end, 0.05, 0.05, m.top)


def _bird(pen: Pen, m: Model, pose: Pose) -> None:
    """A bird in the air or on the ground, its wings the arms."""
    up, lag = math.sin(float(pose[ARM]) - 1.5), float(pose[LAG]) * 0.05
    pen.shape([(-0.3, -0.4), (-0.62, -0.5 - lag), (-0.55, -0.32 - lag)], darker(m.top, 0.3))
    wing = [(-0.12, -0.46), (0.12, -0.48), (-0.05, -0.5 - 0.45 * up), (-0.3, -0.46 - 0.4 * up)]
    pen.shape([(x - 0.06, y) for x, y in wing], darker(m.top, 0.35))
    pen.oval(0, -0.4, 0.33, 0.2, m.top, turn=-0.2, shade=0.5)
    pen.oval(0.3, -0.6, 0.15, 0.14, m.top, shade=0.3)
    gape = 0.06 * float(pose[MOUTH])
    pen.shape([(0.42, -0.64), (0.62, -0.58 - gape), (0.42, -0.56)], (60, 160, 240))
    if gape > 0.01:
        pen.shape([(0.42, -0.57), (0.58, -0.54 + gape), (0.41, -0.53)], (50, 130, 210))
    if pose[BLINK] > 0.6:
        pen.stroke([(0.29, -0.63), (0.37, -0.63)], _DARK, 0.02)
    else:
        pen.oval(0.33, -0.63, 0.045, 0.05, _WHITE, 0.6)
        pen.oval(0.345, -0.63, 0.02, 0.028, _DARK, 0, solid=True)
    pen.shape(wing, mixed(m.top, _WHITE, 0.2), shade=0.4)


def _robot(pen: Pen, m: Model, pose: Pose) -> None:
    hip = -m.leg
    for x, a, b in ((-0.08, LEG, KNEE), (0.08, LEG2, KNEE2)):
        half = m.leg / 2
        turns = float(pose[a]), float(pose[b])
        foot = _limb(pen, m, (x, hip), turns, (half, half), m.bottom, 0.06)
        pen.shape(
            [
                (foot[0] - 0.05, foot[1]),
                (foot[0] + 0.08, foot[1]),
                (foot[0] + 0.05, foot[1] - 0.06),
                (foot[0] - 0.05, foot[1] - 0.06),
            ],
            m.shoes,
        )
    for x, a, b in ((-0.2, ARM, ELBOW), (0.2, ARM2, ELBOW2)):
        turns = -float(pose[a]), -float(pose[b])
        end = _limb(pen, m, (x, hip - 0.28), turns, (0.15, 0.15), m.bottom, 0.05)
        pen.oval(*end, 0.045, 0.045, m.shoes)
    pen.shape(
        [(-0.19, hip), (-0.19, hip - 0.34), (0.19, hip - 0.34), (0.19, hip)], m.top, shade=0.4
    )
    pen.oval(0.06, hip - 0.2, 0.05, 0.05, m.skin)
    _screen(pen, m, pose, hip - 0.36)


def _screen(pen: Pen, m: Model, pose: Pose, top: float) -> None:
    tilt, turn = float(pose[TILT]) * 0.1, float(np.clip(pose[TURN], -1, 1)) * 0.03
    pen.shape(
        [(-0.16 + tilt, top - 0.26), (0.16 + tilt, top - 0.26), (0.17, top), (-0.17, top)],
        m.top,
        shade=0.3,
    )
    antenna = bent(
        (tilt, top - 0.26), (tilt, top - 0.34), (tilt - 0.1 * float(pose[LAG]), top - 0.38)
    )
    pen.stroke(antenna, _DARK, 0.015)
    for x in (-0.07, 0.07):
        tall = 0.01 if pose[BLINK] > 0.6 else 0.04
        pen.oval(x + tilt + turn, top - 0.16, 0.04, tall, (240, 240, 160), 0.6, solid=True)
    jaw = 0.012 + 0.03 * float(pose[MOUTH])
    pen.shape(
        [
            (-0.08 + turn, top - 0.05 - jaw),
            (0.08 + turn, top - 0.05 - jaw),
            (0.08 + turn, top - 0.05 + jaw),
            (-0.08 + turn, top - 0.05 + jaw),
        ],
        _DARK,
        0.5,
        solid=True,
    )


def _paper(pen: Pen, m: Model, pose: Pose) -> None:
    """A cut-out: a coat, mitten hands and a big round head; legs do not bend."""
    step = 0.03 * math.sin(float(pose[LEG]) * 3)
    for x, up in ((-0.12, step), (0.12, -step)):
        pen.oval(x, -0.03 + min(up, 0), 0.13, 0.05, m.shoes)
    pen.shape([(-0.24, -0.05), (-0.2, -0.16), (0.2, -0.16), (0.24, -0.05)], m.bottom)
    coat = [(-0.26, -0.1), (-0.27, -0.25), (-0.2, -0.4), (0.2, -0.4), (0.27, -0.25), (0.26, -0.1)]
    pen.shape(coat, m.top, shade=0.3)
    pen.stroke([(0, -0.4), (0, -0.12)], darker(m.top, 0.5), 0.0)
    for side, a in ((-1, ARM), (1, ARM2)):
        turn = -float(pose[a]) * 0.5
        end = _end((side * 0.24, -0.36), turn, 0.16)
        pen.tube([(side * 0.22, -0.34), end], 0.1, m.top)
        pen.oval(*end, 0.05, 0.05, m.bottom)
    big = Model(
        m.kind,
        0.31,
        m.leg,
        m.arm,
        m.wide,
        m.thick,
        m.hair,
        m.outfit,
        m.eyes,
        m.hose,
        m.skin,
        m.hair_colour,
        m.top,
        m.bottom,
        m.shoes,
        m.ears,
        False,
    )
    tilted = pose.copy()
    tilted[TILT] *= 0.5
    _hair_behind(pen, big, tilted)
    _head(pen, big, tilted)


_DRAW: Final[dict[str, Callable[[Pen, Model, Pose], None]]] = {
    "human": _human,
    "critter": _critter,
    "blob": _blob,
    "bird": _bird,
    "robot": _robot,
    "paper": _paper,
}
