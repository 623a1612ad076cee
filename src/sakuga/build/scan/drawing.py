"""How far each frame is from the one before, so that `evidence` can tell drawing from noise."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.blocks import BLOCK, Floats, blocks_in, change, means, stir
from sakuga.build.scan.columns import Columns
from sakuga.build.scan.measures import Measures
from sakuga.build.scan.picture import Picture, Small
from sakuga.build.scan.places import blend, places
from sakuga.build.scan.returns import Returns
from sakuga.core.measures import BLEND, STEP

BATCH: Final = 8
"""Frames measured in one go: enough to share the cost of a call, few enough for the cache."""
_WAKE: Final = 1 / 300  # of a change comes back in the frames after it, as the codec refines it
_FADES: Final = 0.5  # of that wake is left a frame later
EVERYTHING: Final = 65025.0
"""What stands in `change` and `stir` of a frame that has none to be compared with."""
_NOTHING: Final = 0.3  # squared grey levels that every block may change by
_RISES: Final = 1.1  # a frame, of what a block changes by when it is quiet
_AROUND: Final = np.ones((3, 3), np.uint8)


class DrawingMeter:
    """Measures `change`, `flicker`, `stir`, `drift`, the `match` columns; see the room's page.

    A change must last: it is the least, block by block, of this frame against the one before,
    against the one before that, and of the next frame against the one before. Codecs make single
    frames worse (B-frames); those come back to what they were.
    """

    def __init__(self) -> None:
        self._changes = Columns(("change",))
        self._stirs = Columns(("flicker", "stir", "drift"))
        self._returns = Returns()
        self._measures = Measures(STEP), Measures(BLEND)
        self._film: _Film | None = None

    def add(self, picture: Picture) -> None:
        """Take the next frame in."""
        if self._film is None or self._film.shape != picture.luma.shape:
            self._end()
            self._film = _Film(picture.luma.shape, picture.half.shape)
        self._film.put(picture)
        if self._film.full:
            self._measure(self._film)

    def columns(self) -> dict[str, NDArray[Any]]:
        """T rows each, see `records.Signals`."""
        self._end()
        columns: dict[str, NDArray[Any]] = {**self._changes.columns(), **self._stirs.columns()}
        for measures in self._measures:
            columns.update(measures.columns())
        return {**columns, **self._returns.columns()}

    def _end(self) -> None:
        """At the end, and where the size of the picture changes."""
        if self._film is not None:
            self._measure(self._film)
            self._film.close(self._changes)
        self._film = None

    def _measure(self, film: _Film) -> None:
        """Write down the frames gathered; the last one's `change` waits for the frame after it."""
        if not film.gathered:
            return
        step = film.changes(self._changes)
        film.stirs(step, self._stirs)
        film.measures(step, *self._measures)
        largest = step.max(axis=(1, 2)).tolist()
        for i in range(film.gathered):
            if film.known == 0 and i == 0:
                self._returns.begin(*film.frame(i))
            else:
                self._returns.add(*film.frame(i), largest[i])
        film.forget()


