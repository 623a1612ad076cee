"""How often tags stand, and stand together, over a whole dataset: counted in bounded memory (§3.2).

The counts of pairs are one triangle of numbers: for the MOST most frequent tags and the classes of
the taxonomy that is 32 MB, however many rows there are. Rarer tags are left out, and said to be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sakuga.dataset.taxonomy import Term

MOST = 4000  # tags whose pairs are counted
AT_ONCE = 1 << 21  # pairs that are written out before they are counted

Ints = NDArray[np.int64]
Lists = Iterable[pa.ListArray]  # the tags of many clips; null where they are not known


@dataclass(slots=True)
class Counted:
    """Tags from the most frequent on, then classes; `clips` are those whose tags are known."""

    clips: int
    names: tuple[str, ...]  # (V,) of which the first `tags` are tags, the others classes
    tags: int
    counts: Ints  # (V,) clips that bear it
    together: NDArray[np.uint32]  # (V (V - 1) / 2,) of the pair (a, b), a < b, at place(a, b)
    left_out: int  # tags that are too rare for their pairs to be counted
    places: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.places = {name: place for place, name in enumerate(self.names)}

    def count(self, name: str) -> int:
        """Clips that bear a tag or class; 0 for one that was not counted."""
        place = self.places.get(name)
        return 0 if place is None else int(self.counts[place])

    def matrix(self, chosen: Sequence[int]) -> Ints:
        """(N, N) how often each two of these places stand together; each with itself: its count."""
        a, b = np.meshgrid(np.array(chosen, np.int64), np.array(chosen, np.int64), indexing="ij")
        low, high = np.minimum(a, b), np.maximum(a, b)
        alone = low == high
        at = np.where(alone, 0, place_of(low, high))
        met = self.together[at] if len(self.together) else np.zeros_like(at)
        return np.where(alone, self.counts[low], met).astype(np.int64)


def place_of(low: Any, high: Any) -> Any:
    """Where the pair of two different places stands in the triangle; `low` is the lower one."""
    return high * (high - 1) // 2 + low


def count_pairs(
    read: Callable[[], Lists], classes: dict[str, Sequence[Term]], most: int = MOST
) -> Counted:
    """Read all tags twice: first which there are, then which stand together.

    `classes`: name -> terms; a clip is of a class where one of its terms stands. A tag that a clip
    lists twice counts once.
    """
    clips, found = _count_tags(read())
    ranked = sorted(found.items(), key=lambda each: (-each[1], each[0]))[:most]
    tags = [name for name, _ in ranked]
    size = len(tags) + len(classes)
    counts = np.zeros(size, np.int64)
    triangle = _Triangle(size)
    terms = _places(classes, {name: n for n, name in enumerate(tags)})
    known = pa.array(tags, pa.string())
    for lists in read():
        for rows in _rows(lists, known, terms):
            counts += np.bincount(rows[1], minlength=size)
            triangle.add(*rows)
    left = len(found) - len(tags)
    return Counted(clips, (*tags, *classes), len(tags), counts, triangle.settle(), left)


def _count_tags(batches: Lists) -> tuple[int, Counter[str]]:
    clips, found = 0, Counter[str]()
    for lists in batches:
        clips += len(lists) - lists.null_count
        encoded: Any = pc.call_function("dictionary_encode", [lists.flatten()])
        rows = _row_of_each(lists)
        ids = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        each = _ascending(rows * max(1, len(encoded.dictionary)) + ids)
        counts = np.bincount(each % max(1, len(encoded.dictionary)))
        found.update(dict(zip(encoded.dictionary.to_pylist(), counts.tolist(), strict=False)))
    return clips, found


def _row_of_each(lists: pa.ListArray) -> Ints:
    """The row of every flattened value."""
    lengths: Any = pc.call_function("list_value_length", [lists])
    filled = lengths.fill_null(0).to_numpy(zero_copy_only=False)
    return np.repeat(np.arange(len(lists), dtype=np.int64), filled)


Places = list[tuple[int, list[list[int]]]]  # a class's place, the places of each of its terms' tags


def _places(classes: dict[str, Sequence[Term]], tags: dict[str, int]) -> Places:
    """Terms of which a tag is not counted never stand, and are left out."""
    return [
        (
            len(tags) + number,
            [[tags[tag] for tag in term] for term in terms if all(t in tags for t in term)],
        )
        for number, terms in enumerate(classes.values())
    ]


def _rows(lists: pa.ListArray, known: pa.Array, terms: Places) -> Iterator[tuple[Ints, Ints]]:
    """Row numbers, ascending, and in each row the places of its tags and classes, ascending."""
    found: Any = pc.call_function(
        "index_in", [lists.flatten()], pc.SetLookupOptions(known, skip_nulls=True)
    )
    size = len(known) + len(terms)
    kept = found.is_valid().to_numpy(zero_copy_only=False)
    ids = found.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)[kept]
    rows = _row_of_each(lists)[kept]
    if not len(ids):
        return
    classed = [rows_of * size + place for place, of in terms for rows_of in _bearing(rows, ids, of)]
    keys = _ascending(np.concatenate([rows * size + ids, *classed]))
    yield keys // size, keys % size


def _bearing(rows: Ints, ids: Ints, terms: Sequence[Sequence[int]]) -> Iterator[Ints]:
    """The rows in which a term stands, for each term; single ones all at once."""
    single = [term[0] for term in terms if len(term) == 1]
    yield rows[np.isin(ids, single)]
    for term in terms:
        if len(term) > 1:
            both = np.concatenate([_ascending(rows[ids == place]) for place in term])
            shared, times = np.unique(both, return_counts=True)
            yield shared[times == len(term)]


def _ascending(values: Ints) -> Ints:
    """Each value once, in order: many times faster here than NumPy's own, which hashes."""
    ordered = np.sort(values)
    return (
        ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(values) else ordered
    )


class _Triangle:
    """Counts of pairs. What is added is held back until there is enough to be worth a count."""

    def __init__(self, size: int) -> None:
        self.counts = np.zeros(size * (size - 1) // 2, np.uint32)
        self._held: list[Ints] = []
        self._pairs = 0

    def add(self, rows: Ints, ids: Ints) -> None:
        """Every two that stand in one row; rows of one length are worked on together."""
        _, starts, lengths = np.unique(rows, return_index=True, return_counts=True)
        for length in np.unique(lengths[lengths > 1]).tolist():
            low, high = np.triu_indices(length, 1)
            begins = starts[lengths == length]
            step = max(1, AT_ONCE // len(low))
            for first in range(0, len(begins), step):
                block = ids[begins[first : first + step, None] + np.arange(length)]
                self._hold(place_of(block[:, low], block[:, high]).ravel())

    def _hold(self, places: Ints) -> None:
        self._held.append(places)
        self._pairs += len(places)
        if self._pairs >= AT_ONCE:
            self.settle()

    def settle(self) -> NDArray[np.uint32]:
        """Count what is held; the counts."""
        if self._held:
            found = np.bincount(np.concatenate(self._held), minlength=len(self.counts))
            self.counts += found.astype(np.uint32)
            self._held, self._pairs = [], 0
        return self.counts
