"""Room `tag` keeps what is over its floor, and what can't be a score costs its clip alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.tag import Scores, Seen, Tag
from sakuga.build.tag.wd14 import WdEva02
from sakuga.core.images import Picture, to_jpeg
from sakuga.core.records import Failure, Ratings, Samples, SeenTag, TagScores
from tests.tiny.hub import hub_cache, offline
from tests.tiny.wd import tagger_files

NAN = float("nan")


@dataclass(frozen=True)
class Says:
    """Sees in each picture the same, as a list or as the scores of a vocabulary."""

    scores: tuple[float, ...] = (0.2, 0.9, 0.05)
    ratings: tuple[float, float, float, float] | None = None
    lazily: bool = False

    def load(self) -> Callable[[Iterable[Picture]], Iterator[Seen]]:
        names = tuple(f"t{n}" for n in range(len(self.scores)))
        made = Scores(names, ("general",) * len(names), np.array(self.scores))
        ratings = Ratings(*self.ratings) if self.ratings else None
        tags: Sequence[SeenTag] = made if self.lazily else list(made)
        return lambda pictures: (Seen(tags, ratings) for _ in pictures)


def clip(name: str, grey: Sequence[int]) -> Samples:
    images = [to_jpeg(np.full((30, 30, 3), value, np.uint8)) for value in grey]
    return Samples(name, "v", [*range(len(grey))], images)


def rows_of(stage: Tag, *clips: Samples) -> list[TagScores | Failure]:
    return list(stage.load()([(each,) for each in clips]))


def one(stage: Tag) -> TagScores | Failure:
    [row] = rows_of(stage, clip("a", [100]))
    return row


@pytest.mark.parametrize("lazily", [False, True])
def test_tags_over_the_floor_are_kept_surest_first(lazily: bool) -> None:
    row = one(Tag(Says(lazily=lazily), floor=0.2))
    assert isinstance(row, TagScores)
    assert [(tag.name, tag.score) for tag in row.samples[0].tags] == [("t1", 0.9), ("t0", 0.2)]


@given(
    st.lists(st.floats(0, 1, allow_subnormal=False), max_size=12).map(tuple),
    st.sampled_from([0.0, 0.1, 0.5, 1.0]),
)
def test_a_vocabulary_is_kept_as_a_list_is(scores: tuple[float, ...], floor: float) -> None:
    both = [one(Tag(Says(scores, lazily=lazily), floor)) for lazily in (False, True)]
    assert both[0] == both[1]


@pytest.mark.parametrize("lazily", [False, True])
@pytest.mark.parametrize("bad", [NAN, -0.1, 1.1, float("inf"), -float("inf")])
def test_what_is_no_score_is_a_bad_output_whatever_the_floor(lazily: bool, bad: float) -> None:
    row = one(Tag(Says((0.5, bad), lazily=lazily), floor=0.9))
    assert isinstance(row, Failure)
    assert (row.reason, "'t1'" in row.message) == ("bad_output", True)


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        (None, None),
        ((0.2, 0.2, 0.2, 0.2), (0.25, 0.25, 0.25, 0.25)),
        ((0.0, 0.0, 0.0, 3.0), (0.0, 0.0, 0.0, 1.0)),
    ],
)
def test_ratings_are_made_to_sum_to_one(
    given_: tuple[float, float, float, float] | None, kept: tuple[float, ...] | None
) -> None:
    row = one(Tag(Says(ratings=given_)))
    assert isinstance(row, TagScores)
    assert row.samples[0].ratings == (Ratings(*kept) if kept else None)


@pytest.mark.parametrize("bad", [(0.0, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0, -0.1), (NAN, 1.0, 1.0, 1.0)])
def test_ratings_that_can_be_none_are_a_bad_output(bad: tuple[float, float, float, float]) -> None:
    row = one(Tag(Says(ratings=bad)))
    assert isinstance(row, Failure)
    assert row.reason == "bad_output"


def test_no_tags_at_all_are_a_row_with_none() -> None:
    row = one(Tag(Says(())))
    assert isinstance(row, TagScores)
    assert row.samples[0].tags == []


def test_scores_are_a_sequence_whose_tags_are_made_when_asked_for() -> None:
    scores = Scores(("a", "b", "c"), ("general", "character", "general"), np.array([0.1, 0.2, 0.3]))
    assert len(scores) == 3
    assert scores[1] == SeenTag("b", "character", 0.2)
    assert list(scores[1:]) == [SeenTag("b", "character", 0.2), SeenTag("c", "general", 0.3)]
    assert list(scores) == [scores[0], scores[1], scores[2]]


def test_a_picture_for_which_the_model_gives_nan_costs_its_clip_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = WdEva02(batch=4)
    hub_cache(tmp_path, recipe.repo, recipe.revision, tagger_files(dark_is_nan=True))
    offline(monkeypatch, tmp_path)
    rows = rows_of(Tag(recipe), clip("a", [90, 200]), clip("dark", [90, 0, 90]), clip("c", [30]))
    assert [type(row) for row in rows] == [TagScores, Failure, TagScores]
    assert (rows[1].id, rows[1].reason) == ("dark", "bad_output")  # pyright: ignore
    assert [row.id for row in rows] == ["a", "dark", "c"]
