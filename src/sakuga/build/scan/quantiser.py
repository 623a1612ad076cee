"""How coarsely a film was encoded: what a codec leaves over, it shows in held drawings too."""

from __future__ import annotations

from typing import Any, Final

from numpy.typing import NDArray

from sakuga.build.scan.columns import Columns
from sakuga.build.scan.picture import Picture

_EVERY: Final = 23  # frames; no pattern of B-frames has this length


class Quantiser:
    """Measures `quantiser`: of some frames, and between them as it was; 0 until it is told."""

    def __init__(self) -> None:
        self._rows = Columns(("quantiser",))
        self._last = 0.0

    def add(self, picture: Picture) -> None:
        """Take the next frame in."""
        if picture.index % _EVERY == 0:
            self._last = picture.frame.quantiser() or self._last
        self._rows.add(self._last)

    def columns(self) -> dict[str, NDArray[Any]]:
        """quantiser: (T,) float32."""
        return self._rows.columns()
