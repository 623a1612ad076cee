"""The camera meter: how the view moves through a film, frame by frame."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.columns import Columns
from sakuga.build.scan.movement import BLOCK, FEWEST, STILL, TEXTURE, UNKNOWN, Move, movement
from sakuga.build.scan.picture import Picture, Small

Floats = NDArray[np.float32]

_ENOUGH: Final = 0.6  # of the texture agrees: the reference still serves
_LOST: Final = 0.4  # less agrees: the reference has had its day
_LEAVES: Final = 0.5  # pixels from the reference, and it is replaced
_RESTS: Final = 0.7  # of the texture is where it was: the view has not moved
_RESTING: Final = 0.03  # pixels that texture may seem to move


class CameraMeter:
    """Measures `camera_x`, `camera_y`, `camera_zoom` and `camera_fit` of `records.Signals`.

    A picture is compared with a reference that stays until the view has left it by half a pixel:
    a slow pan is measured over many frames, and a still view does not drift.
    """

    def __init__(self) -> None:
        self._rows = Columns(("camera_x", "camera_y", "camera_zoom", "camera_fit"))
        self._reference: _Reference | None = None
        self._previous: Small | None = None
        self._since = STILL  # from the reference to the previous picture
        self._last = STILL  # from the picture before the previous one to it

    def add(self, picture: Picture) -> None:
        """Take the next frame in."""
        if picture.previous is not None and not picture.changed:
            self._rows.add(*STILL)
            return
        now = picture.half
        self._last = self._measured(now)
        self._previous = now
        height, width = now.shape
        x, y, zoom, fit = self._last
        self._rows.add(-x / width, -y / height, zoom, fit)

    def columns(self) -> dict[str, NDArray[Any]]:
        """T rows each, see `records.Signals`."""
        return self._rows.columns()

    def _measured(self, now: Small) -> Move:
        if self._reference is None or self._reference.plane.shape != now.shape:
            self._renew(now)
            return UNKNOWN
        if self._last.near(STILL) and (rests := self._reference.rests(now)) >= _RESTS:
            return Move(0.0, 0.0, 0.0, rests)
        move = movement(self._reference.plane, now, self._since, self._last)
        previous = self._previous
        if move.fit < _LOST and previous is not None and previous is not self._reference.plane:
            self._renew(previous)
            move = movement(previous, now, STILL, self._last)
        step = move.since(self._since)
        self._since = move
        gone = abs(move.x) + abs(move.y) + max(now.shape) / 2 * abs(move.zoom)
        if move.fit < _ENOUGH or gone > _LEAVES:
            self._renew(now)
        return step

    def _renew(self, plane: Small) -> None:
        self._reference, self._since = _Reference(plane), STILL


class _Reference:
    """A picture that others are compared with."""

    def __init__(self, plane: Small) -> None:
        self.plane = plane

    def rests(self, now: Small) -> float:
        """The share of the texture that is where it was, 0 to 1. A tenth of the cost of a move."""
        h, w = (n // BLOCK for n in now.shape)
        if h * w < FEWEST:
            return 0.0
        change = cv2.absdiff(self.plane, now)[: h * BLOCK, : w * BLOCK]
        blocks = cv2.resize(change, (w, h), interpolation=cv2.INTER_AREA)
        texture, limit = self._texture
        return float(texture @ (blocks.ravel() <= limit))

    @cached_property
    def _texture(self) -> tuple[Floats, Floats]:
        """(K,): each block's share of the votes; and the change, in grey levels, that is none."""
        h, w = (n // BLOCK for n in self.plane.shape)
        right, down = cv2.spatialGradient(self.plane[: h * BLOCK, : w * BLOCK])
        squares = cv2.magnitude(right.astype(np.float32), down.astype(np.float32)) ** 2 / 64
        energy = np.asarray(cv2.resize(squares, (w, h), interpolation=cv2.INTER_AREA)).ravel()
        votes: Floats = energy / (energy + TEXTURE)
        limit: Floats = _RESTING * np.sqrt(energy) + 0.3
        return votes / (votes.sum() + 1e-6), limit
