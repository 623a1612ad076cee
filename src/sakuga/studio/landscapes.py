"""Open country: forests, beaches, mountains, meadows, snow, the night sky."""

from __future__ import annotations

import math

import numpy as np

from sakuga.studio.brush import curve, limb, oval
from sakuga.studio.palette import WHITE, Colour, mix, paint
from sakuga.studio.plate import REACH, Plate, hazy
from sakuga.studio.skies import open_sky


def far_hills(plate: Plate) -> None:
    open_sky(plate)
    plate.hills(0.14, 0.16, 0.5, hazy(paint("7fae8e"), plate.light, 0.55))
    plate.hills(0.20, 0.12, 0.35, hazy(paint("6aa56b"), plate.light, 0.30))


def near_meadow(plate: Plate) -> None:
    for x in plate.along(1.3):
        tree(plate, x, 0.24, plate.random.uniform(0.22, 0.34), paint("4f9a52"))
    plate.ground(0.22, [paint("8fcb64"), paint("5ea64a"), paint("4b8f45")])
    for x in plate.along(0.55):
        y = plate.random.uniform(0.28, 0.5)
        plate.shape(oval(x, y, 0.22, 0.02), paint("7dbd58"))
    colours = [paint(code) for code in ("ffffff", "ffd34d", "f58fb0", "c79bf0")]
    for number, x in enumerate(plate.along(0.06)):
        y = plate.random.uniform(0.27, 0.56)
        grass(plate, x, y, 0.016)
        if number % 3 == 0:
            plate.shape(oval(x + 0.02, y - 0.01, 0.009, 0.008, steps=10), colours[number % 4])


def grass(plate: Plate, x: float, y: float, size: float) -> None:
    """A tuft."""
    for lean in (-0.7, 0.0, 0.7):
        blade = [(x + lean * 0.4 * size, y), (x + lean * size, y - size * 1.6)]
        plate.line(blade, paint("3f8440"), 0.0035)


def tree(plate: Plate, x: float, y: float, size: float, leaf: Colour) -> None:
    """A round tree: trunk, dark crown, lighter crown towards the light."""
    trunk = limb([(x, y + 0.02), (x + 0.01 * size, y - size * 0.55)], [size * 0.15, size * 0.09])
    plate.shape(trunk, paint("7a5539"))
    spots = [(0, -0.85, 0.36), (-0.27, -0.62, 0.27), (0.27, -0.64, 0.27), (0.02, -0.55, 0.30)]
    for share, shift in ((0.28, 0.0), (0.0, -0.05)):
        tone = mix(leaf, paint("1f3550"), share)
        for dx, dy, r in spots:
            r = r * (1.0 if not shift else 0.86)
            crown = oval(
                x + (dx + shift) * size, y + (dy + shift) * size, r * size, r * size * 0.95
            )
            plate.shape(crown, tone)
    for dx, dy in ((-0.22, -0.98), (-0.36, -0.72), (-0.02, -0.86)):
        plate.shape(
            oval(x + dx * size, y + dy * size, size * 0.09, size * 0.05, -0.4),
            mix(leaf, WHITE, 0.22),
        )


def pine(plate: Plate, x: float, y: float, size: float, leaf: Colour) -> None:
    """A fir of three skirts."""
    plate.box(x - size * 0.04, y - size * 0.15, x + size * 0.04, y + 0.01, paint("6a4a34"))
    for step in range(4):
        low, wide = y - size * (0.12 + 0.21 * step), size * (0.30 - 0.06 * step)
        top = low - size * 0.34
        plate.shape(
            [(x - wide, low), (x, top), (x + wide, low), (x, low + wide * 0.16)],
            mix(leaf, paint("16304a"), 0.25),
        )
        plate.shape([(x - wide, low), (x, top), (x + wide * 0.1, low + wide * 0.12)], leaf)


def far_forest(plate: Plate) -> None:
    open_sky(plate)
    for share, y, size in ((0.62, 0.22, 0.50), (0.40, 0.26, 0.58)):
        colour = hazy(paint("3f7d5a"), plate.light, share)
        plate.hills(y - 0.12, 0.08, 0.3, colour)
        for x in plate.along(0.20):
            pine(plate, x, y, size * plate.random.uniform(0.7, 1.1), colour)


def near_forest(plate: Plate) -> None:
    plate.ground(0.24, [paint("6d9c4d"), paint("4f7d3e"), paint("3c6436")])
    for x in plate.along(0.62):
        if abs(x) > 0.34:
            _trunk(plate, x, 0.30, plate.random.uniform(0.06, 0.10))
    for x in plate.along(0.33):
        y = plate.random.uniform(0.30, 0.36)
        for part in (-1, 0, 1):
            bush = oval(x + part * 0.05, y, 0.06, 0.05 - 0.012 * abs(part))
            plate.shape(bush, mix(paint("3f7a45"), paint("6fae56"), 0.3 + 0.2 * part))
    for x in plate.along(0.09):
        grass(plate, x, plate.random.uniform(0.32, 0.58), 0.018)
    for x in plate.along(0.7):
        _mushroom(plate, x, plate.random.uniform(0.34, 0.44))


