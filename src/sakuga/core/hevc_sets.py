"""What HEVC's parameter sets say that is needed to read a slice's header.

ITU-T H.265, section 7.3.2: only as much of the syntax as lies before that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sakuga.core.bits import Bits

Pictures = list[tuple[int, bool]]
"""Pictures that one is coded from: how far away in order of display, and whether by this one."""


@dataclass(frozen=True, slots=True)
class SequenceSet:
    """What slices need to know of a sequence parameter set."""

    colour: bool
    apart: bool  # three planes coded one by one
    order_bits: int
    offset: bool  # sample adaptive offset
    sets: list[Pictures]
    long: bool
    long_used: list[bool]
    motion: bool


@dataclass(frozen=True, slots=True)
class PictureSet:
    """What slices need to know of a picture parameter set; `weighted`: of B, of P."""

    sequence: int
    output: bool
    extra: int
    contexts: bool
    active: tuple[int, int]
    quantiser: int
    weighted: tuple[bool, bool]
    lists: bool


def sequence_set(bits: Bits) -> tuple[int, SequenceSet]:
    """7.3.2.2, up to the flag of temporal motion vectors."""
    bits.skip(4)
    _levels(bits, layers := bits.number(3))
    number, colour = bits.count(), bits.count()
    apart = colour == 3 and bits.flag()
    bits.counts(2)  # size
    if bits.flag():
        bits.counts(4)  # what is cut off of it
    bits.counts(2)  # bits a sample
    order_bits = bits.count() + 4
    bits.counts(3 * (layers + 1 if bits.flag() else 1))
    bits.counts(6)  # sizes of blocks
    if bits.flag() and bits.flag():
        _scaling(bits)
    bits.skip(1)
    offset = bits.flag()
    if bits.flag():  # samples as they are
        bits.skip(8)
        bits.counts(2)
        bits.skip(1)
    sets: list[Pictures] = []
    for _ in range(count := bits.count()):
        sets.append(short_term(bits, len(sets), count, sets))
    used: list[bool] = []
    if long := bits.flag():
        for _ in range(bits.count()):
            bits.skip(order_bits)
            used.append(bits.flag())
    motion = bits.flag()
    colours = colour != 0 and not apart
    return number, SequenceSet(colours, apart, order_bits, offset, sets, long, used, motion)


def _levels(bits: Bits, layers: int) -> None:
    """7.3.3, and the flag before it."""
    bits.skip(1 + 96)
    given = [(bits.flag(), bits.flag()) for _ in range(layers)]
    if layers:
        bits.skip(2 * (8 - layers))
    for profile, level in given:
        bits.skip(88 * profile + 8 * level)


def picture_set(bits: Bits) -> tuple[int, PictureSet]:
    """7.3.2.3, up to the flag of changed lists."""
    number, sequence = bits.count(), bits.count()
    bits.skip(1)
    output, extra = bits.flag(), bits.number(3)
    bits.skip(1)
    contexts = bits.flag()
    active = bits.count() + 1, bits.count() + 1
    quantiser = 26 + bits.signed()
    bits.skip(2)
    if bits.flag():
        bits.counts(1)
    bits.counts(2)  # the quantisers of colour
    bits.skip(1)
    weighted_p, weighted_b = bits.flag(), bits.flag()
    bits.skip(1)
    tiles = bits.flag()
    bits.skip(1)
    if tiles:
        places = bits.count() + bits.count()
        if not bits.flag():
            bits.counts(places)
        bits.skip(1)
    bits.skip(1)
    if bits.flag():
        bits.skip(1)
        if not bits.flag():
            bits.counts(2)
    if bits.flag():
        _scaling(bits)
    weighted = weighted_b, weighted_p
    return number, PictureSet(
        sequence, output, extra, contexts, active, quantiser, weighted, bits.flag()
    )


def _scaling(bits: Bits) -> None:
    """7.3.4."""
    for size in range(4):
        for _ in range(2 if size == 3 else 6):
            if not bits.flag():
                bits.counts(1)
            else:
                bits.counts((size > 1) + min(64, 1 << (4 + 2 * size)))


def short_term(bits: Bits, index: int, count: int, sets: list[Pictures]) -> Pictures:
    """7.3.7 and 7.4.8."""
    if index and bits.flag():
        return _derived(bits, sets[index - (bits.count() + 1 if index == count else 1)])
    before, after = bits.count(), bits.count()
    return [*_steps(bits, before, -1), *_steps(bits, after, 1)]


def _steps(bits: Bits, count: int, way: int) -> Iterator[tuple[int, bool]]:
    at = 0
    for _ in range(count):
        at += way * (bits.count() + 1)
        yield at, bits.flag()


def _derived(bits: Bits, other: Pictures) -> Pictures:
    """A set told by how it differs from another one."""
    way = -1 if bits.flag() else 1
    by = way * (bits.count() + 1)
    kept: Pictures = []
    for far in (*(far for far, _ in other), 0):
        used = bits.flag()
        if (used or bits.flag()) and far + by:
            kept.append((far + by, used))
    return sorted(kept, key=lambda one: (one[0] > 0, abs(one[0])))
