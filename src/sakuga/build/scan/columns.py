"""Numbers gathered frame by frame in little memory: chunks of arrays, never lists of objects."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

_CHUNK: Final = 4096  # rows


class Columns:
    """Named columns of one type that grow together, a row per frame.

    >>> gathered = Columns(("mean", "largest"))
    >>> gathered.add(0.5, 7.0)
    >>> gathered.columns()["largest"]
    array([7.], dtype=float32)
    """

    def __init__(self, names: tuple[str, ...], dtype: DTypeLike = np.float32) -> None:
        self._names, self._dtype = names, dtype
        self._full: list[NDArray[Any]] = []
        self._open, self._rows = self._chunk(), 0

    def add(self, *values: float) -> None:
        """Add a row, a value for each name in order."""
        if self._rows == _CHUNK:
            self._full.append(self._open)
            self._open, self._rows = self._chunk(), 0
        self._open[:, self._rows] = values
        self._rows += 1

    def columns(self) -> dict[str, NDArray[Any]]:
        """Each name's values so far."""
        parts = [*self._full, self._open[:, : self._rows]]
        whole = np.concatenate(parts, axis=1)
        return {name: whole[i].copy() for i, name in enumerate(self._names)}

    def _chunk(self) -> NDArray[Any]:
        return np.zeros((len(self._names), _CHUNK), self._dtype)
