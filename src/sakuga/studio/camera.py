"""The camera: where it looks at each frame, and the picture that it sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from sakuga.studio.brush import Image
from sakuga.studio.plate import Extent
from sakuga.studio.recipe import Camera

FAR: Final = 0.4
"""How much of a move the far layer follows."""
REFERENCE: Final = 480
"""Shakes and whips are as wide as they would be in a picture of this height."""


@dataclass(frozen=True, slots=True)
class View:
    """What the camera sees: x, y of its middle in heights, and how many times enlarged."""

    x: float
    y: float
    zoom: float

    def far(self) -> View:
        """The same view of what is far away: it moves and grows less."""
        return View(self.x * FAR, self.y * FAR, 1 + (self.zoom - 1) * 0.5)


def path(camera: Camera, start: View, starts: list[int], height: int, seed: int) -> list[View]:
    """The view at each frame. starts: as from `timing.drawing_starts`; height: pixels."""
    return [
        _view(camera, start, _moment(camera, t, on), height, seed) for t, on in enumerate(starts)
    ]


def _moment(camera: Camera, frame: int, drawing: int) -> int:
    if camera.exposure == 0:
        return drawing
    return frame - frame % camera.exposure


def _view(camera: Camera, start: View, t: int, height: int, seed: int) -> View:
    if camera.move in ("shake", "whip"):
        height = REFERENCE
    if camera.move == "shake":
        random = np.random.default_rng([seed, 21, t])
        dx, dy = (random.uniform(-1, 1, 2) * (camera.dx, camera.dy)).tolist()
        return View(
            start.x + dx / height / start.zoom, start.y + dy / height / start.zoom, start.zoom
        )
    if camera.move == "whip":
        t = min(max(t - camera.start, 0), camera.length)
    zoom = start.zoom * (1 + camera.zoom) ** t
    across, down = camera.dx * t / height / start.zoom, camera.dy * t / height / start.zoom
    return View(start.x + across, start.y + down, zoom)


def extent(views: list[View], width: int, height: int) -> Extent:
    """The part of a plate that all the views need, at the scale of the closest."""
    scale = height * max(view.zoom for view in views)
    half_x = [(width / 2 + 2) / height / view.zoom for view in views]
    half_y = [(height / 2 + 2) / height / view.zoom for view in views]
    left = min(v.x - h for v, h in zip(views, half_x, strict=True))
    right = max(v.x + h for v, h in zip(views, half_x, strict=True))
    top = min(v.y - h for v, h in zip(views, half_y, strict=True))
    bottom = max(v.y + h for v, h in zip(views, half_y, strict=True))
    edges = [_on_grid(edge, scale) for edge in (left, top, right, bottom)]
    return Extent(edges[0], edges[1], edges[2], edges[3], scale)


def _on_grid(edge: float, scale: float) -> float:
    return float(np.floor(edge * scale)) / scale


def see(plate: Image, part: Extent, view: View, width: int, height: int) -> Image:
    """The picture of a plate, to the fraction of a pixel."""
    step = part.scale / (height * view.zoom)
    x = (view.x - part.left) * part.scale - (width // 2) * step
    y = (view.y - part.top) * part.scale - (height // 2) * step
    if abs(step - 1) < 1e-9 and abs(x - round(x)) < 1e-6 and abs(y - round(y)) < 1e-6:
        left, top = round(x), round(y)
        return plate[top : top + height, left : left + width].copy()
    matrix = np.array([[step, 0, x], [0, step, y]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(
        plate, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(seen, dtype=np.uint8)
