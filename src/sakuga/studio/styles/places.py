"""Places: backgrounds as flat patches, and how a look paints them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from sakuga.studio.styles.look import (
    Colour,
    Image,
    Look,
    Palette,
    Points,
    Random,
    darker,
    grey,
    mixed,
)
from sakuga.studio.styles.pen import oval


@dataclass(frozen=True, slots=True)
class Patch:
    """A flat shape of a place, in heights of the picture; the picture's middle is x = 0, y runs
    from 0 at the top to 1. line: it is outlined where the look outlines its places."""

    points: Points
    colour: Colour
    line: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """A background. high, low: its sky or wall, above and below; near: patches before the
    figures; floor: where feet stand."""

    kind: str
    seed: int
    high: Colour
    low: Colour
    patches: tuple[Patch, ...]
    near: tuple[Patch, ...]
    floor: float


_WIDE: Final = 2.6
"""Half the width of a place, in heights."""


def place(seed: int, colours: Palette, kind: str | None = None) -> Place:
    """A place by lot."""
    random = np.random.default_rng([seed, 11])
    kind = kind or str(random.choice(list(_PLACES)))
    floor = float(random.uniform(0.8, 0.93))
    patches = _PLACES[kind](random, colours, floor - 0.1)
    high, low = colours.high, colours.low
    if kind in ("room", "wall", "corridor"):
        high = low = colours.mid
    near = _branches(random, colours) if random.random() < 0.4 else []
    return Place(kind, seed, high, low, tuple(patches), tuple(near), floor)


def _rect(x0: float, y0: float, x1: float, y1: float, colour: Colour) -> Patch:
    return Patch(np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]), colour)


def _ridge(random: Random, y: float, rough: float, colour: Colour, bumps: int = 9) -> Patch:
    """A range of hills from side to side, down to the bottom."""
    x = np.linspace(-_WIDE, _WIDE, bumps * 6)
    turns = random.uniform(0.5, 3.0, 4), random.uniform(0, 6, 4)
    up = sum(np.sin(x * f + p) for f, p in zip(*turns, strict=True)) * rough / 3
    top = np.stack([x, y + up], 1)
    return Patch(np.vstack([top, [(_WIDE, 1.3), (-_WIDE, 1.3)]]), colour)


def _ground(colours: Palette, y: float) -> Patch:
    return _rect(-_WIDE, y, _WIDE, 1.4, colours.near)


def _blobs(random: Random, x: float, y: float, size: float, colour: Colour, many: int) -> Patch:
    """A lumpy shape: a cloud, a bush or a crown of leaves."""
    angles = np.arange(40) * (2 * np.pi / 40)
    lump = 1 + 0.16 * np.abs(np.sin(angles * many / 2 + random.uniform(0, 3)))
    ring = np.stack([np.cos(angles) * 1.5, np.sin(angles) * 0.8], 1) * lump[:, None] * size
    return Patch(ring + np.array([x, y]), colour)


def _clouds(random: Random, colours: Palette) -> list[Patch]:
    white = mixed(colours.low, (255, 255, 255), float(random.uniform(0.2, 0.7)))
    found: list[Patch] = []
    for _ in range(int(random.integers(0, 6))):
        x, y, size = random.uniform((-1.5, 0.05, 0.04), (1.5, 0.4, 0.14)).tolist()
        found.append(_blobs(random, x, y, size, white, int(random.integers(5, 10))))
    return found


def _sun(random: Random, colours: Palette) -> list[Patch]:
    if random.random() < 0.5:
        return []
    x, y, r = random.uniform((-0.8, 0.08, 0.04), (0.8, 0.35, 0.13)).tolist()
    colour = mixed(colours.accents[0], (220, 250, 255), 0.7)
    return [Patch(oval(x, y, r, r), colour, line=False)]


def _stars(random: Random, colours: Palette) -> list[Patch]:
    if colours.mood not in ("night", "dark", "neon"):
        return []
    dots = random.uniform((-1.6, 0), (1.6, 0.6), (40, 2))
    return [
        Patch(oval(x, y, 0.004, 0.004), mixed(colours.low, (255, 255, 255), 0.8), False)
        for x, y in dots
    ]


def _heaven(random: Random, colours: Palette) -> list[Patch]:
    return _stars(random, colours) + _sun(random, colours) + _clouds(random, colours)


def _hills(random: Random, colours: Palette, y: float) -> list[Patch]:
    far = [
        _ridge(
            random,
            y - 0.35 + 0.15 * i,
            0.16 - 0.05 * i,
            mixed(colours.low, colours.far, 0.5 + i / 4),
        )
        for i in range(3)
    ]
    bushes = [
        _blobs(
            random,
            float(random.uniform(-1.5, 1.5)),
            y,
            float(random.uniform(0.04, 0.1)),
            darker(colours.mid, 0.15),
            8,
        )
        for _ in range(int(random.integers(0, 7)))
    ]
    return [*_heaven(random, colours), *far, *bushes, _ground(colours, y)]


def _city(random: Random, colours: Palette, y: float) -> list[Patch]:
    found = _heaven(random, colours)
    for depth in range(2):
        x = -_WIDE
        while x < _WIDE:
            wide, high = random.uniform((0.12, 0.15), (0.34, 0.65 - 0.2 * depth)).tolist()
            wall = mixed(colours.far if depth == 0 else colours.mid, colours.accents[4], 0.1)
            wall = darker(wall, float(random.uniform(0, 0.3)))
            found.append(_rect(x, y - high, x + wide, y + 0.02, wall))
            found += _windows(random, colours, (x, y - high, wide, high), depth)
            x += wide * float(random.uniform(0.9, 1.3))
    return [*found, _ground(colours, y), _rect(-_WIDE, y + 0.05, _WIDE, y + 0.065, colours.far)]


def _windows(
    random: Random, colours: Palette, box: tuple[float, float, float, float], depth: int
) -> list[Patch]:
    x, y, wide, high = box
    if random.random() < 0.4:
        return []
    lit = mixed(colours.accents[1], (190, 240, 255), 0.6 if depth else 0.3)
    rows, columns = max(1, int(high / 0.1)), max(1, int(wide / 0.07))
    return [
        _rect(
            x + wide * (c + 0.3) / columns,
            y + high * (r + 0.3) / rows,
            x + wide * (c + 0.75) / columns,
            y + high * (r + 0.75) / rows,
            lit,
        )
        for r in range(rows)
        for c in range(columns)
        if random.random() < 0.7
    ]


def _forest(random: Random, colours: Palette, y: float) -> list[Patch]:
    found = [
        _rect(-_WIDE, 0, _WIDE, y, mixed(colours.low, colours.far, 0.5)),
        *_heaven(random, colours),
    ]
    for depth in range(3):
        bark = mixed(colours.far, darker(colours.mid, 0.45), depth / 2)
        for x in np.sort(random.uniform(-_WIDE, _WIDE, 16 - 4 * depth)).tolist():
            w = 0.02 + 0.022 * depth * float(random.uniform(0.6, 1.4))
            found.append(_rect(x - w, -0.1, x + w, y + 0.03 * depth, bark))
            if random.random() < 0.6:
                leaf = mixed(bark, colours.accents[3], 0.4)
                found.append(
                    _blobs(
                        random,
                        x,
                        float(random.uniform(-0.05, 0.25)),
                        float(random.uniform(0.1, 0.2)),
                        leaf,
                        9,
                    )
                )
    return [*found, _ground(colours, y)]


def _room(random: Random, colours: Palette, y: float) -> list[Patch]:
    found = [_rect(-_WIDE, y, _WIDE, 1.4, colours.near)]
    found.append(_rect(-_WIDE, y - 0.03, _WIDE, y, darker(colours.mid, 0.3)))
    for _ in range(int(random.integers(1, 5))):
        x, top, w, h = random.uniform((-1.3, 0.08, 0.12, 0.15), (1.3, 0.25, 0.3, 0.35)).tolist()
        pane = colours.high if random.random() < 0.5 else colours.accents[5]
        found += [
            _rect(x - 0.02, top - 0.02, x + w + 0.02, top + h + 0.02, darker(colours.near, 0.3)),
            _rect(x, top, x + w, top + h, pane),
        ]
    for _ in range(int(random.integers(1, 4))):
        x, w, h = random.uniform((-1.4, 0.2, 0.15), (1.2, 0.5, 0.5)).tolist()
        wood = darker(colours.accents[int(random.integers(8))], 0.35)
        found.append(_rect(x, y - h, x + w, y + 0.02, wood))
        for k in range(int(random.integers(0, 4))):
            found.append(
                _rect(
                    x + 0.02,
                    y - h + 0.02 + k * h / 4,
                    x + w - 0.02,
                    y - h * 0.8 + k * h / 4,
                    mixed(wood, (255, 255, 255), 0.2),
                )
            )
    return found


def _sea(random: Random, colours: Palette, y: float) -> list[Patch]:
    sea = mixed(colours.high, (120, 70, 20), 0.4)
    found = [*_heaven(random, colours), _rect(-_WIDE, y - 0.3, _WIDE, 1.4, sea)]
    for _ in range(14):
        x, at, w = random.uniform((-1.5, y - 0.28, 0.05), (1.4, y, 0.25)).tolist()
        found.append(_rect(x, at, x + w, at + 0.008, mixed(sea, (255, 255, 255), 0.4)))
    return [*found, _ridge(random, y + 0.02, 0.04, colours.near, 6)]


def _desert(random: Random, colours: Palette, y: float) -> list[Patch]:
    found = [*_heaven(random, colours), _ridge(random, y - 0.12, 0.12, colours.far)]
    for x in random.uniform(-1.5, 1.5, int(random.integers(1, 6))).tolist():
        h, w = random.uniform((0.15, 0.05), (0.5, 0.2)).tolist()
        rock = [(x - w, y), (x - w * 0.7, y - h), (x + w * 0.5, y - h * 1.1), (x + w, y)]
        found.append(Patch(np.array(rock), darker(colours.mid, float(random.uniform(0, 0.3)))))
    return [*found, _ground(colours, y)]


def _sky(random: Random, colours: Palette, _y: float) -> list[Patch]:
    many = _clouds(random, colours) + _clouds(random, colours)
    return [*_stars(random, colours), *_sun(random, colours), *many]


def _wall(random: Random, colours: Palette, _y: float) -> list[Patch]:
    """A plain ground, or stripes, dots or rays on it."""
    kind = str(random.choice(["plain", "plain", "stripes", "dots", "rays"]))
    tone = mixed(colours.mid, colours.far, 0.5)
    if kind == "stripes":
        step = float(random.uniform(0.1, 0.3))
        return [_rect(x, 0, x + step / 2, 1.4, tone) for x in np.arange(-_WIDE, _WIDE, step)]
    if kind == "dots":
        at = [(x, v) for x in np.arange(-1.6, 1.6, 0.2) for v in np.arange(0, 1.1, 0.2)]
        return [Patch(oval(x, v, 0.04, 0.04), tone, False) for x, v in at]
    if kind == "rays":
        turns = np.arange(0, 2 * np.pi, np.pi / 9)
        return [
            Patch(
                np.array(
                    [
                        (0, 0.5),
                        (3 * np.cos(a), 0.5 + 3 * np.sin(a)),
                        (3 * np.cos(a + 0.17), 0.5 + 3 * np.sin(a + 0.17)),
                    ]
                ),
                tone,
                False,
            )
            for a in turns
        ]
    return []


def _corridor(_random: Random, colours: Palette, _y: float) -> list[Patch]:
    """Walls, floor and ceiling that run to a door in the middle."""
    w, t, b = 0.22, 0.32, 0.62
    found = [
        Patch(np.array([(-_WIDE, 2), (-w, b), (w, b), (_WIDE, 2)]), colours.near),
        Patch(np.array([(-_WIDE, -1), (-w, t), (w, t), (_WIDE, -1)]), darker(colours.far, 0.3)),
        _rect(-w, t, w, b, darker(colours.mid, 0.45)),
    ]
    for s in (0.25, 0.4, 0.65):
        for side in (-1, 1):
            inner, outer = side * (w + s), side * (w + s * 1.5)
            found.append(
                Patch(
                    np.array(
                        [
                            (inner, t - s * 0.3),
                            (outer, t - s * 0.45),
                            (outer, b + s * 0.55),
                            (inner, b + s * 0.4),
                        ]
                    ),
                    darker(colours.accents[6], 0.3),
                )
            )
    return found


def _deep(random: Random, colours: Palette, y: float) -> list[Patch]:
    """Under water or in a cave: dark arches, weeds and lights."""
    found = [_ridge(random, y - 0.25, 0.2, darker(colours.far, 0.2))]
    for x in random.uniform(-1.5, 1.5, 12).tolist():
        h = float(random.uniform(0.1, 0.5))
        weed = [
            (x - 0.02, y + 0.05),
            (x + 0.05, y - h / 2),
            (x - 0.03, y - h),
            (x + 0.02, y - h / 2),
            (x + 0.03, y + 0.05),
        ]
        found.append(Patch(np.array(weed), mixed(colours.accents[2], colours.far, 0.5)))
    roof = [(-_WIDE, -0.2)]
    roof += [(x, float(random.uniform(0.0, 0.22))) for x in np.linspace(-_WIDE, _WIDE, 26)]
    return [
        *found,
        _ground(colours, y),
        Patch(np.array([*roof, (_WIDE, -0.2)]), darker(colours.near, 0.3)),
    ]


def _branches(random: Random, colours: Palette) -> list[Patch]:
    """Something near and dark at the edges of the picture."""
    dark = darker(colours.near, 0.6)
    found: list[Patch] = []
    for x in np.arange(-2.4, 2.4, float(random.uniform(0.7, 1.5))).tolist():
        if random.random() < 0.5:
            w = float(random.uniform(0.03, 0.09))
            found.append(_rect(x - w, -0.3, x + w, 1.4, dark))
        else:
            found.append(_blobs(random, x, 1.02, float(random.uniform(0.08, 0.16)), dark, 9))
    return found


_PLACES: Final[dict[str, Callable[[Random, Palette, float], list[Patch]]]] = {
    "hills": _hills,
    "city": _city,
    "forest": _forest,
    "room": _room,
    "sea": _sea,
    "desert": _desert,
    "sky": _sky,
    "wall": _wall,
    "corridor": _corridor,
    "deep": _deep,
}
PLACES: Final = tuple(_PLACES)


@dataclass(frozen=True, slots=True)
class Framing:
    """What part of a place is seen: its middle, and times nearer."""

    x: float = 0.0
    y: float = 0.5
    zoom: float = 1.0

    def pixels(self, points: Points, size: tuple[int, int], unit: float) -> Points:
        """Points of the place on a picture. size: (width, height); unit: pixels of a height."""
        moved = (points - (self.x, self.y)) * (unit * self.zoom)
        return moved + np.array(size) / 2


def paint(where: Place, look: Look, framing: Framing, size: tuple[int, int], unit: float) -> Image:
    """The place in a look. size: (width, height) pixels; unit: pixels of a picture's height."""
    random = np.random.default_rng([where.seed, 12])
    if look.ground == "paper":
        return _paper(where, look, framing, size, unit, random)
    image = _gradient(where, framing, size, unit, look.ground == "flat")
    line = look.line * unit / 240 if look.ground in ("flat", "cut") and look.line else 0.0
    for patch in where.patches:
        _patched(image, patch, look, framing.pixels(patch.points, size, unit), line)
    return np.ascontiguousarray(_GROUNDS[look.ground](image, random, unit, look))


