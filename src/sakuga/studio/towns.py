"""Built places: cities, streets, roofs, rooms, castles."""

from __future__ import annotations

from typing import Final

import numpy as np

from sakuga.studio.brush import oval
from sakuga.studio.landscapes import tree
from sakuga.studio.palette import Colour, mix, paint
from sakuga.studio.plate import REACH, Plate, hazy
from sakuga.studio.skies import clouds, stars, sun_or_moon

WALLS: Final = tuple(
    paint(code) for code in ("e8a27c", "f1cf9a", "9fbfd0", "d98c8c", "b7c99a", "c7b3d8", "f0e2c8")
)
LAMP: Final = paint("ffe08a")


def far_skyline(plate: Plate) -> None:
    stars(plate)
    sun_or_moon(plate)
    clouds(plate, 8, -0.28)
    for share, step, tall in ((0.68, 0.16, 0.46), (0.45, 0.21, 0.38)):
        for x in plate.along(step, 0.2):
            height = tall * plate.random.uniform(0.45, 1.0)
            _tower(plate, x, 0.32 - height, step * 0.92, hazy(paint("7f8fb5"), plate.light, share))


def _tower(plate: Plate, x: float, top: float, wide: float, wall: Colour) -> None:
    plate.box(x, top, x + wide, 0.5, wall)
    plate.box(x + wide * 0.68, top, x + wide, 0.5, mix(wall, paint("3a3f70"), 0.22))
    if plate.random.random() < 0.35:
        plate.line([(x + wide / 2, top), (x + wide / 2, top - 0.06)], wall, 0.006)
    lit = plate.random.random((16, 3)) < (0.5 if plate.light.glow else 0.0)
    for row in range(9):
        for column in range(3):
            left, up = x + wide * (0.10 + 0.19 * column), top + 0.025 + 0.048 * row
            pane = [
                (left, up),
                (left + wide * 0.12, up),
                (left + wide * 0.12, up + 0.026),
                (left, up + 0.026),
            ]
            if lit[row, column]:
                plate.glowing(pane, mix(LAMP, wall, 0.2))
            else:
                plate.shape(pane, mix(wall, paint("3a4a78"), 0.25))


def far_city(plate: Plate) -> None:
    stars(plate)
    sun_or_moon(plate)
    clouds(plate, 9, -0.30)
    for x in plate.along(0.24, 0.2):
        height = plate.random.uniform(0.20, 0.42)
        _tower(plate, x, 0.30 - height, 0.22, hazy(paint("8695b5"), plate.light, 0.45))


def near_city(plate: Plate) -> None:
    x = -REACH
    while x < REACH:
        wide = plate.random.uniform(0.34, 0.52)
        _house(
            plate,
            x,
            plate.random.uniform(-0.42, -0.12),
            wide,
            WALLS[int(plate.random.integers(7))],
        )
        x += wide + (0.24 if plate.random.random() < 0.35 else 0.0)
    _pavement(plate)
    for x in plate.along(0.95, 0.1):
        _lamp(plate, x)


def near_street(plate: Plate) -> None:
    x = -REACH
    while x < REACH:
        wide = plate.random.uniform(0.40, 0.56)
        if plate.random.random() < 0.65:
            _cottage(plate, x, wide, WALLS[int(plate.random.integers(7))])
        else:
            tree(plate, x + wide / 2, 0.28, 0.38, paint("5fa558"))
        x += wide + 0.04
    _pavement(plate)
    for x in plate.along(1.2, 0.15):
        _lamp(plate, x + 0.3)
        plate.shape(oval(x, 0.265, 0.075, 0.045), paint("4e9350"))


def _pavement(plate: Plate) -> None:
    plate.ground(0.285, [paint("d9d3c6"), paint("c5bdb0")])
    plate.box(-REACH, 0.285, REACH, 0.292, paint("f1ece0"))
    for x in np.arange(-REACH, REACH, 0.22).tolist():
        plate.line([(x, 0.292), (x * 1.12, 0.46)], paint("b5ada1"), 0.003)
    plate.box(-REACH, 0.455, REACH, 0.472, paint("efe9dc"))
    plate.box(-REACH, 0.472, REACH, 0.70, paint("6c6f7d"))
    for x in np.arange(-REACH, REACH, 0.5).tolist():
        plate.box(x, 0.53, x + 0.26, 0.545, paint("e9e4d4"))


def _house(plate: Plate, x: float, top: float, wide: float, wall: Colour) -> None:
    plate.box(x, top, x + wide, 0.30, wall)
    plate.box(x + wide * 0.86, top, x + wide, 0.30, mix(wall, paint("4a3b66"), 0.25))
    plate.box(x - 0.012, top - 0.022, x + wide + 0.012, top, mix(wall, paint("5a4050"), 0.45))
    columns = max(2, int(wide / 0.13))
    for row in range(int((0.10 - top) / 0.135)):
        for column in range(columns):
            left = x + wide * 0.88 * (column + 0.28) / columns
            _window(plate, left, top + 0.045 + row * 0.135, 0.056, 0.075)
    _shop(plate, x, wide)


def _window(plate: Plate, x: float, y: float, wide: float, tall: float) -> None:
    plate.box(x - 0.007, y - 0.007, x + wide + 0.007, y + tall + 0.007, paint("fbf4e6"))
    pane = [(x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)]
    if plate.light.glow and plate.random.random() < 0.6:
        plate.glowing(pane, LAMP)
    else:
        plate.shape(pane, paint("7fb2d6"))
        plate.shape(
            [(x, y + tall * 0.7), (x + wide * 0.7, y), (x + wide, y), (x, y + tall)],
            paint("b5dcf0"),
        )
    plate.line([(x + wide / 2, y), (x + wide / 2, y + tall)], paint("fbf4e6"), 0.005)


