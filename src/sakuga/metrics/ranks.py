"""Where the right one stands among the wrong ones: ranks of pairs, both ways, gallery by gallery.

§5.1: test pairs are "divided equally into batches of 2560", and each caption looks for its clip
among those of its batch, each clip for its caption. A batch is called a gallery here.

A tie is counted against us, so that a model that gives every clip the same vector finds nothing.
Vectors with the same bytes are tied by definition: a matrix product may round their scores apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GALLERY = 2560  # §5.1
BLOCK = 512  # clips whose scores are in memory at once

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ranks:
    """Of Q pairs: how many others score at least as well as the right one; 0 is found first.

    pairs: (Q,) which pairs were ranked, gallery by gallery. text_to_video, video_to_text: (Q,) in
    the same order. gallery: pairs in each gallery. left_out: pairs that fill no gallery.
    """

    pairs: Ints
    text_to_video: Ints
    video_to_text: Ints
    gallery: int
    left_out: int


def rank(
    video: NDArray[np.floating], text: NDArray[np.floating], gallery: int = GALLERY, seed: int = 0
) -> Ranks:
    """Rank N pairs of (N, D) vectors by their products, in galleries of one seeded shuffle.

    The tail that fills no gallery is left out, since a small gallery is an easy one; fewer pairs
    than one gallery are one smaller gallery. Memory beyond the vectors is that of a gallery's
    vectors and BLOCK rows of its scores. Raises ValueError for vectors that are no pairs.
    """
    if video.shape != text.shape or video.ndim != 2 or not len(video):
        raise ValueError(f"vectors of shapes {video.shape}, {text.shape}: must be the same (N, D)")
    chosen = list(galleries(len(video), gallery, seed))
    ranked = [rank_gallery(video[each], text[each]) for each in chosen]
    pairs = np.concatenate(chosen)
    return Ranks(
        pairs,
        np.concatenate([to_video for to_video, _ in ranked]),
        np.concatenate([to_text for _, to_text in ranked]),
        len(chosen[0]),
        len(video) - len(pairs),
    )


def galleries(pairs: int, gallery: int = GALLERY, seed: int = 0) -> Iterator[Ints]:
    """(gallery,) pairs at a time, of one shuffle; the tail is left out."""
    if gallery < 1:
        raise ValueError(f"gallery = {gallery}: must be 1 or more")
    size = min(gallery, pairs)
    order = np.random.default_rng(seed).permutation(pairs)
    for start in range(0, pairs - size + 1, size):
        yield order[start : start + size]


def rank_gallery(
    video: NDArray[np.floating], text: NDArray[np.floating], block: int = BLOCK
) -> tuple[Ints, Ints]:
    """The ranks of one gallery's (N, D) pairs: of each caption's clip, of each clip's caption.

    A score that is NaN counts against us too.
    """
    video, text = np.asarray(video, np.float32), np.asarray(text, np.float32)
    right = np.einsum("nd,nd->n", video, text)
    same_video, same_text = _alike(video), _alike(text)
    to_video = np.zeros(len(video), np.int64)  # wrong clips that score less, by caption
    to_text = np.zeros(len(video), np.int64)
    for start in range(0, len(video), block):
        rows = slice(start, start + block)
        scores = video[rows] @ text.T
        less = scores < right[rows, None]
        _forget(less, same_text[rows, None] == same_text if _twice(same_text) else None, start)
        to_text[rows] = [np.count_nonzero(row) for row in less]
        np.less(scores, right, out=less)
        _forget(less, same_video[rows, None] == same_video if _twice(same_video) else None, start)
        to_video += np.add.reduce(less.view(np.uint8), axis=0, dtype=np.int64)
    return len(video) - 1 - to_video, len(video) - 1 - to_text


def _forget(less: Bools, same: Bools | None, start: int) -> None:
    """The right one, and what equals it, is not less than it, however its product was rounded."""
    if same is not None:
        less &= ~same
    rows = np.arange(len(less))
    less[rows, start + rows] = False


def _alike(vectors: Floats) -> Ints:
    """(N,) a number for each vector; equal vectors have equal ones."""
    plain = np.ascontiguousarray(vectors + 0.0)  # no -0, which has other bytes
    rows = plain.view(np.dtype((np.void, plain.dtype.itemsize * plain.shape[1]))).ravel()
    seen: dict[bytes, int] = {}
    return np.array([seen.setdefault(row.tobytes(), len(seen)) for row in rows], np.int64)


def _twice(numbers: Ints) -> bool:
    return bool(len(numbers)) and int(numbers.max()) + 1 < len(numbers)