def _patched(image: Image, patch: Patch, look: Look, points: Points, line: float) -> None:
    fixed = np.rint(np.clip(points, -3000, 3000) * 16).astype(np.int32)
    kind = cv2.LINE_AA if look.smooth else cv2.LINE_8
    if look.ground == "cut":
        under = fixed + np.array([[24, 36]], np.int32)
        cv2.fillPoly(image, [under], darker(patch.colour, 0.6), kind, 4)
    cv2.fillPoly(image, [fixed], patch.colour, kind, 4)
    if line and patch.line and look.ink is not None and look.ground == "flat":
        cv2.polylines(image, [fixed], True, look.ink, max(1, round(line * 0.7)), kind, 4)


def _gradient(
    where: Place, framing: Framing, size: tuple[int, int], unit: float, flat: bool
) -> Image:
    if flat:
        return np.full((size[1], size[0], 3), where.high, np.uint8)
    y = (np.arange(size[1]) - size[1] / 2) / (unit * framing.zoom) + framing.y
    share = np.clip(y / 0.8, 0, 1)[:, None]
    column = np.array(where.high) * (1 - share) + np.array(where.low) * share
    image = np.repeat(np.rint(column).astype(np.uint8)[:, None], size[0], 1)
    return np.ascontiguousarray(image)


