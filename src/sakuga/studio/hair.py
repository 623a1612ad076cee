"""Hair styles and hats. Units: half heads, centred on the head."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from sakuga.studio.brush import Cel, Points, curve, limb, oval
from sakuga.studio.face import Frame
from sakuga.studio.model import Paints
from sakuga.studio.palette import lighter, mix, shaded
from sakuga.studio.recipe import Character

STYLES: Final = (
    "long", "short", "bob", "spiky", "ponytail", "twin tails", "bun", "curly", "bald", "braids",
)  # fmt: skip


def tufts(start: tuple[float, float], end: tuple[float, float], count: int, depth: float) -> Points:
    """A row of pointed locks from start to end, hanging down by `depth`."""
    row: list[tuple[float, float]] = []
    for lock in range(count):
        a, m, b = lock / count, (lock + 0.42) / count, (lock + 1) / count
        at = [
            (start[0] + (end[0] - start[0]) * s, start[1] + (end[1] - start[1]) * s)
            for s in (a, m, b)
        ]
        reach = depth * (1.0 if lock % 2 == 0 else 0.72)
        tip = (at[1][0], at[1][1] + reach)
        row += [at[0], _bow(at[0], tip, 0.10), tip, _bow(tip, at[2], 0.12)]
    return np.array([*row, end])


def _bow(a: tuple[float, float], b: tuple[float, float], out: float) -> tuple[float, float]:
    return (a[0] + b[0]) / 2 - out * (b[1] - a[1]) * 0.4, (a[1] + b[1]) / 2 + out * 0.3


def _crown(radius: float, turn: float, low: float = 0.12) -> Points:
    """The outer line of the hair, from the left temple over the top to the right one."""
    angle = np.linspace(math.pi + low, -low, 22)
    x = np.cos(angle) * radius - 0.03 * turn
    y = -np.sin(angle) * radius * 1.04 - 0.02
    return np.stack([x, y], 1)


def draw_back_hair(cel: Cel, who: Character, paints: Paints, frame: Frame) -> None:
    """What hangs behind the head."""
    sway, tone = frame.sway, shaded(paints.hair)
    if who.hair == "long":
        ends = tufts((1.05 + sway * 1.6, 1.9), (-1.10 + sway * 1.6, 1.9), 5, 0.42)
        sides = np.array(
            [
                (-1.12, 0.6),
                (-1.10, -0.2),
                (-0.9, -0.7),
                (0, -1.05),
                (0.9, -0.7),
                (1.10, -0.2),
                (1.12, 0.6),
            ]
        )
        cel.shape(frame.place(np.vstack([sides, ends])), paints.hair, shade=0.10, tone=tone)
    elif who.hair == "bob":
        outline = [
            (0, -1.0),
            (0.95, -0.6),
            (1.18, 0.2),
            (1.12 + sway, 0.86),
            (0.5, 0.95),
            (-0.5, 0.95),
            (-1.12 + sway, 0.86),
            (-1.18, 0.2),
            (-0.95, -0.6),
        ]
        cel.shape(frame.place(curve(outline, steps=4)), tone)
    elif who.hair == "ponytail":
        tail = limb(
            [
                (-0.7, -0.75),
                (-1.45 + sway, -0.6),
                (-1.65 + 2 * sway, 0.4),
                (-1.45 + 3 * sway, 1.25),
            ],
            [0.34, 0.62, 0.55, 0.06],
        )
        cel.shape(frame.place(tail), paints.hair, shade=0.14)
        cel.shape(frame.place(oval(-0.86, -0.72, 0.16, 0.2)), paints.accent, shade=0.2)
    elif who.hair == "twin tails":
        for side in (-1, 1):
            tail = limb(
                [
                    (side * 0.92, -0.5),
                    (side * 1.42 + sway, -0.2),
                    (side * 1.5 + 2 * sway, 0.7),
                    (side * 1.3 + 3 * sway, 1.55),
                ],
                [0.30, 0.60, 0.52, 0.05],
            )
            cel.shape(frame.place(tail), paints.hair, shade=0.14)
            cel.shape(frame.place(oval(side * 0.98, -0.46, 0.15, 0.18)), paints.accent, shade=0.2)
    elif who.hair == "braids":
        for side in (-1, 1):
            for knot in range(4):
                x, y = side * (0.98 + 0.03 * knot) + sway * knot * 0.6, 0.45 + 0.34 * knot
                cel.shape(
                    frame.place(oval(x, y, 0.24 - 0.02 * knot, 0.22, side * 0.5)),
                    paints.hair,
                    shade=0.25,
                )
            cel.shape(
                frame.place(oval(side * 1.1 + sway * 2.4, 1.72, 0.13, 0.13)),
                paints.accent,
                shade=0.2,
            )
    elif who.hair == "bun":
        cel.shape(frame.place(oval(-0.12, -1.16, 0.46, 0.40)), paints.hair, shade=0.22)
        cel.shape(frame.place(oval(-0.05, -0.9, 0.32, 0.12)), paints.accent, shade=0.2, line=0.8)
    elif who.hair == "curly":
        for knot in range(11):
            angle = math.pi * (1.22 - knot * 0.144)
            x, y = math.cos(angle) * 1.02, -math.sin(angle) * 1.02 - 0.02
            cel.shape(frame.place(oval(x, y, 0.38, 0.36)), paints.hair, shade=0.25)


def draw_front_hair(cel: Cel, who: Character, paints: Paints, frame: Frame) -> None:
    """The fringe and what frames the face."""
    if who.hair == "bald":
        _sides(cel, paints, frame)
        return
    if who.hair == "spiky":
        _spikes(cel, paints, frame)
    else:
        _fringe(cel, who, paints, frame)
    if who.hair in ("long", "bob", "twin tails", "braids"):
        _locks(cel, paints, frame, 1.0 if who.hair != "bob" else 0.75)
    _shine(cel, paints, frame)


def _fringe(cel: Cel, who: Character, paints: Paints, frame: Frame) -> None:
    turn = frame.turn
    parted = who.hair in ("short", "ponytail", "bun")
    count, depth = (4, 0.40) if parted else (6, 0.46)
    row = tufts((1.03, -0.16), (-1.03, -0.16), count, depth)
    row[:, 0] += 0.10 * turn * (1 - np.abs(row[:, 0]) ** 2)
    row[1:-1, 1] -= 0.22 * (1 - np.abs(row[1:-1, 0] - 0.2 * turn)).clip(0, 1)
    cel.shape(frame.place(np.vstack([_crown(1.09, turn), row])), paints.hair, shade=0.07)


def _spikes(cel: Cel, paints: Paints, frame: Frame) -> None:
    outer: list[tuple[float, float]] = []
    for spike in range(9):
        angle = math.pi * (1.10 - spike * 0.15)
        reach = 1.52 if spike % 2 == 0 else 1.34
        lean = angle - 0.12
        outer.append((math.cos(angle + 0.18) * 1.02, -math.sin(angle + 0.18) * 1.02))
        outer.append((math.cos(lean) * reach + frame.sway * 0.5, -math.sin(lean) * reach))
    row = tufts((1.02, -0.1), (-1.02, -0.1), 4, 0.34)
    row[1:-1, 1] -= 0.25 * (1 - np.abs(row[1:-1, 0])).clip(0, 1)
    cel.shape(frame.place(np.vstack([np.array(outer), row])), paints.hair, shade=0.07)


def _locks(cel: Cel, paints: Paints, frame: Frame, length: float) -> None:
    for side in (-1, 1):
        x = side * 0.96
        lock = [
            (x - side * 0.10, -0.35),
            (x + side * 0.13, -0.1),
            (x + side * 0.16 + frame.sway, 0.5 * length),
            (x - side * 0.02 + frame.sway, 1.0 * length),
            (x - side * 0.14, 0.35 * length),
        ]
        cel.shape(frame.place(curve(lock, steps=4)), paints.hair, shade=0.2)


def _shine(cel: Cel, paints: Paints, frame: Frame) -> None:
    """The ring of light on the hair, broken into a zigzag."""
    angle = np.linspace(2.35, 1.15, 9)
    radius = np.where(np.arange(9) % 2 == 0, 0.80, 0.70)
    arc = np.stack([np.cos(angle) * radius - 0.05, -np.sin(angle) * radius - 0.06], 1)
    cel.stroke(frame.place(arc), mix(paints.hair, lighter(paints.hair), 0.75), 0.055 * frame.half)


def _sides(cel: Cel, paints: Paints, frame: Frame) -> None:
    for side in (-1, 1):
        x = side * 0.97
        for y in (-0.28, 0.02, 0.3):
            cel.shape(frame.place(oval(x, y, 0.2, 0.2)), paints.hair, shade=0.25, line=0.9)
    beard = [
        (-0.52, 0.58),
        (0.0, 0.46),
        (0.52, 0.58),
        (0.42, 1.0),
        (0.14, 1.28),
        (-0.14, 1.28),
        (-0.42, 1.0),
    ]
    shifted = [(x + 0.2 * frame.turn, y + 0.22) for x, y in beard]
    cel.shape(frame.place(curve(shifted, steps=4)), paints.hair, shade=0.15)


def draw_hat(cel: Cel, who: Character, paints: Paints, frame: Frame) -> None:
    """A witch's hat; nobody else wears one."""
    if who.kind != "witch":
        return
    bend = frame.sway
    cone = [
        (-0.86, -0.66),
        (-0.5, -1.35),
        (-0.12 + bend, -2.0),
        (0.42 + 2 * bend, -2.42),
        (0.34 + bend, -1.95),
        (0.56, -1.3),
        (0.88, -0.66),
    ]
    cel.shape(frame.place(curve(cone, steps=4)), paints.bottom, shade=0.14)
    band = limb([(-0.84, -0.78), (0.0, -0.60), (0.86, -0.78)], [0.26, 0.28, 0.26])
    cel.shape(frame.place(band), paints.accent, shade=0.1)
    cel.shape(frame.place(oval(0.0, -0.60, 1.62, 0.20)), paints.bottom, shade=0.05)
    cel.shape(frame.place(oval(0.1, -0.80, 0.13, 0.15)), paints.white, line=0.7)