def _trunk(plate: Plate, x: float, y: float, wide: float) -> None:
    bark = paint("6b4a35")
    plate.shape(
        [
            (x - wide, y + 0.03),
            (x - wide * 0.6, -0.7),
            (x + wide * 0.6, -0.7),
            (x + wide, y + 0.03),
        ],
        bark,
    )
    plate.shape(
        [
            (x + wide * 0.25, y + 0.03),
            (x + wide * 0.2, -0.7),
            (x + wide * 0.6, -0.7),
            (x + wide, y + 0.03),
        ],
        mix(bark, paint("2b2440"), 0.35),
    )
    for part in range(7):
        px, py = x + (part - 3) * 0.10, -0.47 + 0.05 * math.cos(part * 2.1)
        plate.shape(oval(px, py, 0.13, 0.11), mix(paint("3c7a48"), paint("6cb055"), (part % 3) / 2))


def _mushroom(plate: Plate, x: float, y: float) -> None:
    plate.shape(limb([(x, y), (x, y - 0.02)], [0.014, 0.012]), paint("f3e6d0"))
    cap = [
        (x - 0.022, y - 0.018),
        (x - 0.014, y - 0.036),
        (x, y - 0.042),
        (x + 0.014, y - 0.036),
        (x + 0.022, y - 0.018),
    ]
    plate.shape(curve(cap), paint("dd4f4a"))
    for dx, dy in ((-0.008, -0.028), (0.008, -0.030)):
        plate.shape(oval(x + dx, y + dy, 0.003, 0.003, steps=8), paint("ffffff"))


def far_beach(plate: Plate) -> None:
    open_sky(plate)
    plate.hills(0.07, 0.06, 0.9, hazy(paint("7f9fb0"), plate.light, 0.5))
    plate.ground(0.07, [paint("3d9fd0"), paint("58bfdc"), paint("9be4e4")])
    for x in plate.along(0.16):
        y = plate.random.uniform(0.085, 0.23)
        wave = [(x - 0.05, y), (x, y - 0.006), (x + 0.05, y)]
        plate.line(curve(wave, closed=False), paint("d9f6f6"), 0.004)


def near_beach(plate: Plate) -> None:
    xs = np.arange(-REACH, REACH, 0.25)
    for shift, colour in ((0.0, "ffffff"), (0.022, "e9cf9c"), (0.05, "f6e3b6")):
        edge = [(float(x), 0.25 + shift + 0.014 * math.sin(5 * x)) for x in xs]
        shore = np.vstack([curve(edge, closed=False), [(REACH, 0.7), (-REACH, 0.7)]])
        plate.shape(shore, paint(colour))
    for x in plate.along(0.30):
        plate.shape(oval(x, plate.random.uniform(0.36, 0.55), 0.06, 0.006), paint("e6cd97"))
    for x in plate.along(1.7):
        _palm(plate, x + 0.6, 0.31)
    for x in plate.along(0.8):
        _shell(plate, x, plate.random.uniform(0.4, 0.5))


def _palm(plate: Plate, x: float, y: float) -> None:
    plate.shape(oval(x + 0.03, y + 0.022, 0.11, 0.012), paint("dfc48d"))
    bend = [(x, y), (x + 0.06, y - 0.25), (x + 0.03, y - 0.52)]
    plate.shape(limb(bend, [0.045, 0.03, 0.026]), paint("a07a4f"))
    plate.shape(limb([(a - 0.006, b) for a, b in bend], [0.018, 0.012, 0.010]), paint("bd9563"))
    plate.shape(oval(x, y + 0.018, 0.05, 0.016), paint("f6e3b6"))
    for part in (0, 6, 1, 5, 2, 4, 3):
        angle = math.pi * (1.10 + part * 0.133)
        tip = (x + 0.03 + math.cos(angle) * 0.25, y - 0.49 + math.sin(angle) * 0.13 + 0.06)
        mid = (x + 0.03 + math.cos(angle) * 0.12, y - 0.53 + math.sin(angle) * 0.13)
        leaf = limb([(x + 0.03, y - 0.505), mid, tip], [0.03, 0.06, 0.004])
        plate.shape(leaf, mix(paint("3d9150"), paint("7cc35f"), (part % 3) / 2))
    for dx in (-0.012, 0.016):
        plate.shape(oval(x + 0.03 + dx, y - 0.492, 0.016, 0.016), paint("7a5236"))


def _shell(plate: Plate, x: float, y: float) -> None:
    plate.shape(oval(x, y, 0.014, 0.010, 0.4, steps=12), paint("f7c3b5"))
    plate.line([(x - 0.008, y), (x + 0.008, y)], paint("d98f83"), 0.002)
