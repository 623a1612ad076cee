"""Backend `videomamba`: VideoMamba on 8 keyframes of a clip's film (§4.1), public weights or yours.

Upstream: OpenGVLab/VideoMamba on the Hugging Face hub (Apache-2.0), with BERT's vocabulary. A
clip's vector is the mean of its frames': its product with a text's is the mean of their cosines.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Interval

from sakuga.build.device import batch_size, wants_cuda
from sakuga.build.embed.nets import Blend, Encode, check_checkpoints, encoder, weights_of
from sakuga.build.embed.viclip import MODULES
from sakuga.build.local_model import Precision, placed
from sakuga.core.needs import Needs
from sakuga.core.recipe import where
from sakuga.core.weights import Weights, located
from sakuga.models.public import BERT_VOCABULARY


@dataclass(frozen=True, slots=True)
class VideoMamba:
    """checkpoint: a public one's name (`models.public`) or a file. blend, share: see `nets`.
    tokens: whose tokeniser reads captions. vocabulary: BERT's vocab.txt, "" fetches it. size: of
    the net, as `models` names it; image: its side in pixels, 0 as the size has it; out: width of
    the vectors. clean: captions as the net was trained on them. batch: clips at once."""

    checkpoint: str = "videomamba-25m"
    vocabulary: str = ""
    size: Literal["middle", "tiny", "small", "base", "nano"] = "middle"
    image: Annotated[int, Ge(0)] = 0
    tokens: Literal["bert", "clip"] = "bert"
    blend: str = ""
    share: Annotated[float, Interval(ge=0, le=1)] = 0.5
    out: Annotated[int, Ge(1)] = 512
    keyframes: Annotated[int, Ge(1)] = 8
    clean: bool = True
    precision: Precision = "float32"
    batch: Annotated[int, Ge(0)] = where(0)
    device: Literal["auto", "cpu", "cuda"] = where("auto")

    @property
    def needs(self) -> Needs:
        """Packages and weights."""
        weights = (*weights_of(self.checkpoint, self.blend), *self._vocabulary())
        return Needs("embed", MODULES, weights, alone=wants_cuda(self.device))

    @property
    def side(self) -> int:
        """Of a frame, in pixels."""
        return self.image or (64 if self.size == "nano" else 224)

    def check(self) -> None:
        """There are such checkpoints. Raises RequestError."""
        check_checkpoints(self.checkpoint, self.blend)

    def load(self) -> Encode:
        """The worker."""
        from sakuga.models.contrastive import videomamba_encoder
        from sakuga.models.tokenizer import BertTokenizer, ClipTokenizer, cleaned

        fetched = [located(weights) / weights.files[0] for weights in self._vocabulary()]
        pieces = fetched[0] if fetched else Path(self.vocabulary)
        tokens = ClipTokenizer() if self.tokens == "clip" else BertTokenizer(pieces)
        place = placed(self.device, self.precision)
        changes = {"image": self.side, "frames": self.keyframes}
        return encoder(
            videomamba_encoder(self.size, vocabulary=tokens.vocabulary, out=self.out, **changes),
            Blend(self.checkpoint, self.blend, self.share),
            tokens,
            cleaned if self.clean else str,
            place=place,
            batch=batch_size(self.batch, place.device.type == "cuda"),
        )

    def _vocabulary(self) -> tuple[Weights, ...]:
        return () if self.vocabulary or self.tokens == "clip" else (BERT_VOCABULARY,)
