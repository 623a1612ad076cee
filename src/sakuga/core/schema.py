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
from collections.abc import Callable, Iterable, Sequence
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

from sakuga.core.columns import column, lists, views

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
    element = _array(hint)
    if element is None:
        return column(values, kind)
    if element == BYTES:
        return column([np.ascontiguousarray(value, BYTES) for value in values], kind)
    return lists(values, kind, element)


def _values(chunks: pa.ChunkedArray, hint: Any) -> list[Any]:
    if _array(hint) == BYTES:
        return [np.frombuffer(scalar.as_buffer(), BYTES) for scalar in chunks]
    if (element := _array(hint)) is not None:
        return [values for chunk in chunks.chunks for values in views(chunk, element)]
    read = _reader(_optional(hint)[0])
    values = chunks.to_pylist()
    return values if read is None else [None if v is None else read(v) for v in values]


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
