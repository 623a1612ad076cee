"""Numbers gathered frame by frame in little memory: plain arrays, never lists of objects."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Columns:
    """Named columns of one type that grow together, a row per frame.

    >>> gathered = Columns(("mean", "largest"))
    >>> gathered.add(0.5, 7.0)
    >>> gathered.columns()["largest"]
    array([7.], dtype=float32)
    """

    def __init__(self, names: tuple[str, ...], dtype: DTypeLike = np.float32) -> None:
        self._dtype = np.dtype(dtype)
        self._columns = {name: array(self._dtype.char) for name in names}
        self._appends = [column.append for column in self._columns.values()]

    def add(self, *values: float) -> None:
        """Add a row, a value for each name in order."""
        for append, value in zip(self._appends, values, strict=True):
            append(value)

    def columns(self) -> dict[str, NDArray[Any]]:
        """Each name's values so far."""
        return {name: np.array(column, self._dtype) for name, column in self._columns.items()}