def _shop(plate: Plate, x: float, wide: float) -> None:
    left, right = x + 0.03, x + wide * 0.84
    plate.box(left, 0.165, right, 0.30, paint("6d5a66"))
    pane = [
        (left + 0.015, 0.185),
        (right - 0.11, 0.185),
        (right - 0.11, 0.275),
        (left + 0.015, 0.275),
    ]
    (plate.glowing if plate.light.glow else plate.shape)(
        pane, LAMP if plate.light.glow else paint("a9d3e8")
    )
    plate.box(right - 0.09, 0.185, right - 0.02, 0.30, paint("8c5a46"))
    stripes = 7
    colour = WALLS[int(plate.random.integers(7))]
    for stripe in range(stripes):
        a = left - 0.01 + (right - left + 0.02) * stripe / stripes
        b = left - 0.01 + (right - left + 0.02) * (stripe + 1) / stripes
        tone = paint("fdf6ea") if stripe % 2 else mix(colour, paint("c0392b"), 0.5)
        plate.shape([(a, 0.145), (b, 0.145), (b + 0.003, 0.192), (a - 0.003, 0.192)], tone)
        plate.shape(oval((a + b) / 2, 0.192, (b - a) / 2, 0.011, steps=14), tone)


def _cottage(plate: Plate, x: float, wide: float, wall: Colour) -> None:
    roof = mix(paint("b5533f"), paint("5d6fa0"), float(plate.random.random()))
    plate.box(x + wide * 0.72, -0.30, x + wide * 0.80, -0.10, paint("9c6a58"))
    plate.box(x + 0.03, 0.0, x + wide - 0.03, 0.29, wall)
    plate.box(x + wide * 0.82, 0.0, x + wide - 0.03, 0.29, mix(wall, paint("4a3b66"), 0.22))
    plate.shape(
        [
            (x - 0.02, 0.01),
            (x + wide * 0.2, -0.19),
            (x + wide * 0.8, -0.19),
            (x + wide + 0.02, 0.01),
        ],
        roof,
    )
    plate.shape(
        [
            (x + wide * 0.62, 0.01),
            (x + wide * 0.7, -0.19),
            (x + wide * 0.8, -0.19),
            (x + wide + 0.02, 0.01),
        ],
        mix(roof, paint("2f2550"), 0.28),
    )
    for row in range(3):
        y = -0.14 + row * 0.05
        plate.line(
            [(x + wide * (0.15 - 0.05 * row), y), (x + wide * (0.85 + 0.05 * row), y)],
            mix(roof, paint("2f2550"), 0.25),
            0.004,
        )
    _window(plate, x + wide * 0.16, 0.075, 0.085, 0.10)
    _window(plate, x + wide * 0.64, 0.075, 0.085, 0.10)
    door = [
        (x + wide * 0.42, 0.29),
        (x + wide * 0.42, 0.13),
        (x + wide * 0.49, 0.105),
        (x + wide * 0.56, 0.13),
        (x + wide * 0.56, 0.29),
    ]
    plate.shape(door, paint("7d4f3c"))
    plate.shape(oval(x + wide * 0.54, 0.21, 0.006, 0.006, steps=8), paint("f2c14e"))


def _lamp(plate: Plate, x: float) -> None:
    plate.box(x - 0.006, -0.06, x + 0.006, 0.31, paint("4a4f60"))
    plate.box(x - 0.016, 0.295, x + 0.016, 0.312, paint("4a4f60"))
    if plate.light.glow:
        plate.glowing(oval(x, -0.085, 0.045, 0.045), mix(plate.light.sky[1], LAMP, 0.45))
    plate.glowing(oval(x, -0.085, 0.024, 0.028), LAMP if plate.light.glow else paint("f4f0e0"))
    plate.shape([(x - 0.03, -0.108), (x, -0.13), (x + 0.03, -0.108)], paint("4a4f60"))


def near_rooftop(plate: Plate) -> None:
    for x in np.arange(-REACH, REACH, 0.055).tolist():
        plate.line([(x, 0.05), (x, 0.30)], paint("7c8798"), 0.004)
    for y in (0.05, 0.13, 0.215):
        plate.box(-REACH, y, REACH, y + 0.008, paint("8d99aa"))
    plate.box(-REACH, 0.28, REACH, 0.315, paint("c9c4bb"))
    plate.ground(0.315, [paint("b9b4ac"), paint("a39d98")])
    for x in np.arange(-REACH, REACH, 0.3).tolist():
        plate.line([(x, 0.315), (x * 1.35, 0.62)], paint("938d8a"), 0.003)
    plate.line([(-REACH, 0.40), (REACH, 0.40)], paint("938d8a"), 0.003)
    for x in plate.along(1.9, 0.1):
        _water_tank(plate, x + 0.75)


def _water_tank(plate: Plate, x: float) -> None:
    for dx in (-0.10, 0.10):
        plate.box(x + dx - 0.008, 0.05, x + dx + 0.008, 0.33, paint("6a6f7d"))
    plate.box(x - 0.14, -0.16, x + 0.14, 0.07, paint("a9794f"))
    plate.box(x + 0.06, -0.16, x + 0.14, 0.07, paint("7f5840"))
    for y in (-0.12, 0.03):
        plate.box(x - 0.145, y, x + 0.145, y + 0.012, paint("5b5560"))
    plate.shape([(x - 0.16, -0.16), (x, -0.25), (x + 0.16, -0.16)], paint("8b4b45"))
