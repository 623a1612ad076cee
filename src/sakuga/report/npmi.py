"""How much more often two tags stand together than chance would have it: PMI and NPMI (§3.2).

PMI is log2 of p(a, b) / (p(a) p(b)); NPMI divides it by -log2 p(a, b): -1 never together, 0 as
chance would have it, 1 never apart. Of N clips whose tags are known, p is a count over N.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sakuga.report.pairs import Counted, place_of

CHUNK = 1 << 18  # pairs in memory at a time
SCHEMA = pa.schema(
    [
        pa.field("tag_a", pa.string(), False),  # the more frequent of the two
        pa.field("tag_b", pa.string(), False),
        pa.field("count_a", pa.int64(), False),
        pa.field("count_b", pa.int64(), False),
        pa.field("count", pa.int64(), False),  # clips that bear both
        pa.field("pmi", pa.float64(), False),
        pa.field("npmi", pa.float64(), False),
    ]
)

Floats = NDArray[np.float64]


def pmi(together: Any, a: Any, b: Any, clips: int) -> Floats:
    """PMI in bits from counts; -inf where two never stand together."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.log2(np.asarray(together, float) * clips) - np.log2(
            np.multiply(a, b, dtype=float)
        )
    return np.where(np.asarray(together) > 0, found, -np.inf)


def npmi(together: Any, a: Any, b: Any, clips: int) -> Floats:
    """NPMI, -1 to 1, from counts: -1 where two never stand together, 1 where both always stand."""
    with np.errstate(divide="ignore", invalid="ignore"):
        surprise = -np.log2(np.asarray(together, float) / clips)
        found = np.where(surprise > 0, pmi(together, a, b, clips) / surprise, 1.0)
    return np.clip(np.where(np.asarray(together) > 0, found, -1.0), -1.0, 1.0)


def matrix(counted: Counted, chosen: list[int]) -> Floats:
    """(N, N) the NPMI of these places, 1 of each with itself."""
    counts = counted.counts[chosen]
    met = counted.matrix(chosen)
    found = npmi(met, counts[:, None], counts[None, :], counted.clips)
    np.fill_diagonal(found, 1.0)
    return found


def tables(counted: Counted) -> Iterator[pa.Table]:
    """Every pair of tags that stands together at all, a piece at a time; the most frequent first.

    Pairs go by their rarer tag: those of the second most frequent, of the third, ...
    """
    names = pa.array(counted.names[: counted.tags], pa.string())
    pairs = counted.tags * (counted.tags - 1) // 2
    for first in range(0, pairs, CHUNK):
        places = first + np.flatnonzero(counted.together[first : min(pairs, first + CHUNK)])
        if len(places):
            yield _table(counted, names, places)


def _table(counted: Counted, names: pa.Array, places: NDArray[np.int64]) -> pa.Table:
    high = ((1 + np.sqrt(1 + 8 * places.astype(float))) / 2).astype(np.int64)
    high -= place_of(0, high) > places  # where the root was rounded up
    low = places - place_of(0, high)
    a, b, met = counted.counts[low], counted.counts[high], counted.together[places].astype(np.int64)
    columns = [
        *(names.take(pa.array(low)), names.take(pa.array(high)), a, b, met),
        *(pmi(met, a, b, counted.clips), npmi(met, a, b, counted.clips)),
    ]
    return pa.Table.from_arrays([pa.array(c) for c in columns], schema=SCHEMA)
