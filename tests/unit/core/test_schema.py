"""Records survive Arrow unchanged."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.core import records
from sakuga.core.schema import from_table, hints, schema_of, to_table

RECORDS = [
    record
    for record in vars(records).values()
    if dataclasses.is_dataclass(record) and isinstance(record, type)
]


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values that a field with this hint may hold."""
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if dataclasses.is_dataclass(hint):
        return rows(hint)
    if get_origin(hint) is list:
        return st.lists(values(get_args(hint)[0]), max_size=3)
    if hasattr(hint, "__metadata__"):
        numbers = st.lists(st.integers(0, 200), max_size=5)
        return numbers.map(lambda v: np.array(v, hint.__metadata__[0]))
    if type(None) in get_args(hint):
        return st.none() | values(next(h for h in get_args(hint) if h is not type(None)))
    scalars = {
        str: st.text(max_size=5),
        int: st.integers(-(2**63), 2**63 - 1),
        float: st.floats(allow_nan=False),
        bool: st.booleans(),
        bytes: st.binary(max_size=5),
        Fraction: st.fractions(),
    }
    return scalars[hint]


def rows(record: type) -> st.SearchStrategy[Any]:
    return st.builds(record, **{name: values(hint) for name, hint in hints(record).items()})


def plain(row: Any) -> Any:
    """A row that can be compared: arrays as their bytes."""
    return [
        (v.dtype.str, v.tolist()) if isinstance(v, np.ndarray) else v
        for v in (getattr(row, f.name) for f in dataclasses.fields(row))
    ]


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r.__name__)
@given(data=st.data())
def test_rows_come_back_as_they_were(record: type, data: st.DataObject) -> None:
    made = data.draw(st.lists(rows(record), max_size=3))
    back = from_table(record, to_table(record, made))
    assert [plain(row) for row in back] == [plain(row) for row in made]


def test_only_what_may_be_null_is_nullable() -> None:
    schema = schema_of(records.Source)
    assert schema.field("licence").nullable
    assert not schema.field("url").nullable


def test_a_column_of_two_types_is_refused() -> None:
    @dataclasses.dataclass
    class Odd:
        value: int | str

    globals()["Odd"] = Odd
    with pytest.raises(TypeError, match="one type"):
        schema_of(Odd)
