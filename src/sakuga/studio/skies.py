"""Skies: sun, moon, stars, clouds."""

from __future__ import annotations

import numpy as np

from sakuga.studio.brush import curve, oval
from sakuga.studio.palette import mix, paint
from sakuga.studio.plate import REACH, Plate


def clouds(plate: Plate, count: int = 9, low: float = -0.22) -> None:
    """Heaped clouds with a flat, shaded foot."""
    for x in plate.along(2 * REACH / count):
        y, size = plate.random.uniform(-0.46, low), plate.random.uniform(0.05, 0.10)
        shadow = mix(plate.light.cloud, plate.light.sky[1], 0.35)
        for colour, lift in ((shadow, 0.0), (plate.light.cloud, 0.22)):
            for part in range(5):
                px = x + (part - 2) * size * 0.85
                r = size * (1.0 - 0.22 * abs(part - 2)) * 0.9
                puff = oval(px, y - lift * size, r * 1.15, r * 0.72)
                puff[:, 1] = np.minimum(puff[:, 1], y + size * 0.22)
                plate.glowing(puff, colour)


def sun_or_moon(plate: Plate) -> None:
    """Where the light comes from, with its halo."""
    moon = plate.light.sky[0][2] < 60
    x, y = (-0.42, -0.30) if moon else (-0.38, 0.02 if plate.light.glow else -0.36)
    body = paint("fdf6d8") if moon else paint("fff1b8")
    for size, share in ((0.20, 0.12), (0.145, 0.28), (0.10, 1.0)):
        halo = mix(plate.light.sky[1 if y < -0.1 else 2], body, share)
        plate.glowing(oval(x, y, size * 0.8, size * 0.8, steps=48), halo)
    if moon:
        for dx, dy, r in ((0.02, -0.02, 0.018), (-0.03, 0.015, 0.012), (0.015, 0.035, 0.010)):
            plate.glowing(oval(x + dx, y + dy, r, r), mix(body, plate.light.sky[1], 0.2))


def stars(plate: Plate, count: int = 260) -> None:
    """Small lights where the sky is dark."""
    if plate.light.sky[0][2] >= 60:
        return
    for x, y, size in plate.random.random((count, 3)).tolist():
        r = 0.0015 + 0.0028 * size * size
        spot = oval(-REACH + 2 * REACH * x, -0.62 + 0.72 * y, r, r, steps=8)
        plate.glowing(spot, mix(plate.light.sky[0], paint("fff8e0"), 0.5 + 0.5 * size))


def open_sky(plate: Plate) -> None:
    """Stars or sun or moon, behind clouds."""
    stars(plate)
    sun_or_moon(plate)
    clouds(plate)


def far_night(plate: Plate) -> None:
    """A sky full of stars whatever the hour of the story: this place is always at night."""
    stars(plate, 900)
    band = curve(
        [(-REACH, 0.1), (-1.2, -0.18), (0.2, -0.42), (1.4, -0.30), (REACH, -0.62)], closed=False
    )
    for width, share in ((0.30, 0.06), (0.18, 0.10), (0.09, 0.15)):
        tone = mix(plate.light.sky[1], paint("b8a8ff"), share)
        half = np.array([0.0, width / 2])
        plate.glowing(np.vstack([band - half, band[::-1] + half]), tone)
    stars(plate, 420)
    sun_or_moon(plate)
