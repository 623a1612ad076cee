"""Backend `viclip`: ViCLIP on 8 keyframes of a clip's film (§4.1), public weights or your own.

Upstream: OpenGVLab/ViCLIP-L-14-hf on the Hugging Face hub; see `models.public` for its licence. A
clip with fewer keyframes repeats its last, as upstream does; the paper leaves such clips out, and
so does `sakuga evaluate retrieval`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Interval

from sakuga.build.device import batch_size, wants_cuda
from sakuga.build.embed.nets import Blend, Encode, check_checkpoints, encoder, weights_of
from sakuga.build.local_model import Precision, placed
from sakuga.core.needs import Needs
from sakuga.core.recipe import where

MODULES = ("ftfy", "huggingface_hub", "safetensors", "tokenizers", "torch")


@dataclass(frozen=True, slots=True)
class ViClip:
    """checkpoint: a public one's name (`models.public`) or a file. blend, share: see `nets`. size:
    of the net, as `models` names it; image: its side in pixels, 0 as the size has it. clean:
    captions as the net was trained on them. batch: clips at once."""

    checkpoint: str = "viclip-l14"
    size: Literal["l14", "b16", "tiny"] = "l14"
    image: Annotated[int, Ge(0)] = 0
    blend: str = ""
    share: Annotated[float, Interval(ge=0, le=1)] = 0.5
    keyframes: Annotated[int, Ge(1)] = 8
    clean: bool = True
    precision: Precision = "float32"
    batch: Annotated[int, Ge(0)] = where(0)
    device: Literal["auto", "cpu", "cuda"] = where("auto")

    @property
    def needs(self) -> Needs:
        """Packages and weights."""
        weights = weights_of(self.checkpoint, self.blend)
        return Needs("embed", MODULES, weights, alone=wants_cuda(self.device))

    @property
    def side(self) -> int:
        """Of a frame, in pixels."""
        return self.image or (64 if self.size == "tiny" else 224)

    def check(self) -> None:
        """There are such checkpoints. Raises RequestError."""
        check_checkpoints(self.checkpoint, self.blend)

    def load(self) -> Encode:
        """The worker."""
        from sakuga.models.contrastive import viclip_encoder
        from sakuga.models.tokenizer import ClipTokenizer, cleaned

        place = placed(self.device, self.precision)
        return encoder(
            viclip_encoder(self.size, image=self.side, frames=self.keyframes),
            Blend(self.checkpoint, self.blend, self.share),
            ClipTokenizer(),
            cleaned if self.clean else str,
            place=place,
            batch=batch_size(self.batch, place.device.type == "cuda"),
        )
