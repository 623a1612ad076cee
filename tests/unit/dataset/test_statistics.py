"""What is counted is what stands in the rows."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sakuga.core.records import Row
from sakuga.core.schema import schema_of, to_table
from sakuga.dataset import paper
from sakuga.dataset.statistics import Chart, Statistics, Tally, shape_of
from tests.unit.dataset.makers import row, seen

ROWS = [(seen if n % 3 else row)(n) for n in range(120)]


def counted(*shards: list[Row]) -> Statistics:
    tally = Tally()
    for shard in shards:
        tally.add("train", to_table(Row, shard))
    return tally.finish()


def chart(statistics: Statistics, title: str) -> Chart:
    [found] = [each for each in statistics.charts if each.title.startswith(title)]
    return found


def counts(found: Chart) -> dict[str, int]:
    return {share.label: share.clips for share in found.shares if share.clips}


def test_sizes_are_the_sums_of_the_rows() -> None:
    whole = counted(ROWS).whole
    assert whole.clips == 120
    assert whole.videos == len({r.video for r in ROWS})
    assert whole.frames == sum(r.frames for r in ROWS)
    assert whole.keyframes == sum(r.keyframes for r in ROWS)
    assert whole.seconds == pytest.approx(120 * 3.5)


def test_a_clip_without_a_clock_adds_no_time() -> None:
    untimed = [row(1, start_seconds=None, end_seconds=None), row(2, end_seconds=None), row(3)]
    assert counted(untimed).whole.seconds == 3.5


@settings(max_examples=30)
@given(st.integers(0, 120), st.integers(0, 120))
def test_it_does_not_matter_how_rows_come_in_shards(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert counted(ROWS[:low], ROWS[low:high], ROWS[high:]) == counted(ROWS)


def test_lengths_fall_into_the_paper_s_bins() -> None:
    found = chart(counted(ROWS), "Length")
    for each, told in zip(found.shares, paper.LENGTH, strict=True):
        assert each.clips == sum(told.low <= r.keyframes < told.high for r in ROWS)
        assert each.share == pytest.approx(100 * each.clips / 120, abs=0.01)
        assert each.paper == told.share


def test_classes_are_counted_by_name() -> None:
    found = counted(ROWS)
    assert counts(chart(found, "Timing")) == dict(Counter(r.timing for r in ROWS))
    assert counts(chart(found, "Dynamic class")) == dict(Counter(r.timing_class for r in ROWS))
    assert counts(chart(found, "Taxonomy: time")) == {"night": 80}
    assert counts(chart(found, "Rating")) == {"general": 80}


def test_words_are_counted_as_they_are_read() -> None:
    texts = ["one", "  two\nwords ", " ".join(["w"] * 20), " ".join(["w"] * 60), None]
    found = chart(counted([row(n, text_description=t) for n, t in enumerate(texts)]), "Words")
    assert [share.clips for share in found.shares] == [2, 1, 0, 1]
    assert found.known == 4


def test_a_score_on_a_bin_s_edge_is_in_the_upper_one() -> None:
    found = chart(
        counted([row(n, aesthetic_score=s) for n, s in enumerate((0.8, 0.9, 1.0))]), "Aes"
    )
    assert [share.clips for share in found.shares] == [0, 1, 2]


def test_what_is_null_is_not_counted_as_a_class() -> None:
    found = chart(counted([row(n) for n in range(9)]), "Aesthetic")
    assert found.known == 0
    assert {share.share for share in found.shares} == {0.0}


def test_known_values_are_counted_for_every_column() -> None:
    known = counted(ROWS).known
    assert set(known) == set(schema_of(Row).names)
    assert known["aesthetic_score"] == sum(r.aesthetic_score is not None for r in ROWS)
    assert known["id"] == 120


def test_rare_values_are_shown_as_one() -> None:
    found = chart(counted([row(n, width=100 + n) for n in range(30)]), "Resolution")
    assert len(found.shares) == 9
    assert found.shares[-1].label == "other"
    assert sum(share.clips for share in found.shares) == 30


@pytest.mark.parametrize(
    ("width", "height", "pixel", "shape"),
    [
        (1920, 1080, "1/1", "16:9"), (850, 480, "1/1", "16:9"), (640, 480, "1/1", "4:3"),
        (720, 480, "32/27", "16:9"), (720, 480, "8/9", "4:3"), (1440, 1080, "4/3", "16:9"),
        (1920, 800, "1/1", "wider"), (480, 480, "1/1", "narrower"), (720, 480, "1/1", "between"),
    ],
)  # fmt: skip
def test_a_picture_s_shape_is_as_it_is_shown(
    width: int, height: int, pixel: str, shape: str
) -> None:
    assert shape_of(width, height, pixel) == shape


def test_the_paper_s_shares_sum_to_about_a_hundred() -> None:
    for shares in paper.TAXONOMY.values():
        assert sum(shares.values()) == pytest.approx(100, abs=0.1)
    for bins in (paper.LENGTH, paper.WORDS, paper.AESTHETIC, paper.TEXT):
        assert sum(each.share or 0 for each in bins) == pytest.approx(100, abs=0.1)
