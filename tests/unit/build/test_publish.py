"""A row says what is known, links to where it came from, and stands in one split for good."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from sakuga.build.publish import PROVENANCE, Publish, public_url
from sakuga.core.records import (
    Aesthetic,
    Captions,
    Classes,
    Clip,
    ClipTag,
    Description,
    Keyframes,
    Motion,
    Ratings,
    Row,
    Tags,
    Taxonomy,
    Text,
    Video,
)
from sakuga.core.schema import hints

COUNTS = np.array([0, 2], np.int32)
UNKNOWN = {  # of the paper's attributes, what pixels alone can't tell
    *("anime_tags", "text_description", "aesthetic_score", "ratings", "taxonomy"),
    *("text_probability", "character_tags", "captions", "rating", "text_kinds"),
}


def made(record: type, **known: Any) -> Any:
    """A record with the given values, and for the rest something of the right type."""
    plain = {str: "x", int: 0, float: 0.0, bool: False, Fraction: Fraction(24), bytes: b""}
    fields = {
        name: known.get(name, plain.get(hint, COUNTS if "NDArray" in str(hint) else None))
        for name, hint in hints(record).items()
    }
    return record(**fields)


def item(**known: Any) -> tuple[Any, ...]:
    """Ten frames from 100 on, in milliseconds at 25 frames a second."""
    clip = made(
        Clip, id="c" * 32, video="v", start=100, end=110, start_pts=4000, end_pts=4400,
        body_start=102, body_end=110, opens="dissolve", closes="cut",
    )  # fmt: skip
    video = made(
        Video, id="v", source="s", url="/home/me/films/film.mkv", group="g", width=640, height=480,
        time_base=Fraction(1, 1000), frame_rate=Fraction(25), user_tags=["mine"], licence="CC0-1.0",
    )  # fmt: skip
    keys = made(
        Keyframes, id=clip.id, frames=COUNTS + 100, cels=COUNTS + 100,
        holds=np.array([2, 8], np.int32),
        drawings=np.array([1, 2], np.int32),
    )  # fmt: skip
    motion = made(Motion, id=clip.id, dynamic_score=0.2, dynamic_class="threes", camera="pan")
    records = {Clip: clip, Video: video, Keyframes: keys, Motion: motion}
    for record, row in records.items():
        own = {f.name for f in dataclasses.fields(record)} & known.keys()
        records[record] = dataclasses.replace(row, **{name: known[name] for name in own})
    return tuple(records.get(record) for record in Publish.reads)


def row_of(recipe: Publish | None = None, **known: Any) -> Row:
    [row] = list((recipe or Publish()).load()([item(**known)]))
    return row


def test_frames_are_counted_from_the_clip_s_start() -> None:
    row = row_of()
    assert (row.start, row.end, row.frames, row.keyframes) == (100, 110, 10, 2)
    assert row.keyframe_numbers.tolist() == [0, 2]
    assert row.holds.tolist() == [2, 8]
    assert (row.body_start, row.body_end) == (2, 10)


def test_seconds_come_from_timestamps() -> None:
    assert (row_of().start_seconds, row_of().end_seconds) == (4.0, 4.4)
    unknown = row_of(start_pts=-1, end_pts=-1)
    assert (unknown.start_seconds, unknown.end_seconds) == (None, None)


def test_what_is_not_known_is_null() -> None:
    row = row_of()
    assert {f.name for f in dataclasses.fields(Row) if getattr(row, f.name) is None} == UNKNOWN


def test_what_the_source_says_goes_along() -> None:
    row = row_of()
    assert (row.user_tags, row.licence, row.timing_class) == (["mine"], "CC0-1.0", "threes")


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("/home/me/films/film.mkv", "film.mkv"),
        ("C:\\Users\\me\\film.mkv", "film.mkv"),
        ("file:///home/me/%FF.mp4", "%FF.mp4"),
        ("https://example.org/a/film.mp4?x=1", "https://example.org/a/film.mp4?x=1"),
        ("s3://films/a/film.mp4", "s3://films/a/film.mp4"),
    ],
)
def test_no_path_of_this_machine_is_published(url: str, public: str) -> None:
    assert public_url(url) == public
    assert row_of(url=url).url == public


def test_a_group_is_published_as_a_hash_only() -> None:
    row = row_of(group="/home/me/films")
    assert "home" not in str(row)
    assert len(row.source_group) == 16


def test_clips_of_one_group_stand_in_one_split() -> None:
    rows = [row_of(id=f"{n:032x}", group="g") for n in range(50)]
    assert len({row.split for row in rows}) == 1
    ids = [f"{n * 2**122:032x}" for n in range(64)]
    assert len({row_of(Publish(split_by="clip"), id=i, group="g").split for i in ids}) == 3


def test_every_column_has_one_origin() -> None:
    columns: Iterable[str] = [column for of in PROVENANCE.values() for column in of]
    assert sorted(columns) == sorted(f.name for f in dataclasses.fields(Row))


def test_what_other_rooms_know_stands_in_the_row() -> None:
    known = (
        Tags(
            *("c" * 32, "v", [ClipTag("solo", 1.0, 0.9)], [ClipTag("popeye", 0.5, 0.9)]),
            *(["camera_pan"], Ratings(0.1, 0.2, 0.3, 0.4), "explicit"),
        ),
        Captions("c" * 32, "v", [100, 105], ["a man", "a ship"]),
        Text("c" * 32, "v", 0.75, 0.5, ["logo", "drawn"]),
        Aesthetic("c" * 32, "v", 0.9, [100], [0.9]),
        Classes("c" * 32, "v", Taxonomy("night", *["others"] * 5), []),
        Description("c" * 32, "v", "A man on a ship.", 0, 0),
    )
    [row] = list(Publish().load()([(*item()[:4], *known)]))
    assert row.anime_tags == ["solo", "popeye", "camera_pan"]
    assert (row.character_tags, row.rating, row.ratings) == (
        ["popeye"],
        "explicit",
        known[0].ratings,
    )
    assert (row.captions, row.text_description) == (["a man", "a ship"], "A man on a ship.")
    assert (row.text_probability, row.text_kinds) == (0.75, ["logo", "drawn"])
    assert (row.aesthetic_score, row.taxonomy) == (0.9, known[4].taxonomy)
