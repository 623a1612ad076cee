"""§5.1's subsets: a tenth by hash that nothing moves, and what is beautiful."""

from __future__ import annotations

import math

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.publish import split_of
from sakuga.core.errors import RequestError
from sakuga.dataset.subsets import BOUND, DIGITS, SHARE, condition, in_small, subset_named
from tests.tables import digest

IDS = [digest(f"clip {n}") for n in range(20_000)]
HEX = st.text("0123456789abcdefABCDEF", min_size=64, max_size=64)


def test_the_bound_is_a_tenth() -> None:
    assert int(BOUND, 16) == math.ceil(SHARE * 16**DIGITS)
    assert len(BOUND) == DIGITS


def test_a_tenth_of_the_clips_is_small() -> None:
    assert sum(map(in_small, IDS)) / len(IDS) == pytest.approx(SHARE, abs=0.007)


def test_a_tenth_of_every_split_is_small_though_clips_are_split_by_the_same_id() -> None:
    for split in ("train", "validation", "test"):
        of_split = [clip for clip in IDS if split_of(clip) == split]
        share = sum(map(in_small, of_split)) / len(of_split)
        assert share == pytest.approx(SHARE, abs=4 * math.sqrt(0.09 / len(of_split)))


@given(st.lists(HEX, max_size=20))
def test_the_condition_is_the_function(ids: list[str]) -> None:
    table = pa.table({"id": pa.array(ids, pa.string())})
    found = table.filter(condition(subset_named("small")))["id"].to_pylist()
    assert found == [clip for clip in ids if in_small(clip)]


def test_the_line_of_sql_in_the_card_is_the_function() -> None:
    table = pa.table({"id": IDS})
    with duckdb.connect() as connection:
        connection.register("shots", table)
        query = "select id from shots where right(id, 8) < '1999999a'"
        found = {row[0] for row in connection.execute(query).fetchall()}
    assert found == {clip for clip in IDS if in_small(clip)}


@pytest.mark.parametrize(("last", "small"), [("00000000", True), ("19999999", True)])
def test_numbers_under_the_bound_are_in(last: str, small: bool) -> None:
    assert in_small("f" * 56 + last) is small


@pytest.mark.parametrize("last", [BOUND, "2" + "0" * 7, "ffffffff"])
def test_the_bound_and_all_above_are_out(last: str) -> None:
    assert not in_small("0" * 56 + last)


@pytest.mark.parametrize("clip", ["", "0" * 63, "0" * 65, "g" * 64, "140633:2"])
def test_what_is_no_hash_is_refused(clip: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        in_small(clip)


def test_beautiful_is_above_nine_tenths_and_known() -> None:
    table = pa.table({"aesthetic_score": [0.9, 0.9001, None, 1.0, 0.1]})
    found = table.filter(condition(subset_named("aesthetic")))["aesthetic_score"].to_pylist()
    assert found == [0.9001, 1.0]


def test_a_wrong_name_is_answered_with_the_right_one() -> None:
    with pytest.raises(RequestError, match="did you mean 'aesthetic'"):
        subset_named("asthetic")
