"""Heads: people, animals, robots, ghosts. Units: `build.head`, centred on the head."""

from __future__ import annotations

import numpy as np

from sakuga.studio.brush import Cel, Points, curve, limb, oval
from sakuga.studio.face import Frame, Look, draw_eyes, draw_mouth
from sakuga.studio.hair import draw_back_hair, draw_front_hair, draw_hat
from sakuga.studio.model import ANIMALS, Build, Paints
from sakuga.studio.palette import BLUSH, mix
from sakuga.studio.pose import Pose
from sakuga.studio.recipe import Character

__all__ = ["Look", "draw_behind", "draw_head", "draw_tail"]


def _frame(build: Build, pose: Pose, neck: tuple[float, float]) -> Frame:
    half = build.head / 2
    x = neck[0] + pose.tilt * 0.12 + pose.turn * half * 0.10
    centre = (x, neck[1] - half * 0.86 + pose.head_y)
    return Frame(centre, half, pose.tilt, pose.turn, pose.sway / half)


def draw_behind(
    cel: Cel, who: Character, build: Build, paints: Paints, pose: Pose, neck: tuple[float, float]
) -> None:
    """What of the head hangs behind the body."""
    if who.kind not in ANIMALS and who.kind not in ("robot", "ghost"):
        draw_back_hair(cel, who, paints, _frame(build, pose, neck))


def draw_head(
    cel: Cel, who: Character, build: Build, paints: Paints, pose: Pose, look: Look,
    neck: tuple[float, float],
) -> None:  # fmt: skip
    """The head on its neck, hair, ears and face."""
    frame = _frame(build, pose, neck)
    if who.kind in ANIMALS:
        _animal(cel, who, paints, frame, look)
    elif who.kind == "robot":
        _robot(cel, paints, frame, look)
    elif who.kind == "ghost":
        _ghost(cel, paints, frame, look)
    else:
        _person(cel, who, paints, frame, look)


def _person(cel: Cel, who: Character, paints: Paints, frame: Frame, look: Look) -> None:
    _ears(cel, paints, frame)
    jaw = 1.14 if who.kind in ("man", "old man") else 1.0
    cel.shape(frame.place(_face_line(frame.turn, jaw)), paints.skin, shade=0.09)
    _blush(cel, paints, frame, 0.50)
    draw_eyes(cel, who, paints, frame, look)
    _nose(cel, paints, frame, who.kind == "old man")
    draw_mouth(cel, paints, frame, look, 0.60)
    draw_front_hair(cel, who, paints, frame)
    draw_hat(cel, who, paints, frame)


def _face_line(turn: float, jaw: float) -> Points:
    """A round skull with a small pointed chin, in half heads."""
    chin = 0.16 * turn
    return curve(
        [
            (0.0, -1.0), (0.58, -0.86), (0.90, -0.40), (0.93, 0.08), (0.80 * jaw + 0.02, 0.50),
            (0.46 * jaw + chin, 0.82), (0.10 * jaw + chin, 0.985), (-0.10 * jaw + chin, 0.985),
            (-0.46 * jaw + chin, 0.82), (-0.80 * jaw + 0.02, 0.50), (-0.93, 0.08), (-0.90, -0.40),
            (-0.58, -0.86),
        ],
        steps=4,
    )  # fmt: skip


def _ears(cel: Cel, paints: Paints, frame: Frame) -> None:
    for side in (-1, 1):
        hidden = 0.10 * max(0.0, side * frame.turn)
        ear = oval(side * (0.93 - hidden) - 0.05 * frame.turn, 0.16, 0.15, 0.22, side * 0.2)
        cel.shape(frame.place(ear), paints.skin, shade=0.25)


def _blush(cel: Cel, paints: Paints, frame: Frame, away: float) -> None:
    colour = mix(paints.skin, BLUSH, 0.38)
    for side in (-1, 1):
        x = frame.slide(side * away, 0.28)
        cel.shape(frame.place(oval(x, 0.46, 0.15, 0.075)), colour, line=0)


def _nose(cel: Cel, paints: Paints, frame: Frame, big: bool) -> None:
    x = 0.30 * frame.turn
    if big:
        cel.shape(
            frame.place(oval(x + 0.05 * frame.turn, 0.36, 0.16, 0.14)),
            mix(paints.skin, BLUSH, 0.25),
            shade=0.2,
            line=0.8,
        )
        return
    tip = [(x - 0.02, 0.34), (x + 0.055 * (1 if frame.turn >= 0 else -1), 0.385), (x - 0.01, 0.41)]
    cel.inked(frame.place(np.array(tip)), 0.6)


def _animal(cel: Cel, who: Character, paints: Paints, frame: Frame, look: Look) -> None:
    _animal_ears(cel, who, paints, frame)
    wide = {"cat": 1.12, "fox": 1.14, "rabbit": 1.0, "bear": 1.12, "dog": 1.04, "frog": 1.22}[
        who.kind
    ]
    cel.shape(frame.place(_skull(wide, who.kind)), paints.skin, shade=0.10)
    if who.kind == "frog":
        _frog_face(cel, paints, frame, look)
        return
    _muzzle(cel, who, paints, frame)
    draw_eyes(cel, who, paints, frame, look)
    _snout(cel, who, paints, frame)
    draw_mouth(cel, paints, frame, look, 0.62)


