"""Rooms with models, built as users build: worker processes, the hub's cache, no network."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from sakuga.build.aesthetic.anime import Anime
from sakuga.build.tag.wd14 import WdEva02
from sakuga.core.errors import RequestError
from sakuga.core.records import Aesthetic, Row, TagScores
from sakuga.core.store import Store
from tests.builds import Built, run, started
from tests.tiny.hub import hub_cache, offline, snapshot
from tests.tiny.judges import anime_files
from tests.tiny.wd import TAGS, tagger_files

USES = ("tag.use=wd-eva02", "aesthetic.use=anime")
FLAGS = tuple(word for use in USES for word in ("--set", use))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without network, whose cache holds both models."""
    cache = tmp_path / "cache"
    for recipe, files in ((WdEva02(), tagger_files()), (Anime(), anime_files())):
        hub_cache(cache, recipe.repo, recipe.revision, files)
    offline(monkeypatch, cache)
    return cache


def built(out: Path, film: Path, **more: Any) -> Built:
    run(out, film, overrides=USES, **more)
    return Built(Store(str(out)))


@pytest.mark.usefixtures("cache")
def test_every_clip_gets_tags_ratings_and_a_score(tmp_path: Path, good: Path) -> None:
    there = built(tmp_path / "out", good)
    rows = there.rows(Row)
    assert rows
    assert there.failures() == {}
    scores = there.rows(TagScores)
    assert {len(sample.tags) for clip in scores for sample in clip.samples} <= {
        *range(len(TAGS) + 1)
    }
    for row in rows:
        assert row.anime_tags
        assert row.rating in ("general", "sensitive", "questionable", "explicit")
        assert sum((row.ratings.general, row.ratings.sensitive, row.ratings.questionable,
                    row.ratings.explicit)) == pytest.approx(1)  # fmt: skip
        assert 0 <= row.aesthetic_score <= 1
    best = {row.id: max(row.scores) for row in there.rows(Aesthetic)}
    assert {row.id: row.aesthetic_score for row in rows} == best


def test_a_damaged_model_stops_the_command_before_any_work(
    tmp_path: Path, good: Path, cache: Path
) -> None:
    blob = (snapshot(cache, WdEva02().repo) / "model.onnx").resolve()
    os.truncate(blob, 500)
    with started(tmp_path / "out", good, flags=FLAGS) as command:
        said = command.communicate()[1]
    assert command.returncode == 2
    assert "model.onnx of SmilingWolf/wd-eva02-large-tagger-v3 is damaged" in " ".join(said.split())
    assert not (tmp_path / "out" / "tables" / "signals").exists()


def test_missing_weights_stop_it_too_and_say_how_much_is_to_be_fetched(
    tmp_path: Path, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline(monkeypatch, tmp_path / "empty")
    with pytest.raises(RequestError, match=r"\(about 1261 MB\).*hf download SmilingWolf/wd-eva02"):
        built(tmp_path / "out", good)
