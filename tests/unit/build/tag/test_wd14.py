"""The WD taggers: pictures are prepared as their author does, and scores land on their tags."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sakuga.build.tag.wd14 import Wd14, WdEva02, prepared, squared
from sakuga.core.errors import RequestError
from sakuga.core.needs import prepare
from sakuga.core.recipe import plain
from tests.tiny.hub import hub_cache, offline, snapshot
from tests.tiny.wd import HEADER, OLD, RATINGS, SIDE, TAGS, csv_bytes, tagger_files

SHAPES = [(1, 1), (1, 3), (10, 8000), (8000, 10), (448, 448), (448, 300), (270, 480), (777, 333)]


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def cached(folder: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]) -> WdEva02:
    recipe = WdEva02(device="cpu")
    hub_cache(folder, recipe.repo, recipe.revision, files)
    offline(monkeypatch, folder)
    return recipe


# ---- pictures


def as_pillow(picture: np.ndarray, side: int) -> np.ndarray:
    """Independent: the whole white square at once, in RGB, by Pillow; then turned to BGR."""
    image = Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
    longest = max(image.size)
    square = Image.new("RGB", (longest, longest), (255, 255, 255))
    square.paste(image, ((longest - image.width) // 2, (longest - image.height) // 2))
    if longest != side:
        square = square.resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(square)[..., ::-1]


def as_arithmetic(picture: np.ndarray, side: int) -> np.ndarray:
    """Independent: Keys' cubic, a = -0.5, stretched when it reduces, as two matrices."""
    height, width = picture.shape[:2]
    longest = max(height, width)
    square = np.full((longest, longest, 3), 255.0)
    top, left = (longest - height) // 2, (longest - width) // 2
    square[top : top + height, left : left + width] = picture
    matrix = _weights(longest, side)
    return np.einsum("yh,hwc,xw->yxc", matrix, square, matrix, optimize=True)


def _weights(before: int, after: int) -> np.ndarray:
    scale = before / after
    stretch = max(scale, 1.0)
    centres = (np.arange(after) + 0.5) * scale
    distance = np.abs(np.arange(before)[None] + 0.5 - centres[:, None]) / stretch
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
    weights = np.where(distance < 1, near, np.where(distance < 2, far, 0.0))
    return weights / weights.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("shape", SHAPES)
def test_preparing_is_to_the_byte_what_pillow_makes_of_the_whole_square(
    shape: tuple[int, int],
) -> None:
    picture = noise(*shape)
    np.testing.assert_array_equal(squared(picture, 448), as_pillow(picture, 448))


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 600), st.integers(1, 600), st.sampled_from([32, 448]), st.integers(0, 9))
def test_it_is_so_for_any_size(height: int, width: int, side: int, seed: int) -> None:
    picture = noise(height, width, seed)
    np.testing.assert_array_equal(squared(picture, side), as_pillow(picture, side))


@pytest.mark.parametrize("shape", [(90, 160), (480, 270), (600, 600)])
def test_it_is_a_cubic_filter_over_every_pixel(shape: tuple[int, int]) -> None:
    smooth = cv2.GaussianBlur(noise(*shape), (0, 0), 3)
    apart = squared(smooth, 224) - as_arithmetic(smooth, 224).clip(0, 255)
    assert np.abs(apart).max() <= 1.5  # two roundings to whole numbers


def test_opencv_agrees_where_a_picture_is_enlarged_and_not_where_it_is_reduced() -> None:
    """Its cubic filter looks at 4x4 pixels however much it skips: the reason for Pillow."""
    small = cv2.GaussianBlur(noise(200, 200), (0, 0), 4)
    enlarged = cv2.resize(small, (448, 448), interpolation=cv2.INTER_CUBIC).astype(int)
    inside = (slice(8, -8), slice(8, -8))  # their edges differ, and a is -0.75 there
    assert np.abs(squared(small, 448) - enlarged)[inside].max() <= 3
    large = noise(1344, 1344)
    skipped = cv2.resize(large, (448, 448), interpolation=cv2.INTER_CUBIC).astype(int)
    assert np.abs(squared(large, 448) - skipped).mean() > 20


