"""Encoders with a tower for pictures and one for words, by transformers: CLIP and its kin.

A clip's vector is the mean of its pictures' vectors of length 1, so that its product with a text's
is the mean of the pictures' cosines.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sakuga.build.embed import Shown, Vector, Vectors
from sakuga.build.local_model import Place, in_batches, opened, preparer, quiet
from sakuga.core.errors import BadOutput, ItemError, RequestError
from sakuga.core.images import Picture
from sakuga.core.pulse import alive

CLIPS = 64  # whose sums of vectors are in memory at once
Encode = Callable[[Iterable[Shown]], Iterator[Vectors | ItemError]]


def encoder(kind: str, folder: Path, place: Place, batch: int, filled: bool) -> Encode:
    """The worker. kind: a class of transformers. batch: pictures, or texts, at once.

    filled: texts are filled up to the longest that the model takes, as it was trained.
    """
    towers = _Towers(kind, folder, place, batch, filled)

    def encode(clips: Iterable[Shown]) -> Iterator[Vectors | ItemError]:
        for some in in_batches(clips, CLIPS):
            with alive():
                seen, read = towers.seen(some), towers.read(some)
            yield from map(_joined, seen, read)

    return encode


def _joined(seen: Vector | ItemError, read: Vector | None) -> Vectors | ItemError:
    return seen if isinstance(seen, ItemError) else Vectors(seen, read)


class _Towers:
    """The model, what prepares pictures for it, and what makes words into numbers."""

    def __init__(self, kind: str, folder: Path, place: Place, batch: int, filled: bool) -> None:
        import transformers

        quiet()
        self._place, self._batch = place, batch
        self._prepare = preparer(folder)
        self._tokens: Any = transformers.AutoTokenizer.from_pretrained(folder)
        try:
            self._model = opened(getattr(transformers, kind), folder, place)
        except (pickle.UnpicklingError, EOFError) as error:
            raise RequestError(f"{folder} is no model that can be opened: {error}") from error
        self._padding = "max_length" if filled else True
        self._longest: int = self._model.config.text_config.max_position_embeddings

    def seen(self, clips: Sequence[Shown]) -> list[Vector | ItemError]:
        """Each clip's mean vector; pictures of all clips share batches."""
        lost: dict[int, ItemError] = {}
        sums: dict[int, Vector] = {}
        for some in in_batches(_pictures(clips, lost), self._batch):
            found = self._vectors("pixel_values", self._prepare([picture for _, picture in some]))
            for (clip, _), vector in zip(some, found, strict=True):
                sums[clip] = sums[clip] + vector if clip in sums else vector
        none = BadOutput("a clip without pictures")
        return [
            lost.get(n) or (sums[n] / np.float32(len(clip.pictures)) if n in sums else none)
            for n, clip in enumerate(clips)
        ]

    def read(self, clips: Sequence[Shown]) -> list[Vector | None]:
        """Each clip's text's vector; None where there is no text."""
        texts = [(n, clip.text) for n, clip in enumerate(clips) if clip.text is not None]
        found: dict[int, Vector] = {}
        for some in in_batches(texts, self._batch):
            tokens = self._tokens(
                [text for _, text in some],
                padding=self._padding, truncation=True, max_length=self._longest,
                return_tensors="pt",
            )  # fmt: skip
            vectors = self._vectors("input_ids", tokens)
            found |= {n: vector for (n, _), vector in zip(some, vectors, strict=True)}
        return [found.get(n) for n in range(len(clips))]

    def _vectors(self, name: str, inputs: Any) -> Iterable[Vector]:
        """(N, D), of length 1."""
        import torch

        value = inputs[name].to(self._place.device)
        if name == "pixel_values":
            made = {name: value.to(self._place.dtype)}
            features = self._model.get_image_features
        else:
            made = {name: value}
            features = self._model.get_text_features
        with torch.inference_mode():
            pooled = features(**made).pooler_output.float()
            return torch.nn.functional.normalize(pooled, dim=-1).cpu().numpy()


def _pictures(clips: Sequence[Shown], lost: dict[int, ItemError]) -> Iterator[tuple[int, Picture]]:
    """Every picture with its clip's place; a clip with one that is no image goes to `lost`."""
    for n, clip in enumerate(clips):
        try:
            for picture in clip.pictures:
                yield n, picture
        except ItemError as error:
            lost[n] = error