def clouds(random: Random, size: tuple[int, int], coarse: float, octaves: int = 4) -> Points:
    """(H, W) noise of several octaves, about -1 to 1. coarse: pixels of the largest lump."""
    total = np.zeros((size[1], size[0]), np.float32)
    for octave in range(octaves):
        step = max(coarse / 2**octave, 1.0)
        small = random.uniform(-1, 1, (int(size[1] / step) + 3, int(size[0] / step) + 3))
        lump = cv2.resize(small.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
        total += np.asarray(lump, np.float32) / 2**octave
    return np.asarray(total * 0.6, np.float64)


def _lit(image: Image, field: Points) -> Image:
    """The picture with grey levels added."""
    return np.asarray(np.clip(image + field[:, :, None], 0, 255), np.uint8)


def _plain(image: Image, random: Random, _unit: float, look: Look) -> Image:
    if not look.grain:
        return image
    return _lit(image, random.normal(0, look.grain, image.shape[:2]))


def _brushed(image: Image, random: Random, unit: float, look: Look) -> Image:
    """Edges that waver, strokes of neighbouring colours, light and dark washes."""
    size = image.shape[1], image.shape[0]
    waver = [
        (clouds(random, size, unit / 8) * unit / 60 + axis).astype(np.float32)
        for axis in np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    ]
    image = np.asarray(
        cv2.remap(image, waver[0], waver[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT),
        np.uint8,
    )
    for _ in range(int(random.integers(150, 450))):
        x, y = int(random.integers(size[0])), int(random.integers(size[1]))
        shift = float(random.uniform(-16, 16))
        colour = [min(max(int(c) + shift, 0), 255) for c in image[y, x]]
        axes = (
            int(unit * random.uniform(0.01, 0.05)) + 1,
            int(unit * random.uniform(0.004, 0.015)) + 1,
        )
        cv2.ellipse(
            image, (x, y), axes, float(random.uniform(-30, 30)), 0, 360, colour, -1, cv2.LINE_AA
        )
    wash = clouds(random, size, unit * 0.7, 6) * float(random.uniform(14, 34))
    return _lit(image, wash + random.normal(0, max(look.grain, 2.0), image.shape[:2]))


def _soft(image: Image, random: Random, unit: float, _look: Look) -> Image:
    """Anime: soft edges far off, a light from one side, a fine wash."""
    wide = int(unit * random.uniform(0.003, 0.02)) * 2 + 1
    image = np.asarray(cv2.GaussianBlur(image, (wide, wide), 0), np.uint8)
    size = image.shape[1], image.shape[0]
    ramp = np.linspace(-1, 1, size[0])[None] * float(random.uniform(-18, 18))
    return _lit(image, clouds(random, size, unit * 0.4, 5) * float(random.uniform(5, 16)) + ramp)


def _cut(image: Image, random: Random, _unit: float, _look: Look) -> Image:
    """Coloured paper: fibres and a fine grain."""
    fibre = random.normal(0, 1, image.shape[:2])
    fibre = cv2.GaussianBlur(fibre, (7, 1), 0) * 9 + cv2.GaussianBlur(fibre, (1, 5), 0) * 6
    return _lit(image, np.asarray(fibre, np.float64))


def _washed(image: Image, random: Random, unit: float, look: Look) -> Image:
    """Old film: a grey ink wash, darker at the corners."""
    flat = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
    flat = np.asarray(cv2.GaussianBlur(flat, (3, 3), 0), np.uint8)
    height, width = flat.shape
    y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    field = clouds(random, (width, height), unit * 0.3, 5) * float(random.uniform(8, 22))
    field = field - 40 * (x * x + y * y) ** 2 * 0.4 + random.normal(0, look.grain, flat.shape)
    lit = np.asarray(np.clip(flat + field, 0, 255), np.uint8)
    return np.asarray(cv2.merge([lit, lit, lit]), np.uint8)


def _backlit(image: Image, random: Random, unit: float, look: Look) -> Image:
    """Silhouettes: a lit sheet behind, the place in few flat tones of one colour."""
    flat = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.float64)
    height, width = flat.shape
    y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    glow = np.clip(1.15 - 0.5 * (x * x + y * y), 0.2, 1.1)
    flat = (np.floor(flat / 42) * 42 + 30) / 255 * glow
    flat = np.clip(flat + clouds(random, (width, height), unit * 0.2, 5) * 0.04, 0, 1)
    light, ink = np.array(look.palette.low, float), np.array(look.ink or (0, 0, 0), float)
    light = light / max(light.max(), 1) * 245
    return np.asarray(ink + (light - ink) * flat[:, :, None], np.uint8)


_BAYER: Final = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) / 16 - 0.5