def test_a_batch_is_unscaled_bgr_with_channels_last() -> None:
    blue = np.zeros((8, 8, 3), np.uint8)
    blue[..., 0] = 255
    batch = prepared([blue, blue[:4]], 8, np.dtype(np.float32))
    assert batch.shape == (2, 8, 8, 3)
    assert batch.dtype == np.float32
    assert batch[0, 0, 0].tolist() == [255, 0, 0]
    assert batch[1, :, 0].tolist() == [[255] * 3] * 2 + [[255, 0, 0]] * 4 + [[255] * 3] * 2


# ---- the model


@pytest.mark.parametrize("names", [OLD, ("input", "output")])
@pytest.mark.parametrize("batch", [None, 1])
def test_scores_are_those_of_the_session_under_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, str], batch: int | None
) -> None:
    files = tagger_files(names=names, batch=batch)
    pictures = [noise(30, 50, seed) for seed in range(6)]
    session = onnxruntime.InferenceSession(files["model.onnx"])
    bare = [
        session.run(None, {names[0]: as_pillow(p, SIDE)[None].astype(np.float32)})[0][0]
        for p in pictures
    ]
    seen = list(cached(tmp_path, monkeypatch, files).load()(iter(pictures)))
    for one, row in zip(seen, bare, strict=True):
        assert one.ratings is not None
        ratings = [one.ratings.general, one.ratings.sensitive]
        assert ratings == pytest.approx(row[:2].tolist(), abs=1e-6)
        assert [tag.name for tag in one.tags] == [row[1] for row in TAGS]
        assert [tag.score for tag in one.tags] == pytest.approx(row[4:].tolist(), abs=1e-6)


def test_a_list_that_fits_another_model_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = cached(tmp_path, monkeypatch, tagger_files(outputs=40))
    with pytest.raises(
        RequestError, match=r"names 12 outputs and model\.onnx gives 40: fetch both"
    ):
        recipe.load()


def test_a_list_without_categories_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row[:2] for row in (*RATINGS, *TAGS)]
    files = tagger_files() | {"selected_tags.csv": csv_bytes(rows, HEADER[:2])}
    recipe = cached(tmp_path, monkeypatch, files)
    with pytest.raises(RequestError, match="no column category"):
        prepare([recipe_in_room(recipe)])


def test_a_model_of_another_kind_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.tiny.nets import net

    files = tagger_files() | {"model.onnx": net(12, 32, "NCHW", "Sigmoid")}
    recipe = cached(tmp_path, monkeypatch, files)
    with pytest.raises(RequestError, match=r"its input is \(3, 32, 32\)"):
        recipe.load()


def test_a_damaged_model_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = cached(tmp_path, monkeypatch, tagger_files())
    blob = (snapshot(tmp_path, recipe.repo) / "model.onnx").resolve()
    blob.write_bytes(blob.read_bytes()[:-40])
    with pytest.raises(
        RequestError, match=r"\[tag\] WdEva02: model\.onnx .* is damaged .*`hf download"
    ):
        prepare([recipe_in_room(recipe)])


def test_a_folder_of_ones_own_serves_as_repository(tmp_path: Path) -> None:
    for name, content in tagger_files().items():
        (tmp_path / name).write_bytes(content)
    recipe = Wd14(repo=str(tmp_path))
    prepare([recipe_in_room(recipe)])
    assert len(list(recipe.load()([noise(8, 8)]))) == 1


def test_how_it_runs_is_no_part_of_what_it_is() -> None:
    assert Wd14(batch=64, device="cpu") == Wd14()
    assert set(plain(Wd14())) == {"recipe", "version", "repo", "revision"}


def recipe_in_room(recipe: Any) -> Any:
    from sakuga.build.tag import Tag

    return Tag(recipe)


@pytest.mark.gpu
def test_cuda_gives_what_the_cpu_gives(tmp_path: Path) -> None:
    from sakuga.build.onnx import offers_cuda

    if not offers_cuda():
        pytest.skip("this ONNX Runtime was not built for CUDA")
    for name, content in tagger_files().items():
        (tmp_path / name).write_bytes(content)
    pictures = [noise(90, 160, seed) for seed in range(40)]
    there, here = (
        [[tag.score for tag in seen.tags] for seen in recipe.load()(iter(pictures))]
        for recipe in (Wd14(str(tmp_path), device="cuda"), Wd14(str(tmp_path), device="cpu"))
    )
    np.testing.assert_allclose(there, here, atol=2e-3)
