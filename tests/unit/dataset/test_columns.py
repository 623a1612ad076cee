"""Every column is told in words."""

from __future__ import annotations

import pytest

from sakuga.build.pipeline import rooms_of
from sakuga.build.publish import PROVENANCE
from sakuga.core.records import Row
from sakuga.core.schema import schema_of
from sakuga.core.store import table_of
from sakuga.dataset.columns import MEANINGS, meant, nested, row_schema, who_fills

COLUMNS = nested(schema_of(Row))


def test_every_column_has_a_meaning_and_no_meaning_is_left_over() -> None:
    """A new column of Row gets its line in `dataset/columns.py`."""
    assert set(MEANINGS) == set(COLUMNS)
    assert all(meaning.text.strip() for meaning in MEANINGS.values())


def test_every_column_that_may_be_null_says_who_fills_it_and_no_other_does() -> None:
    nullable = {field.name for field in schema_of(Row) if field.nullable}
    assert {n for n, m in MEANINGS.items() if m.profiles} == nullable - {"licence"}


def test_the_file_s_own_schema_holds_the_meanings() -> None:
    assert row_schema().equals(schema_of(Row))
    for field in row_schema():
        assert field.metadata[b"description"].decode() == MEANINGS[field.name].text


@pytest.mark.parametrize("profile", ["lite", "paper", "modern"])
def test_a_profile_is_said_to_fill_what_its_rooms_make(profile: str) -> None:
    """A tagger of pixels knows no character and gives no rating."""
    made = {table_of(stage.writes) for stage in rooms_of(profile).stages}
    assert "tags" in made
    columns = {column for table in made for column in PROVENANCE.get(table, ())}
    said = {name for name, meaning in MEANINGS.items() if profile in meaning.profiles}
    beyond = {"character_tags", "ratings", "rating"} if profile == "lite" else set()
    nullable = {field.name for field in schema_of(Row) if field.nullable} - {"licence"}
    assert said == (columns & nullable) - beyond


def test_who_fills_names_a_flag() -> None:
    assert who_fills("aesthetic_score") == "--profile paper or modern"
    assert who_fills("licence").startswith("no profile")


@pytest.mark.parametrize(
    ("word", "said"),
    [("timng", "did you mean 'timing'?"), ("val", "did you mean 'validation'?"), ("", "there are")],
)
def test_a_wrong_word_is_answered_with_the_nearest(word: str, said: str) -> None:
    assert meant(word, ["timing", "train", "validation"]).startswith(said)
