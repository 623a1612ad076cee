"""The rooms of meaning in a whole build: what is retuned, what fails, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from sakuga.core.errors import RequestError
from sakuga.core.records import Captions, Clip, Description, Row, Samples, TagScores
from tests.builds import assert_equal, built, run

ROOMS = {
    "tag": "Lights",
    "caption": "Captioner",
    "text": "Finder",
    "aesthetic": "Judge",
    "describe": "Writer",
}
USED = [
    *(f"{room}.use=tests.backends:{backend}" for room, backend in ROOMS.items()),
    "overlay.use=places",
]


def full(out: Path, reel: Path, more: Sequence[str] = (), **asked: object) -> None:
    run(out, reel, overrides=[*USED, *more], **{"workers": 0, **asked})


def test_every_column_is_filled(tmp_path: Path, reel: Path) -> None:
    full(tmp_path, reel)
    rows = built(tmp_path).rows(Row)
    assert len(rows) == 12
    for row in rows:
        assert row.anime_tags and row.captions and row.text_description.startswith(row.id)
        assert row.rating == "general" and row.ratings.general == pytest.approx(0.75)
        assert row.character_tags == ["anyone"]
        assert 0 < row.aesthetic_score <= 1 and 0 < row.text_probability <= 1
        assert row.taxonomy is not None and row.text_kinds is not None


def test_a_threshold_is_retuned_without_looking_at_a_picture_again(
    tmp_path: Path, reel: Path
) -> None:
    marks = tmp_path / "marks"
    tagged = [f"tag.marks={marks}", "tag.floor=0.0"]
    full(tmp_path / "out", reel, tagged)
    seen = marks.stat().st_size
    assert seen == sum(len(row.frames) for row in built(tmp_path / "out").rows(Samples))
    before = {row.id: row.anime_tags for row in built(tmp_path / "out").rows(Row)}
    with pytest.raises(RequestError, match=r"\[choose\] general 0\.35 -> 0\.0\. .*--remake choose"):
        full(tmp_path / "out", reel, [*tagged, "choose.general=0.0"])
    full(tmp_path / "out", reel, [*tagged, "choose.general=0.0"], remake=("choose",))
    assert marks.stat().st_size == seen
    after = {row.id: row.anime_tags for row in built(tmp_path / "out").rows(Row)}
    assert all(set(before[clip]) <= set(tags) and "light" in tags for clip, tags in after.items())
    full(tmp_path / "fresh", reel, [*tagged, "choose.general=0.0"])
    assert_equal(tmp_path / "out", tmp_path / "fresh")


def test_a_model_s_nonsense_costs_the_clip_s_tags_and_nothing_else(
    tmp_path: Path, reel: Path
) -> None:
    full(tmp_path, reel, ["tag.broken=0.0"])
    found = built(tmp_path)
    assert {f.reason for f in found.failures().values() if f.stage == "tag"} == {"bad_output"}
    assert found.rows(TagScores) == []
    rows = found.rows(Row)
    assert len(rows) == 12
    assert all(row.anime_tags is None and row.text_description for row in rows)


def test_a_refusal_is_recorded_and_the_others_have_their_texts(tmp_path: Path, reel: Path) -> None:
    full(tmp_path, reel, ["describe.refuse=1"])
    found = built(tmp_path)
    clips = {clip.id: clip for clip in found.rows(Clip)}
    texts = {row.id: row.text for row in found.rows(Description)}
    refused = {f.id for f in found.failures().values() if f.reason == "refused"}
    assert refused == {clip.id for clip in clips.values() if clip.index == 1}
    assert refused | texts.keys() == clips.keys()
    captions = {row.id: row.texts for row in found.rows(Captions)}
    assert texts == {clip: f"{clip}: {', '.join(captions[clip])}" for clip in texts}


def test_two_workers_write_what_one_writes(tmp_path: Path, reel: Path) -> None:
    full(tmp_path / "one", reel)
    full(tmp_path / "two", reel, workers=2)
    assert_equal(tmp_path / "one", tmp_path / "two")
