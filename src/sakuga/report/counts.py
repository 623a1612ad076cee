"""Counting a column piece by piece: into bins, into classes; and the bars that come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sakuga.report import paper


@dataclass(frozen=True, slots=True)
class Bar:
    """One class of a chart: how many, their share, and the paper's share (both in percent)."""

    label: str
    count: int
    share: float
    paper: float | None = None


class Binned:
    """How many values fall into each bin; bins may overlap."""

    def __init__(self, bins: Sequence[paper.Bin]) -> None:
        self._bins = bins
        self._counts = np.zeros(len(bins), np.int64)
        self.total = 0

    def add(self, values: NDArray[Any]) -> None:
        """Count some more values; those in no bin still count for the whole."""
        self.total += len(values)
        for place, b in enumerate(self._bins):
            self._counts[place] += np.count_nonzero((values >= b.low) & (values < b.high))

    def bars(self) -> tuple[Bar, ...]:
        """A bar for each bin."""
        return tuple(
            Bar(b.label, int(n), share(int(n), self.total), b.share)
            for b, n in zip(self._bins, self._counts, strict=True)
        )


class Classed:
    """How many values are of each class; the known ones first, in their order."""

    def __init__(self, known: Sequence[str] = ()) -> None:
        self._known = known
        self._counts = Counter[str]()

    @property
    def total(self) -> int:
        """How many values there were."""
        return self._counts.total()

    def add(self, values: pa.Array) -> None:
        """Count some more values; null ones are not known, and not counted."""
        found: Any = pc.call_function("value_counts", [values])
        for each in found.to_pylist():
            if each["values"] is not None:
                self._counts[str(each["values"])] += each["counts"]

    def add_counts(self, counts: Mapping[str, int]) -> None:
        """Count some more values that were counted already."""
        self._counts.update(counts)

    def bars(self, shares: Mapping[str, float] | None = None, most: int = 0) -> tuple[Bar, ...]:
        """A bar for each class, with the paper's share; of more than `most`, the rest as one."""
        names = [*self._known, *sorted(self._counts.keys() - set(self._known))]
        if most and len(names) > most:
            ranked = sorted(names, key=lambda name: (-self._counts[name], name))
            names, rest = ranked[:most], ranked[most:]
            return (*self._each(names, shares), self._rest(rest))
        return tuple(self._each(names, shares))

    def _each(self, names: Iterable[str], shares: Mapping[str, float] | None) -> Iterable[Bar]:
        total = self.total
        for name in names:
            theirs = (shares or {}).get(name)
            yield Bar(name, self._counts[name], share(self._counts[name], total), theirs)

    def _rest(self, names: Sequence[str]) -> Bar:
        count = sum(self._counts[name] for name in names)
        return Bar(f"{len(names):,} others", count, share(count, self.total))


def known(column: pa.Array) -> NDArray[Any]:
    """A numeric column's values without its nulls."""
    return column.drop_null().to_numpy(zero_copy_only=False)


def share(number: float, of: float) -> float:
    """Percent, to two places."""
    return round(100 * number / of, 2) if of else 0.0
