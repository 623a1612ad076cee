"""Heads and tails of animals. Units: half heads, centred on the head; tails as in `figure`."""

from __future__ import annotations

import numpy as np

from sakuga.studio.brush import Cel, Points, curve, limb, oval
from sakuga.studio.face import Frame, Look, draw_blush, draw_eyes, draw_mouth
from sakuga.studio.model import Build, Paints
from sakuga.studio.palette import BLUSH, mix
from sakuga.studio.pose import Pose
from sakuga.studio.recipe import Character


def draw_animal(cel: Cel, who: Character, paints: Paints, frame: Frame, look: Look) -> None:
    """An animal's head with its ears and face."""
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
            (0, -0.86), (0.55 * wide, -0.74), (0.90 * wide, -0.22), (0.98 * wide, 0.26),
            (0.66 * wide, low + 0.14),
            (0.24, 0.93), (-0.24, 0.93), (-0.66 * wide, low + 0.14), (-0.98 * wide, 0.26),
            (-0.90 * wide, -0.22), (-0.55 * wide, -0.74),
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
    draw_blush(cel, paints, frame, 0.78)
    draw_mouth(cel, paints, frame, look, 0.30, 1.9)


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
