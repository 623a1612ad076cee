"""What rows say of content, against a count in plain Python; nulls count for nothing."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
import pytest

from sakuga.core.records import Row
from sakuga.dataset.taxonomy import AXES
from sakuga.report import tables as tables_module
from sakuga.report.bias import GROUPS
from sakuga.report.films import decade_of
from sakuga.report.meaning import Meaning, read_meaning
from sakuga.report.numbers import Numbers, count
from sakuga.report.subjects import gender_of, region_of, subject_of
from sakuga.report.tables import Tables
from tests.tables import Folder
from tests.unit.report.rows import known_row, unknown, write_rows

RNG = np.random.default_rng(7)
KNOWN = [known_row(number, RNG) for number in range(150)]
NULL = [unknown(row) for row in KNOWN[:50]]


@pytest.fixture(scope="module")
def meaning(tmp_path_factory: pytest.TempPathFactory) -> Meaning:
    root = str(tmp_path_factory.mktemp("rows"))
    for part, rows in enumerate((KNOWN[:60], NULL, KNOWN[60:])):
        write_rows(root, rows, part)
    return read_meaning(Tables(root))


def counts(bars: Any) -> dict[str, int]:
    return {bar.label: bar.count for bar in bars if bar.count}


def test_a_null_is_not_known_and_counts_for_nothing(meaning: Meaning) -> None:
    assert meaning.rows == 200
    assert set(meaning.known.values()) == {150}
    for chart in ("rating", "text", *AXES):
        assert sum(b.share for b in meaning.charts[chart]) > 99 or chart == "text"
    assert meaning.unknown == ()


def test_descriptions_are_counted_in_words(meaning: Meaning) -> None:
    lengths = [len(row.text_description.split()) for row in KNOWN if row.text_description]
    ours = [bar.count for bar in meaning.charts["words"]]
    edges = ((0, 20), (20, 40), (40, 60), (60, 1000))
    assert ours == [sum(low <= n < high for n in lengths) for low, high in edges]
    assert meaning.words == pytest.approx(mean(lengths), abs=0.01)


def test_aesthetic_scores_are_counted_over_the_papers_bounds(meaning: Meaning) -> None:
    scores = [row.aesthetic_score for row in KNOWN if row.aesthetic_score is not None]
    ours = [bar.count for bar in meaning.charts["beauty"]]
    assert ours == [sum(score > bound for score in scores) for bound in (0.73, 0.8, 0.9)]
    assert sum(counts(meaning.charts["taste"]).values()) == 150
    assert meaning.aesthetic == pytest.approx(median(scores), abs=0.02)


def test_ratings_are_counted_with_what_the_paper_calls_safe(meaning: Meaning) -> None:
    ratings = Counter(row.rating for row in KNOWN)
    ours = counts(meaning.charts["rating"])
    assert ours.pop("general or sensitive") == ratings["general"] + ratings["sensitive"]
    assert ours == ratings


def test_text_is_counted_with_its_kinds(meaning: Meaning) -> None:
    bearing = sum((row.text_probability or 0) >= 0.5 for row in KNOWN)
    assert counts(meaning.charts["text"]) == {"any text": bearing, "subtitle": bearing}


@pytest.mark.parametrize("axis", AXES)
def test_every_axis_is_counted(meaning: Meaning, axis: str) -> None:
    assert counts(meaning.charts[axis]) == Counter(getattr(row.taxonomy, axis) for row in KNOWN)
    assert all(bar.paper is not None for bar in meaning.charts[axis])


def test_tags_are_counted_by_what_they_are_about_and_by_who_is_seen(meaning: Meaning) -> None:
    tags = [row.anime_tags or [] for row in KNOWN]
    subjects = Counter(subject_of(tag) for of_row in tags for tag in of_row)
    assert counts(meaning.charts["subjects"]) == subjects
    for number, (group, seen) in enumerate(
        zip(GROUPS, ({"female"}, {"male"}, {"female", "male"}, set[str]()), strict=True)
    ):
        mine = [t for t in tags if {gender_of(tag) for tag in t} - {""} == seen]
        shown = meaning.shown[number]
        assert (shown.group, shown.shots) == (group, len(mine))
        attire = [sum(subject_of(tag) == "attire" for tag in of_row) for of_row in mine]
        assert shown.tags == pytest.approx(mean(map(len, mine)), abs=0.01)
        assert shown.attire == pytest.approx(mean(attire), abs=0.01)


@pytest.mark.parametrize("rows", [1, 7, 64])
def test_how_many_rows_are_read_at_once_changes_nothing(
    meaning: Meaning, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    write_rows(str(tmp_path), [*KNOWN[:60], *NULL, *KNOWN[60:]])
    read = Tables.batches
    monkeypatch.setattr(Tables, "batches", lambda *a: read(*a, rows=rows))
    assert tables_module.BATCH > 64
    assert read_meaning(Tables(str(tmp_path))) == meaning


def test_where_all_is_null_nothing_is_zero(tmp_path: Path) -> None:
    write_rows(str(tmp_path), NULL)
    meaning = read_meaning(Tables(str(tmp_path)))
    assert set(meaning.known.values()) == {0}
    assert (meaning.words, meaning.aesthetic, meaning.tags) == (None, None, None)
    assert len(meaning.unknown) == 6
    assert {shown.tags for shown in meaning.shown} == {None}


def test_a_description_of_nothing_has_no_words(tmp_path: Path) -> None:
    texts = ["", "   ", "one", " two\nwords "]
    write_rows(str(tmp_path), [dataclasses.replace(KNOWN[0], text_description=t) for t in texts])
    assert read_meaning(Tables(str(tmp_path))).words == 0.75


@pytest.mark.parametrize(
    ("tag", "subject"),
    [
        ("long_hair", "person"),
        ("black_footwear", "attire"),
        ("black_cat", "animal"),
        ("star_(sky)", "place"),
        ("pokemon_(creature)", "animal"),
        ("sword", "object"),
        ("monochrome", "other"),
        ("", "other"),
    ],
)
def test_a_tag_is_about_its_last_word(tag: str, subject: str) -> None:
    assert subject_of(tag) == subject


@pytest.mark.parametrize(
    ("tags", "decade", "region"),
    [
        ([], "", ""),
        (["1994", "japanese"], "1990s", "JP"),
        (["year:2003", "Western"], "2000s", "other western"),
        (["1980s", "1999"], "1980s", ""),
        (["12345", "1234", "3000", "hd1080"], "", ""),
        (["donghua", "japanese"], "", "CN"),
    ],
)
def test_years_and_regions_are_read_from_the_sources_own_tags(
    tags: list[str], decade: str, region: str
) -> None:
    assert (decade_of(tags), region_of(tags)) == (decade, region)


@pytest.fixture
def numbers(tmp_path: Path) -> Numbers:
    folder = Folder(str(tmp_path))
    rows: list[Row] = KNOWN[:3]
    tagged = {"user_tags": ["1994", "japanese"], "licence": "CC0-1.0", "platform": "archive"}
    folder.add_film("a.mkv", [[2], [3], [4]], published=rows, width=850, height=480, **tagged)
    folder.add_film("b.mkv", [[2]], published=rows, width=1920, height=1080)
    return count(Tables(str(tmp_path)))


def test_footage_is_counted_in_shots(numbers: Numbers) -> None:
    charts = {name: counts(bars) for name, bars in numbers.charts.items()}
    assert charts["resolution"] == {"480": 3, "721 to 1080": 1}
    assert charts["aspect"] == {"16:9": 4}
    assert charts["decades"] == {"1990s": 3}
    assert charts["regions"] == {"JP": 3}
    assert charts["licences"] == {"CC0-1.0": 3, "not stated": 1}
    assert charts["sources"] == {"archive": 3, "not told": 1}
