"""The camera meter: how the view moves through a film, frame by frame."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.columns import Columns
from sakuga.build.scan.movement import (
    BLOCK,
    ENOUGH,
    FEWEST,
    STILL,
    TEXTURE,
    UNKNOWN,
    Move,
    movement,
)
from sakuga.build.scan.picture import Picture, Small

_TRIES: Final = 3  # frames in a row may agree with nothing;
_GIVEN_UP: Final = 8  # then so many are not measured
_QUICK: Final = 0.25  # pixels: the next frame after such a move is measured, else the one after
_SURPRISE: Final = 1.6  # times the usual change: measured at once
_BLIND: Final = 0.2  # of the texture agrees, or less: not a move
_LOST: Final = 0.4  # less agrees: the reference has had its day
_LEAVES: Final = 1.0  # pixels from the reference, and it is replaced
_RESTS: Final = 0.5  # of the texture is where it was: the view has not moved
_BLACK: Final = 28  # grey levels: nothing darker is taken for a picture
_SOME: Final = 0.3  # of a line of the picture is brighter than black
_LOOKS: Final = 24  # changed frames between two looks for bars
_RESTING: Final = 0.03  # pixels that texture may seem to move


class CameraMeter:
    """Measures `camera_x`, `camera_y`, `camera_zoom` and `camera_fit` of `records.Signals`.

    A picture is compared with a reference that stays until the view has left it by a pixel: a slow
    pan is measured over many frames, and a still view does not drift. So not every frame has to be
    measured: while little happens, some wait, and share in what the next measured one finds.
    """

    def __init__(self) -> None:
        self._rows = Columns(("camera_x", "camera_y", "camera_zoom", "camera_fit"))
        self._screen = _Screen()
        self._reference: _Reference | None = None
        self._previous: Small | None = None
        self._since = STILL  # from the reference to the last measured picture
        self._last = STILL  # the last move that was measured
        self._usual = 0.0  # how much the pictures change lately, in grey levels times pixels
        self._idle = 0  # frames that need not be measured
        self._searches = 0
        self._failures = 0  # measured frames in a row that agreed with nothing
        self._waiting: list[bool] = []  # of the frames not written yet: whether they changed

    def add(self, picture: Picture) -> None:
        """Take the next frame in."""
        if picture.previous is not None and not picture.changed:
            self._waiting.append(False)
            if len(self._waiting) == 1:
                self._write(STILL)
            return
        now = self._screen.inside(picture.half)
        step = self._step(now)
        self._previous = now
        self._waiting.append(True)
        if step is not None:
            height, width = picture.half.shape
            self._write(Move(-step.x / width, -step.y / height, step.zoom, step.fit))

    def columns(self) -> dict[str, NDArray[Any]]:
        """T rows each, see `records.Signals`."""
        self._write(UNKNOWN)
        return self._rows.columns()

    def _write(self, step: Move) -> None:
        """A row for every frame not written yet; those that changed share the move."""
        parts = max(sum(self._waiting), 1)
        part = Move(step.x / parts, step.y / parts, step.zoom / parts, step.fit)
        for changed in self._waiting:
            self._rows.add(*(part if changed else STILL))
        self._waiting.clear()

    def _step(self, now: Small) -> Move | None:
        """The move up to this picture since the last one that had a move; None: it waits."""
        reference, previous = self._reference, self._previous
        if reference is None or previous is None or previous.shape != now.shape:
            self._renew(now)
            return UNKNOWN
        surprise = self._surprises(cv2.norm(previous, now, cv2.NORM_L1))
        if self._idle > 0:
            self._idle -= 1
            return None
        if self._last.near(STILL) and (rests := reference.rests(now)) >= _RESTS:
            return Move(0.0, 0.0, 0.0, rests)
        if surprise:
            reference = self._renew(previous)
        self._last = self._measured(reference.plane, previous, now)
        self._idle = self._rest_after(self._last, now)
        return self._last

    def _rest_after(self, step: Move, now: Small) -> int:
        """How many frames need not be measured after such a step."""
        self._failures = self._failures + 1 if step.fit < _BLIND else 0
        if self._failures:
            return _GIVEN_UP if self._failures > _TRIES else 0
        moved = abs(step.x) + abs(step.y) + max(now.shape) / 2 * abs(step.zoom)
        return 0 if moved > _QUICK else 1

    def _surprises(self, change: float) -> bool:
        """Whether a picture changes so much more than those before it that it can't wait."""
        surprise = change > _SURPRISE * self._usual
        self._usual = change if surprise else max(change, 0.8 * self._usual)
        if surprise:
            self._idle = self._searches = 0
        return surprise

    def _measured(self, reference: Small, previous: Small, now: Small) -> Move:
        move = movement(reference, now, self._since, self._last, self._enough())
        if move.fit < _LOST and previous is not reference:
            self._renew(previous)
            move = movement(previous, now, STILL, self._last, self._enough())
        step = move.since(self._since)
        self._since = move
        gone = abs(move.x) + abs(move.y) + max(now.shape) / 2 * abs(move.zoom)
        if move.fit < ENOUGH or gone > _LEAVES:
            self._renew(now)
        return step if step.fit >= _BLIND else Move(0.0, 0.0, 0.0, step.fit)

    def _enough(self) -> float:
        """The agreement that ends a search; every fourth time, no less than real agreement."""
        self._searches += 1
        known = max(self._last.fit - 0.1, _BLIND)
        return ENOUGH if self._searches % 4 == 1 else min(ENOUGH, known)

    def _renew(self, plane: Small) -> _Reference:
        self._reference, self._since = _Reference(plane), STILL
        return self._reference


class _Screen:
    """The part of the picture that shows something: bars at its edges would hold every view still.

    A row or column is a bar while hardly a pixel of it was ever brighter than black.
    """

    def __init__(self) -> None:
        self._brightest: Small | None = None
        self._seen = 0
        self._part = (slice(None), slice(None))

    def inside(self, plane: Small) -> Small:
        """The picture without bars, as far as is known by now."""
        if self._brightest is None or self._brightest.shape != plane.shape:
            self._brightest, self._seen = plane, 0
        self._brightest = np.maximum(self._brightest, plane)
        if self._seen % _LOOKS == 0:
            lit = self._brightest > _BLACK
            self._part = (_lit(lit.mean(axis=1)), _lit(lit.mean(axis=0)))
        self._seen += 1
        return plane[self._part]


def _lit(shares: NDArray[Any]) -> slice:
    """From the first to the last line that is no bar, less a margin; all if half would be lost."""
    lines = np.flatnonzero(shares > _SOME)
    if len(lines) < len(shares) / 2 or len(lines) == len(shares):
        return slice(None)
    first, last = int(lines[0]), int(lines[-1]) + 1
    return slice(first + (first > 0), last - (last < len(shares)))


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
    def _texture(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """(K,): each block's share of the votes; and the change, in grey levels, that is none."""
        h, w = (n // BLOCK for n in self.plane.shape)
        right, down = cv2.spatialGradient(self.plane[: h * BLOCK, : w * BLOCK])
        squares = cv2.magnitude(right.astype(np.float32), down.astype(np.float32)) ** 2 / 64
        energy = np.asarray(cv2.resize(squares, (w, h), interpolation=cv2.INTER_AREA)).ravel()
        votes = energy / (energy + TEXTURE)
        limit = _RESTING * np.sqrt(energy) + 0.3
        return votes / (votes.sum() + 1e-6), limit
