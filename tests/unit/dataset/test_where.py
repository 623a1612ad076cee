"""A condition picks the rows that the same condition in Python picks."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.core.errors import RequestError
from sakuga.core.records import Row
from sakuga.core.schema import schema_of, to_table
from sakuga.dataset.where import Between, between, check, conditions
from tests.unit.dataset.makers import row, seen

ROWS = [(seen if n % 3 else row)(n) for n in range(60)]
TABLE = to_table(Row, ROWS)
SCHEMA = schema_of(Row)

CASES: list[tuple[dict[str, Any], Callable[[Row], bool]]] = [
    ({"timing": "twos"}, lambda r: r.timing == "twos"),
    ({"timing": {"ones", "twos"}}, lambda r: r.timing in ("ones", "twos")),
    ({"width": 850}, lambda r: r.width == 850),
    ({"width": [640]}, lambda r: r.width == 640),
    ({"keyframes": range(12, 24)}, lambda r: 12 <= r.keyframes < 24),
    ({"keyframes": between(12, 24)}, lambda r: 12 <= r.keyframes < 24),
    ({"keyframes": between(high=12)}, lambda r: r.keyframes < 12),
    ({"dynamic_score": between(0.5)}, lambda r: r.dynamic_score >= 0.5),
    ({"dynamic_score": 1}, lambda r: r.dynamic_score == 1),
    ({"mixed_timing": False}, lambda r: not r.mixed_timing),
    ({"frame_rate": Fraction(24000, 1001)}, lambda r: r.frame_rate == Fraction(24000, 1001)),
    ({"frame_rate": "25/1"}, lambda r: r.frame_rate == 25),
    ({"aesthetic_score": None}, lambda r: r.aesthetic_score is None),
    ({"licence": [None, "CC0-1.0"]}, lambda _: True),
    ({"licence": "CC0-1.0"}, lambda r: r.licence == "CC0-1.0"),
    ({"aesthetic_score": between(0.2, 0.4)}, lambda r: 0.2 <= (r.aesthetic_score or 0) < 0.4),
    ({"user_tags": "n2"}, lambda r: "n2" in r.user_tags),
    ({"user_tags": ["n2", "n3"]}, lambda r: "n2" in r.user_tags or "n3" in r.user_tags),
    ({"anime_tags": "smoke"}, lambda r: "smoke" in (r.anime_tags or [])),
    ({"anime_tags": "smok"}, lambda _: False),
    ({"anime_tags": None}, lambda r: r.anime_tags is None),
    ({"taxonomy": {"time": "night"}}, lambda r: r.taxonomy is not None),
    ({"taxonomy": {"time": "night", "media": "others"}}, lambda _: False),
    ({"ratings": {"explicit": between(high=0.05)}}, lambda r: r.ratings is not None),
    ({"ratings": None}, lambda r: r.ratings is None),
    ({"timing": "twos", "camera": "pan"}, lambda r: (r.timing, r.camera) == ("twos", "pan")),
]


def found(wanted: dict[str, Any], *expressions: pc.Expression) -> list[str]:
    condition = conditions(SCHEMA, expressions, wanted)
    assert condition is not None
    return TABLE.filter(condition)["id"].to_pylist()


@pytest.mark.parametrize(("wanted", "told"), CASES)
def test_rows_that_meet_it_are_found_and_no_others(
    wanted: dict[str, Any], told: Callable[[Row], bool]
) -> None:
    assert found(wanted) == [r.id for r in ROWS if told(r)]


def test_expressions_and_values_join() -> None:
    told = [r.id for r in ROWS if r.keyframes >= 8 and r.camera == "pan" and r.frames > 30]
    few = pc.field("keyframes") >= 8
    assert found({"camera": "pan"}, few, pc.field("frames") > 30) == told


def test_nothing_asked_is_no_condition() -> None:
    assert conditions(SCHEMA, (), {}) is None


@given(st.lists(st.lists(st.text("ab,_' ", max_size=4), max_size=4)), st.text("ab,_' ", max_size=4))
def test_a_tag_is_found_whole_and_never_as_a_part(tags: list[list[str]], tag: str) -> None:
    table = pa.table({"user_tags": tags, "n": range(len(tags))}, _tags_schema())
    condition = conditions(table.schema, (), {"user_tags": tag})
    assert condition is not None
    holding = [n for n, each in enumerate(tags) if tag in each]
    assert table.filter(condition)["n"].to_pylist() == holding


def _tags_schema() -> pa.Schema:
    return pa.schema([SCHEMA.field("user_tags"), pa.field("n", pa.int64())])


@given(st.integers(-5, 200) | st.none(), st.integers(-5, 200) | st.none())
def test_a_range_is_half_open(low: int | None, high: int | None) -> None:
    if low is None and high is None:
        with pytest.raises(RequestError, match="needs an end"):
            between(low, high)
        return
    inside = [
        r.id
        for r in ROWS
        if (low is None or low <= r.keyframes) and (high is None or r.keyframes < high)
    ]
    assert found({"keyframes": Between(low, high)}) == inside


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"timng": "twos"}, "no column 'timng'; did you mean 'timing'"),
    ({"taxonomy": {"tim": "night"}}, "no column 'taxonomy.tim'; did you mean 'taxonomy.time'"),
    ({"width": "wide"}, r"where\(width='wide'\): the column holds int64"),
    ({"width": 2.5}, "the column holds int64"),
    ({"timing": 2}, "the column holds string"),
    ({"dynamic_score": "high"}, "'high' is no number"),
    ({"timing": between("a", "b")}, "only numbers have a range"),
    ({"keyframes": range(0, 9, 2)}, "a range goes up by 1"),
    ({"keyframes": between("a")}, "'a' is no number"),
    ({"timing": []}, "no value to choose from"),
    ({"holds": 2}, "ask with SQL"),
]


@pytest.mark.parametrize(("wanted", "said"), WRONG)
def test_what_can_t_be_met_is_refused_before_anything_is_read(
    wanted: dict[str, Any], said: str
) -> None:
    with pytest.raises(RequestError, match=said):
        conditions(SCHEMA, (), wanted)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (pc.field("keyfram") > 3, "no column 'keyfram'; did you mean 'keyframes'"),
        (pc.field("width") == "wide", "where"),
        ("width > 3", "write column=value"),
        (pc.field("width"), "where"),
        (pc.field("taxonomy", "tim") == "night", "did you mean 'taxonomy.time'"),
    ],
)
def test_an_expression_that_does_not_fit_is_refused(expression: Any, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        check(SCHEMA, expression)


def test_conditions_travel() -> None:
    condition = conditions(SCHEMA, (), {"user_tags": "n2", "keyframes": range(8, 90)})
    again = pickle.loads(pickle.dumps(condition))
    assert TABLE.filter(again).equals(TABLE.filter(condition))
