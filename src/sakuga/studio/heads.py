"""Heads: people, animals, robots, ghosts. Units: `build.head`, centred on the head."""

from __future__ import annotations

import numpy as np

from sakuga.studio.animals import draw_animal
from sakuga.studio.brush import Cel, Points, curve, oval
from sakuga.studio.face import Frame, Look, draw_blush, draw_eyes, draw_mouth
from sakuga.studio.hair import draw_back_hair, draw_front_hair, draw_hat
from sakuga.studio.model import ANIMALS, Build, Paints
from sakuga.studio.palette import BLUSH, mix
from sakuga.studio.pose import Pose
from sakuga.studio.recipe import Character

__all__ = ["Look", "draw_behind", "draw_head"]


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
        draw_animal(cel, who, paints, frame, look)
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
    draw_blush(cel, paints, frame, 0.50)
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
    draw_blush(cel, paints, frame, 0.58)
    draw_mouth(cel, paints, frame, look, 0.42)
