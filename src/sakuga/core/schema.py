"""Records to Arrow and back. A column is written down nowhere but in `core.records`.

| in a record | in Arrow |
| --- | --- |
| str, int, float, bool, bytes, Literal | string, int64, float64, bool, binary, string |
| Fraction | string, "24000/1001" |
| Annotated[NDArray, "uint8"] | binary: as a list, Parquet would make eight bytes of each |
| Annotated[NDArray, "float32"] | list<float> |
| list[X], a record, X or None | list<X>, struct, nullable X |
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import (
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Record = TypeVar("Record")

BYTES = "uint8"  # the element type of arrays that are kept as they are

_SCALARS: dict[Any, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    bytes: pa.binary(),
    Fraction: pa.string(),
}


@cache
def hints(record: type) -> dict[str, Any]:
    """Each field's resolved type, in the order of the record's fields."""
    resolved = get_type_hints(record, include_extras=True)
    return {f.name: resolved[f.name] for f in dataclasses.fields(record)}


@cache
def schema_of(record: type) -> pa.Schema:
    """The Arrow schema of a record type."""
    return pa.schema([_field(name, hint) for name, hint in hints(record).items()])


def to_table(record: type, rows: Iterable[Any]) -> pa.Table:
    """Rows of one record type as a table of that type's schema, in their order."""
    listed = list(rows)
    schema = schema_of(record)
    columns = [
        _column([getattr(row, name) for row in listed], hint, schema.field(name).type)
        for name, hint in hints(record).items()
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def from_table(record: type[Record], table: pa.Table) -> list[Record]:
    """The rows of a table, as records. Arrays come back as read-only views."""
    columns = [_values(table.column(name), hint) for name, hint in hints(record).items()]
    return [record(*values) for values in zip(*columns, strict=True)]


def _field(name: str, hint: Any) -> pa.Field:
    inner, nullable = _optional(hint)
    return pa.field(name, _arrow(inner), nullable)


def _optional(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) in (Union, types.UnionType):
        rest = [arm for arm in get_args(hint) if arm is not type(None)]
        if len(rest) != 1:
            raise TypeError(f"{hint}: a column has one type, or that and None")
        return rest[0], True
    return hint, False


def _arrow(hint: Any) -> pa.DataType:
    if (element := _array(hint)) is not None:
        if element == BYTES:
            return pa.binary()
        return pa.list_(pa.field("item", pa.from_numpy_dtype(np.dtype(element)), nullable=False))
    if get_origin(hint) is Literal:
        return pa.string()
    if get_origin(hint) is list:
        return pa.list_(_field("item", get_args(hint)[0]))
    if dataclasses.is_dataclass(hint):
        return pa.struct([_field(n, h) for n, h in hints(cast(type, hint)).items()])
    return _SCALARS[hint]


def _array(hint: Any) -> str | None:
    """The element type of an array column, or None for every other hint."""
    return (
        get_args(hint)[1]
        if get_origin(hint) is Annotated and isinstance(get_args(hint)[1], str)
        else None
    )


def _column(values: Sequence[Any], hint: Any, kind: pa.DataType) -> pa.Array:
    if (element := _array(hint)) is not None and element != BYTES:
        offsets = np.concatenate([[0], np.cumsum([len(v) for v in values], dtype=np.int64)])
        joined = values[0] if len(values) == 1 else np.concatenate([*values, np.empty(0, element)])
        flat = pa.array(np.ascontiguousarray(joined, dtype=element))
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat, type=kind)
    return pa.array([_plain(value) for value in values], kind)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.astype(BYTES, copy=False).tobytes()
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[Any]", value)]
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return value


def _values(column: pa.ChunkedArray, hint: Any) -> list[Any]:
    if _array(hint) == BYTES:
        return [np.frombuffer(scalar.as_buffer(), BYTES) for scalar in column]
    if _array(hint) is not None:
        return [values for chunk in column.chunks for values in _views(chunk)]
    read = _reader(_optional(hint)[0])
    values = column.to_pylist()
    return values if read is None else [None if v is None else read(v) for v in values]


def _views(chunk: Any) -> Iterator[NDArray[Any]]:
    """Each list of a chunk as a view of the values that they share."""
    values = chunk.values.to_numpy(zero_copy_only=True)
    ends = chunk.offsets.to_numpy()
    return (values[a:b] for a, b in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True))


@cache
def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """What makes a value that Arrow gives, not null, into one of this type; None: it is one."""
    if hint is Fraction:
        return Fraction
    if get_origin(hint) is list:
        return _list_reader(_reader(_optional(get_args(hint)[0])[0]))
    if dataclasses.is_dataclass(hint):
        record = cast(type, hint)
        return _record_reader(
            record, {name: _reader(_optional(h)[0]) for name, h in hints(record).items()}
        )
    return None


def _list_reader(read: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
    if read is None:
        return None
    return lambda values: [None if value is None else read(value) for value in values]


def _record_reader(
    record: type, readers: dict[str, Callable[[Any], Any] | None]
) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        fields = ((value[name], reader) for name, reader in readers.items())
        return record(*(v if v is None or r is None else r(v) for v, r in fields))

    return read
