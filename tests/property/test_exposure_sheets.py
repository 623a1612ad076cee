"""An exposure sheet that was written reads back with the same exposures."""

from __future__ import annotations

import csv
import io
import json
import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.core.errors import RequestError
from sakuga.dataset.exposure_sheet import (
    ExposureSheet,
    read_csv,
    read_xdts,
    sheet_of,
    to_csv,
    xdts,
)


@st.composite
def sheets(draw: st.DrawFn) -> ExposureSheet:
    """Sheets with drawings that return, empty frames and names of every kind."""
    count = draw(st.integers(1, 12))
    order = draw(st.permutations(range(1, count + 1)))
    more = draw(st.lists(st.integers(0, count), max_size=12))
    cells = [*order, *more]
    holds = draw(st.lists(st.integers(1, 9), min_size=len(cells), max_size=len(cells)))
    letters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
    name = draw(st.text(letters, max_size=20))
    return ExposureSheet(name, tuple(np.repeat(cells, holds).tolist()))


@given(sheets())
def test_xdts_reads_back_the_same(sheet: ExposureSheet) -> None:
    assert read_xdts(xdts(sheet)) == sheet


@given(sheets())
def test_csv_reads_back_the_same(sheet: ExposureSheet) -> None:
    assert read_csv(to_csv(sheet)) == sheet


TRICKY = st.text(st.sampled_from("=+-@\t\r\n;,'\"ab ＝＋－＠"), max_size=12)
NAMES = TRICKY | st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=20)


@given(NAMES, NAMES)
def test_csv_gives_every_name_back(name: str, column: str) -> None:
    sheet = ExposureSheet(name, (1,), column)
    assert read_csv(to_csv(sheet)) == sheet


def _named(name: str) -> str:
    """The name's cell, as a spreadsheet is given it."""
    rows = csv.reader(
        io.StringIO(to_csv(ExposureSheet(name, (1,))).decode("utf-8-sig"), newline="")
    )
    return next(rows)[1]


@given(NAMES)
def test_a_spreadsheet_is_given_no_name_that_it_would_run(name: str) -> None:
    """Nor a part of one, where it parts cells at `;`, tabs or lines, inside of quotes too."""
    cell = _named(name)
    assert not cell.startswith(("\t", "\r", "\n"))
    assert not [part for part in re.split("[;\t\r\n]", cell) if part[:1] in tuple("=+-@＝＋－＠")]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+2", "'=1+2"),
        ("+1", "'+1"),
        ("-x", "'-x"),
        ("@sum", "'@sum"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("a;=1", "a;'=1"),
    ],
)
def test_a_name_that_would_be_run_is_written_as_text(name: str, cell: str) -> None:
    assert _named(name) == cell


@pytest.mark.parametrize(
    "name", ["", "girl", "a-b", "a = b", "c++", "me@home", "'quoted'", "a; b", "1+1", "猫"]
)
def test_a_name_that_is_harmless_is_left_as_it_is(name: str) -> None:
    assert _named(name) == name


def _table(sheet: ExposureSheet) -> dict[str, Any]:
    return json.loads(xdts(sheet).split(b"\n", 1)[1])["timeTables"][0]


@given(sheets())
def test_xdts_writes_changes_alone_and_ends_with_an_empty_cel(sheet: ExposureSheet) -> None:
    table = _table(sheet)
    [track] = table["fields"][0]["tracks"]
    frames = [each["frame"] for each in track["frames"]]
    values = [each["data"][0]["values"][0] for each in track["frames"]]
    assert (frames[0], frames[-1], values[-1]) == (0, table["duration"], "SYMBOL_NULL_CELL")
    assert frames == sorted(set(frames))
    assert all(one != other for one, other in pairwise(values[:-1]))


@given(st.lists(st.integers(1, 5), min_size=1, max_size=20))
def test_holds_number_their_drawings_from_one_without_a_gap(holds: list[int]) -> None:
    sheet = sheet_of("cut", np.array(holds))
    assert sorted(set(sheet.drawings)) == list(range(1, len(holds) + 1))
    assert [sheet.drawings.count(n + 1) for n in range(len(holds))] == holds


def test_a_drawing_that_returns_keeps_its_number() -> None:
    assert sheet_of("cut", np.array([2, 1, 1]), [1, 2, 1]).drawings == (1, 1, 2, 1)


@pytest.mark.parametrize("drawings", [(), (2,), (1, 3), (1, -1), (0, 2)])
def test_numbers_that_do_not_start_at_one_or_leave_a_gap_are_no_sheet(
    drawings: tuple[int, ...],
) -> None:
    with pytest.raises(ValueError, match="numbered from 1 without a gap"):
        ExposureSheet("cut", drawings)


def test_the_first_line_is_what_programs_look_for() -> None:
    first = xdts(sheet_of("cut", np.array([1]))).split(b"\n")[0]
    assert first == b"exchangeDigitalTimeSheet Save Data"


def _with_frames(*frames: tuple[int, str]) -> bytes:
    sheet = sheet_of("cut", np.array([4]))
    whole = json.loads(xdts(sheet).split(b"\n", 1)[1])
    whole["timeTables"][0]["fields"][0]["tracks"][0]["frames"] = [
        {"frame": frame, "data": [{"id": 0, "values": [value]}]} for frame, value in frames
    ]
    return b"exchangeDigitalTimeSheet Save Data\r\n" + json.dumps(whole).encode()


@pytest.mark.parametrize(
    ("frames", "drawings"),
    [
        ([(-3, "1"), (2, "2")], (1, 1, 2, 2)),
        ([(0, "1"), (1, "SYMBOL_HYPHEN"), (2, "SYMBOL_TICK_1"), (3, "2")], (1, 1, 1, 2)),
        ([(0, "SYMBOL_NULL_CELL"), (1, "1"), (9, "2")], (0, 1, 1, 1)),
    ],
)
def test_what_other_programs_write_is_read(
    frames: list[tuple[int, str]], drawings: tuple[int, ...]
) -> None:
    assert read_xdts(_with_frames(*frames)).drawings == drawings


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"{}", b"exchangeDigitalTimeSheet Save Data\n", b"exchangeDigitalTimeSheet "
     b"Save Data\n{\"timeTables\": []}"],
)  # fmt: skip
def test_what_is_no_xdts_is_said(content: bytes) -> None:
    with pytest.raises(RequestError, match="XDTS"):
        read_xdts(content)


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"\xff", b",cut\nFrame,A\n1,x\n"])
def test_what_is_no_csv_sheet_is_said(content: bytes) -> None:
    with pytest.raises(RequestError, match="no exposure sheet"):
        read_csv(content)
