"""Net `clip`: OpenAI's CLIP ViT-B/32, for CLIPSIM (§5.2) and as a space of pictures (§5.3).

Upstream: openai/clip-vit-base-patch32 on the Hugging Face hub (MIT). Captions over its 77 tokens
are cut. The commit it is pinned to holds its weights as a pickle, of which only tensors are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Ge

from sakuga.core.images import Picture
from sakuga.core.needs import Needs
from sakuga.core.recipe import where
from sakuga.core.weights import Weights, located
from sakuga.evaluate.extractors import Extract, Seen, Sees, Vectors
from sakuga.evaluate.extractors.place import by_frames, opened, placed, prepared_by

FILES = ("config.json", "preprocessor_config.json", "tokenizer*")


@dataclass(frozen=True, slots=True)
class Clip:
    """repo: on the hub, or a folder; weights: the file there. batch: frames at once, 0 as suits the
    device."""

    reads: ClassVar[bool] = True  # captions, too

    repo: str = "openai/clip-vit-base-patch32"
    revision: str = "3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268"
    weights: str = "pytorch_model.bin"
    batch: Annotated[int, Ge(0)] = where(0)
    device: Literal["auto", "cpu", "cuda"] = where("auto")

    @property
    def needs(self) -> Needs:
        """Packages and weights."""
        modules = ("huggingface_hub", "torch", "transformers", "PIL")
        weights = Weights(self.repo, self.revision, (*FILES, self.weights), 610)
        return Needs("metrics", modules, (weights,))

    @property
    def sees(self) -> Sees:
        """Frames."""
        return "frames"

    @property
    def called(self) -> str:
        """By its repository's name."""
        return f"CLIP {self.repo.rstrip('/').rpartition('/')[2]}"

    def check(self, frames: int) -> None:
        """Any number will do."""

    def load(self) -> Extract:
        """The worker, which also reads captions."""
        return _Towers(located(self.needs.weights[0]), self)


class _Towers:
    """Frames and captions into one space; vectors of length 1."""

    def __init__(self, folder: Path, recipe: Clip) -> None:
        from transformers import AutoTokenizer

        self._place = placed(recipe.device, recipe.batch)
        self._model = opened("CLIPModel", folder, self._place)
        self._prepare = prepared_by(folder)
        self._tokens: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._longest: int = self._model.config.text_config.max_position_embeddings

    def __call__(self, clips: Sequence[Picture], /) -> list[Seen]:
        """(T, D) of each."""
        return [Seen(each) for each in by_frames(clips, self._frames, self._place.batch)]

    def read(self, captions: Sequence[str]) -> Vectors:
        """(N, D)."""
        found: list[Vectors] = []
        for start in range(0, len(captions), self._place.batch):
            tokens = self._tokens(
                list(captions[start : start + self._place.batch]),
                padding=True, truncation=True, max_length=self._longest, return_tensors="pt",
            )  # fmt: skip
            found.append(self._unit(self._model.get_text_features, tokens.to(self._place.device)))
        return np.concatenate(found)

    def _frames(self, frames: Picture) -> Vectors:
        shown = self._prepare(frames).to(self._place.device)
        return self._unit(self._model.get_image_features, {"pixel_values": shown})

    def _unit(self, tower: Any, inputs: Any) -> Vectors:
        import torch

        with torch.inference_mode():
            pooled = tower(**inputs).pooler_output.float()
            return torch.nn.functional.normalize(pooled, dim=-1).cpu().numpy()
