"""BLIP-2, as the real library loads it, with tiny random weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sakuga.build.caption import Caption
from sakuga.build.caption.blip2 import Blip2
from sakuga.build.wording import one_line
from sakuga.core.errors import RequestError
from sakuga.core.images import from_jpeg
from sakuga.core.needs import prepare
from sakuga.core.recipe import plain
from sakuga.core.records import Captions, Failure, Samples
from tests.tiny.hub import hub_cache, offline
from tests.tiny.speakers import drop_a_tensor, spoil, write_blip2
from tests.unit.build.caption.pictures import clip

CLIPS = [clip("a", 3), clip("b", 1), clip("c", 4)]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_blip2(tmp_path_factory.mktemp("blip2"))


@pytest.fixture
def cache(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offline(monkeypatch, hub_cache(tmp_path, Blip2().repo, Blip2().revision, weights))


def rows(recipe: Blip2, clips: list[Samples]) -> list[Captions | Failure]:
    return list(Caption(recipe).load()([(each,) for each in clips]))


def texts(recipe: Blip2, clips: list[Samples]) -> list[Any]:
    return [row.texts if isinstance(row, Captions) else row.reason for row in rows(recipe, clips)]


def by_the_library(folder: Path, clips: list[Samples], beams: int) -> list[list[str]]:
    """The library's own processor and model, a picture at a time."""
    from transformers import Blip2ForConditionalGeneration, Blip2Processor

    processor: Any = Blip2Processor.from_pretrained(folder)
    model: Any = Blip2ForConditionalGeneration.from_pretrained(folder).eval()

    def caption(image: bytes) -> str:
        inputs = processor(images=from_jpeg(image)[:, :, ::-1], return_tensors="pt")
        out = model.generate(**inputs, max_new_tokens=30, num_beams=beams, do_sample=False)
        return one_line(processor.batch_decode(out, skip_special_tokens=True)[0].strip())

    return [[caption(image) for image in each.images] for each in clips]


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("beams", [1, 3])
def test_each_sample_has_the_caption_that_the_library_itself_gives(
    weights: Path, beams: int
) -> None:
    recipe = Blip2(beams=beams)
    prepare([Caption(recipe)])
    captions = texts(recipe, CLIPS)
    assert captions == by_the_library(weights, CLIPS, beams)
    assert len({text for of_clip in captions for text in of_clip}) > 4  # or nothing is told apart


@pytest.mark.usefixtures("cache")
def test_batches_run_across_clips_and_change_nothing() -> None:
    assert texts(Blip2(batch=3), CLIPS) == texts(Blip2(batch=1), CLIPS)


@pytest.mark.usefixtures("cache")
def test_a_caption_stands_beside_its_frame() -> None:
    first, *_ = rows(Blip2(beams=1), CLIPS)
    assert isinstance(first, Captions)
    assert (first.id, first.frames) == (CLIPS[0].id, [0, 12, 24])


@pytest.mark.usefixtures("cache")
def test_a_sample_that_is_no_image_costs_its_clip_alone() -> None:
    clips = [CLIPS[0], clip("bad", 3, broken=[1]), CLIPS[2]]
    good = texts(Blip2(beams=1), [CLIPS[0], CLIPS[2]])
    assert texts(Blip2(beams=1), clips) == [good[0], "unreadable", good[1]]


def test_weights_that_give_nan_give_no_caption(tmp_path: Path) -> None:
    folder = spoil(write_blip2(tmp_path / "x"))
    assert texts(Blip2(repo=str(folder), beams=2), CLIPS[:1]) == ["bad_output"]


def test_weights_that_are_not_whole_are_refused(tmp_path: Path) -> None:
    folder = drop_a_tensor(write_blip2(tmp_path / "x"))
    with pytest.raises(RequestError, match="lack 1 of the model's tensors"):
        Blip2(repo=str(folder)).load()


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    folder = write_blip2(tmp_path / "x")
    [file] = folder.glob("*.safetensors")
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(RequestError, match="no model that can be opened"):
        Blip2(repo=str(folder)).load()


def test_a_revision_without_a_token_for_the_picture_works_too(tmp_path: Path) -> None:
    folder = write_blip2(tmp_path / "x", named_image_token=False)
    captions = texts(Blip2(repo=str(folder), beams=1), CLIPS)
    assert [len(of_clip) for of_clip in captions] == [3, 1, 4]


@pytest.mark.usefixtures("cache")
def test_a_prompt_is_continued_and_not_repeated() -> None:
    plainly, prompted = (
        texts(Blip2(beams=1, prompt=p), CLIPS[:1])[0] for p in ("", "a cartoon of")
    )
    assert plainly != prompted
    assert not any(text.startswith("a cartoon of") for text in prompted)


def test_where_it_runs_is_no_part_of_the_recipe() -> None:
    assert plain(Blip2(batch=2, device="cpu", precision="float16")) == plain(Blip2())
    assert Blip2(beams=1) != Blip2()


@pytest.mark.usefixtures("cache")
def test_a_device_that_is_not_there_is_told() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(RequestError, match="device = 'cpu'"):
        Blip2(device="cuda").load()


def test_missing_weights_are_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline(monkeypatch, tmp_path)
    with pytest.raises(RequestError, match=r"needs Salesforce/blip2-opt-2.7b .*15000 MB"):
        prepare([Caption(Blip2())])