def _dithered(image: Image, random: Random, _unit: float, _look: Look) -> Image:
    """Few levels with an ordered dither."""
    step = float(random.choice([24, 36, 51]))
    height, width = image.shape[:2]
    tile = np.tile(_BAYER, (height // 4 + 1, width // 4 + 1))[:height, :width, None]
    levels = np.floor(image / step + tile * float(random.choice([0, 0.8])) + 0.5) * step
    return np.asarray(np.clip(levels, 0, 255), np.uint8)


def _toned(image: Image, random: Random, unit: float, _look: Look) -> Image:
    """Manga: paper, black, and dots of a screentone between, with inked edges."""
    flat = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
    tone = screentone(flat, float(random.choice([4, 5, 6])) * max(unit / 240, 1), random)
    edges = cv2.Canny(flat, 12, 40)
    tone[np.asarray(cv2.dilate(edges, np.ones((2, 2), np.uint8))) > 0] = 15
    return np.asarray(cv2.merge([tone, tone, tone]), np.uint8)


def screentone(flat: Image, pitch: float, random: Random) -> Image:
    """(H, W) grey levels as dots of black. pitch: pixels between dots."""
    height, width = flat.shape
    turn = float(random.uniform(0.3, 1.2))
    y, x = np.mgrid[:height, :width].astype(np.float32)
    u = (x * np.cos(turn) + y * np.sin(turn)) * (2 * np.pi / pitch)
    v = (y * np.cos(turn) - x * np.sin(turn)) * (2 * np.pi / pitch)
    wave = (np.cos(u) + np.cos(v)) * 0.25 + 0.5
    edge = (flat / 255.0 - (1 - wave)) * pitch * 0.9 + 0.5
    return np.asarray(np.clip(edge, 0, 1) * 235 + 15, np.uint8)


_GROUNDS: Final[dict[str, Callable[[Image, Random, float, Look], Image]]] = {
    "flat": _plain,
    "painted": _brushed,
    "soft": _soft,
    "cut": _cut,
    "washed": _washed,
    "backlit": _backlit,
    "dithered": _dithered,
    "toned": _toned,
}


def _paper(
    where: Place, look: Look, framing: Framing, size: tuple[int, int], unit: float, random: Random
) -> Image:
    """Animation paper: blank, or with a faint layout of the place."""
    image = np.full((size[1], size[0], 3), look.paper, np.uint8)
    if look.construction or where.seed % 3 == 0:
        line = mixed(look.paper, look.ink or (60, 60, 60), float(random.uniform(0.15, 0.5)))
        for patch in where.patches[:40]:
            points = framing.pixels(patch.points, size, unit) + random.normal(
                0, 0.6, patch.points.shape
            )
            fixed = np.rint(np.clip(points, -3000, 3000) * 16).astype(np.int32)
            cv2.polylines(image, [fixed], True, line, 1, cv2.LINE_AA, 4)
    return _plain(image, random, unit, look)


def near_sheet(
    where: Place, look: Look, framing: Framing, size: tuple[int, int], unit: float
) -> Image:
    """(H, W, 4) premultiplied sheet of what stands before the figures."""
    sheet = np.zeros((size[1], size[0], 4), np.uint8)
    for patch in where.near:
        points = framing.pixels(patch.points, size, unit)
        fixed = np.rint(np.clip(points, -3000, 3000) * 16).astype(np.int32)
        colour = grey(patch.colour) if look.ground in ("washed", "toned") else patch.colour
        if look.fill == "ink":
            colour = look.ink or (0, 0, 0)
        cv2.fillPoly(sheet, [fixed], (*colour, 255), cv2.LINE_AA if look.smooth else cv2.LINE_8, 4)
    return sheet
