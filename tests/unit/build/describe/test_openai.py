"""Descriptions by a server, as the recipe says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sakuga.build.describe import Describe, Scene
from sakuga.build.describe.openai import OpenAi
from sakuga.core.errors import RequestError
from sakuga.core.profile import make_stages, read_profile
from sakuga.core.recipe import differences, plain
from sakuga.core.records import Description, Failure
from tests.scenes import scene
from tests.servers import Asked, Reply, said, serving


def rows(recipe: OpenAi, scenes: list[Scene]) -> list[Description | Failure]:
    items = [(s.clip, s.video, s.motion, s.tags, s.tag_scores, s.captions) for s in scenes]
    return list(Describe(recipe).load()(items))


def sent(**fields: Any) -> Asked:
    """The one question of a recipe with these fields."""
    with serving(lambda _: Reply(said("A girl runs."))) as server:
        rows(OpenAi(base_url=server.url, cache="none", **fields), [scene()])
        [asked] = server.requests
    return asked


def test_a_description_knows_what_it_cost() -> None:
    with serving(lambda _: Reply(said("A girl\nruns."))) as server:
        [row] = rows(OpenAi(base_url=server.url, cache="none"), [scene()])
    assert isinstance(row, Description)
    assert (row.text, row.prompt_tokens, row.completion_tokens) == ("A girl runs.", 7, 3)


def test_the_room_s_prompt_is_told_first_and_the_material_is_the_user_s() -> None:
    system, user = sent().body["messages"]
    assert system["role"] == "system"
    assert "About 40 words" in system["content"]
    assert (user["role"], user["content"][:7]) == ("user", "<shot>\n")


def test_parameters_reach_the_server() -> None:
    body = sent(model="m", temperature=0.5, max_tokens=99, extra='{"seed": 7}').body
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("m", 0.5, 99)
    assert body["seed"] == 7
    assert "temperature" not in sent(temperature="default").body


@pytest.mark.parametrize("extra", ["{", "[]", '"x"', '{"model": "other"}', '{"stream": true}'])
def test_further_fields_are_a_json_object_that_changes_no_answer_s_form(extra: str) -> None:
    with pytest.raises(RequestError, match="extra = "):
        OpenAi(extra=extra)


def test_a_prompt_of_one_s_own_is_part_of_the_recipe_by_its_words_alone(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one.md", "same.md", "other.md"))
    for path, words in ((one, "Tell."), (same, "Tell.\n"), (other, "Tell me.")):
        path.write_text(words)
    assert plain(OpenAi(prompt=str(one))) == plain(OpenAi(prompt=str(same)))
    changes = [*differences(plain(OpenAi(prompt=str(one))), plain(OpenAi(prompt=str(other))))]
    assert [change.split()[0] for change in changes] == ["prompt_sha256"]
    assert sent(prompt=str(other)).body["messages"][0]["content"] == "Tell me."


def test_a_prompt_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="can't be read"):
        OpenAi(prompt=str(tmp_path / "none.md"))


def test_a_prompt_that_changes_under_a_build_stops_it(tmp_path: Path) -> None:
    own = tmp_path / "own.md"
    own.write_text("Tell.")
    recipe = OpenAi(prompt=str(own))
    own.write_text("Tell me.")
    with pytest.raises(RequestError, match="was changed since this build began"):
        recipe.load()


def test_where_and_how_fast_is_asked_is_no_part_of_the_recipe() -> None:
    moved = OpenAi(base_url="http://x/v1", key_variable="K", concurrency=3, budget=9, cache="none")
    assert plain(moved) == plain(OpenAi())


def test_a_profile_names_the_server_as_it_names_all_else() -> None:
    from sakuga.build.pipeline import ROOMS

    settings = read_profile("lite") | {
        "describe": {"use": "openai", "model": "m", "base_url": "http://x/v1", "budget": 5}
    }
    [stage] = [s for s in make_stages(settings, ROOMS).stages if s.name == "describe"]
    assert (stage.use.model, stage.use.server.called, stage.use.budget) == ("m", "http://x", 5)
    settings["describe"]["concurrency"] = 0
    with pytest.raises(RequestError, match=r"\[describe\] concurrency = 0"):
        make_stages(settings, ROOMS)


def test_sixteen_are_asked_at_a_time() -> None:
    def answer(_: Asked) -> Reply:
        return Reply(said("x y"), until=lambda: server.peak >= 16)

    with serving(answer, capacity=99) as server:
        rows(
            OpenAi(base_url=server.url, cache="none"), [scene(captions=[str(n)]) for n in range(64)]
        )
        assert server.peak == 16
