"""The rule that settles a class, as truth tables over small lists and over the room's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.classify import taxonomy_text
from sakuga.build.classify.decide import Rule, classify, decide, masses_of
from sakuga.core.records import ClipTag, Tags
from sakuga.dataset.taxonomy import AXES, OTHERS, classes_of, read_lists
from tests.tables import filled

LISTS = read_lists(taxonomy_text(), "taxonomy.toml")
TWO = read_lists(
    """
    [venue.outdoors]
    says = ["outdoors", "open_air", "gate + path"]
    hints = ["sky", "tree", "grass", "road"]
    [venue.indoors]
    says = ["indoors"]
    hints = ["bed", "desk"]
    """,
    "two",
)["venue"]


@pytest.mark.parametrize(
    ("masses", "name", "conflict"),
    [
        ({}, "others", False),
        ({"shoes": 1.0}, "others", False),
        ({"outdoors": 0.9}, "outdoors", False),
        ({"outdoors": 0.09}, "others", False),  # too little to tell
        ({"outdoors": 0.1}, "outdoors", False),
        ({"outdoors": 0.5, "indoors": 0.6}, "indoors", True),
        ({"outdoors": 0.5, "indoors": 0.5}, "outdoors", True),  # the first of equals
        ({"outdoors": 0.9, "indoors": 0.05}, "outdoors", False),  # a whisper is no conflict
        ({"outdoors": 0.5, "open_air": 0.5, "indoors": 0.6}, "indoors", True),  # said once
        ({"outdoors": 0.5, "sky": 0.5, "indoors": 0.6}, "outdoors", True),  # signs add up
        ({"sky": 0.4}, "outdoors", False),
        ({"sky": 0.39}, "others", False),
        ({"sky": 1.0, "tree": 1.0, "grass": 1.0, "indoors": 0.9}, "indoors", True),
        ({"sky": 1.0, "tree": 1.0, "grass": 1.0, "road": 1.0, "indoors": 0.9}, "outdoors", True),
        ({"gate": 0.8}, "others", False),
        ({"gate": 0.8, "path": 0.3}, "outdoors", False),  # the weaker of the two
        ({"gate": 0.8, "path": 0.3, "indoors": 0.4}, "indoors", True),
    ],
)
def test_the_heaviest_class_wins(masses: dict[str, float], name: str, conflict: bool) -> None:
    verdict = decide(masses, TWO, Rule())
    assert (verdict.name, verdict.conflict) == (name, conflict)


def sure(*tags: str) -> dict[str, float]:
    return dict.fromkeys(tags, 1.0)


@pytest.mark.parametrize(
    ("axis", "masses", "name"),
    [
        ("character", sure("no_humans"), "no_humans"),
        ("character", sure("no_humans", "solo"), "no_humans"),  # a lone creature
        ("character", sure("1girl", "solo"), "solo"),
        ("character", sure("1boy", "solo", "male_focus"), "solo"),
        ("character", sure("1girl"), "solo"),
        ("character", sure("1girl", "1boy"), "multiple"),
        ("character", sure("2girls", "multiple_girls"), "multiple"),
        ("character", {"1girl": 1.0, "1boy": 0.3, "solo": 0.7}, "solo"),  # now one, now the other
        (
            "character",
            {"1girl": 0.3, "solo": 0.3, "multiple_girls": 0.6, "2girls": 0.6},
            "multiple",
        ),
        ("character", {"no_humans": 0.04, "1girl": 0.9}, "solo"),
        ("character", {"no_humans": 0.7, "1girl": 0.3, "solo": 0.3}, "no_humans"),
        ("character", {"no_humans": 0.3, "1girl": 0.7, "solo": 0.7}, "solo"),
        ("character", sure("6+girls", "crowd"), "multiple"),
        ("time", sure("sunlight"), "daylight"),
        ("time", sure("night", "moon", "star_(sky)"), "night"),
        ("time", sure("sunset", "orange_sky", "cloud", "sky"), "sunset"),
        ("time", {"day": 0.4, "night": 0.4}, "daylight"),
        ("venue", sure("outdoors", "curtains"), "outdoors"),
        ("venue", sure("blue_sky", "tree"), "outdoors"),
        ("media", sure("sketch", "monochrome"), "sketch"),
        ("media", sure("color_trace", "sketch"), "sketch"),
        ("media", sure("monochrome"), "others"),  # a black-and-white film is no sketch
        ("filming", sure("looking_back", "looking_at_viewer"), "looking_at_viewer"),
        ("filming", sure("from_behind"), "looking_away"),
        ("composition", sure("cowboy_shot"), "upper_body"),
        ("composition", sure("full_body"), "full_body"),
        ("composition", sure("head_out_of_frame", "legs"), "out_of_frame"),
    ],
)
def test_the_rooms_own_lists(axis: str, masses: dict[str, float], name: str) -> None:
    assert decide(masses, LISTS[axis], Rule()).name == name


def test_the_releases_sample_row_comes_out_on_every_axis() -> None:
    row = sure("no_humans", "solo", "indoors", "open_mouth", "sunlight")
    taxonomy, conflicts = classify(row, LISTS, Rule())
    assert (taxonomy.time, taxonomy.venue, taxonomy.character) == (
        *("daylight", "indoors", "no_humans"),
    )
    assert (taxonomy.media, taxonomy.filming, taxonomy.composition) == (OTHERS, OTHERS, OTHERS)
    assert conflicts == ["character"]


def test_a_tag_weighs_how_often_times_how_surely() -> None:
    tags = filled(Tags, general=[ClipTag("sky", 0.5, 0.8)], film=["camera_pan"])
    assert masses_of(tags) == {"sky": 0.4, "camera_pan": 1.0}


names = st.sampled_from(
    sorted({tag for of in LISTS.values() for w in of.values() for tag in w.tags})
)


@given(st.dictionaries(names, st.floats(0, 1), max_size=12))
def test_every_axis_gets_one_of_its_classes_and_more_of_a_class_never_loses_it(
    masses: dict[str, float],
) -> None:
    taxonomy, _ = classify(masses, LISTS, Rule())
    for axis in AXES:
        given_class = getattr(taxonomy, axis)
        assert given_class in classes_of(axis)
        if given_class != OTHERS:
            said = LISTS[axis][given_class].says[0]
            more = masses | {tag: 1.0 for tag in said if tag not in _others(axis, given_class)}
            assert decide(more, LISTS[axis], Rule()).name == given_class


def _others(axis: str, name: str) -> set[str]:
    """Tags that speak for another class of the axis too, on their own or together."""
    return {tag for other, words in LISTS[axis].items() if other != name for tag in words.tags}
