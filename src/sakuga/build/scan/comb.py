"""Combs: frames whose two fields show two pictures, as interlaced and telecined files have them.

A comb's teeth stand out from the lines above and below them, which are alike. Fine texture does
so too; it does so as well in frames that hardly changed, and combs do not.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.picture import Picture

_ROWS: Final = 12  # lines, of which the first four are looked at
_TOOTH: Final = 14  # grey levels by which a tooth stands out
_ALIKE: Final = 0.5  # of that: the lines above and below differ by no more
_WIDE: Final = 32  # pixels of a place
_MANY: Final = 0.25  # of the pixels of a place are teeth, besides those of texture at rest
_PLACES: Final = 4  # so many places make a combed frame
_CLOSELY: Final = 250  # changed frames that are all looked at; then
_EVERY: Final = 7  # one in so many; no cadence has this length
_FEWEST: Final = 6  # combed frames that make a combed film
_OFTEN: Final = 0.06  # and the share of looked at


class CombMeter:
    """Counts combed frames; no column of its own."""

    def __init__(self) -> None:
        self._texture: NDArray[np.float64] | None = None
        self._changed = self._looked = self._combed = 0

    @property
    def combed(self) -> bool:
        """Whether this film is to be read by one field."""
        return self._combed >= max(_FEWEST, _OFTEN * self._looked)

    def add(self, picture: Picture) -> None:
        """Take the next frame in; late in a film only some are looked at."""
        if picture.previous is None:
            self._texture = None
        self._changed += picture.changed
        if picture.changed and (self._changed < _CLOSELY or self._changed % _EVERY == 0):
            self._look(teeth_in(picture.frame.plane(0), picture.frame.bits))

    def columns(self) -> dict[str, NDArray[Any]]:
        """None."""
        return {}

    def _look(self, teeth: NDArray[np.float64]) -> None:
        rest = teeth if self._texture is None else np.minimum(self._texture * 1.02 + 0.001, teeth)
        above = np.sort(teeth - rest, axis=None)
        self._looked += 1
        self._combed += len(above) > _PLACES and above[-_PLACES] > _MANY
        self._texture = rest


def teeth_in(plane: NDArray[np.uint8] | NDArray[np.uint16], bits: int) -> NDArray[np.float64]:
    """Share of pixels that are teeth of a comb, in places of 32 pixels of every twelfth line."""
    h, w = plane.shape
    rows = h // _ROWS
    if rows < 1 or w < _WIDE:
        return np.zeros((1, 1))
    part = plane[: rows * _ROWS].reshape(rows, _ROWS, w)[:, :4].astype(np.int16)
    part >>= bits - 8
    first, second, third, fourth = part[:, 0], part[:, 1], part[:, 2], part[:, 3]
    up, down = second - first, second - third
    tooth = (np.minimum(up, down) > _TOOTH) | (np.maximum(up, down) < -_TOOTH)
    tooth &= np.abs(first - third) < _ALIKE * np.abs(up + down)
    up, down = third - second, third - fourth
    other = (np.minimum(up, down) > _TOOTH) | (np.maximum(up, down) < -_TOOTH)
    tooth &= other & (np.abs(second - fourth) < _ALIKE * np.abs(up + down))
    return tooth[:, : w // _WIDE * _WIDE].reshape(rows, -1, _WIDE).mean(axis=2)