def _skull(wide: float, kind: str) -> Points:
    low = 0.62 if kind in ("cat", "fox") else 0.56
    return curve(
        [
            (0, -0.86), (0.55 * wide, -0.74), (0.90 * wide, -0.22), (0.98 * wide, 0.26), (0.66 * wide, low + 0.14),
            (0.24, 0.93), (-0.24, 0.93), (-0.66 * wide, low + 0.14), (-0.98 * wide, 0.26), (-0.90 * wide, -0.22), (-0.55 * wide, -0.74),
        ],
        steps=4,
    )  # fmt: skip


def _animal_ears(cel: Cel, who: Character, paints: Paints, frame: Frame) -> None:
    inner = mix(paints.belly, BLUSH, 0.35)
    for side in (-1, 1):
        shift = -0.06 * frame.turn + side * 0.0
        if who.kind in ("cat", "fox"):
            tall = 1.42 if who.kind == "cat" else 1.60
            ear = np.array(
                [
                    (side * 0.98 + shift, -0.18),
                    (side * 0.86 + shift, -tall),
                    (side * 0.22 + shift, -0.72),
                ]
            )
            cel.shape(frame.place(ear), paints.skin, shade=0.15)
            cel.shape(frame.place(ear * 0.80 + np.array([side * 0.11, -0.14])), inner, line=0)
        elif who.kind == "rabbit":
            bend = frame.sway * 0.4
            ear = limb(
                [
                    (side * 0.40 + shift, -0.6),
                    (side * 0.52 + shift + bend, -1.25),
                    (side * 0.62 + shift + 2 * bend, -1.85),
                ],
                [0.36, 0.46, 0.26],
            )
            cel.shape(frame.place(ear), paints.skin, shade=0.15)
            inside = limb(
                [
                    (side * 0.44 + shift, -0.8),
                    (side * 0.53 + shift + bend, -1.25),
                    (side * 0.60 + shift + 1.8 * bend, -1.7),
                ],
                [0.16, 0.22, 0.10],
            )
            cel.shape(frame.place(inside), inner, line=0)
        elif who.kind == "bear":
            cel.shape(
                frame.place(oval(side * 0.78 + shift, -0.70, 0.33, 0.33)), paints.skin, shade=0.15
            )
            cel.shape(frame.place(oval(side * 0.76 + shift, -0.66, 0.18, 0.18)), inner, line=0)
        elif who.kind == "dog":
            ear = limb(
                [
                    (side * 0.62 + shift, -0.62),
                    (side * 1.12 + shift, -0.34),
                    (side * 1.14 + shift + frame.sway, 0.42),
                ],
                [0.34, 0.46, 0.36],
            )
            cel.shape(frame.place(ear), paints.accent, shade=0.18)
        else:
            cel.shape(
                frame.place(oval(side * 0.56 + shift, -0.76, 0.40, 0.38)), paints.skin, shade=0.15
            )


def _muzzle(cel: Cel, who: Character, paints: Paints, frame: Frame) -> None:
    x = frame.slide(0.0, 0.32)
    if who.kind == "fox":
        for side in (-1, 1):
            cheek = curve(
                [
                    (x + side * 0.06, 0.30),
                    (side * 0.92, 0.16),
                    (side * 0.66, 0.68),
                    (x + side * 0.16, 0.90),
                ],
                steps=4,
            )
            cel.shape(frame.place(cheek), paints.belly, line=0)
    wide = 0.46 if who.kind in ("bear", "dog") else 0.38
    cel.shape(frame.place(oval(x, 0.52, wide, 0.33)), paints.belly, line=0)


def _snout(cel: Cel, who: Character, paints: Paints, frame: Frame) -> None:
    x = frame.slide(0.0, 0.40)
    nose = mix(BLUSH, paints.ink, 0.25) if who.kind in ("cat", "rabbit") else paints.ink
    big = 0.15 if who.kind in ("bear", "dog") else 0.105
    tip = curve([(x - big, 0.31), (x, 0.29), (x + big, 0.31), (x, 0.31 + big * 1.15)], steps=4)
    cel.shape(frame.place(tip), nose, line=0.6)
    if who.kind in ("cat", "fox", "rabbit"):
        for side in (-1, 1):
            for rise in (-0.05, 0.07):
                hair = [(x + side * 0.42, 0.46 + rise * 0.5), (x + side * 0.95, 0.44 + rise * 2)]
                cel.inked(frame.place(np.array(hair)), 0.5)


