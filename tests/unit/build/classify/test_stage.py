"""The stage: its file, its provenance, its rows."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from sakuga.build.classify import Classify, taxonomy_text
from sakuga.core.errors import RequestError
from sakuga.core.recipe import plain
from sakuga.core.records import ClipTag, Tags
from tests.tables import filled

MINE = '[venue.indoors]\nsays = ["submarine"]\n'


def lists_in(tmp_path: Path, text: str, name: str = "mine.toml") -> str:
    file = tmp_path / name
    file.write_text(text)
    return str(file)


def test_rows_are_of_the_clips_they_were_made_from() -> None:
    tags = [
        filled(Tags, id=f"clip{n}", video="v", general=[ClipTag(name, 1.0, 0.9)])
        for n, name in enumerate(("outdoors", "indoors", "shoes"))
    ]
    rows = list(Classify().load()([(each,) for each in tags]))
    assert [(row.id, row.taxonomy.venue) for row in rows] == [
        ("clip0", "outdoors"),
        ("clip1", "indoors"),
        ("clip2", "others"),
    ]


def test_a_file_of_the_users_replaces_the_rooms(tmp_path: Path) -> None:
    work = Classify(file=lists_in(tmp_path, MINE)).load()
    tags = filled(Tags, general=[ClipTag("submarine", 1.0, 0.9), ClipTag("night", 1.0, 0.9)])
    (row,) = work([(tags,)])
    assert (row.taxonomy.venue, row.taxonomy.time) == ("indoors", "others")


def test_what_a_file_says_is_provenance_and_where_it_lies_is_not(tmp_path: Path) -> None:
    ours, theirs = Classify(), Classify(file=lists_in(tmp_path, MINE))
    copied = Classify(file=lists_in(tmp_path, f"# why\n{MINE}", "copy.toml"))
    assert plain(theirs)["lists"] != plain(ours)["lists"]
    assert plain(copied) == plain(theirs) and copied == theirs
    assert "file" not in plain(theirs)


def test_the_lists_travel_with_the_recipe(tmp_path: Path) -> None:
    file = lists_in(tmp_path, MINE)
    sent = pickle.dumps(Classify(file=file))
    Path(file).unlink()
    (row,) = pickle.loads(sent).load()([(filled(Tags, general=[ClipTag("submarine", 1.0, 1.0)]),)])
    assert row.taxonomy.venue == "indoors"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[weather.rain]\nsays = []", r"\[weather\] is no axis of the taxonomy; there are: time"),
        ("[venue.outdors]\nsays = []", "venue has no such class.*did you mean 'outdoors'"),
        ("[venue.others]\nsays = []", "venue has no such class"),
        ('[venue]\nindoors = ["bed"]', "must be a section with `says` and `hints`"),
        ('[venue.indoors]\nsay = ["bed"]', "must be `says` or `hints`"),
        ('[venue.indoors]\nsays = "bed"', "must be a list of tags"),
        ('[venue.indoors]\nsays = ["long hair"]', "'long hair' is no tag"),
        ("[venue.indoors]\nsays = [3]", "3 is no tag"),
        ('[venue.indoors]\nsays = ["a + "]', "is no tag"),
        (
            '[venue.indoors]\nsays = ["a"]\n[venue.outdoors]\nhints = ["a"]',
            "'a' speaks for indoors",
        ),
        ('[venue.indoors]\nsays = ["a"]\nhints = ["a"]', "indoors lists a term twice"),
        ("[venue", "Expected"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_its_place(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(RequestError, match=said):
        Classify(file=lists_in(tmp_path, text))


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(RequestError, match="name one that can be read"):
        Classify(file="/nowhere.toml")


def test_every_class_of_the_release_is_listed() -> None:
    from sakuga.dataset.taxonomy import AXES, classes_of, read_lists

    lists = read_lists(taxonomy_text(), "taxonomy.toml")
    assert tuple(lists) == AXES
    assert all((*lists[axis], "others") == classes_of(axis) for axis in AXES)
