"""A WD tagger's list of tags is read as it stands, or it is told what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from sakuga.build.tag.vocabulary import Vocabulary, read_vocabulary
from sakuga.core.errors import RequestError
from tests.tiny.wd import HEADER, RATINGS, TAGS, csv_bytes


def read(folder: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> Vocabulary:
    file = folder / "selected_tags.csv"
    file.write_bytes(csv_bytes(rows, header))
    return read_vocabulary(file)


def test_names_stay_as_they_are_written(tmp_path: Path) -> None:
    words = read(tmp_path, (*RATINGS, *TAGS))
    assert words.names == (
        "1girl", "solo", "^_^", "|_|", ">:(", 'a_"quoted",_tag', "hatsune_miku", "cirno_(touhou)"
    )  # fmt: skip
    assert words.kinds == ("general",) * 6 + ("character",) * 2


def test_ratings_are_found_by_name_wherever_they_stand(tmp_path: Path) -> None:
    assert read(tmp_path, (*RATINGS, *TAGS)).ratings == (0, 1, 2, 3)
    words = read(tmp_path, (*TAGS, *RATINGS[::-1]))
    assert words.ratings == (11, 10, 9, 8)
    assert words.tags.tolist() == [*range(8)]


def test_a_list_without_ratings_gives_none(tmp_path: Path) -> None:
    assert read(tmp_path, TAGS).ratings == ()


def test_other_categories_are_counted_but_are_no_tags_of_ours(tmp_path: Path) -> None:
    artist = ("1", "someone", "1", "9")
    words = read(tmp_path, (*RATINGS, artist, *TAGS))
    assert (words.size, len(words.names), words.tags[0]) == (13, 8, 5)


@pytest.mark.parametrize(
    ("rows", "header", "said"),
    [
        ([], HEADER, "holds no tags"),
        (RATINGS, HEADER, "holds no tags"),
        ([row[:2] for row in TAGS], HEADER[:2], "no column category"),
        ([row[:1] for row in TAGS], ("tag_id",), "no column name and no column category"),
        ([(a, b, "nine", d) for a, b, _, d in TAGS], HEADER, "must be one of 0, 4 and 9"),
        ((*RATINGS[:3], *TAGS), HEADER, "its ratings are general, sensitive, questionable, not"),
    ],
)
def test_what_is_wrong_with_it_is_said(
    tmp_path: Path, rows: Sequence[Sequence[str]], header: Sequence[str], said: str
) -> None:
    with pytest.raises(RequestError, match=said):
        read(tmp_path, rows, header)


@pytest.mark.parametrize("content", [b"", b"\x80\x81\xff" * 20, b"<html>not found</html>"])
def test_what_is_no_table_is_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "selected_tags.csv"
    file.write_bytes(content)
    with pytest.raises(RequestError, match=r"selected_tags\.csv"):
        read_vocabulary(file)


def test_a_missing_one_is_said(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="No such file"):
        read_vocabulary(tmp_path / "selected_tags.csv")
