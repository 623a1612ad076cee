"""How two small pictures differ, block by block of 8x8 pixels.

Two measures. *Change*: the variance of the difference within a block. Outlines that move leave
plus beside minus; a shift of brightness, which codecs make of a held drawing, leaves nothing.
*Stir*: how much of the difference a sub-pixel shift of the block explains (Lucas and Kanade 1981,
least squares): grain explains nothing, a slow pan or a small mover almost everything.
Blocks are summed by halving three times, which is the fastest way in OpenCV (measured).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.picture import Picture, Small, halve

Floats = NDArray[np.float32]

BLOCK: Final = 8
_STIFFNESS: Final = 16.0  # of a block's shift: a flat block must not seem to move
_UNSEEN: Final = 20.0  # squared grey levels in all: below, a share of the difference says nothing


class Looked:
    """One frame, as the drawing meter remembers it.

    luma: (h, w) uint8; half: (h / 2, w / 2) float32; means: of each block of luma, what lies
    beyond the edge counted as black: (ceil(h / 8), ceil(w / 8)).
    """

    __slots__ = ("half", "luma", "means")

    def __init__(self, picture: Picture) -> None:
        self.luma: Small = picture.luma
        self.half: Floats = picture.half.astype(np.float32)
        self.means: Floats = _means(picture.luma)


def change(now: Looked, other: Looked) -> Floats:
    """Variance of the difference in each block: (ceil(h / 8), ceil(w / 8)), squared grey levels.

    A block cut by the edge counts by its share.
    """
    h, w = now.luma.shape
    square = _padded(now.luma.shape)
    inner = square[:h, :w]
    np.copyto(inner, cv2.absdiff(now.luma, other.luma))
    np.multiply(inner, inner, out=inner)
    shift = now.means - other.means
    return np.maximum(_thrice(square) - shift * shift / _share((h, w)), 0.0)


def _means(luma: Small) -> Floats:
    padded = _padded(luma.shape)
    np.copyto(padded[: luma.shape[0], : luma.shape[1]], luma)
    return _thrice(padded)


@dataclass(frozen=True, slots=True)
class Stir:
    """blocks: squared grey levels of each block that a shift of its own explains; drift: the share
    of all differences, 0 to 1, that one shift of the whole picture explains."""

    blocks: Floats
    drift: float


def stir(now: Floats, other: Floats) -> Stir:
    """How far shifts explain the difference between two pictures of half size, (h / 2, w / 2)."""
    if min(now.shape) < 3:
        return Stir(np.zeros((1, 1), np.float32), 0.0)
    both, apart = now + other, now - other
    right = (both[1:-1, 2:] - both[1:-1, :-2]) * 0.25
    down = (both[2:, 1:-1] - both[:-2, 1:-1]) * 0.25
    later = apart[1:-1, 1:-1]
    xx, xy, yy, xt, yt, tt = _sums(right, down, later)
    total = float(tt.sum())
    whole = _explained(xx.sum(), xy.sum(), yy.sum(), xt.sum(), yt.sum(), 1.0)
    return Stir(_explained(xx, xy, yy, xt, yt, _STIFFNESS), float(whole) / (total + _UNSEEN))


def _sums(right: Floats, down: Floats, later: Floats) -> list[Floats]:
    """Sums over each block of right², right*down, down², right*later, down*later, later²."""
    h, w = right.shape
    tall = -(-h // BLOCK) * BLOCK
    stack = np.zeros((6 * tall, -(-w // BLOCK) * BLOCK), np.float32)
    pairs = ((right, right), (right, down), (down, down), (right, later), (down, later), (later, later))
    for i, (a, b) in enumerate(pairs):
        np.multiply(a, b, out=stack[i * tall : i * tall + h, :w])
    return list(_thrice(stack).reshape(6, tall // BLOCK, -1) * np.float32(BLOCK * BLOCK))


def _explained(xx: Any, xy: Any, yy: Any, xt: Any, yt: Any, stiffness: float) -> Any:
    """What the best shift takes away of the sum of squares."""
    a, b = xx + stiffness, yy + stiffness
    return (xt * xt * b - 2 * xt * yt * xy + yt * yt * a) / (a * b - xy * xy)


def _thrice(plane: Floats) -> Floats:
    return halve(halve(halve(plane)))


def _padded(shape: tuple[int, ...]) -> Floats:
    """Black, both sides rounded up to whole blocks."""
    return np.zeros((-(-shape[0] // BLOCK) * BLOCK, -(-shape[1] // BLOCK) * BLOCK), np.float32)


_SHARES: dict[tuple[int, ...], Floats] = {}


def _share(shape: tuple[int, ...]) -> Floats:
    """How much of each block lies within the picture."""
    if shape not in _SHARES:
        _SHARES.clear()
        _SHARES[shape] = _means(np.ones(shape, np.uint8))
    return _SHARES[shape]
