"""Panels: inked pages with screentones, photographed slowly, as motion comics are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from sakuga.studio.styles import moves
from sakuga.studio.styles.cards import Type, sentence, write
from sakuga.studio.styles.figures import figure
from sakuga.studio.styles.look import Image, Look, Random
from sakuga.studio.styles.motion import acting, held
from sakuga.studio.styles.pen import Pen
from sakuga.studio.styles.places import paint
from sakuga.studio.styles.script import Call, Scene, framed
from sakuga.studio.styles.shots import Plate, Shot, Track
from sakuga.studio.styles.timing import even

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""


def _boxes(random: Random, size: tuple[int, int], many: int, gutter: int) -> list[Box]:
    """A page cut into panels, the largest first."""
    boxes: list[Box] = [(gutter, gutter, size[0] - gutter, size[1] - gutter)]
    for _ in range(many - 1):
        boxes.sort(key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
        left, top, right, bottom = boxes.pop()
        share = float(random.uniform(0.35, 0.65))
        if right - left > (bottom - top) * float(random.uniform(0.8, 1.6)):
            cut = round(left + (right - left) * share)
            boxes += [
                (left, top, cut - gutter // 2, bottom),
                (cut + gutter // 2, top, right, bottom),
            ]
        else:
            cut = round(top + (bottom - top) * share)
            boxes += [
                (left, top, right, cut - gutter // 2),
                (left, cut + gutter // 2, right, bottom),
            ]
    return [box for box in boxes if box[2] - box[0] > 12 and box[3] - box[1] > 12]


def _panel(image: Image, box: Box, scene: Scene, look: Look, random: Random, unit: float) -> None:
    """Draw one panel: a place, its figures, perhaps lines of speed and a balloon."""
    left, top, right, bottom = box
    size = right - left, bottom - top
    high = float(size[1])
    panel = paint(scene.where, look, scene.framing, size, high)
    if random.random() < 0.25:
        panel[:] = 245
        _focus(panel, random)
    for part in scene.cast:
        scale = high * scene.framing.zoom
        x = size[0] / 2 + (part.x - scene.framing.x) * scale
        y = size[1] / 2 + (part.y - scene.framing.y) * scale
        pose = acting(random, 3.0)(float(random.uniform(0.5, 2.5)))
        pen = Pen(panel, look, unit / 240, random)
        figure(pen, part.who, pose, x, y, part.height * scale, part.facing)
    if random.random() < 0.6:
        _balloon(panel, random, unit)
    image[top:bottom, left:right] = panel
    rim = max(1, round(unit / 120))
    cv2.rectangle(image, (left, top), (right - 1, bottom - 1), (10, 10, 10), rim)


def _focus(panel: Image, random: Random) -> None:
    """Lines that run towards the middle."""
    height, width = panel.shape[:2]
    middle = np.array([width, height]) * random.uniform(0.35, 0.65, 2)
    for angle in random.uniform(0, 6.283, 60):
        way = np.array([np.cos(angle), np.sin(angle)])
        tip = middle + way * height * float(random.uniform(0.25, 0.5))
        side = np.array([-way[1], way[0]]) * float(random.uniform(0.5, 0.02 * width + 0.6))
        wedge = np.stack([tip, middle + way * width + side, middle + way * width - side])
        fixed = np.rint(np.clip(wedge, -3000, 3000) * 16).astype(np.int32)
        cv2.fillConvexPoly(panel, fixed, (15, 15, 15), cv2.LINE_AA, 4)


def _balloon(panel: Image, random: Random, unit: float) -> None:
    height, width = panel.shape[:2]
    x, y = random.uniform((0.2, 0.15), (0.8, 0.4)).tolist()
    at = round(x * width), round(y * height)
    axes = round(unit * random.uniform(0.09, 0.16)), round(unit * random.uniform(0.05, 0.08))
    for grown, tone in ((2, (10, 10, 10)), (0, (250, 250, 250))):
        tail = [
            (at[0] - 6, at[1]),
            (at[0] + 6 + grown, at[1]),
            (at[0] + 14, at[1] + axes[1] + 12 + grown),
        ]
        cv2.fillPoly(panel, [np.array(tail, np.int32)], tone, cv2.LINE_AA)
        cv2.ellipse(panel, at, (axes[0] + grown, axes[1] + grown), 0, 0, 360, tone, -1, cv2.LINE_AA)
    how = Type(0, 0.02, (15, 15, 15), 0.5, None)
    for i in range(2):
        write(panel, sentence(random, 2), how, at[0], at[1] + (i - 0.3) * 0.045 * unit, unit)


def _page(call: Call) -> Shot:
    """A slow zoom or pan over a page of several panels."""
    random = call.random
    plate = _pages(call, int(random.integers(2, 7)))
    path = call.path("push", "push", "zoom in", "zoom out", "pan", "tilt", "diagonal", "static")
    return replace(call.shot((), path, tags=("page",)), plate=plate)


def _pages(call: Call, many: int) -> Plate:
    seed = int(call.random.integers(2**31))
    scenes = call.world.scenes

    def plate(look: Look, size: tuple[int, int], unit: float) -> Image:
        random = np.random.default_rng([seed, size[0], size[1]])
        image = np.full((size[1], size[0], 3), (246, 248, 248), np.uint8)
        for box in _boxes(random, size, many, max(3, round(unit * 0.035))):
            scene = scenes[int(random.integers(len(scenes)))]
            kind = str(random.choice(["wide", "medium", "close", "face"]))
            _panel(image, box, framed(random, scene, kind), look, random, unit)
        return image

    return plate


def _single(call: Call) -> Shot:
    """One panel that fills the picture, its layers moved against each other."""
    random = call.random
    tracks = call.cast(lambda: held(random), "hold")
    far = float(random.choice([1.0, 0.5, 0.6]))
    path = call.path("push", "push", "zoom in", "pan", "pan", "tilt", "drift", "shake")
    return call.shot(tracks, path, far=far, near=float(random.choice([0, 1.5])), tags=("panel",))


def _pops(call: Call) -> Shot:
    """The panels of a page that appear one after the other."""
    random, many = call.random, int(call.random.integers(3, 7))
    hold, rest = int(random.choice([4, 6, 8, 12, 18])), int(random.integers(2, 12))
    size = call.world.size
    seed = int(random.integers(2**31))
    paper = (246, 248, 248)
    boxes = _boxes(np.random.default_rng(seed), size, many, max(3, round(size[1] * 0.035)))
    sheets: dict[int, Image] = {}

    def draw(pen: Pen, s: float, _middle: tuple[float, float], unit: float) -> None:
        shown = min(max(round(s * call.world.rate) - rest, 0) // hold, len(boxes))
        for i, box in enumerate(boxes[:shown]):
            if i not in sheets:
                lots = np.random.default_rng([seed, i])
                scene = call.world.scenes[int(lots.integers(len(call.world.scenes)))]
                sheet = np.full((size[1], size[0], 3), paper, np.uint8)
                kind = str(lots.choice(["medium", "close", "face"]))
                _panel(sheet, box, framed(lots, scene, kind), pen.look, lots, unit)
                sheets[i] = sheet
            left, top, right, bottom = box
            pen.image[top:bottom, left:right] = sheets[i][top:bottom, left:right]

    def plate(_look: Look, size: tuple[int, int], _unit: float) -> Image:
        return np.full((size[1], size[0], 3), paper, np.uint8)

    track = Track(draw, even(call.frames, 1))
    return replace(call.shot((track,), moves.rest(call.frames), tags=("pops",)), plate=plate)


PANELS: Final[dict[str, Callable[[Call], Shot]]] = {
    "page": _page, "panel": _single, "pops": _pops,
}  # fmt: skip
"""Kinds of shots of a comic."""
