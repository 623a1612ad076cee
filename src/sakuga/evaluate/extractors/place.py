"""Where a net runs, opening one of transformers, and batches of frames."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from sakuga.core.errors import RequestError
from sakuga.core.images import Picture
from sakuga.evaluate.extractors import Vectors

Device = Literal["auto", "cpu", "cuda"]  # auto: CUDA where it works, else the CPU
ON_CPU, ON_CUDA = 8, 64  # frames at once


@dataclass(frozen=True, slots=True)
class Place:
    """A device, and how many frames are on it at once."""

    device: Any
    batch: int


def placed(device: Device, batch: int) -> Place:
    """Where. batch: 0 as suits the device. RequestError where CUDA is asked for and not there."""
    import torch

    if threads := int(os.environ.get("SAKUGA_THREADS", "0")):
        torch.set_num_threads(threads)
    there = torch.cuda.is_available()
    if device == "cuda" and not there:
        raise RequestError("device = 'cuda': PyTorch finds none; or use device = 'cpu'")
    on_cuda = there and device != "cpu"
    return Place(
        torch.device("cuda" if on_cuda else "cpu"), batch or (ON_CUDA if on_cuda else ON_CPU)
    )


def opened(kind: str, folder: Path, place: Place, **more: Any) -> Any:
    """A model of transformers. RequestError where it is damaged, not whole or another: the library
    would make up what is missing. kind: the class. more: for `from_pretrained`."""
    import transformers
    from safetensors import SafetensorError

    _same_kind(getattr(transformers, kind), folder)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        model, told = getattr(transformers, kind).from_pretrained(
            folder, dtype="float32", output_loading_info=True, local_files_only=True, **more
        )
    except (OSError, ValueError, RuntimeError, TypeError, KeyError, EOFError, SafetensorError,
            pickle.UnpicklingError) as error:  # fmt: skip
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise RequestError(f"{folder} is no {kind} that can be opened: {first}") from error
    version = transformers.__version__
    lacking = sorted(key for key in told["missing_keys"] if not key.endswith("position_ids"))
    if lacking:
        raise RequestError(
            f"{folder}: its weights lack {len(lacking)} of a {kind}'s tensors, {lacking[0]} among "
            f"them: it is another model, not whole, or its names are not known to transformers "
            f"{version}"
        )
    return model.requires_grad_(False).to(place.device).eval()


def _same_kind(model: Any, folder: Path) -> None:
    """RequestError for a folder of another model: the library would make one up, in full size."""
    try:
        found = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    except (OSError, ValueError, AttributeError) as error:
        raise RequestError(f"{folder}: its config.json can't be read: {error}") from error
    if found != model.config_class.model_type:
        raise RequestError(
            f"{folder} holds a model of type {found}, not {model.config_class.model_type}, which a "
            f"{model.__name__} is"
        )


def prepared_by(folder: Path) -> Callable[[Picture], Any]:
    """What makes (N, H, W, 3) RGB frames a tensor, as the files of the model say; by Pillow."""
    from transformers import AutoImageProcessor

    prepare: Any = AutoImageProcessor.from_pretrained(folder, backend="pil", local_files_only=True)

    def prepared(frames: Picture) -> Any:
        return prepare(images=list(frames), return_tensors="pt", input_data_format="channels_last")[
            "pixel_values"
        ]

    return prepared


def by_frames(
    clips: Sequence[Picture], net: Callable[[Picture], Vectors], batch: int
) -> list[Vectors]:
    """(T, D) of each clip, from a net of (N, H, W, 3) frames to (N, D); batches across clips."""
    frames = np.concatenate(list(clips))
    found = np.concatenate([net(part) for part in _pieces(frames, batch)])
    ends = np.cumsum([len(clip) for clip in clips])[:-1]
    return np.split(found, ends)


def by_clips(
    clips: Sequence[Picture], net: Callable[[Picture], Vectors], batch: int
) -> list[Vectors]:
    """(1, D) of each clip, from a net of (B, T, H, W, 3); clips of one length share batches."""
    found: dict[int, Vectors] = {}
    for length in sorted({len(clip) for clip in clips}):
        places = [n for n, clip in enumerate(clips) if len(clip) == length]
        for some in _pieces(places, max(1, batch // length)):
            made = net(np.stack([clips[n] for n in some]))
            found |= {n: made[k : k + 1] for k, n in enumerate(some)}
    return [found[n] for n in range(len(clips))]


def _pieces(things: Any, size: int) -> Iterator[Any]:
    for start in range(0, len(things), size):
        yield things[start : start + size]
