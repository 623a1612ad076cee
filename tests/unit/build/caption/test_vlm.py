"""A model that sees, asked over a server."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sakuga.build.caption import Caption
from sakuga.build.caption.vlm import Vlm
from sakuga.core.images import from_jpeg
from sakuga.core.recipe import plain
from sakuga.core.records import Captions, Samples
from tests.servers import Asked, Reply, failed, said, serving
from tests.unit.build.caption.pictures import clip, pictures_of


def rows(recipe: Vlm, clips: list[Samples]) -> list[Any]:
    return list(Caption(recipe).load()([(each,) for each in clips]))


def seen(asked: Asked) -> list[Any]:
    """The pictures of a question."""
    parts = asked.body["messages"][-1]["content"]
    urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    return [from_jpeg(base64.b64decode(url.split("base64,")[1])) for url in urls]


def look(asked: Asked) -> Reply:
    """Says how many pictures it was shown, and the mean of each."""
    means = [f"{picture.mean():.0f}" for picture in seen(asked)]
    return Reply(said(f"{len(means)} pictures: {' '.join(means)}"))


def test_all_samples_of_a_clip_are_shown_at_once_in_the_order_of_time() -> None:
    clips = [clip("a", 3), clip("b", 1), clip("c", 5)]
    with serving(look) as server:
        captions = rows(Vlm(base_url=server.url, cache="none"), clips)
    for row, each in zip(captions, clips, strict=True):
        assert isinstance(row, Captions)
        assert row.frames == each.frames[:1]
        count, means = row.texts[0].split(" pictures: ")
        assert int(count) == len(each.images)
        true = [picture.mean() for picture in pictures_of(each)]
        assert np.allclose([float(mean) for mean in means.split()], true, atol=2)


def test_a_long_clip_is_shown_from_its_first_sample_to_its_last() -> None:
    long = clip("a", 30)
    with serving(look) as server:
        rows(Vlm(base_url=server.url, cache="none", most_images=4, side=16), [long])
        shown = seen(server.requests[0])
    true = [pictures_of(long)[index].mean() for index in (0, 10, 19, 29)]
    assert np.allclose([picture.mean() for picture in shown], true, atol=4)
    assert max(shown[0].shape) == 16


def test_the_prompt_stands_after_the_pictures_and_is_part_of_the_recipe(tmp_path: Path) -> None:
    own = tmp_path / "own.md"
    own.write_text("Say what you see.")
    recipe = Vlm(prompt=str(own), cache="none")
    assert plain(recipe) != plain(Vlm())
    assert "own.md" not in str(plain(recipe))
    with serving(look) as server:
        rows(Vlm(prompt=str(own), base_url=server.url, cache="none"), [clip("a", 2)])
        parts = server.requests[0].body["messages"][0]["content"]
    assert parts[-1] == {"type": "text", "text": "Say what you see."}


def test_one_clip_s_trouble_is_its_own() -> None:
    def answer(asked: Asked) -> Reply:
        match len(seen(asked)):
            case 2:
                return Reply(said("I'm sorry, I can't describe that."))
            case 3:
                return Reply(said("A cat on", "length"))
            case 4:
                return failed(400, "content_policy_violation")
        return look(asked)

    clips = [
        clip("a", 1),
        clip("b", 2),
        clip("c", 3),
        clip("d", 4),
        clip("e", 5, [2]),
        clip("f", 6),
    ]
    with serving(answer) as server:
        made = rows(Vlm(base_url=server.url, cache="none"), clips)
        asked = len(server.requests)
    reasons = [getattr(row, "reason", "") for row in made]
    assert reasons == ["", "refused", "truncated", "refused", "unreadable", ""]
    assert [row.id for row in made] == [each.id for each in clips]
    assert asked == 5  # the clip that can't be decoded costs nothing


@pytest.mark.parametrize("changed", [{"model": "x"}, {"side": 64}, {"most_images": 2}])
def test_what_is_shown_and_to_whom_is_part_of_the_recipe(changed: dict[str, Any]) -> None:
    assert Vlm(**changed) != Vlm()


def test_where_and_how_fast_is_asked_is_no_part_of_the_recipe() -> None:
    moved = Vlm(base_url="http://x/v1", key_variable="K", concurrency=3, budget=9, cache="none")
    assert plain(moved) == plain(Vlm())
