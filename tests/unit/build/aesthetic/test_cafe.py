"""cafe: the probability of its label `aesthetic`, by the library that its users use."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from sakuga.build.aesthetic import Judge
from sakuga.build.aesthetic.cafe import Cafe
from sakuga.core.errors import RequestError
from sakuga.core.needs import prepare
from tests.tiny.hub import hub_cache, offline
from tests.tiny.judges import SIDE, cafe_files


def cached(folder: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]) -> Cafe:
    recipe = Cafe(device="cpu")
    hub_cache(folder, recipe.repo, recipe.revision, files)
    offline(monkeypatch, folder)
    return recipe


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def by_hand(files: dict[str, bytes], folder: Path, pictures: list[np.ndarray]) -> list[float]:
    """Independent: Pillow's bilinear filter, arithmetic, and the bare model."""
    import torch
    from transformers import BeitConfig, BeitForImageClassification

    (folder / "weights.bin").write_bytes(files["pytorch_model.bin"])
    model = BeitForImageClassification(BeitConfig.from_dict(json.loads(files["config.json"])))
    model.load_state_dict(torch.load(folder / "weights.bin", weights_only=True))
    scores = list[float]()
    for picture in pictures:
        image = Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
        rgb = np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR), np.float32)
        pixels = torch.from_numpy((rgb / 255 - 0.5) / 0.5).permute(2, 0, 1)[None]
        with torch.inference_mode():
            not_aesthetic, aesthetic = model.eval()(pixels).logits[0].double().exp().tolist()
        scores.append(aesthetic / (aesthetic + not_aesthetic))
    return scores


def test_the_score_is_the_probability_of_the_label_aesthetic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = cafe_files()
    pictures = [noise(40, 60, 1), noise(1, 1, 2), noise(300, 20, 3), noise(SIDE, SIDE, 4)]
    expected = by_hand(files, tmp_path, pictures)
    scores = list(cached(tmp_path, monkeypatch, files).load()(iter(pictures)))
    assert scores == pytest.approx(expected, abs=1e-5)
    assert max(scores) - min(scores) > 0.01


def test_the_label_is_found_wherever_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, turned = cafe_files(), cafe_files(labels=("aesthetic", "not_aesthetic"))
    picture = noise(40, 60)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    [one] = cached(tmp_path / "a", monkeypatch, usual).load()([picture])
    [other] = cached(tmp_path / "b", monkeypatch, turned).load()([picture])
    assert one + other == pytest.approx(1)


def test_a_model_without_that_label_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = cached(tmp_path, monkeypatch, cafe_files(labels=("real_life", "anime")))
    with pytest.raises(RequestError, match=r"no label is 'aesthetic'.*real_life, anime"):
        prepare([Judge(recipe)])


def test_weights_that_lack_a_tensor_are_told_and_never_made_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = cached(tmp_path, monkeypatch, cafe_files(drop="classifier.weight"))
    with pytest.raises(RequestError, match=r"lack 1 of the model's tensors, classifier\.weight"):
        recipe.load()


@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json"])
@pytest.mark.parametrize("content", [b"", b"{", b"\x80\x81"])
def test_a_damaged_setting_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes
) -> None:
    recipe = cached(tmp_path, monkeypatch, cafe_files() | {name: content})
    with pytest.raises(RequestError, match=r"config\.json|no model that can be opened"):
        recipe.load()


@pytest.mark.parametrize("keep", [0, 10, 2000])
def test_truncated_weights_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: int
) -> None:
    files = cafe_files()
    cut = files["pytorch_model.bin"][:keep]
    recipe = cached(tmp_path, monkeypatch, files | {"pytorch_model.bin": cut})
    with pytest.raises(RequestError, match="no model that can be opened"):
        recipe.load()


def test_it_uses_as_many_threads_as_the_process_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    before = torch.get_num_threads()
    monkeypatch.setenv("SAKUGA_THREADS", "2")
    try:
        cached(tmp_path, monkeypatch, cafe_files()).load()
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_how_it_runs_is_no_part_of_what_it_is() -> None:
    assert Cafe(batch=3, device="cuda") == Cafe()


@pytest.mark.gpu
def test_cuda_gives_what_the_cpu_gives(tmp_path: Path) -> None:
    import torch

    if not torch.cuda.is_available():
        pytest.skip("PyTorch finds no CUDA here")
    for name, content in cafe_files().items():
        (tmp_path / name).write_bytes(content)
    pictures = [noise(90, 160, seed) for seed in range(40)]
    there, here = (
        list(recipe.load()(iter(pictures)))
        for recipe in (Cafe(str(tmp_path), device="cuda"), Cafe(str(tmp_path), device="cpu"))
    )
    assert there == pytest.approx(here, abs=2e-3)
