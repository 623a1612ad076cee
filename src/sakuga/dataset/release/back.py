"""Values as the release writes them: times, sizes, tags, labels."""

from __future__ import annotations

import pyarrow as pa

from sakuga.dataset.release.cells import pc
from sakuga.dataset.release.columns import CLASSES, label_of

HUNDREDTH_MB, HUNDREDTH_KB = 10_000, 10  # bytes


def times(milliseconds: pa.Array) -> pa.Array:
    """`HH:MM:SS.mmm`; hours grow beyond two digits."""
    seconds, fraction = _divided(milliseconds, 1000)
    minutes, second = _divided(seconds, 60)
    hours, minute = _divided(minutes, 60)
    clock = [_padded(each, 2) for each in (hours, minute, second)]
    return _joined(*_between(clock, ":"), ".", _padded(fraction, 3))


def exact_size(count: pa.Array) -> pa.Array:
    """Bytes with two decimals of the largest unit in which these are exact: `1.61MB`, `1.10KB`."""
    in_mb = pc.equal(_divided(count, HUNDREDTH_MB)[1], 0)
    in_kb = pc.equal(_divided(count, HUNDREDTH_KB)[1], 0)
    small = pc.if_else(
        in_kb, _hundredths(pc.divide(count, HUNDREDTH_KB), "KB"), _joined(_text(count), "B")
    )
    return pc.if_else(in_mb, _hundredths(pc.divide(count, HUNDREDTH_MB), "MB"), small)


def rounded_size(count: pa.Array) -> pa.Array:
    """Bytes as megabytes of 10^6, rounded to two decimals: `1.61MB`."""
    return _hundredths(pc.divide(pc.add(count, HUNDREDTH_MB // 2), HUNDREDTH_MB), "MB")


def tags(lists: pa.Array) -> pa.Array:
    """Tags joined by spaces, with underscores for the white space inside them; null if none."""
    text = spaced(lists, pc.replace_substring_regex(lists.values, pattern=r"\s+", replacement="_"))
    return pc.if_else(pc.or_(pc.is_null(lists), pc.equal(text, "")), None, text)


def spaced(lists: pa.Array, values: pa.Array | None = None) -> pa.Array:
    """Lists of texts, or of `values` in their place, each as one text; null is an empty list."""
    flat = pc.cast(lists.values if values is None else values, pa.string())
    return pc.binary_join(pa.ListArray.from_arrays(lists.offsets, flat), " ")


def labels(classes: pa.Array, axis: str) -> pa.Array:
    """`daylight(label: 0)`; null stays null, and so does what is no class of the axis."""
    names = list(CLASSES[axis])
    written = pa.array([label_of(axis, name) for name in names])
    return written.take(pc.index_in(classes, value_set=pa.array(names)))


def _hundredths(count: pa.Array, unit: str) -> pa.Array:
    whole, part = _divided(count, 100)
    return _joined(_text(whole), ".", _padded(part, 2), unit)


def _divided(count: pa.Array, by: int) -> tuple[pa.Array, pa.Array]:
    """Quotient and remainder of whole numbers from 0."""
    quotient = pc.divide(count, by)
    return quotient, pc.subtract(count, pc.multiply(quotient, by))


def _padded(count: pa.Array, digits: int) -> pa.Array:
    return pc.utf8_lpad(_text(count), digits, "0")


def _text(count: pa.Array) -> pa.Array:
    return pc.cast(count, pa.string())


def _between(texts: list[pa.Array], mark: str) -> list[pa.Array | str]:
    found: list[pa.Array | str] = []
    for text in texts:
        found += [mark, text] if found else [text]
    return found


def _joined(*texts: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(*texts, "")
