"""Backend `anime`: how good an anime picture is, by ONNX Runtime (§3.2; no model of the paper's).

Upstream: deepghs/anime_aesthetic on the Hugging Face hub (OpenRAIL), a classifier of seven grades,
`masterpiece` to `worst`; what it was trained on is not told. Its authors make one number of them:
the mean grade, 0 worst to 6 masterpiece, and its place among the grades of their own sample
pictures, which come with the model. Score 0.9 then says: better than nine in ten of those, so
thresholds keep their meaning. `scale = "grade"` is the mean grade over 6.

As with its authors, the picture is resized to the model's sides by Pillow's bilinear filter, its
aspect not kept, and given as RGB, -1 to 1. Between two reference scores we interpolate.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Interval
from numpy.typing import NDArray

from sakuga.build.device import wants_cuda
from sakuga.build.onnx import Net, open_net
from sakuga.core.errors import RequestError
from sakuga.core.images import Picture
from sakuga.core.needs import Needs
from sakuga.core.recipe import where
from sakuga.core.weights import Weights, located

GRADES = ("worst", "low", "normal", "good", "great", "best", "masterpiece")
MODEL, LABELS, REFERENCE = "model.onnx", "meta.json", "samples.npz"
Look = Callable[[Iterable[Picture]], Iterator[float]]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Anime:
    """repo: on the hub, or a folder; model: the folder in it. scale: what the score is. batch:
    pictures at once, 0 as suits the device; device: both say how it runs, not what comes out."""

    repo: str = "deepghs/anime_aesthetic"
    revision: str = "a83ab545e1d2a869f1180b99b2a7dee22ec3b97e"
    model: str = "swinv2pv3_v0_448_ls0.2_x"
    scale: Literal["percentile", "grade"] = "percentile"
    batch: Annotated[int, Interval(ge=0)] = where(0)
    device: Literal["auto", "cpu", "cuda"] = where("auto")

    @property
    def needs(self) -> Needs:
        """Packages and weights."""
        files = tuple(f"{self.model}/{name}" for name in (MODEL, LABELS, REFERENCE))
        weights = Weights(self.repo, self.revision, files, 440)
        modules = ("huggingface_hub", "onnxruntime", "PIL")
        return Needs("aesthetic", modules, (weights,), alone=wants_cuda(self.device))

    def check(self) -> None:
        """Its grades and its reference are what they must be. Raises RequestError."""
        _grades(self._folder)
        _reference(self._folder)

    def load(self) -> Look:
        """The worker."""
        grades, reference = _grades(self._folder), _reference(self._folder)
        net = open_net(self._folder / MODEL, self.device, self.batch)
        height, width = _sides(net, self._folder / MODEL, len(grades))

        def look(pictures: Iterable[Picture]) -> Iterator[float]:
            for row in net.look(pictures, lambda b: prepared(b, height, width, net.dtype)):
                grade = _mean_grade(row.astype(np.float64), grades)
                if self.scale == "percentile":
                    grade = float(np.interp(grade, *reference))
                else:
                    grade /= len(GRADES) - 1
                yield grade

        return look

    @property
    def _folder(self) -> Path:
        return located(self.needs.weights[0]) / self.model


def _grades(folder: Path) -> Floats:
    """(7,) what each of the model's outputs counts, 0 worst to 6 masterpiece."""
    path = folder / LABELS
    try:
        labels: list[str] = json.loads(path.read_text(encoding="utf-8"))["labels"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RequestError(f"{path} lists no labels ({error!r}): fetch it again") from error
    if sorted(labels) != sorted(GRADES):
        raise RequestError(f"{path}: its labels are {labels}, must be {', '.join(GRADES)}")
    return np.array([GRADES.index(label) for label in labels], np.float64)


def _reference(folder: Path) -> tuple[Floats, Floats]:
    """Mean grades of the reference pictures, ascending, and the share of them below each."""
    path = folder / REFERENCE
    try:
        with path.open("rb") as opened, np.load(opened) as file:
            grades, shares = np.asarray(file["arr_0"], np.float64)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise RequestError(f"{path} is no reference ({error}): fetch it again") from error
    fits = len(grades) > 1 and (np.diff(grades) >= 0).all() and shares.min() >= 0
    if not (fits and shares.max() <= 1):  # also where one is NaN
        raise RequestError(f"{path}: must be ascending grades and shares from 0 to 1")
    return grades, shares


def _sides(net: Net, path: Path, grades: int) -> tuple[int, int]:
    if len(net.shape) != 3 or net.shape[0] != 3 or None in net.shape:
        raise RequestError(f"{path}: its input is {net.shape}, must be (3, height, width)")
    if net.width not in (None, grades):
        raise RequestError(f"{path}: it gives {net.width} outputs, {LABELS} names {grades}")
    return net.shape[1] or 0, net.shape[2] or 0


def _mean_grade(probabilities: Floats, grades: Floats) -> float:
    """NaN where the model gave one; RequestError where its outputs are no probabilities at all."""
    total = float(probabilities.sum())
    if abs(total - 1) > 0.01:  # not so where it is NaN
        raise RequestError(f"its seven outputs sum to {total}: they must be probabilities")
    return float(probabilities @ grades)


def prepared(pictures: list[Picture], height: int, width: int, dtype: np.dtype[Any]) -> Any:
    """Pictures (H, W, 3) uint8 BGR of any size, as the model wants them: (N, 3, height, width)."""
    from PIL import Image

    batch = np.empty((len(pictures), 3, height, width), dtype)
    for place, picture in zip(batch, pictures, strict=True):
        resized = Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR)
        place[...] = np.asarray(resized)[..., ::-1].transpose(2, 0, 1)
    batch /= 127.5
    batch -= 1
    return batch
