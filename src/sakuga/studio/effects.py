"""Effects: rain, fire, flashes, speed lines. Each paints one of its drawings onto a picture.

Positions are in heights of the picture from its middle.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.studio.brush import Image, Points, oval
from sakuga.studio.palette import WHITE, Colour, mix, paint
from sakuga.studio.recipe import Effect

_SHIFT: Final = 4
CAUSES: Final = {"flash": "flash", "lightning": "flash", "impact": "impact", "cover": "cover"}
"""What a change is called in the truth; any other effect is an `effect`."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One drawing of an effect. step: its number since the effect began; share: 0 to 1 of its
    life; seed: of the effect."""

    effect: Effect
    step: int
    share: float
    seed: int


Painter = Callable[[Image, Cue], Image]


def cue_at(effect: Effect, frame: int, frames: int, seed: int) -> Cue | None:
    """The drawing of an effect at a frame of a shot, None when it isn't there."""
    length = effect.length or frames - effect.start
    since = frame - effect.start
    if not 0 <= since < length:
        return None
    step = since // effect.exposure
    if effect.kind == "flash":
        step = 0
    if effect.kind == "lightning" and since % 24 >= 4:
        return None
    return Cue(effect, step, step * effect.exposure / length, seed)


def apply(picture: Image, cue: Cue) -> Image:
    """The picture with the effect on it; may paint on the picture it is given."""
    return _PAINTERS[cue.effect.kind](picture, cue)


def _fixed(picture: Image, points: Points) -> NDArray[np.int32]:
    height, width = picture.shape[:2]
    return np.rint((points * height + (width / 2, height / 2)) * (1 << _SHIFT)).astype(np.int32)


def _fill(picture: Image, points: Points, colour: Colour) -> None:
    cv2.fillPoly(picture, [_fixed(picture, points)], colour, cv2.LINE_AA, _SHIFT)


def _rule(picture: Image, points: Points, colour: Colour, width: float) -> None:
    thick = max(1, round(width * picture.shape[0]))
    cv2.polylines(picture, [_fixed(picture, points)], False, colour, thick, cv2.LINE_AA, _SHIFT)


def _aspect(picture: Image) -> float:
    return picture.shape[1] / picture.shape[0]


def _spots(cue: Cue, count: int, wide: float) -> NDArray[np.float64]:
    """Fixed places over the picture: x, y from the middle, and a third number 0 to 1."""
    random = np.random.default_rng([cue.seed, 31])
    return (random.random((count, 3)) - (0.5, 0.5, 0)) * (wide, 1, 1)


def _rain(picture: Image, cue: Cue) -> Image:
    wide = _aspect(picture) + 0.4
    fall = np.array([-0.05, 0.22])
    for x, y, near in _spots(cue, 90, wide).tolist():
        y = (y + 0.5 + cue.step * 0.19 * (0.8 + near)) % 1.25 - 0.62
        streak = np.array([(x, y), (x, y) + fall * (0.25 + 0.35 * near)])
        _rule(picture, streak, mix(paint("b9cfe8"), WHITE, near), 0.0018 + 0.0015 * near)
    return picture


def _snow(picture: Image, cue: Cue) -> Image:
    wide = _aspect(picture) + 0.3
    for x, y, near in _spots(cue, 80, wide).tolist():
        y = (y + 0.5 + cue.step * 0.016 * (0.6 + near)) % 1.1 - 0.55
        x += 0.03 * math.sin(cue.step * 0.25 + 40 * near)
        size = 0.004 + 0.009 * near * near
        _fill(picture, oval(x, y, size, size, steps=10), WHITE)
    return picture


def _petals(picture: Image, cue: Cue) -> Image:
    wide = _aspect(picture) + 0.3
    for x, y, near in _spots(cue, 36, wide).tolist():
        y = (y + 0.5 + cue.step * 0.014 * (0.6 + near)) % 1.1 - 0.55
        x = (x + wide / 2 - cue.step * 0.012 * (0.5 + near)) % wide - wide / 2
        turn = cue.step * 0.3 + 30 * near
        size = 0.008 + 0.012 * near
        petal = oval(x, y, size, size * (0.35 + 0.3 * math.sin(turn)), turn, steps=12)
        _fill(picture, petal, mix(paint("ffb7cd"), WHITE, 0.5 * near))
    return picture


def _star(x: float, y: float, size: float, points: int = 4) -> Points:
    angle = np.arange(points * 2) * (math.pi / points)
    radius = np.where(np.arange(points * 2) % 2 == 0, size, size * 0.28)
    return np.stack([x + np.sin(angle) * radius, y - np.cos(angle) * radius], 1)


def _sparkle(picture: Image, cue: Cue) -> Image:
    size = cue.effect.size
    for number, (x, y, near) in enumerate(_spots(cue, 14, 1.0).tolist()):
        beat = (cue.step + number * 3) % 8
        big = math.sin(math.pi * beat / 8) * (0.02 + 0.04 * near) * size
        if big > 0.004:
            place = (cue.effect.x + x * 0.8 * size, cue.effect.y + y * 0.8 * size)
            _fill(picture, _star(*place, big * 1.2), paint("ffd95e"))
            _fill(picture, _star(*place, big * 0.8), WHITE)
    return picture


