"""What blocks say together: how large changes are, where they are, and whether a frame is a mix."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.blocks import BLOCK, Floats, block_means, blocks_in
from sakuga.build.scan.picture import Small

_CHANGED: Final = 0.12  # of the largest change of a block: it changed, too
_LEAST: Final = 1.0  # squared grey levels: less is no change
_MOST: Final = 0.25  # of the widest way of a block: it is one of those where most changed
_UNSEEN: Final = 0.02  # squared grey levels a pixel, below which nothing is said of a mix


def places(step: Floats, two: Floats, ratio: Floats, shift: Floats) -> Floats:
    """(N, h, w) each to (N, K), in the order of `measures.STEP`."""
    n = len(step)
    own = np.minimum(step, two)
    top, q90, q50, q10 = _ranked(step)
    columns = [
        step.max(axis=(1, 2)), top, q90, q50, q10,
        two.max(axis=(1, 2)), *_ranked(two)[1:3],
        own.max(axis=(1, 2)),
        ratio.max(axis=(1, 2)), _ranked(ratio)[1],
        shift.max(axis=(1, 2)), _ranked(shift)[2],
    ]  # fmt: skip
    return np.column_stack([*columns, *_box(step)]).reshape(n, -1).astype(np.float32)


def _ranked(blocks: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """The fourth largest of each picture, and its quantiles 0.9, 0.5 and 0.1."""
    flat = blocks.reshape(len(blocks), -1)
    count = flat.shape[1]
    at = [max(count - 4, 0), int(0.9 * (count - 1)), count // 2, int(0.1 * (count - 1))]
    ranked = np.partition(flat, sorted(set(at)), axis=1)
    top, q90, q50, q10 = (ranked[:, i] for i in at)
    return top, q90, q50, q10


def _box(step: Floats) -> list[NDArray[Any]]:
    """Top, bottom, left, right of what changed, and how many blocks did: shares."""
    largest = step.max(axis=(1, 2), keepdims=True)
    changed = step > np.maximum(_CHANGED * largest, _LEAST)
    rows, columns = changed.any(axis=2), changed.any(axis=1)
    return [*_ends(rows), *_ends(columns), changed.mean(axis=(1, 2))]


def _ends(lines: NDArray[np.bool_]) -> tuple[NDArray[Any], NDArray[Any]]:
    """First and last true place of each row, as shares; 0 and 0 where there is none."""
    size = lines.shape[1]
    some = lines.any(axis=1)
    first = lines.argmax(axis=1)
    last = size - lines[:, ::-1].argmax(axis=1)
    return np.where(some, first / size, 0.0), np.where(some, last / size, 0.0)


def blend(half: Small) -> Floats:
    """(N + 2, h, w) pictures to (N, 6): of each middle one of three, `measures.BLEND`.

    The way is from the picture before to the one after. A mix lies on it, a drawing beside it.
    """
    _, h, w = half.shape
    n = len(half) - 2
    size = blocks_in(h) * BLOCK, blocks_in(w) * BLOCK
    sides = np.zeros((2, n, *size), np.float32)
    sides[0, :, :h, :w] = np.subtract(half[2:], half[:-2], dtype=np.int16)
    sides[1, :, :h, :w] = np.subtract(half[1:-1], half[:-2], dtype=np.int16)
    products = np.empty((3, n, *size), np.float32)
    np.multiply(sides, sides[0], out=products[:2])
    np.multiply(sides[1], sides[1], out=products[2])
    way, along, own = block_means(products.reshape(3 * n, *size)).reshape(3, n, -1)
    most = way >= _MOST * way.max(axis=1, keepdims=True)
    rows = [_mixture(*(x.mean(axis=1) for x in (way, along, own)))]
    rows.append(_mixture(*((x * most).sum(axis=1) / most.sum(axis=1) for x in (way, along, own))))
    return np.column_stack(rows[0] + rows[1]).astype(np.float32)


def _mixture(way: Floats, along: Floats, own: Floats) -> list[NDArray[Any]]:
    """How wide the way is, where on it the middle lies, and the share of its step beside it."""
    alpha = along / (way + _UNSEEN)
    rest = np.maximum(own - along * alpha, 0) / (own + _UNSEEN)
    return [way, np.clip((alpha + 0.5) / 2, 0, 1), rest]
