"""Clips of a few pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sakuga.core.images import Picture, from_jpeg, to_jpeg
from sakuga.core.records import Samples
from tests.tables import digest


def clip(name: str, count: int, broken: Sequence[int] = ()) -> Samples:
    """A clip with so many samples of coloured blots; those that are broken are no images."""
    random = np.random.default_rng(list(name.encode()))
    blots = random.integers(0, 256, (count, 2, 3, 3), dtype=np.uint8).repeat(18, 1).repeat(22, 2)
    images = [
        b"\xff\xd8 no image" if index in broken else to_jpeg(blots[index]) for index in range(count)
    ]
    frames = [12 * index for index in range(count)]
    return Samples(digest(name), digest("film"), frames, images)


def pictures_of(samples: Samples) -> list[Picture]:
    """Its samples, decoded."""
    return [from_jpeg(image) for image in samples.images]