def _fire(picture: Image, cue: Cue) -> Image:
    x, low, size = cue.effect.x, cue.effect.y, cue.effect.size
    for colour, scale in (("e8452e", 1.0), ("f98f2a", 0.72), ("ffdf66", 0.42)):
        random = np.random.default_rng([cue.seed, 32, cue.step])
        row: list[tuple[float, float]] = []
        for tongue in range(-4, 5):
            tall = 0.20 * scale * size * (1 - abs(tongue) / 5.5) * random.uniform(0.7, 1.25)
            base = x + tongue * 0.026 * scale * size
            row += [
                (base - 0.012 * size, low - tall * 0.35),
                (base + random.uniform(-0.01, 0.01), low - tall),
            ]
        outline = np.array([(x - 0.12 * scale * size, low), *row, (x + 0.12 * scale * size, low)])
        _fill(picture, outline, paint(colour))
    return picture


def _puffs(picture: Image, cue: Cue, colours: tuple[str, str], spread: float) -> None:
    effect = cue.effect
    for tone, lift in zip(colours, (0.0, 0.014), strict=True):
        for x, y, near in _spots(cue, 16, 1.0).tolist():
            out = spread * cue.share**0.5 * effect.size
            r = (0.05 + 0.06 * near) * effect.size * (1 - cue.share) ** 0.5 * (1.0 - lift * 10)
            place = (effect.x + x * out - lift, effect.y + y * out - lift - 0.12 * cue.share)
            if r > 0.003:
                _fill(picture, oval(*place, r, r, steps=20), paint(tone))


def _smoke(picture: Image, cue: Cue) -> Image:
    _puffs(picture, cue, ("8b8794", "c9c5cf"), 0.5)
    return picture


def _explosion(picture: Image, cue: Cue) -> Image:
    if cue.share > 0.3:
        _puffs(picture, cue, ("6f6470", "a79aa3"), 0.95)
    else:
        big = (0.12 + 1.3 * cue.share) * cue.effect.size
        for colour, scale in (("e8452e", 1.0), ("f9a12a", 0.78), ("fff0a0", 0.5), ("ffffff", 0.25)):
            burst = _star(cue.effect.x, cue.effect.y, big * scale, 11)
            middle = np.array([cue.effect.x, cue.effect.y])
            burst[1::2] = middle + (burst[1::2] - middle) * 2.2
            _fill(picture, burst, paint(colour))
    return picture


def _speed_lines(picture: Image, cue: Cue) -> Image:
    random = np.random.default_rng([cue.seed, 33, cue.step])
    reach = _aspect(picture)
    for angle, width, near in random.random((70, 3)).tolist():
        turn = angle * 2 * math.pi
        ray = np.array([math.cos(turn), math.sin(turn) * 0.75])
        side = np.array([-ray[1], ray[0]]) * (0.004 + 0.014 * width)
        tip, base = ray * (0.42 + 0.2 * near), ray * reach
        _fill(picture, np.array([tip, base + side, base - side]), WHITE)
    return picture


def _flash(picture: Image, _cue: Cue) -> Image:
    return np.full_like(picture, 255)


def _impact(picture: Image, cue: Cue) -> Image:
    """High contrast in black and white, turned over every other drawing."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    mode = cv2.THRESH_BINARY if cue.step % 2 else cv2.THRESH_BINARY_INV
    _, hard = cv2.threshold(grey, 128, 255, mode)
    return np.asarray(cv2.cvtColor(hard, cv2.COLOR_GRAY2BGR), dtype=np.uint8)


def _lightning(picture: Image, cue: Cue) -> Image:
    bright = np.asarray(
        cv2.addWeighted(picture, 0.55, np.full_like(picture, 255), 0.45, 0), np.uint8
    )
    random = np.random.default_rng([cue.seed, 34, cue.step // 3])
    ys = np.linspace(-0.5, 0.22, 11)
    xs = cue.effect.x + np.cumsum(random.uniform(-0.06, 0.06, 11))
    bolt = np.stack([xs, ys], 1)
    _rule(bright, bolt, paint("cfe4ff"), 0.014)
    _rule(bright, bolt, WHITE, 0.006)
    return bright


def _cover(picture: Image, cue: Cue) -> Image:
    """A dark wing sweeps over the whole picture and on."""
    wide = _aspect(picture)
    edge = (1 - 2 * cue.share) * 3.6 * wide
    bend = np.linspace(-0.6, 0.6, 9)
    left = np.stack([edge - 1.35 * wide + 0.10 * np.cos(bend * 14), bend], 1)
    right = np.stack([edge + 1.35 * wide + 0.10 * np.cos(bend * 14), bend], 1)
    _fill(picture, np.vstack([left, right[::-1]]), paint("1d1a26"))
    return picture


_PAINTERS: Final[dict[str, Painter]] = {
    "rain": _rain, "snow": _snow, "petals": _petals, "sparkle": _sparkle, "fire": _fire,
    "smoke": _smoke, "explosion": _explosion, "speed lines": _speed_lines, "flash": _flash,
    "impact": _impact, "lightning": _lightning, "cover": _cover,
}  # fmt: skip
