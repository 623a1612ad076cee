"""Qwen3-VL, as the real library loads it, with tiny random weights and without torchvision."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from sakuga.build.caption import Caption
from sakuga.build.caption.vlm_local import VlmLocal, inputs_of
from sakuga.build.local_model import preparer
from sakuga.core.errors import RequestError
from sakuga.core.needs import prepare
from sakuga.core.records import Captions, Samples
from tests.tiny.hub import hub_cache, offline
from tests.tiny.speakers import spoil, write_chat, write_qwen_vl
from tests.unit.build.caption.pictures import clip, pictures_of

CLIPS = [clip("a", 3), clip("b", 1), clip("c", 4)]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_qwen_vl(tmp_path_factory.mktemp("qwen_vl"))


@pytest.fixture
def cache(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offline(monkeypatch, hub_cache(tmp_path, VlmLocal().repo, VlmLocal().revision, weights))


def texts(recipe: VlmLocal, clips: list[Samples]) -> list[Any]:
    rows = list(Caption(recipe).load()([(each,) for each in clips]))
    return [row.texts if isinstance(row, Captions) else row.reason for row in rows]


@pytest.mark.usefixtures("cache")
def test_a_clip_has_one_caption_of_all_its_samples(tmp_path: Path) -> None:
    own = tmp_path / "own.md"
    own.write_text("Tell.")  # a token a byte: a long prompt would drown the pictures
    recipe = VlmLocal(prompt=str(own))
    prepare([Caption(recipe)])
    captions = texts(recipe, CLIPS)
    assert [len(of_clip) for of_clip in captions] == [1, 1, 1]
    assert len({of_clip[0] for of_clip in captions}) == 3


@pytest.mark.usefixtures("cache")
def test_batches_change_nothing() -> None:
    assert texts(VlmLocal(batch=1), CLIPS) == texts(VlmLocal(batch=3), CLIPS)


def taken(weights: Path, clips: list[Samples]) -> dict[str, Any]:
    """What the model takes for clips."""
    from transformers import AutoConfig, AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(weights, padding_side="left")
    pictures = [pictures_of(each) for each in clips]
    return inputs_of(
        pictures, "Tell.", preparer(weights), tokenizer, AutoConfig.from_pretrained(weights)
    )


def test_pictures_are_shown_in_the_order_of_time(weights: Path) -> None:
    import torch

    first = CLIPS[2]
    back = Samples(first.id, first.video, first.frames, first.images[::-1])
    forth, reverse = (taken(weights, [each])["pixel_values"].chunk(4) for each in (first, back))
    assert all(torch.equal(a, b) for a, b in zip(forth, reversed(reverse), strict=True))
    assert not torch.equal(forth[0], forth[3])


def test_each_picture_has_a_place_in_the_text_for_each_of_its_tokens(weights: Path) -> None:
    inputs = taken(weights, CLIPS)
    places = inputs["mm_token_type_ids"].sum(1).tolist()
    grids = (inputs["image_grid_thw"].prod(1) // 4).split([3, 1, 4])
    assert places == [int(grid.sum()) for grid in grids]
    assert inputs["attention_mask"][:, 0].tolist() == [0, 0, 1]  # padded on the left


@pytest.mark.usefixtures("cache")
def test_a_sample_that_is_no_image_costs_its_clip_alone() -> None:
    good = texts(VlmLocal(), [CLIPS[0], CLIPS[2]])
    assert texts(VlmLocal(), [CLIPS[0], clip("bad", 2, [0]), CLIPS[2]]) == [
        good[0],
        "unreadable",
        good[1],
    ]


@pytest.mark.usefixtures("cache")
def test_a_caption_that_does_not_end_is_a_failure() -> None:
    assert texts(VlmLocal(longest=4), CLIPS[:1]) == ["truncated"]


def test_weights_that_give_nan_give_no_caption(tmp_path: Path) -> None:
    folder = spoil(write_qwen_vl(tmp_path / "x"))
    assert texts(VlmLocal(repo=str(folder)), CLIPS[:1]) == ["bad_output"]


def test_a_model_that_sees_nothing_is_refused(tmp_path: Path) -> None:
    folder = write_chat(tmp_path / "x")
    with pytest.raises(RequestError, match=r"is no model of Qwen's vision family"):
        VlmLocal(repo=str(folder)).load()


@pytest.mark.skipif(
    importlib.util.find_spec("torchvision") is None, reason="the library's processor needs it"
)
def test_what_the_model_takes_is_what_the_library_s_own_processor_makes(weights: Path) -> None:
    import torch
    from transformers import AutoProcessor

    processor: Any = AutoProcessor.from_pretrained(weights)
    for each in CLIPS:
        pictures = [{"type": "image", "image": p[:, :, ::-1].copy()} for p in pictures_of(each)]
        theirs = processor.apply_chat_template(
            [{"role": "user", "content": [*pictures, {"type": "text", "text": "Tell."}]}],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
        )
        mine = taken(weights, [each])
        for name in ("input_ids", "attention_mask", "mm_token_type_ids", "image_grid_thw"):
            assert torch.equal(mine[name], theirs[name]), name
        torch.testing.assert_close(mine["pixel_values"], theirs["pixel_values"], atol=0.02, rtol=0)
