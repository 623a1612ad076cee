"""A query in a line: words anywhere in a clip's texts, conditions on its columns."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import sakuga
from sakuga.core.errors import RequestError
from sakuga.core.records import Row
from sakuga.dataset.published import Dataset
from sakuga.dataset.query import matching
from tests.unit.dataset.makers import publish, row, seen

ROWS = [(seen if n % 3 else row)(n) for n in range(40)]


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return sakuga.open(publish(tmp_path_factory.mktemp("published"), ROWS))


def told(r: Row) -> bool:
    """Whether a row has any description."""
    return r.text_description is not None


CASES: list[tuple[str, Callable[[Row], bool]]] = [
    ("smoke", told),  # stands in every description
    ("SMOKE", told),
    ("smok", lambda _: False),
    ("runs smoke", told),
    ('"through smoke"', told),
    ('"smoke through"', lambda _: False),
    ("no humans", lambda r: told(r) and "no_humans" in (r.anime_tags or [])),
    ('"no humans"', lambda r: "no_humans" in (r.anime_tags or [])),
    ("no_humans", lambda r: "no_humans" in (r.anime_tags or [])),
    ("n2", lambda r: "n2" in r.user_tags),
    ("nobody", told),  # of a character's tag
    ("timing=twos", lambda r: r.timing == "twos"),
    ("keyframes>=12 keyframes<24", lambda r: 12 <= r.keyframes < 24),
    ("dynamic_score>=0.5", lambda r: r.dynamic_score >= 0.5),
    ("mixed_timing=false", lambda r: not r.mixed_timing),
    ("taxonomy.time=night n1", lambda r: r.taxonomy is not None and "n1" in r.user_tags),
    ("subset=aesthetic", lambda r: (r.aesthetic_score or 0) > 0.9),
    ("c++ (x|y).*", lambda _: False),  # nothing of it is a pattern
]


@pytest.mark.parametrize(("query", "wanted"), CASES, ids=[query for query, _ in CASES])
def test_a_query_finds_the_rows_that_the_same_in_python_finds(
    query: str, wanted: Callable[[Row], bool], shots: Dataset
) -> None:
    if query == "subset=aesthetic":  # of rows 0 to 39 none scores so high
        assert not list(matching(shots, query))
        return
    found = [each.id for each in matching(shots, query)]
    assert found == [r.id for r in shots if wanted(r)]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "no word and no condition"),
        ('"open', "close the quotes"),
        ("timings=twos", r"no column 'timings'.*timing"),
        ("keyframes=many", "holds numbers"),
        ("mixed_timing=yes", "true or false"),
        ("subset=beautiful", "no subset"),
        ("camera>=pan", "only numbers have a range"),
    ],
)
def test_what_cannot_be_asked_is_told(query: str, message: str, shots: Dataset) -> None:
    with pytest.raises(RequestError, match=message):
        matching(shots, query)


def test_a_query_that_nothing_answers_gives_no_row(shots: Dataset) -> None:
    assert len(matching(shots, "zeppelin")) == 0
