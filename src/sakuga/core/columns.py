"""Python values to Arrow arrays by the Arrow type alone, and lists of numbers back.

`pyarrow.array` and `to_numpy` do this too, but where pandas is installed they import it, in every
process, to ask whether what they were given is pandas'; that takes longer than all the tables of a
short film. The types are those that `core.schema` makes of records, and no others.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain, pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

LIMIT = 2**31 - 1  # what 32-bit offsets can count to


def column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """An array of a type from as many values; None is null. A struct's are objects with its fields.

    Raises TypeError for a value of another type, OverflowError where lists hold more than Arrow's
    offsets can count.
    """
    if pa.types.is_struct(kind):
        return _structs(values, kind)
    there, validity = _validity(values, _empty(kind))
    if pa.types.is_list(kind):
        items = column(list(chain.from_iterable(there)), kind.value_type)
        return _made(kind, validity, len(values), [_offsets(there)], [items])
    if pa.types.is_string(kind):
        there = [_text(value) for value in there]
    elif not pa.types.is_binary(kind):
        return _made(kind, validity, len(values), [_fixed(there, kind)])
    joined = there[0] if len(there) == 1 else b"".join(there)  # bytes or arrays of bytes
    return _made(kind, validity, len(values), [_offsets(there), joined])


def numbers(values: NDArray[Any]) -> pa.Array:
    """A NumPy array of one axis as it is, without a copy where it lies in one piece."""
    flat = np.ascontiguousarray(values)
    return _made(pa.from_numpy_dtype(flat.dtype), None, len(flat), [flat])


def lists(values: Sequence[NDArray[Any]], kind: pa.DataType, element: str) -> pa.Array:
    """A list of numbers for each NumPy array, none null, of a `list_` type."""
    joined = values[0] if len(values) == 1 else np.concatenate([*values, np.empty(0, element)])
    items = numbers(np.asarray(joined, element))
    return _made(kind, None, len(values), [_offsets(values)], [items])


def views(chunk: pa.Array, element: str) -> Iterator[NDArray[Any]]:
    """Each list of an array of such lists, as a read-only view of the values that they share."""
    values = _viewed(chunk.values, element)
    ends = _viewed(chunk.offsets, "int32").tolist()
    return (values[a:b] for a, b in pairwise(ends))


def _viewed(flat: pa.Array, element: str) -> NDArray[Any]:
    kind, buffer = np.dtype(element), flat.buffers()[1]
    if buffer is None or not len(flat):
        return np.empty(0, kind)
    return np.frombuffer(buffer, kind, len(flat), flat.offset * kind.itemsize)


def _made(
    kind: pa.DataType,
    validity: Any,
    length: int,
    buffers: Sequence[Any],
    children: Sequence[pa.Array] = (),
) -> pa.Array:
    held = [None if b is None else pa.py_buffer(b) for b in (validity, *buffers)]
    return pa.Array.from_buffers(kind, length, held, children=list(children) or None)


def _validity(values: Sequence[Any], empty: Any) -> tuple[Sequence[Any], Any]:
    """The values with something empty in place of None, and a bit for each: 0 where it was None."""
    valid = [value is not None for value in values]
    if all(valid):
        return values, None
    return [empty if v is None else v for v in values], np.packbits(valid, bitorder="little")


def _empty(kind: pa.DataType) -> Any:
    """What stands in place of a null, where nothing reads it."""
    if pa.types.is_list(kind) or pa.types.is_binary(kind):
        return b""
    return "" if pa.types.is_string(kind) else False


def _offsets(values: Sequence[Any]) -> NDArray[np.int32]:
    """Where each value begins among the items of all, and where the last one ends."""
    ends = np.cumsum([0, *map(len, values)], dtype=np.int64)
    if ends[-1] > LIMIT:
        raise OverflowError(f"{ends[-1]} items or bytes in one column; the most is {LIMIT}")
    return ends.astype(np.int32)


def _fixed(values: Sequence[Any], kind: pa.DataType) -> Any:
    """Integers, floats or truths as Arrow keeps them; a truth is a bit."""
    if pa.types.is_int64(kind):
        return array("q", values)
    if pa.types.is_float64(kind):
        return array("d", values)
    if not pa.types.is_boolean(kind):
        raise TypeError(f"no column of a record is of Arrow's type {kind}")
    if odd := [value for value in values if not isinstance(value, (bool, np.bool_))]:
        raise TypeError(f"{odd[0]!r} is neither True nor False")
    return np.packbits(np.asarray(values, bool), bitorder="little")


def _text(value: Any) -> bytes:
    if isinstance(value, Fraction):
        return b"%d/%d" % (value.numerator, value.denominator)
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value.encode()


def _structs(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    some = next((value for value in values if value is not None), None)
    there, validity = _validity(values, some)  # nothing reads below a null
    if some is None:
        children = [_blank(field.type, len(values)) for field in kind]
    else:
        children = [column([getattr(v, f.name) for v in there], f.type) for f in kind]
    return _made(kind, validity, len(values), [], children)


def _blank(kind: pa.DataType, length: int) -> pa.Array:
    """Something that is not null, of any type: what may not be null must not be, below a null."""
    if pa.types.is_struct(kind):
        return _made(kind, None, length, [], [_blank(field.type, length) for field in kind])
    return column([_empty(kind)] * length, kind)
