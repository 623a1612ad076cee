"""HEVC's quantiser, read from slice headers: FFmpeg reads it there too, but does not tell.

ITU-T H.265, section 7.3: only as much of the syntax as lies before the quantiser, and nothing of
the pictures themselves. What can't be read, hostile bytes above all, gives None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sakuga.core.bits import Bits, unescaped
from sakuga.core.hevc_sets import (
    PictureSet,
    SequenceSet,
    picture_set,
    sequence_set,
    short_term,
)

_SEQUENCE, _PICTURE = 33, 34  # kinds of units: parameter sets
_FIRST_ONCE, _LAST_ONCE = 16, 23  # kinds of slices from which decoding may start
_WHOLE: Final = frozenset({19, 20})  # of these, slices of pictures that count from 0
_SLICES: Final = frozenset({*range(10), *range(16, 22)})
_PREFIX: Final = 256  # bytes of a slice that are looked at; its header is far shorter
_MOST: Final = 4096  # bytes of a parameter set that are looked at
_ABOVE: Final = 8
"""What x265's slices tell above the mean of H.264's blocks, where as much is left over in held
drawings (read off studio films): blocks go below what their slice tells."""
_B, _P = 0, 1  # kinds of slices; 2 is I


class Slices:
    """Reads quantisers out of a stream's packets. extradata: the parameter sets beside it."""

    def __init__(self, extradata: bytes | None) -> None:
        self._sequences: dict[int, SequenceSet] = {}
        self._pictures: dict[int, PictureSet] = {}
        self._length = 0  # bytes that tell a unit's length; 0: units start with 00 00 01
        extradata = extradata or b""
        if len(extradata) > 22 and extradata[0] == 1:
            self._length = (extradata[21] & 3) + 1
            units = _boxed(extradata)
        else:
            units = _started(extradata)
        for unit in units:
            self._learn(unit)

    def quantiser(self, packet: bytes) -> int | None:
        """Of the packet's first slice, 0 to 51; None where it can't be read."""
        units = _counted(packet, self._length) if self._length else _started(packet)
        for unit in units:
            self._learn(unit)
            if len(unit) > 2 and _kind(unit) in _SLICES:
                try:
                    return self._slice(_kind(unit), Bits(unescaped(unit[2:_PREFIX])))
                except (EOFError, KeyError, IndexError):
                    return None
        return None

    def like_h264(self, packet: Any) -> float | None:
        """The same, of what can be turned into bytes, on the scale of H.264's blocks."""
        told = self.quantiser(bytes(packet))
        return None if told is None else float(max(0, told - _ABOVE))

    def _learn(self, unit: bytes) -> None:
        """Keep what a parameter set says; one that can't be read says nothing."""
        if len(unit) < 3 or _kind(unit) not in (_SEQUENCE, _PICTURE):
            return
        bits = Bits(unescaped(unit[2:_MOST]))
        try:
            if _kind(unit) == _SEQUENCE:
                number, sequence = sequence_set(bits)
                self._sequences[number] = sequence
            else:
                number, picture = picture_set(bits)
                self._pictures[number] = picture
        except (EOFError, IndexError):
            return

    def _slice(self, kind: int, bits: Bits) -> int | None:
        """7.3.6.1, up to slice_qp_delta."""
        first = bits.flag()
        if _FIRST_ONCE <= kind <= _LAST_ONCE:
            bits.flag()
        picture = self._pictures[bits.count()]
        sequence = self._sequences[picture.sequence]
        if not first:
            return None
        bits.skip(picture.extra)
        slice_kind = bits.count()
        bits.skip(picture.output + 2 * sequence.apart)
        motion, references = (False, 0) if kind in _WHOLE else _references(bits, sequence)
        if sequence.offset:
            bits.skip(1 + sequence.colour)
        if slice_kind in (_B, _P):
            _prediction(bits, slice_kind, sequence, picture, motion, references)
        told = picture.quantiser + bits.signed()
        return told if 0 <= told <= 51 else None


def _kind(unit: bytes) -> int:
    return unit[0] >> 1 & 63


def _boxed(extradata: bytes) -> Iterator[bytes]:
    """Units of an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3)."""
    at = 23
    for _ in range(extradata[22]):
        count = int.from_bytes(extradata[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            size = int.from_bytes(extradata[at : at + 2], "big")
            yield extradata[at + 2 : at + 2 + size]
            at += 2 + size
            if at >= len(extradata):
                return


def _counted(packet: bytes, length: int) -> Iterator[bytes]:
    """Units that each come after their length."""
    at = 0
    while at + length < len(packet):
        size = int.from_bytes(packet[at : at + length], "big")
        yield packet[at + length : at + length + size]
        at += length + size


def _started(packet: bytes) -> Iterator[bytes]:
    """Units that each come after 00 00 01."""
    yield from packet.split(b"\0\0\1")[1:]


def _references(bits: Bits, sequence: SequenceSet) -> tuple[bool, int]:
    """Whether motion comes from another picture, and how many pictures this one is coded from."""
    bits.skip(sequence.order_bits)
    sets = sequence.sets
    if bits.flag():
        chosen = sets[bits.number((len(sets) - 1).bit_length())]
    else:
        chosen = short_term(bits, len(sets), len(sets), sets)
    references = sum(used for _, used in chosen)
    if sequence.long:
        references += _long_term(bits, sequence)
    return sequence.motion and bits.flag(), references


def _long_term(bits: Bits, sequence: SequenceSet) -> int:
    known = sequence.long_used
    listed = bits.count() if known else 0
    references = 0
    for i in range(listed + bits.count()):
        if i < listed:
            references += known[bits.number((len(known) - 1).bit_length())]
        else:
            bits.skip(sequence.order_bits)
            references += bits.flag()
        if bits.flag():
            bits.counts(1)
    return references


def _prediction(
    bits: Bits, kind: int, sequence: SequenceSet, picture: PictureSet, motion: bool, references: int
) -> None:
    """What P and B slices say before their quantiser."""
    active = list(picture.active)
    if bits.flag():
        active[: 2 - kind] = [bits.count() + 1 for _ in range(2 - kind)]
    lists = active[: 2 - kind]
    if picture.lists and references > 1:
        for count in lists:
            if bits.flag():
                bits.skip(count * (references - 1).bit_length())
    bits.skip((kind == _B) + picture.contexts)
    if motion:
        first = kind == _P or bits.flag()
        if active[0 if first else 1] > 1:
            bits.counts(1)
    if picture.weighted[kind]:
        _weights(bits, lists, sequence.colour)
    bits.counts(1)


def _weights(bits: Bits, lists: list[int], colour: bool) -> None:
    """7.3.6.3."""
    bits.counts(1 + colour)
    for count in lists:
        luma = [bits.flag() for _ in range(count)]
        chroma = [colour and bits.flag() for _ in range(count)]
        bits.counts(2 * sum(luma) + 4 * sum(chroma))
