"""The anime judge: the mean grade, and its place among those of the reference pictures."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest
from PIL import Image

from sakuga.build.aesthetic import Judge
from sakuga.build.aesthetic.anime import Anime, prepared
from sakuga.core.errors import RequestError
from sakuga.core.images import to_jpeg
from sakuga.core.needs import prepare
from sakuga.core.records import Failure, Samples
from tests.tiny.hub import hub_cache, offline
from tests.tiny.judges import FOLDER, GRADES, SIDE, anime_files, reference
from tests.tiny.nets import net


def cached(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, bytes],
    recipe: Anime | None = None,
) -> Anime:
    recipe = recipe or Anime()
    hub_cache(folder, recipe.repo, recipe.revision, files)
    offline(monkeypatch, folder)
    return recipe


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def as_its_authors(picture: np.ndarray, side: int) -> np.ndarray:
    """Independent: RGB, Pillow's bilinear filter, 0 to 1, mean and deviation a half."""
    image = Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
    rgb = np.asarray(image.resize((side, side), Image.Resampling.BILINEAR), np.float64) / 255
    return ((rgb - 0.5) / 0.5).transpose(2, 0, 1)


@pytest.mark.parametrize("shape", [(1, 1), (270, 480), (10, 3000), (448, 448)])
def test_pictures_are_prepared_as_its_authors_do(shape: tuple[int, int]) -> None:
    picture = noise(*shape)
    [ours] = prepared([picture], 448, 448, np.dtype(np.float32))
    np.testing.assert_allclose(ours, as_its_authors(picture, 448), atol=1e-6)


@pytest.mark.parametrize("order", [GRADES, GRADES[::-1]])
def test_the_grade_is_the_mean_over_the_labels_wherever_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: tuple[str, ...]
) -> None:
    files = anime_files(labels=order)
    session = onnxruntime.InferenceSession(files[f"{FOLDER}/model.onnx"])
    pictures = [noise(40, 60, seed) for seed in range(5)]
    worth = {"masterpiece": 6, "best": 5, "great": 4, "good": 3, "normal": 2, "low": 1, "worst": 0}
    expected = [
        sum(
            worth[label] * share
            for label, share in zip(
                order,
                session.run(None, {"input": as_its_authors(p, SIDE)[None].astype(np.float32)})[0][
                    0
                ],
                strict=True,
            )
        )
        / 6
        for p in pictures
    ]
    recipe = cached(tmp_path, monkeypatch, files, Anime(scale="grade", batch=2))
    assert list(recipe.load()(iter(pictures))) == pytest.approx(expected, abs=1e-5)


def test_the_percentile_is_the_share_of_reference_pictures_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(1)
    grades = np.sort(rng.uniform(0, 6, 400))
    files = anime_files() | {f"{FOLDER}/samples.npz": reference(grades, np.linspace(0, 1, 400))}
    recipe = cached(tmp_path, monkeypatch, files)
    pictures = [noise(40, 60, seed) for seed in range(4)]
    mean_grades = [6 * g for g in Anime(scale="grade").load()(iter(pictures))]
    below = [float((grades < g).mean()) for g in mean_grades]
    assert list(recipe.load()(iter(pictures))) == pytest.approx(below, abs=1 / 200)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("meta.json", b"{}", "lists no labels"),
        ("meta.json", b"[]", "lists no labels"),
        ("meta.json", b"\x80", "lists no labels"),
        ("meta.json", json.dumps({"labels": ["a", "b"]}).encode(), "its labels are"),
        ("samples.npz", b"", "is no reference"),
        ("samples.npz", b"PK\x03\x04 truncated", "is no reference"),
        ("samples.npz", reference([3, 2, 1], [0, 0.5, 1]), "must be ascending"),
        ("samples.npz", reference([1, 2, 3], [0, 0.5, 2]), "must be ascending"),
        ("samples.npz", reference([1, 2, float("nan")], [0, 0.5, 1]), "must be ascending"),
    ],
)
def test_a_damaged_file_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, said: str
) -> None:
    recipe = cached(tmp_path, monkeypatch, anime_files() | {f"{FOLDER}/{name}": content})
    with pytest.raises(RequestError, match=said):
        prepare([Judge(recipe)])


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (net(5, SIDE, "NCHW", "Softmax"), "gives 5 outputs"),
        (net(7, SIDE, "NHWC", "Softmax"), r"must be \(3, height, width\)"),
        (b"nothing of the kind", "is no ONNX model"),
    ],
)
def test_a_model_of_another_kind_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: bytes, said: str
) -> None:
    recipe = cached(tmp_path, monkeypatch, anime_files() | {f"{FOLDER}/model.onnx": model})
    with pytest.raises(RequestError, match=said):
        recipe.load()


def test_outputs_that_are_no_probabilities_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = anime_files() | {f"{FOLDER}/model.onnx": net(7, SIDE, "NCHW", "Sigmoid")}
    look = cached(tmp_path, monkeypatch, files).load()
    with pytest.raises(RequestError, match="must be probabilities"):
        list(look([noise(9, 9)]))


def test_a_picture_for_which_the_model_gives_nan_costs_its_clip_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = cached(tmp_path, monkeypatch, anime_files(dark_is_nan=True))
    images = [to_jpeg(np.full((9, 9, 3), grey, np.uint8)) for grey in (90, 0, 200)]
    clips = [Samples(f"{n}", "v", [0], [image]) for n, image in enumerate(images)]
    rows = list(Judge(recipe).load()([(clip,) for clip in clips]))
    assert [isinstance(row, Failure) for row in rows] == [False, True, False]
    assert [row.reason for row in rows if isinstance(row, Failure)] == ["bad_output"]
