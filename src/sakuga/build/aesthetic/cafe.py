"""Backend `cafe`: the paper's aesthetic model, by transformers (§3.2).

Upstream: cafeai/cafe_aesthetic on the Hugging Face hub (AGPL-3.0), a BEiT that tells `aesthetic`
from `not_aesthetic`; the score is the softmax probability of `aesthetic`. Pictures are prepared by
the model's own image processor, with Pillow: its other backend resizes a little differently.

The commit it is pinned to holds its weights as a pickle, of which only tensors are read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Interval

from sakuga.build.ahead import ahead
from sakuga.build.device import Device, batch_size, threads, wants_cuda
from sakuga.build.pictures import batches
from sakuga.core.errors import RequestError
from sakuga.core.images import Picture
from sakuga.core.needs import Needs
from sakuga.core.pulse import alive
from sakuga.core.recipe import where
from sakuga.core.weights import Weights, located

LABEL = "aesthetic"
CONFIG, PROCESSOR = "config.json", "preprocessor_config.json"
Look = Callable[[Iterable[Picture]], Iterator[float]]


@dataclass(frozen=True, slots=True)
class Cafe:
    """repo: on the hub, or a folder; weights: the file there. batch: pictures at once, 0 as suits
    the device; device: both say how it runs, not what comes out."""

    repo: str = "cafeai/cafe_aesthetic"
    revision: str = "48a343764f786abc1ca8aaddfcd60a688a70da9b"
    weights: str = "pytorch_model.bin"
    batch: Annotated[int, Interval(ge=0)] = where(0)
    device: Literal["auto", "cpu", "cuda"] = where("auto")

    @property
    def needs(self) -> Needs:
        """Packages and weights."""
        weights = Weights(self.repo, self.revision, (CONFIG, PROCESSOR, self.weights), 360)
        modules = ("huggingface_hub", "torch", "transformers", "PIL")
        return Needs("aesthetic", modules, (weights,), alone=wants_cuda(self.device))

    def check(self) -> None:
        """The model has the label whose probability is the score. Raises RequestError."""
        _place_of_label(located(self.needs.weights[0]))

    def load(self) -> Look:
        """The worker."""
        folder = located(self.needs.weights[0])
        place = _place_of_label(folder)
        model, processor = _opened(folder, self.device)
        size = batch_size(self.batch, model.device.type == "cuda")

        def look(pictures: Iterable[Picture]) -> Iterator[float]:
            with alive():  # a slow machine takes its time over a batch
                for pixels in ahead(_prepared(processor, b) for b in batches(pictures, size)):
                    yield from _scores(model, pixels, place)

        return look


def _place_of_label(folder: Path) -> int:
    path = folder / CONFIG
    try:
        labels: dict[str, str] = json.loads(path.read_text(encoding="utf-8")).get("id2label", {})
    except (OSError, ValueError) as error:
        raise RequestError(f"{path}: {error}; fetch it again") from error
    places = [int(place) for place, label in labels.items() if label == LABEL]
    if not places:
        there = ", ".join(labels.values()) or "none"
        raise RequestError(f"{path}: no label is {LABEL!r}, which is the score; there are: {there}")
    return places[0]


def _opened(folder: Path, device: Device) -> tuple[Any, Any]:
    import torch
    from transformers import AutoImageProcessor, AutoModelForImageClassification
    from transformers.utils.logging import disable_progress_bar

    if threads():
        torch.set_num_threads(threads())
    disable_progress_bar()
    try:
        processor: Any = AutoImageProcessor.from_pretrained(folder, backend="pil")
        model, told = AutoModelForImageClassification.from_pretrained(
            folder, dtype=torch.float32, output_loading_info=True
        )
    except (OSError, ValueError, RuntimeError, *_damages()) as error:
        raise RequestError(f"{folder} is no model that can be opened: {error}") from error
    if lacking := sorted(told["missing_keys"]):
        raise RequestError(
            f"{folder}: its weights lack {len(lacking)} of the model's tensors, {lacking[0]} among "
            "them: fetch it again"
        )
    return model.eval().to(_device(device)), processor


def _damages() -> tuple[type[Exception], ...]:
    """What a truncated file of weights raises, beside the usual."""
    import pickle

    from safetensors import SafetensorError

    return pickle.UnpicklingError, SafetensorError, EOFError


def _device(asked: Device) -> str:
    import torch

    if asked == "cuda" and not torch.cuda.is_available():
        raise RequestError(
            "device = 'cuda': PyTorch finds no CUDA here: install its CUDA build, or use 'cpu'"
        )
    return "cuda" if asked != "cpu" and torch.cuda.is_available() else "cpu"


def _prepared(processor: Any, pictures: list[Picture]) -> Any:
    """(N, 3, H, W) float32, as the model's processor makes them of RGB pictures of any size."""
    rgb = [np.ascontiguousarray(picture[..., ::-1]) for picture in pictures]
    given = processor(images=rgb, return_tensors="pt", input_data_format="channels_last")
    return given["pixel_values"]


def _scores(model: Any, pixels: Any, place: int) -> list[float]:
    import torch

    with torch.inference_mode():
        logits = model(pixel_values=pixels.to(model.device)).logits
        return logits.float().softmax(dim=-1)[:, place].tolist()
