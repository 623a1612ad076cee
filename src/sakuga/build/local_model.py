"""A language model of transformers in this process: where it lies, and what it says.

What it says is deterministic: the likeliest words, or those of a beam search.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np

from sakuga.build.device import Device, threads
from sakuga.core.errors import RequestError
from sakuga.core.images import Picture

Precision = Literal["auto", "float32", "bfloat16", "float16"]  # auto: bfloat16 on CUDA
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model runs."""

    device: Any
    dtype: Any


@dataclass(frozen=True, slots=True)
class Said:
    """A model's words for one input. ended: by itself. broken: it computed what is no number."""

    text: str
    tokens: int
    ended: bool
    broken: bool


def quiet() -> None:
    """No progress bars, no advice: a library that is used by another keeps silent."""
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def placed(device: Device, precision: Precision) -> Place:
    """The device and type of number. Raises RequestError where CUDA is asked for and not there."""
    import torch

    if threads():
        torch.set_num_threads(threads())
    there = torch.cuda.is_available()
    if device == "cuda" and not there:
        raise RequestError("device = 'cuda': PyTorch finds none; or use device = 'cpu'")
    on_cuda = there and device != "cpu"
    name = precision if precision != "auto" else "bfloat16" if on_cuda else "float32"
    return Place(torch.device("cuda" if on_cuda else "cpu"), getattr(torch, name))


def opened(kind: Any, folder: Path, place: Place) -> Any:
    """The model in a folder, ready to speak. Raises RequestError where it is damaged or not whole:
    the library would make up what is missing.

    kind: a class of transformers that is made with `from_pretrained`.
    """
    from safetensors import SafetensorError

    try:
        model, told = kind.from_pretrained(
            folder, dtype=place.dtype, output_loading_info=True, local_files_only=True
        )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise RequestError(f"{folder} is no model that can be opened: {error}") from error
    if lacking := sorted(told["missing_keys"]):
        raise RequestError(
            f"{folder}: its weights lack {len(lacking)} of the model's tensors, {lacking[0]} among "
            "them: fetch it again"
        )
    return model.to(place.device).eval()


def generated(
    model: Any, tokenizer: Any, inputs: dict[str, Any], prompt: int, longest: int, beams: int = 1
) -> list[Said]:
    """What a model says to a batch of inputs, of `prompt` tokens each; at most `longest` more.

    Raises MemoryError where the device has too little for the batch.
    """
    import torch
    from transformers import LogitsProcessorList

    watch = _watch()
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    try:
        with torch.inference_mode():
            out = model.generate(
                **inputs,
                max_new_tokens=longest,
                do_sample=False,
                num_beams=beams,
                logits_processor=LogitsProcessorList([watch]),
                pad_token_id=pad,
            )
    except torch.OutOfMemoryError as error:
        what = str(error).splitlines()[0]
        raise MemoryError(f"{what} Set a smaller batch, or device = 'cpu'") from None
    ends = _ends(model)
    rows = [row[prompt:].tolist() for row in out]
    broken = watch.by_input(len(rows))
    return [_said(tokenizer, row, ends, pad, bad) for row, bad in zip(rows, broken, strict=True)]


def preparer(folder: Path) -> Callable[[Sequence[Picture]], dict[str, Any]]:
    """What prepares (H, W, 3) BGR pictures for a model, as the files in its folder say.

    By Pillow, also where torchvision is installed: what comes out depends on it.
    """
    from transformers import AutoImageProcessor

    prepare: Any = AutoImageProcessor.from_pretrained(folder, backend="pil")

    def prepared(pictures: Sequence[Picture]) -> dict[str, Any]:
        rgb = [np.ascontiguousarray(picture[:, :, ::-1]) for picture in pictures]
        return dict(prepare(images=rgb, return_tensors="pt", input_data_format="channels_last"))

    return prepared


def in_batches(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    """The things in lists of `size`; the last may be shorter."""
    held: list[Thing] = []
    for thing in things:
        held.append(thing)
        if len(held) == size:
            yield held
            held = []
    if held:
        yield held


def _said(tokenizer: Any, row: Sequence[int], ends: set[int], pad: int, broken: bool) -> Said:
    words = [token for token in row if token not in ends and token != pad]
    text = tokenizer.decode(words, skip_special_tokens=True).strip()
    return Said(text, len(words), ended=any(t in ends for t in row), broken=broken)


def _ends(model: Any) -> set[int]:
    """The tokens that end an answer; of a model of several parts, its language model's."""
    speaker = getattr(model, "language_model", None)
    configs = [model.generation_config, getattr(speaker, "generation_config", None)]
    ends = [getattr(config, "eos_token_id", None) for config in configs]
    flat = [end if isinstance(end, list) else [end] for end in ends]
    return {token for some in flat for token in some if token is not None}


def _watch() -> Any:
    """A processor of logits that changes none and remembers where one was no number.

    Where all are, a search still gives words, and nothing else would tell.
    """
    import torch
    from transformers import LogitsProcessor

    class Watch(LogitsProcessor):
        def __init__(self) -> None:
            self.broken = torch.zeros(0, dtype=torch.bool)

        def __call__(self, input_ids: Any, scores: Any) -> Any:
            del input_ids
            bad = torch.isnan(scores).any(-1).cpu()
            self.broken = bad if len(self.broken) != len(bad) else self.broken | bad
            return scores

        def by_input(self, count: int) -> list[bool]:
            """Of each input, whether one of its beams was broken."""
            return self.broken.reshape(count, -1).any(-1).tolist()

    return Watch()
