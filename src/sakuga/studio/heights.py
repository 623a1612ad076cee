"""Mountains, snow, and a hill under the stars."""

from __future__ import annotations

from sakuga.studio.brush import oval
from sakuga.studio.landscapes import grass, pine
from sakuga.studio.palette import Colour, mix, paint
from sakuga.studio.plate import Plate, hazy
from sakuga.studio.skies import open_sky


def far_mountains(plate: Plate) -> None:
    open_sky(plate)
    for share, step, tall in ((0.55, 0.62, 0.42), (0.25, 0.48, 0.30)):
        rock = hazy(paint("6d7fa8"), plate.light, share)
        for x in plate.along(step, 0.25):
            _peak(plate, x, tall * plate.random.uniform(0.75, 1.15), rock)
    plate.hills(0.22, 0.07, 0.3, hazy(paint("5c8f6c"), plate.light, 0.25))


def _peak(plate: Plate, x: float, tall: float, rock: Colour) -> None:
    base, wide = 0.24, tall * 1.05
    top = base - tall
    plate.shape([(x - wide, base), (x, top), (x + wide, base)], rock)
    plate.shape(
        [(x + 0.05 * wide, base), (x, top), (x + wide, base)], mix(rock, paint("2f3566"), 0.30)
    )
    cap = tall * 0.30
    snow = [
        (x, top),
        (x + cap * 1.05, top + cap),
        (x + cap * 0.5, top + cap * 0.8),
        (x + cap * 0.1, top + cap * 1.25),
        (x - cap * 0.4, top + cap * 0.8),
        (x - cap * 1.05, top + cap),
    ]
    plate.shape(snow, paint("f6fbff"))
    plate.shape([snow[0], snow[1], snow[2], snow[3]], paint("c9d8ee"))


def near_mountains(plate: Plate) -> None:
    for x in plate.along(0.42):
        pine(plate, x, 0.29, plate.random.uniform(0.20, 0.34), paint("3f7f58"))
    plate.ground(0.26, [paint("86b765"), paint("639a55"), paint("4f8350")])
    for x in plate.along(0.5):
        _rock(plate, x, plate.random.uniform(0.30, 0.5), plate.random.uniform(0.02, 0.05))
    for x in plate.along(0.09):
        grass(plate, x, plate.random.uniform(0.3, 0.58), 0.013)


def _rock(plate: Plate, x: float, y: float, size: float) -> None:
    stone = paint("8f93a3")
    plate.shape(
        [
            (x - size, y),
            (x - size * 0.6, y - size * 0.7),
            (x + size * 0.3, y - size * 0.9),
            (x + size, y),
        ],
        mix(stone, paint("2f3050"), 0.3),
    )
    plate.shape(
        [
            (x - size, y),
            (x - size * 0.6, y - size * 0.7),
            (x + size * 0.3, y - size * 0.9),
            (x + size * 0.1, y),
        ],
        stone,
    )


def far_snow(plate: Plate) -> None:
    open_sky(plate)
    plate.hills(0.16, 0.16, 0.5, hazy(paint("b6cdea"), plate.light, 0.45))
    for x in plate.along(0.24):
        pine(
            plate,
            x,
            0.21,
            plate.random.uniform(0.12, 0.22),
            hazy(paint("5f8b8c"), plate.light, 0.35),
        )


def near_snow(plate: Plate) -> None:
    plate.hills(0.25, 0.04, 0.5, paint("f2f8ff"))
    plate.ground(0.27, [paint("f4f9ff"), paint("dfeaf8"), paint("c6d8f0")])
    for x in plate.along(0.95):
        pine(plate, x, 0.30, plate.random.uniform(0.3, 0.46), paint("4f8f7c"))
        for dx, dy in ((0.0, -0.28), (-0.05, -0.17), (0.05, -0.10)):
            plate.shape(oval(x + dx, 0.30 + dy, 0.05, 0.014), paint("ffffff"))
    for x in plate.along(0.34):
        plate.shape(oval(x, plate.random.uniform(0.33, 0.55), 0.12, 0.012), paint("cfdff3"))


def near_night(plate: Plate) -> None:
    plate.hills(0.30, 0.08, 0.6, paint("3d5a6b"))
    plate.ground(0.34, [paint("4f7a66"), paint("35584f")])
    for x in plate.along(0.10):
        grass(plate, x, plate.random.uniform(0.36, 0.58), 0.016)
