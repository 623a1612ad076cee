"""Named measures, a byte each, by which a net tells drawings and shots apart.

A logarithm keeps six per cent of a value over seven decades; a share is kept to 1/200. One row a
frame, in the order of `NAMES`; `timing` reads them back by name.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sakuga.build.scan.content import Rows
from sakuga.core.measures import LOG, NAMES, code_log, code_share

Floats = NDArray[np.float32]


class Measures:
    """Gathers some of the named measures, frame by frame.

    names: those that are given, in the order in which `add` takes them.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._log = np.array([name in LOG for name in names])
        self._rows = Rows(np.uint8)

    def add(self, values: Any) -> None:
        """Rows of values, (N, len(names)) or (len(names),): squared grey levels, or shares."""
        values = np.asarray(values, np.float32)
        self._rows.add(np.where(self._log, code_log(values), code_share(values)).astype(np.uint8))

    def columns(self) -> dict[str, NDArray[np.uint8]]:
        """(T,) uint8 for each name."""
        table = self._rows.flat().reshape(-1, len(self._names))
        return {name: table[:, i] for i, name in enumerate(self._names)}


def joined(measured: dict[str, NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """(T * K,): the measures of every meter, side by side in the order of `NAMES`."""
    return np.ascontiguousarray(np.column_stack([measured[name] for name in NAMES])).ravel()