class _Film:
    """The frames gathered, after the two before them, in stacks; and what is still open of them."""

    def __init__(self, shape: tuple[int, ...], half: tuple[int, ...]) -> None:
        self.shape = shape
        h, w = (blocks_in(size) * BLOCK for size in shape)
        self._luma = np.zeros((BATCH + 2, h, w), np.uint8)
        self._half = np.zeros((BATCH + 2, *half), np.uint8)
        self._means = np.zeros((BATCH + 2, h // BLOCK, w // BLOCK), np.float32)
        inside = np.zeros((1, h, w), np.uint8)
        inside[:, : shape[0], : shape[1]] = 1
        self._share = means(inside)
        self._changed = np.zeros(BATCH, bool)
        self._indices = [0] * BATCH
        self._wake = np.zeros(self._means.shape[1:], np.float32)  # to be expected of past changes
        self._open: tuple[Floats, Floats] | None = None  # the frame before: its change, the wake
        self._quiet = np.full(self._means.shape[1:], np.inf, np.float32)
        self._two: Floats = self._means[:0]
        self._thin = _thinner(
            self._means.shape[1:], tuple(blocks_in(max(size - 2, 1)) for size in half)
        )
        self.known = 0  # frames before the gathered ones, 0 to 2
        self.gathered = 0

    @property
    def full(self) -> bool:
        """Whether no more frames fit in."""
        return self.gathered == BATCH

    def put(self, picture: Picture) -> None:
        """Gather a frame."""
        at = 2 + self.gathered
        self._luma[at, : self.shape[0], : self.shape[1]] = picture.luma
        self._half[at] = picture.half
        self._changed[self.gathered] = picture.changed
        self._indices[self.gathered] = picture.index
        self.gathered += 1

    def frame(self, i: int) -> tuple[int, Small, Small, Floats, Floats]:
        """Of a gathered frame: its number, luma, half, means, and the share of its blocks."""
        return (
            self._indices[i],
            self._luma[2 + i],
            self._half[2 + i],
            self._means[2 + i],
            self._share,
        )

    def changes(self, rows: Columns) -> Floats:
        """Write `change`, from the frame left open to the last but one; each frame's own step."""
        end = 2 + self.gathered
        self._means[2:end] = means(self._luma[2:end])
        step, two = self._against(1), self._against(2)
        self._two = two
        self._spread = _spread(self._past(step))
        own = np.minimum(step, two)
        if self._open is None:
            rows.add(EVERYTHING)
        else:
            self._write(rows, *self._open, two[:1])
        alone = int(self.known == 0)  # the very first frame has nothing to be compared with
        self._write(rows, own[alone:-1], self._spread[alone:-1], two[1 + alone :])
        self._open = (own[-1:], self._spread[-1:]) if self.gathered > alone else None
        return step

    def close(self, rows: Columns) -> None:
        """Write `change` of the very last frame, which no other comes after."""
        if self._open is not None:
            self._write(rows, *self._open, self._open[0])

    def stirs(self, step: Floats, rows: Columns) -> None:
        """Write `flicker`, `stir` and `drift` of every gathered frame; step: from `changes`."""
        first, end = int(self.known == 0), self.gathered
        at = np.flatnonzero(self._changed[first:end]) + first
        whole = len(at) == end
        stirred, drift = np.zeros(end), np.zeros(end)
        if len(at):
            now = self._half[2 : 2 + end] if whole else self._half[2 + at]
            before = self._half[1 : 1 + end] if whole else self._half[1 + at]
            found = stir(now, before)
            down, right = self._thin
            wake = down @ self._spread[at] @ right
            stirred[at], drift[at] = (found.blocks / wake).max(axis=(1, 2)), found.drift
        flickered = (step / self._spread).max(axis=(1, 2))
        stirred[:first] = flickered[:first] = EVERYTHING
        for row in zip(flickered.tolist(), stirred.tolist(), drift.tolist(), strict=True):
            rows.add(*row)

    def measures(self, step: Floats, steps: Measures, blends: Measures) -> None:
        """Write the measures of every gathered frame; step: from `changes`."""
        end = 2 + self.gathered
        shift = (self._means[2:end] - self._means[1 : end - 1]) ** 2
        ratio = self._ratio(step)
        rows = places(step, np.where(np.isinf(self._two), step, self._two), ratio, shift)
        first = int(self.known == 0)
        rows[:first] = EVERYTHING
        steps.add(rows)
        mixed = blend(self._half[:end])
        mixed[: max(0, 2 - self.known)] = 0
        blends.add(mixed)

    def _ratio(self, step: Floats) -> Floats:
        """Change of each block over what it changes by when it is quiet: a slow minimum."""
        ratio = np.empty_like(step)
        for i, (own, out) in enumerate(zip(step, ratio, strict=True)):
            np.divide(own + _NOTHING, np.minimum(self._quiet, EVERYTHING) + _NOTHING, out=out)
            if self.known or i:  # the very first frame has nothing to be compared with
                self._quiet = np.minimum(own, _RISES * self._quiet + _NOTHING / 6)
        return ratio

    def forget(self) -> None:
        """All but the last two frames."""
        end = 2 + self.gathered
        for stack in (self._luma, self._half, self._means):
            stack[:2] = stack[end - 2 : end].copy()
        self.known = min(2, self.known + self.gathered)
        self.gathered = 0

    def _past(self, step: Floats) -> Floats:
        """The wake of earlier changes in each gathered frame, before its own."""
        past = np.empty_like(step)
        for own, wake in zip(step, past, strict=True):
            wake[:] = self._wake
            self._wake = np.maximum(own, _FADES * wake)
        return past

    def _against(self, back: int) -> Floats:
        """Change of every gathered frame against the one so many before; with none, beyond all."""
        start, end = 2 + max(0, back - self.known), 2 + self.gathered
        found = np.full((self.gathered, *self._means.shape[1:]), 0.0 if back == 1 else np.inf)
        found = found.astype(np.float32)
        if start < end:
            now, other = slice(start, end), slice(start - back, end - back)
            shift = self._means[now] - self._means[other]
            found[start - 2 :] = change(self._luma[now], self._luma[other], shift, self._share)
        return found

    @staticmethod
    def _write(rows: Columns, own: Floats, spread: Floats, two: Floats) -> None:
        """`change` of frames: `own` change and wake; `two`: of the next, from before the frame."""
        for value in (np.minimum(own, two) / spread).max(axis=(1, 2)).tolist():
            rows.add(value)


def _spread(wakes: Floats) -> Floats:
    """What divides changes in the wake of others, (N, h, w): 1 where all is quiet."""
    n, h, w = wakes.shape
    apart = np.zeros((n, h + 1, w), np.float32)  # a row between pictures: none reaches the next
    apart[:, :h] = wakes
    around = cv2.dilate(apart.reshape(n * (h + 1), w), _AROUND).reshape(n, h + 1, w)
    return 1 + _WAKE * around[:, :h]


def _thinner(size: tuple[int, ...], to: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Matrices that reduce a (h, w) picture to a smaller one by areas, from both sides."""
    down = cv2.resize(
        np.eye(size[0], dtype=np.float32), (size[0], to[0]), interpolation=cv2.INTER_AREA
    )
    right = cv2.resize(
        np.eye(size[1], dtype=np.float32), (to[1], size[1]), interpolation=cv2.INTER_AREA
    )
    return down, right  # pyright: ignore[reportReturnType]
