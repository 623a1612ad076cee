"""What ranks come to, class by class, and how it is told beside the paper's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sakuga.evaluate.page import html, markdown
from sakuga.evaluate.pairs import Pairs
from sakuga.evaluate.retrieval import FEW, Retrieval, summed
from sakuga.evaluate.table2 import PAPER, class_lines, lines, name, notes
from sakuga.metrics.ranks import rank

CLIPS = 90


def pairs(**changes: Any) -> Pairs:
    """Half of the clips, those in cities, have a caption's vector of their own; the others' is one
    and the same. Rare: the last three of another venue."""
    random = np.random.default_rng(0)
    text = random.normal(size=(CLIPS, 64)).astype(np.float32)
    text /= np.linalg.norm(text, axis=1, keepdims=True)
    clip = text.copy()
    clip[CLIPS // 2 :] = clip[-1]
    venues = ["city"] * (CLIPS // 2) + ["forest"] * (CLIPS // 2 - 3) + ["sea"] * 3
    told: dict[str, Any] = {
        "ids": [f"{n:064x}" for n in range(CLIPS)],
        "videos": ["v"] * CLIPS,
        "clip": clip,
        "text": text,
        "captions": [f"caption {n // 2}" for n in range(CLIPS)],
        "films": [str(n % 9) for n in range(CLIPS)],
        "classes": {"timing": ["ones", "twos"] * (CLIPS // 2), "venue": venues},
        "encoder": {"recipe": "a:Encoder", "checkpoint": "/some/where/net.pth"},
        "left_out": {},
    }
    return Pairs(**(told | changes))


def made(gallery: int = CLIPS, **changes: Any) -> Retrieval:
    given = pairs(**changes)
    return summed(given, rank(given.clip, given.text, gallery), "folder", "test")


def test_a_class_is_rated_among_all_of_its_gallery() -> None:
    by_venue = made().classes["venue"]
    assert by_venue.keys() == {"city", "forest"}
    assert [by_venue[k].queries for k in by_venue] == [45, 42]
    assert all(each.share == 1 for each in by_venue["city"].video_to_text)
    assert by_venue["forest"].video_to_text[0].share == 0
    assert by_venue["forest"].video_to_text[0].chance == 1 / CLIPS


def test_classes_together_are_the_whole() -> None:
    found = made()
    for axis in ("timing",):
        of = found.classes[axis].values()
        right = sum(each.queries * each.text_to_video[0].share for each in of)
        assert right == pytest.approx(CLIPS * found.found.text_to_video[0].share)


def test_of_a_class_with_few_clips_only_their_number_is_told() -> None:
    found = made()
    assert found.rare == {"venue": {"sea": 3}}
    assert f"Of classes with fewer than {FEW} clips nothing is said: sea (3)." in notes(found)


def test_an_axis_on_which_no_clip_has_a_class_is_no_table() -> None:
    found = made(classes={"timing": [None] * CLIPS})
    assert found.classes == {} and found.rare == {}


def test_the_tail_the_gallery_and_equal_captions_are_told() -> None:
    found = made(40)
    assert (found.gallery, found.galleries, found.tail) == (40, 2, 10)
    told = " ".join(notes(found))
    assert "in 2 galleries of 40" in told and "10 clips fill no gallery" in told
    assert "The paper's galleries have 2,560 pairs" in told
    assert f"{found.duplicates} clips share their caption" in told
    assert found.found.text_to_video[0].ceiling < 1 == found.found.text_to_video[1].ceiling


def test_the_paper_s_rows_stand_beside_ours_with_intervals() -> None:
    head, ours, chance, ceiling, *theirs = lines(made())
    assert len(head) == 7 and ours[0] == "Encoder net.pth" and "(" in ours[1]
    assert (chance[0], ceiling[0]) == ("chance", "ceiling by equal captions")
    assert [row[0] for row in theirs] == [f"paper: {who}" for who in PAPER]
    assert theirs[1][1:] == ("35.5", "54.2", "61.6", "29.7", "48.6", "56.5")


def test_every_class_is_a_row_on_both_pages() -> None:
    found = made()
    rows = class_lines(found.classes["venue"])
    assert [row[:2] for row in rows[1:]] == [("city", "45"), ("forest", "42")]
    for page in (html(found, []), markdown(found)):
        assert all(word in page for word in ("timing", "venue", "forest", "sea (3)"))


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        ({"recipe": "a.b:Clip", "repo": "openai/clip-vit"}, "Clip clip-vit"),
        ({"recipe": "a:ViClip", "checkpoint": r"C:\nets\own.pth", "blend": ""}, "ViClip own.pth"),
        (
            {"recipe": "a:ViClip", "checkpoint": "own", "blend": "viclip-l14", "share": 0.5},
            "ViClip own, 0.5 of it blended with viclip-l14",
        ),
        ({"recipe": "a:Mine"}, "Mine"),
        ({}, "encoder"),
    ],
)  # fmt: skip
def test_an_encoder_is_named_by_what_it_is_its_weights_and_its_blend(
    recipe: dict[str, Any], said: str
) -> None:
    assert name(recipe) == said
