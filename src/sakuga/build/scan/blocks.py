"""How small pictures differ, block by block of 8x8 pixels, many pairs in one go.

Two measures. *Change*: the variance of the difference within a block. Outlines that move leave
plus beside minus; a shift of brightness, which codecs make of a held drawing, leaves nothing.
*Stir*: how much of the difference a sub-pixel shift of the block explains (Lucas and Kanade 1981,
least squares): grain explains nothing, a slow pan or a small mover almost everything.

Pictures lie one below the other in stacks, so that a call of OpenCV or NumPy serves many: for one
small picture the call costs as much as the work (measured: half the time). Blocks are summed by
halving three times, the fastest way in OpenCV.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.picture import Small, halve

Floats = NDArray[np.float32]
Slopes = NDArray[np.int16]

BLOCK: Final = 8
_STIFFNESS: Final = 16.0  # of a block's shift: a flat block must not seem to move
_SCALES: Final = np.array([1 / 16, 1 / 16, 1 / 16, 1 / 4, 1 / 4, 1], np.float32).reshape(6, 1, 1, 1)
"""Of the sums: right and down are four times the slopes."""
_UNSEEN: Final = 20.0  # squared grey levels in all: below, a share of the difference says nothing


def blocks_in(size: int) -> int:
    """Blocks that a side of so many pixels is cut into, the last perhaps only in part."""
    return -(-size // BLOCK)


def means(stack: Small) -> Floats:
    """Mean of each block: (N, H, W) uint8, whole blocks, to (N, H / 8, W / 8)."""
    return block_means(stack.astype(np.float32))


def change(now: Small, other: Small, shift: Floats, share: Floats) -> Floats:
    """Variance of the difference in each block: (N, H / 8, W / 8), squared grey levels.

    now, other: (N, H, W) uint8, whole blocks, black beyond the edge; shift: the difference of
    their means; share: of each block that lies within the picture. A block counts by its share.
    """
    n, h, w = now.shape
    apart = cv2.absdiff(now.reshape(n * h, w), other.reshape(n * h, w)).astype(np.float32)
    np.multiply(apart, apart, out=apart)
    squares = block_means(apart.reshape(n, h, w))
    squares -= shift * shift / share
    return np.maximum(squares, 0.0, out=squares)


@dataclass(frozen=True, slots=True)
class Stir:
    """blocks: squared grey levels of each block that a shift of its own explains; drift: (N,) the
    share of all differences, 0 to 1, that one shift of the whole picture explains."""

    blocks: Floats
    drift: Floats


def stir(now: Small, other: Small) -> Stir:
    """How far shifts explain the differences of pictures of half size, (N, h, w) uint8 each."""
    if min(now.shape[1:]) < 3:
        return Stir(np.zeros((len(now), 1, 1), np.float32), np.zeros(len(now), np.float32))
    both = np.add(now, other, dtype=np.int16)
    apart = np.subtract(now, other, dtype=np.int16)
    right = both[:, 1:-1, 2:] - both[:, 1:-1, :-2]  # four times the slope
    down = both[:, 2:, 1:-1] - both[:, :-2, 1:-1]
    xx, xy, yy, xt, yt, tt = _sums(right, down, apart[:, 1:-1, 1:-1])
    wxx, wxy, wyy, wxt, wyt, wtt = (s.sum(axis=(1, 2)) for s in (xx, xy, yy, xt, yt, tt))
    drift = _explained(wxx, wxy, wyy, wxt, wyt, 1.0) / (wtt + _UNSEEN)
    return Stir(_explained(xx, xy, yy, xt, yt, _STIFFNESS), drift)


def _sums(right: Slopes, down: Slopes, later: Slopes) -> Floats:
    """(6, N, ...): sums over blocks of right², right*down, down², right*later, down*later, later².

    right, down: four times the slopes.
    """
    n, h, w = right.shape
    size = n, blocks_in(h) * BLOCK, blocks_in(w) * BLOCK
    sides = np.zeros((3, *size), np.float32)
    for side, values in zip(sides, (right, down, later), strict=True):
        side[:, :h, :w] = values
    products = np.empty((6, *size), np.float32)
    np.multiply(sides[:2], sides[0], out=products[:2])
    np.multiply(sides[1], sides[1], out=products[2])
    np.multiply(sides, sides[2], out=products[3:])
    summed = block_means(products.reshape(6 * n, *size[1:]))
    summed = summed.reshape(6, n, *summed.shape[1:])
    summed *= BLOCK * BLOCK * _SCALES
    return summed


def _explained(xx: Any, xy: Any, yy: Any, xt: Any, yt: Any, stiffness: float) -> Any:
    """What the best shift takes away of the sum of squares."""
    a, b = xx + stiffness, yy + stiffness
    return (xt * xt * b - 2 * xt * yt * xy + yt * yt * a) / (a * b - xy * xy)


def block_means(stack: Floats) -> Floats:
    """(N, H, W), whole blocks of 8x8, to their means, (N, H / 8, W / 8)."""
    n, h, w = stack.shape
    return halve(halve(halve(stack.reshape(n * h, w)))).reshape(n, h // BLOCK, w // BLOCK)
