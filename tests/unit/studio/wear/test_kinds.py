"""Kinds, lots and what cannot be worn together."""

from __future__ import annotations

import pytest

from sakuga.studio.wear import KINDS, lot, wear
from sakuga.studio.wear.kinds import outfit, suffixes
from sakuga.studio.wear.worn import scheduled

from .films import film


def test_there_are_many_kinds_of_every_family():
    assert len(KINDS) >= 60
    assert set(KINDS.values()) == {
        "time", "picture", "damage", "surround", "overlay", "encoding"
    }  # fmt: skip


def test_every_lot_can_be_worn():
    source = film()
    for seed in range(600):
        found = outfit(lot(seed))
        assert suffixes(found, scheduled(source, found, seed))


def test_a_lot_has_one_encoding_and_at_most_one_of_each_family():
    for seed in range(200):
        families = [KINDS[name] for name in lot(seed)]
        assert len(families) == len(set(families)) and "encoding" in families


def test_lots_cover_nearly_all_kinds():
    seen = {name for seed in range(3000) for name in lot(seed)}
    assert seen == set(KINDS)


def test_what_is_left_out_is_never_drawn():
    left_out = {name for name, family in KINDS.items() if family in ("time", "overlay")}
    assert not any(left_out & set(lot(seed, left_out)) for seed in range(200))


def test_nothing_is_drawn_without_an_encoding():
    encodings = [name for name, family in KINDS.items() if family == "encoding"]
    with pytest.raises(ValueError, match="encoding"):
        lot(1, encodings)


@pytest.mark.parametrize(
    ("kinds", "word"),
    [
        (["sepia"], "unknown"),
        (["repeats_25", "telecine"], "time"),
        (["hdr_pq", "x264_crf23"], "hdr_pq"),
        (["jitter", "mpeg2_2m"], "stamps"),
        (["telecine_flagged", "vp9_crf30"], "interlaced"),
    ],
)
def test_what_no_file_can_be_is_named(tmp_path, kinds, word):
    with pytest.raises(ValueError, match=word):
        wear(film(), tmp_path / "film.mkv", kinds, 1)
