"""What every wear of the picture is: a function of a picture and its frame number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np

from sakuga.studio.sequence import Image


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a wear is put on.

    size: width, height of the pictures that come in; rate: frames a second; count: frames in all.
    """

    size: tuple[int, int]
    rate: float
    count: int
    random: np.random.Generator


@dataclass(frozen=True, slots=True)
class Look:
    """A wear of the picture, ready to be applied.

    apply: (picture (H, W, 3) uint8 BGR, frame number) to a new picture; the one that comes in is
    never changed. wears: what it is, with its parameters. alike: the frame number changes nothing.
    """

    apply: Callable[[Image, int], Image]
    wears: str
    alike: bool = False


Make = Callable[[Setting], Look]


def even(length: float) -> int:
    """The next even number: 4:2:0 has whole chroma samples at the edge."""
    return max(4, ceil(length / 2 - 1e-6) * 2)