def _frog_face(cel: Cel, paints: Paints, frame: Frame, look: Look) -> None:
    for side in (-1, 1):
        x = side * 0.56 + 0.08 * frame.turn
        if look.eyes == "shut":
            cel.inked(
                frame.place(
                    curve([(x - 0.26, -0.74), (x, -0.64), (x + 0.26, -0.74)], closed=False)
                ),
                1.2,
            )
            continue
        cel.shape(
            frame.place(oval(x, -0.76, 0.29, 0.28 if look.eyes == "open" else 0.14)),
            paints.white,
            line=0.8,
        )
        cel.shape(
            frame.place(
                oval(x + 0.08 * frame.turn, -0.75, 0.13, 0.16 if look.eyes == "open" else 0.11)
            ),
            paints.ink,
            line=0,
        )
        cel.shape(
            frame.place(oval(x + 0.08 * frame.turn - 0.05, -0.82, 0.05, 0.05)), paints.white, line=0
        )
    cel.shape(frame.place(oval(frame.slide(0, 0.1), 0.62, 0.72, 0.27)), paints.belly, line=0)
    _blush(cel, paints, frame, 0.78)
    draw_mouth(cel, paints, frame, look, 0.30, 1.9)


def _robot(cel: Cel, paints: Paints, frame: Frame, look: Look) -> None:
    cel.inked(frame.place(np.array([(0.0, -0.8), (0.05 + frame.sway, -1.32)])), 1.4)
    cel.shape(frame.place(oval(0.05 + frame.sway, -1.38, 0.13, 0.13)), paints.accent, shade=0.3)
    for side in (-1, 1):
        cel.shape(frame.place(oval(side * 1.0, 0.05, 0.16, 0.24)), paints.accent, shade=0.3)
    box = [
        (-0.80, -0.86),
        (0.80, -0.86),
        (0.98, -0.62),
        (1.0, 0.55),
        (0.76, 0.86),
        (-0.76, 0.86),
        (-1.0, 0.55),
        (-0.98, -0.62),
    ]
    cel.shape(frame.place(curve(box, steps=4)), paints.skin, shade=0.09)
    x = 0.14 * frame.turn
    screen = [
        (x - 0.66, -0.50),
        (x + 0.66, -0.50),
        (x + 0.74, 0.0),
        (x + 0.64, 0.52),
        (x - 0.64, 0.52),
        (x - 0.74, 0.0),
    ]
    cel.shape(frame.place(curve(screen, steps=4)), mix(paints.ink, paints.iris, 0.12), line=0.8)
    glow = mix(paints.iris, paints.white, 0.45)
    tall = {"open": 0.20, "half": 0.10, "shut": 0.035}[look.eyes]
    for side in (-1, 1):
        cel.shape(
            frame.place(oval(x + side * 0.32 + 0.08 * frame.turn, -0.10, 0.15, tall)), glow, line=0
        )
    wave = {"closed": 0.02, "smile": 0.05, "small": 0.07, "open": 0.12, "wide": 0.17}[look.mouth]
    cel.shape(frame.place(oval(x + 0.08 * frame.turn, 0.30, 0.26, wave)), glow, line=0)


def _ghost(cel: Cel, paints: Paints, frame: Frame, look: Look) -> None:
    dome = [
        (-1.02, 0.72),
        (-1.08, 0.0),
        (-0.82, -0.72),
        (0.0, -1.02),
        (0.82, -0.72),
        (1.08, 0.0),
        (1.02, 0.72),
        (0.0, 0.95),
    ]
    points = frame.place(curve(dome, steps=5))
    cel.shape(points, paints.skin, shade=0.08, line=0)
    open_line = points[: round(len(points) * 0.79)]
    cel.inked(open_line)
    for side in (-1, 1):
        x = frame.slide(side * 0.36, 0.3)
        if look.eyes == "shut":
            cel.inked(
                frame.place(curve([(x - 0.15, -0.02), (x, 0.06), (x + 0.15, -0.02)], closed=False)),
                1.1,
            )
            continue
        cel.shape(
            frame.place(oval(x, -0.03, 0.14, 0.23 if look.eyes == "open" else 0.11)),
            paints.ink,
            line=0,
        )
        cel.shape(frame.place(oval(x - 0.05, -0.12, 0.05, 0.07)), paints.white, line=0)
    _blush(cel, paints, frame, 0.58)
    draw_mouth(cel, paints, frame, look, 0.42)


def draw_tail(
    cel: Cel, who: Character, build: Build, paints: Paints, pose: Pose, hips: tuple[float, float]
) -> None:
    """A tail behind the body, on the side away from where it faces."""
    x, y = hips
    wag = pose.sway * 1.5
    if who.kind in ("cat", "fox", "dog"):
        thick = {"cat": (0.05, 0.05, 0.045), "fox": (0.06, 0.14, 0.03), "dog": (0.06, 0.07, 0.03)}[
            who.kind
        ]
        bend = [
            (x - build.hip * 0.6, y - 0.01),
            (x - 0.20 + wag, y + 0.02),
            (x - 0.30 + wag, y - 0.10),
            (x - 0.27 + 2 * wag, y - 0.20),
        ]
        cel.shape(limb(bend, thick), paints.skin, shade=0.18)
        if who.kind == "fox":
            cel.shape(limb(bend[2:], (0.075, 0.02)), paints.belly, line=0.8)
    elif who.kind in ("rabbit", "bear"):
        cel.shape(oval(x - build.hip * 1.1, y - 0.02, 0.05, 0.05), paints.belly, shade=0.2)
