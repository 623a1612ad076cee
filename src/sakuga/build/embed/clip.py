"""Backend `clip`: OpenAI's CLIP ViT-B/32 on a clip's samples, the mean over them (§5.2's CLIPSIM).

Upstream: openai/clip-vit-base-patch32 on the Hugging Face hub (MIT). Texts over its 77 tokens are
cut. The commit it is pinned to holds its weights as a pickle, of which only tensors are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge

from sakuga.build.device import batch_size, wants_cuda
from sakuga.build.embed.towers import Encode, encoder
from sakuga.build.local_model import Precision, placed
from sakuga.core.needs import Needs
from sakuga.core.recipe import where
from sakuga.core.weights import Weights, located

MODULES = ("huggingface_hub", "torch", "transformers", "PIL")
FILES = ("config.json", "preprocessor_config.json", "tokenizer*")


@dataclass(frozen=True, slots=True)
class Clip:
    """repo: on the hub, or a folder; weights: the file there. keyframes: how many of the film's
    are seen, 0: the samples. batch: pictures at once, 0 as suits the device."""

    repo: str = "openai/clip-vit-base-patch32"
    revision: str = "3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268"
    weights: str = "pytorch_model.bin"
    precision: Precision = "float32"
    keyframes: Annotated[int, Ge(0)] = 0
    side: Annotated[int, Ge(1)] = 224
    batch: Annotated[int, Ge(0)] = where(0)
    device: Literal["auto", "cpu", "cuda"] = where("auto")

    @property
    def needs(self) -> Needs:
        """Packages and weights."""
        weights = Weights(self.repo, self.revision, (*FILES, self.weights), 610)
        return Needs("embed", MODULES, (weights,), alone=wants_cuda(self.device))

    def load(self) -> Encode:
        """The worker."""
        place = placed(self.device, self.precision)
        size = batch_size(self.batch, place.device.type == "cuda")
        return encoder("CLIPModel", located(self.needs.weights[0]), place, size, filled=False)
