"""One column at a time: what is read, what is missing, what is bad."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from sakuga.core.errors import RequestError
from sakuga.dataset.release import cells
from sakuga.dataset.release.columns import CLASSES, label_of

BAD = object()


def read(made: cells.Cells) -> list[Any]:
    """Values, with what is bad in its place."""
    pairs = zip(made.values.to_pylist(), made.bad.tolist(), strict=True)
    return [BAD if bad else value for value, bad in pairs]


@pytest.mark.parametrize(
    ("told", "milliseconds"),
    [
        ("00:00:00.000", 0),
        ("00:00:01.500", 1_500),
        ("01:02:03.004", 3_723_004),
        (" 00:00:01.500 ", 1_500),
        ("00:00:01", 1_000),
        ("00:00:01.5", 1_500),
        ("00:00:01.500000", 1_500),
        ("123:00:00.000", 442_800_000),
        ("00:00:01.0005", BAD),
        ("00:60:00.000", BAD),
        ("00:00:60.000", BAD),
        ("0:1.5", BAD),
        ("-00:00:01.000", BAD),
        ("1.5", BAD),
        ("nan", None),
        ("", None),
        (None, None),
    ],
)
def test_a_time_is_exact_milliseconds(told: str | None, milliseconds: Any) -> None:
    assert read(cells.milliseconds(pa.array([told], pa.string()))) == [milliseconds]


@pytest.mark.parametrize(
    ("told", "count"),
    [
        ("1.61MB", 1_610_000),
        ("1.61 mb", 1_610_000),
        ("985KB", 985_000),
        ("12B", 12),
        ("2GB", 2_000_000_000),
        ("1.61", BAD),
        ("1.61MiB", BAD),
        ("-1MB", BAD),
        ("999999999999GB", BAD),
        ("NaN", None),
        (None, None),
    ],
)
def test_a_size_is_bytes(told: str | None, count: Any) -> None:
    assert read(cells.size(pa.array([told], pa.string()))) == [count]


@pytest.mark.parametrize("axis", CLASSES)
def test_every_class_is_read_as_it_is_written(axis: str) -> None:
    told = [label_of(axis, name) for name in CLASSES[axis]]
    assert read(cells.taxon(pa.array(told), axis)) == list(CLASSES[axis])


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("daylight(lable: 0)", "daylight"),
        ("Daylight(Label:0)", "daylight"),
        ("OTHERS(label: -1)", "others"),
        ("others", "others"),
        ("night(label: 0)", BAD),
        ("indoors(label: 1)", BAD),
        ("dusk(label: 3)", BAD),
        ("nan", None),
        ("", None),
    ],
)
def test_a_class_is_read_whatever_its_spelling(told: str, name: Any) -> None:
    assert read(cells.taxon(pa.array([told]), "time")) == [name]


@pytest.mark.parametrize(
    ("given", "number"),
    [
        (0.25, 0.25),
        ("0.25", 0.25),
        ("2.5e-1", 0.25),
        (1, 1.0),
        (float("nan"), None),
        ("nan", None),
        (float("inf"), BAD),
        (1.01, BAD),
        ("0.25x", BAD),
        ("0x1", BAD),
        (True, BAD),
        (None, None),
    ],
)
def test_a_score_may_be_text_and_lies_from_0_to_1(given: Any, number: Any) -> None:
    assert read(cells.number(pa.array([given]), 0, 1)) == [number]


@pytest.mark.parametrize(
    ("given", "count"),
    [(60.0, 60), (60, 60), ("60", 60), (60.5, BAD), (-1.0, BAD), (1e300, BAD), (None, None)],
)
def test_a_count_may_be_a_double(given: Any, count: Any) -> None:
    assert read(cells.whole(pa.array([given]), 0)) == [count]


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary()]
)
def test_text_is_read_from_every_kind_of_column(kind: pa.DataType) -> None:
    column = pa.array(["a", None, "nan"], pa.string()).cast(kind)
    assert read(cells.text(column)) == ["a", None, None]


def test_text_is_read_from_categories() -> None:
    assert read(cells.text(pa.array(["a", None, "a"]).dictionary_encode())) == ["a", None, "a"]


def test_text_is_read_from_a_column_of_nothing() -> None:
    assert read(cells.text(pa.nulls(2))) == [None, None]


def test_bytes_that_are_no_text_are_spelt_out() -> None:
    broken = pa.Array.from_buffers(
        pa.string(), 2, pa.array([b"ok", b"\xff!"], pa.binary()).buffers()
    )
    assert read(cells.text(broken)) == ["ok", "\\xff!"]


def test_a_column_of_lists_is_refused() -> None:
    with pytest.raises(RequestError, match="list<"):
        cells.text(pa.array([["a"]]))


def test_post_and_clip_come_from_the_identifier() -> None:
    told = pa.array(["140633:2", "a1:2", "7", None])
    posts, clips = cells.post_and_clip(told)
    assert posts.to_pylist() == [140633, None, None, None]
    assert clips.to_pylist() == [2, None, None, None]
