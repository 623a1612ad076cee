"""Built places: cities, streets, roofs, rooms, castles."""

from __future__ import annotations

from typing import Final

import numpy as np

from sakuga.studio.brush import curve, limb, oval
from sakuga.studio.landscapes import clouds, far_hills, grass, stars, sun_or_moon, tree
from sakuga.studio.palette import Colour, mix, paint
from sakuga.studio.plate import REACH, Plate, hazy

_WALLS: Final = tuple(
    paint(code) for code in ("e8a27c", "f1cf9a", "9fbfd0", "d98c8c", "b7c99a", "c7b3d8", "f0e2c8")
)
_LAMP: Final = paint("ffe08a")


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
                plate.glowing(pane, mix(_LAMP, wall, 0.2))
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
            _WALLS[int(plate.random.integers(7))],
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
            _cottage(plate, x, wide, _WALLS[int(plate.random.integers(7))])
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
        plate.glowing(pane, _LAMP)
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
        pane, _LAMP if plate.light.glow else paint("a9d3e8")
    )
    plate.box(right - 0.09, 0.185, right - 0.02, 0.30, paint("8c5a46"))
    stripes = 7
    colour = _WALLS[int(plate.random.integers(7))]
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
        plate.glowing(oval(x, -0.085, 0.045, 0.045), mix(plate.light.sky[1], _LAMP, 0.45))
    plate.glowing(oval(x, -0.085, 0.024, 0.028), _LAMP if plate.light.glow else paint("f4f0e0"))
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


def far_room(plate: Plate) -> None:
    """What the window shows."""
    far_hills(plate)


def near_room(plate: Plate) -> None:
    wall = _WALLS[int(plate.random.integers(7))]
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
                left, low - tall, left + wide - 0.003, low, _WALLS[int(plate.random.integers(7))]
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
                pane, _LAMP if plate.light.glow else paint("5a5878")
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
