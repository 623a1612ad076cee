"""A causal language model, as the real library loads it, with tiny random weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from sakuga.build.describe import Describe, Scene
from sakuga.build.describe.local import Local
from sakuga.core.errors import RequestError
from sakuga.core.needs import prepare
from sakuga.core.records import Description, Failure
from tests.scenes import scene
from tests.tiny.hub import hub_cache, offline
from tests.tiny.speakers import spoil, write_chat

SCENES = [scene(str(n), captions=["a girl runs " * n]) for n in (3, 1, 8, 2, 5)]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_chat(tmp_path_factory.mktemp("chat"))


@pytest.fixture
def cache(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offline(monkeypatch, hub_cache(tmp_path, Local().repo, Local().revision, weights))


def rows(recipe: Local, scenes: list[Scene]) -> list[Description | Failure]:
    items = [(s.clip, s.video, s.motion, s.tags, s.tag_scores, s.captions) for s in scenes]
    return list(Describe(recipe).load()(items))


@pytest.mark.usefixtures("cache")
def test_each_scene_has_its_own_description_whatever_the_batch(tmp_path: Path) -> None:
    own = tmp_path / "own.md"
    own.write_text("Tell.")  # a token a byte: a long prompt would drown the facts
    prepare([Describe(Local())])
    one, three = (rows(Local(batch=size, prompt=str(own)), SCENES) for size in (1, 3))
    assert one == three
    assert [row.id for row in one] == [s.clip.id for s in SCENES]
    assert rows(Local(batch=2, prompt=str(own)), SCENES[::-1]) == one[::-1]
    assert len({row.text for row in one if isinstance(row, Description)}) > 2  # told apart at all


@pytest.mark.usefixtures("cache")
def test_tokens_are_counted() -> None:
    [row] = rows(Local(), SCENES[:1])
    assert isinstance(row, Description)
    assert row.prompt_tokens > 1000  # a byte each, of this tokenizer: the prompt's
    assert 0 < row.completion_tokens <= Local().longest


@pytest.mark.usefixtures("cache")
def test_a_description_that_does_not_end_is_a_failure() -> None:
    [row] = rows(Local(longest=4), SCENES[:1])
    assert isinstance(row, Failure)
    assert row.reason == "truncated"


def test_weights_that_give_nan_give_no_description(tmp_path: Path) -> None:
    folder = spoil(write_chat(tmp_path / "x"))
    [row] = rows(Local(repo=str(folder)), SCENES[:1])
    assert isinstance(row, Failure)
    assert row.reason == "bad_output"


def test_a_model_that_can_t_be_told_what_to_do_is_refused(tmp_path: Path) -> None:
    folder = write_chat(tmp_path / "x", template=False)
    with pytest.raises(RequestError, match="has no chat template"):
        Local(repo=str(folder)).load()


@pytest.mark.usefixtures("cache")
def test_nothing_to_describe_is_no_work() -> None:
    assert rows(Local(), []) == []
