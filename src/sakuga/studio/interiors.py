"""A room, and a castle with its garden."""

from __future__ import annotations

import numpy as np

from sakuga.studio.brush import curve, limb, oval
from sakuga.studio.landscapes import far_hills, grass, tree
from sakuga.studio.palette import Colour, mix, paint
from sakuga.studio.plate import REACH, Plate, hazy
from sakuga.studio.towns import LAMP, WALLS


def far_room(plate: Plate) -> None:
    """What the window shows."""
    far_hills(plate)


def near_room(plate: Plate) -> None:
    wall = WALLS[int(plate.random.integers(7))]
    tone = mix(wall, paint("fff7ea"), 0.45)
    xs = sorted(plate.along(1.5, 0.1))
    _wall(plate, [x + 0.35 for x in xs], tone)
    plate.ground(0.27, [paint("c68f5e"), paint("a8734a")])
    for x in np.arange(-REACH, REACH, 0.2).tolist():
        plate.line([(x, 0.27), (x * 1.3, 0.6)], paint("8d5e3c"), 0.003)
    plate.box(-REACH, 0.245, REACH, 0.275, paint("f6efe2"))
    plate.shape(oval(0.0, 0.40, 0.62, 0.085, steps=60), mix(wall, paint("b0455a"), 0.6))
    plate.shape(oval(0.0, 0.40, 0.52, 0.066, steps=60), mix(wall, paint("ffe9d0"), 0.7))
    for x in xs:
        _shelf(plate, x - 0.35)
        _plant(plate, x + 0.02)


def _wall(plate: Plate, windows: list[float], tone: Colour) -> None:
    """The wall is painted around the windows: through them one sees the far layer."""
    edges = [-REACH, *[e for x in windows for e in (x - 0.17, x + 0.17)], REACH]
    for left, right in zip(edges[::2], edges[1::2], strict=True):
        plate.box(left, -0.7, right, 0.27, tone)
    for x in windows:
        plate.box(x - 0.175, -0.7, x + 0.175, -0.33, tone)
        plate.box(x - 0.175, 0.06, x + 0.175, 0.27, tone)
    for x in np.arange(-REACH, REACH, 0.12).tolist():
        if all(abs(x - w) > 0.2 for w in windows):
            plate.line([(x, -0.7), (x, 0.25)], mix(tone, paint("ffffff"), 0.35), 0.010)
    for x in windows:
        for box in (
            (-0.18, -0.345, 0.18, -0.325),
            (-0.20, 0.05, 0.20, 0.08),
            (-0.185, -0.34, -0.165, 0.06),
            (0.165, -0.34, 0.185, 0.06),
            (-0.006, -0.34, 0.006, 0.06),
            (-0.17, -0.15, 0.17, -0.138),
        ):
            plate.box(x + box[0], box[1], x + box[2], box[3], paint("fbf6ec"))
        for side in (-1, 1):
            cloth = [
                (x + side * 0.25, -0.38),
                (x + side * 0.10, -0.38),
                (x + side * 0.15, -0.1),
                (x + side * 0.19, 0.12),
                (x + side * 0.27, 0.12),
            ]
            plate.shape(cloth, paint("d9737a"))
        plate.line([(x - 0.28, -0.38), (x + 0.28, -0.38)], paint("7d5a44"), 0.014)


def _shelf(plate: Plate, x: float) -> None:
    plate.box(x - 0.18, -0.25, x + 0.18, 0.29, paint("8a5d3e"))
    plate.box(x - 0.165, -0.235, x + 0.165, 0.28, paint("5f3f2e"))
    for row in range(3):
        low, left = -0.07 + 0.165 * row, x - 0.16
        plate.box(x - 0.17, low, x + 0.17, low + 0.014, paint("8a5d3e"))
        while left < x + 0.12:
            wide = float(plate.random.uniform(0.016, 0.034))
            tall = float(plate.random.uniform(0.085, 0.135))
            plate.box(
                left, low - tall, left + wide - 0.003, low, WALLS[int(plate.random.integers(7))]
            )
            left += wide


def _plant(plate: Plate, x: float) -> None:
    for lean in (-0.10, -0.05, 0.0, 0.06, 0.11):
        leaf = limb(
            [(x, 0.20), (x + lean * 0.6, 0.08), (x + lean, 0.0 + abs(lean) * 0.4)],
            [0.012, 0.045, 0.004],
        )
        plate.shape(leaf, mix(paint("3f8f53"), paint("82c46a"), abs(lean) * 8))
    plate.shape(
        [(x - 0.055, 0.19), (x + 0.055, 0.19), (x + 0.04, 0.30), (x - 0.04, 0.30)], paint("cf7b50")
    )
    plate.box(x - 0.062, 0.185, x + 0.062, 0.207, paint("dd8f63"))


def far_castle(plate: Plate) -> None:
    far_hills(plate)
    for x in (-2.4, 0.25, 2.9):
        _castle(plate, x, hazy(paint("b9b3c6"), plate.light, 0.2))


def _castle(plate: Plate, x: float, stone: Colour) -> None:
    for dx, top, wide, roofed in (
        (-0.26, -0.10, 0.11, True),
        (0.16, -0.13, 0.11, True),
        (-0.05, -0.26, 0.14, True),
        (-0.18, 0.0, 0.36, False),
    ):
        left = x + dx
        plate.box(left, top, left + wide, 0.24, stone)
        plate.box(left + wide * 0.65, top, left + wide, 0.24, mix(stone, paint("40406a"), 0.25))
        if roofed:
            plate.shape(
                [(left - 0.02, top), (left + wide / 2, top - 0.17), (left + wide + 0.02, top)],
                paint("5b76b8"),
            )
            plate.line(
                [(left + wide / 2, top - 0.17), (left + wide / 2, top - 0.22)],
                paint("7a5a4a"),
                0.004,
            )
            plate.shape(
                [
                    (left + wide / 2, top - 0.22),
                    (left + wide / 2 + 0.05, top - 0.205),
                    (left + wide / 2, top - 0.19),
                ],
                paint("e2474b"),
            )
        for row in range(2):
            pane = oval(left + wide * 0.4, top + 0.06 + row * 0.10, 0.013, 0.022, steps=14)
            (plate.glowing if plate.light.glow else plate.shape)(
                pane, LAMP if plate.light.glow else paint("5a5878")
            )
    plate.shape(
        curve(
            [(x - 0.05, 0.24), (x - 0.05, 0.13), (x, 0.09), (x + 0.05, 0.13), (x + 0.05, 0.24)],
            closed=False,
        ),
        paint("6b4a3a"),
    )


def near_castle(plate: Plate) -> None:
    for x in plate.along(0.8):
        tree(plate, x, 0.26, plate.random.uniform(0.16, 0.28), paint("4c9256"))
    plate.ground(0.235, [paint("88c266"), paint("579c4d"), paint("46854a")])
    path = [
        (0.16, 0.23),
        (0.06, 0.31),
        (0.34, 0.40),
        (0.10, 0.64),
        (-0.55, 0.64),
        (-0.10, 0.40),
        (-0.02, 0.31),
        (0.10, 0.23),
    ]
    plate.shape(np.array(path), paint("e3cfa2"))
    for x in plate.along(0.10):
        grass(plate, x, plate.random.uniform(0.27, 0.58), 0.014)
