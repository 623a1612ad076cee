"""Columns are those that pyarrow makes, without pandas being imported for them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.core import columns
from sakuga.core.columns import column, lists, numbers
from tests.fresh import imported


@dataclass(frozen=True)
class Pair:
    left: int
    right: list[str] | None


PAIR = pa.struct([pa.field("left", pa.int64(), False), pa.field("right", pa.list_(pa.string()))])
TEXTS = st.lists(st.text(max_size=4), max_size=3)
KINDS: dict[str, tuple[pa.DataType, st.SearchStrategy[Any]]] = {
    "string": (pa.string(), st.text(max_size=5)),
    "int64": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "float64": (pa.float64(), st.floats(allow_nan=False)),
    "bool": (pa.bool_(), st.booleans()),
    "binary": (pa.binary(), st.binary(max_size=5)),
    "list": (pa.list_(pa.string()), TEXTS),
    "lists": (pa.list_(pa.list_(pa.float64())), st.lists(st.lists(st.floats(allow_nan=False)))),
    "struct": (PAIR, st.builds(Pair, st.integers(0, 9), st.none() | TEXTS)),
    "structs": (pa.list_(PAIR), st.lists(st.builds(Pair, st.integers(0, 9), TEXTS), max_size=3)),
}


def plain(value: Any) -> Any:
    """A value as pyarrow wants it: a dictionary for each object."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return vars(value) if isinstance(value, Pair) else value


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_an_array_is_the_one_that_pyarrow_makes(name: str, data: st.DataObject) -> None:
    kind, one = KINDS[name]
    values = data.draw(st.lists(st.none() | one, max_size=12))
    made = column(values, kind)
    made.validate(full=True)
    assert made.equals(pa.array([plain(value) for value in values], kind))
    assert made.null_count == values.count(None)


@pytest.mark.parametrize("values", [[None, None], [None, Pair(1, None)], []])
def test_what_may_not_be_null_is_not_below_a_null(values: list[Any]) -> None:
    assert column(values, PAIR).field(0).null_count == 0


def test_a_fraction_is_its_text() -> None:
    assert column([Fraction(24000, 1001), None], pa.string()).to_pylist() == ["24000/1001", None]


@pytest.mark.parametrize(
    ("value", "kind"),
    [(1.5, pa.int64()), ("1", pa.int64()), ("x", pa.float64()), (1, pa.bool_()), (1, pa.string())],
)
def test_a_value_of_another_type_is_refused(value: Any, kind: pa.DataType) -> None:
    with pytest.raises(TypeError):
        column([value], kind)


def test_a_type_that_no_record_has_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        column([1.0], pa.float16())


def test_more_than_the_offsets_can_count_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "LIMIT", 3)
    with pytest.raises(OverflowError, match="4 items or bytes"):
        column([b"ab", b"cd"], pa.binary())


@pytest.mark.parametrize("kind", [np.uint8, np.int32, np.int64, np.float32])
def test_numbers_are_kept_as_they_are(kind: Any) -> None:
    values = np.arange(12, dtype=kind)[::2]
    assert numbers(values).equals(pa.array(values))


def test_each_array_becomes_a_list() -> None:
    values = [np.array(v, np.float32) for v in ([1.0, np.nan], [], [3.0])]
    kind = pa.list_(pa.field("item", pa.float32(), nullable=False))
    made = lists(values, kind, "float32")
    made.validate(full=True)
    assert [row.values.to_numpy().tolist() for row in made][::2] == [
        [1.0, pytest.approx(np.nan, nan_ok=True)],
        [3.0],
    ]
    assert len(made[1]) == 0


def test_pandas_is_not_imported_to_write_and_read_a_part(tmp_path: Any) -> None:
    program = (
        "import sys\n"
        "import numpy as np\n"
        "from sakuga.core.records import Keyframes, Failure\n"
        "from sakuga.core.store import Part, Store\n"
        "store, part = Store(sys.argv[1]), Part('keyframes', 0, '0' * 16)\n"
        "row = Keyframes('a', 'b', *[np.arange(2, dtype=np.int32)] * 5, np.ones(2, np.float32))\n"
        "with store.writing(part, Keyframes, {'of': 'a test'}) as out:\n"
        "    out.add([row], [Failure('c', 'd', 'e', 'f')])\n"
        "store.read_part(part, Keyframes), list(store.iterate_part(part, Keyframes))\n"
        "store.read_failures(part)"
    )
    assert imported(program, "pandas", argument=tmp_path) == []
