"""Bits of a header, one field after another, as video codecs write them (ITU-T H.265, 9.2)."""

from __future__ import annotations

_LONGEST = 32  # zeros before a count; more is no header


def unescaped(unit: bytes) -> bytes:
    """Without the bytes that keep 00 00 01 from appearing by chance."""
    return unit.replace(b"\0\0\3", b"\0\0")


class Bits:
    """Reads from the highest bit on; raises EOFError beyond the end."""

    def __init__(self, read: bytes) -> None:
        self._all = int.from_bytes(read, "big")
        self._left = 8 * len(read)

    def number(self, bits: int) -> int:
        """An unsigned number of so many bits, 0 of none."""
        self.skip(bits)
        return self._all >> self._left & ((1 << bits) - 1)

    def skip(self, bits: int) -> None:
        """Go on by so many bits."""
        self._left -= bits
        if self._left < 0:
            raise EOFError

    def flag(self) -> bool:
        """One bit."""
        return self.number(1) == 1

    def count(self) -> int:
        """An Exp-Golomb code, from 0."""
        zeros = 0
        while not self.flag():
            zeros += 1
            if zeros > _LONGEST:
                raise EOFError
        return (1 << zeros) - 1 + self.number(zeros)

    def counts(self, fields: int) -> None:
        """Go on by so many Exp-Golomb codes."""
        for _ in range(fields):
            self.count()

    def signed(self) -> int:
        """An Exp-Golomb code of 0, 1, -1, 2, -2, ..."""
        code = self.count()
        return (code + 1) // 2 if code % 2 else -(code // 2)
