"""Backend `siglip2`: SigLIP 2 B/16 on a clip's samples, the mean over them; knows many languages.

Upstream: google/siglip2-base-patch16-224 on the Hugging Face hub (Apache-2.0), arXiv 2502.14786.
Its texts are lower case and filled up to 64 tokens, as it was trained; what is longer is cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from annotated_types import Ge

from sakuga.build.device import batch_size, wants_cuda
from sakuga.build.embed import Shown, Vectors
from sakuga.build.embed.clip import FILES, MODULES
from sakuga.build.embed.towers import Encode, encoder
from sakuga.build.local_model import Precision, placed
from sakuga.core.errors import ItemError
from sakuga.core.needs import Needs
from sakuga.core.recipe import where
from sakuga.core.weights import Weights, located


@dataclass(frozen=True, slots=True)
class Siglip2:
    """repo: on the hub, or a folder; weights: the file there. keyframes: how many of the film's
    are seen, 0: the samples. batch: pictures at once, 0 as suits the device."""

    repo: str = "google/siglip2-base-patch16-224"
    revision: str = "75de2d55ec2d0b4efc50b3e9ad70dba96a7b2fa2"
    weights: str = "model.safetensors"
    precision: Precision = "float32"
    keyframes: Annotated[int, Ge(0)] = 0
    side: Annotated[int, Ge(1)] = 224
    batch: Annotated[int, Ge(0)] = where(0)
    device: Literal["auto", "cpu", "cuda"] = where("auto")

    @property
    def needs(self) -> Needs:
        """Packages and weights."""
        weights = Weights(self.repo, self.revision, (*FILES, self.weights), 1_540)
        return Needs("embed", MODULES, (weights,), alone=wants_cuda(self.device))

    def load(self) -> Encode:
        """The worker."""
        place = placed(self.device, self.precision)
        size = batch_size(self.batch, place.device.type == "cuda")
        towers = encoder("SiglipModel", located(self.needs.weights[0]), place, size, filled=True)

        def encode(clips: Iterable[Shown]) -> Iterator[Vectors | ItemError]:
            # The repository's own settings name a tokenizer that keeps case.
            return towers(
                replace(c, text=c.text.lower() if c.text is not None else None) for c in clips
            )

        return encode
