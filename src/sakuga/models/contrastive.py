"""Two towers and the loss that brings a clip and its caption together (§4.1).

    L = - sum_i log softmax_j(S_ij)[i] - sum_i log softmax_j(S_ji)[i],   S_ij = cos(V_i, T_j) / tau

Shapes: B batch, C channels, T frames, H height, W width, N patches a frame, L tokens,
D joint width.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.functional import log_softmax, normalize

from sakuga.models import bert, viclip, videomamba
from sakuga.models.bert import BertText
from sakuga.models.viclip import ViCLIPText, ViCLIPVision
from sakuga.models.videomamba import Seen, VideoMambaVision

Reduction = Literal["mean", "sum"]


class DualEncoder(nn.Module):
    """A tower for clips, one for captions, a projection of each if there is one, a temperature.

    `coldest` and `warmest` bound the temperature. `spare`: how keys of the public checkpoints
    begin that it has no use for.
    """

    def __init__(
        self,
        vision: nn.Module,
        text: nn.Module,
        *,
        projections: tuple[nn.Linear, nn.Linear] | None = None,
        temperature: float,
        coldest: float,
        warmest: float = float("inf"),
        spare: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self.temp = nn.Parameter(torch.tensor(temperature))
        self.vision_encoder, self.text_encoder = vision, text
        self.vision_proj, self.text_proj = projections or (nn.Identity(), nn.Identity())
        self.coldest, self.warmest, self.spare = coldest, warmest, spare

    def temperature(self) -> Tensor:
        """What scores are divided by; the parameter is clamped first, as in the public code."""
        self.temp.data.clamp_(self.coldest, self.warmest)
        return self.temp

    def embed_video(self, video_BTCHW: Tensor, dropped_BTN: Tensor | None = None) -> Tensor:
        """(B, D) in fp32: a clip's vector, whose product with a caption's is their score.

        For ImageNet-normalised frames. Where the net gives one vector a frame, this is the mean of
        the normalised ones, not normalised again: its product is the mean of the frames' cosines.
        """
        seen = self.vision_encoder(video_BTCHW.transpose(1, 2), dropped_BTN)
        vectors = self.vision_proj(seen.pooled if isinstance(seen, Seen) else seen)
        return clip_vector(vectors)

    def embed_text(self, ids_BL: Tensor) -> Tensor:
        """(B, D) in fp32, of length 1."""
        return normalize(self.text_proj(self.text_encoder(ids_BL)).float(), dim=-1)


def clip_vector(vectors: Tensor) -> Tensor:
    """(B, D) from (B, D) or a vector a frame, (B, T, D): normalised, then the mean over frames."""
    unit = normalize(vectors.float(), dim=-1)
    return unit if unit.dim() == 2 else unit.mean(1)


def viclip_encoder(size: str = "l14", *, vocabulary: int = 49408, **changes: Any) -> DualEncoder:
    """ViCLIP of a size in `viclip.VISION`; changes: to its image tower."""
    vision = {**_named(size, viclip.VISION), **changes}
    text = {**viclip.TEXT[size], "out": vision["out"], "vocabulary": vocabulary}
    return DualEncoder(ViCLIPVision(**vision), ViCLIPText(**text), temperature=0.01, coldest=0.01)


def videomamba_encoder(
    size: str = "middle", *, vocabulary: int = 30522, out: int = 512, **changes: Any
) -> DualEncoder:
    """VideoMamba of a size in `videomamba.VISION`; out: joint width; changes: to its clip tower."""
    vision = VideoMambaVision(**{**_named(size, videomamba.VISION), **changes})
    text = bert.TEXT["tiny" if size == "nano" else "base"]
    widths = vision.norm.weight.numel(), int(text["width"])
    return DualEncoder(
        vision,
        BertText(vocabulary=vocabulary, **text),
        projections=(nn.Linear(widths[0], out), nn.Linear(widths[1], out)),
        temperature=0.07,
        coldest=0.001,
        warmest=0.5,
        spare=_spare_of_videomamba(len(vision.clip_decoder) > 0, int(text["layers"])),
    )


def contrastive_loss(
    video_BD: Tensor,
    text_BD: Tensor,
    temperature: Tensor | float,
    ids_B: Tensor | None = None,
    *,
    reduction: Reduction = "mean",
    everywhere: bool = True,
) -> Tensor:
    """The loss of a batch, from `embed_video` and `embed_text`, computed in fp32.

    ids_B: captions of equal id belong to the same clip: each of its n captions is 1/n right.
    reduction: `sum` is the paper's formula, `mean` the public code's, 2 B times smaller.
    everywhere: with several ranks, the loss of what all of them have together. Where gradients are
    then averaged over ranks, as DistributedDataParallel does, they are those of one big batch.
    """
    if everywhere and dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1:
        video_BD, text_BD = gathered(video_BD), gathered(text_BD)
        ids_B = None if ids_B is None else gathered(ids_B)
    scores_BB = video_BD.float() @ text_BD.float().T / temperature
    right_BB = _right(len(scores_BB), ids_B, scores_BB.device)
    to_text = -(right_BB * log_softmax(scores_BB, 1)).sum(1)
    to_video = -(right_BB * log_softmax(scores_BB.T, 1)).sum(1)
    if reduction == "sum":
        return to_text.sum() + to_video.sum()
    return (to_text.mean() + to_video.mean()) / 2


def gathered(x: Tensor) -> Tensor:
    """(ranks x B, ...): what all ranks have, in their order; gradients come back from all of them.

    Raises ValueError if ranks have batches of different lengths.
    """
    lengths = _all(torch.tensor([len(x)], device=x.device)).tolist()
    if len(set(lengths)) > 1:
        raise ValueError(f"batches of {lengths} on the ranks: must be equal; drop the last batch")
    return _Gathered.apply(x) if x.requires_grad else _all(x)  # pyright: ignore[reportReturnType]


class _Gathered(torch.autograd.Function):
    """Upstream's backward gives each rank its own slice alone, so its gradient is 1/ranks of this.

    Differs from the public code, in which Adam hides that factor.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx.length = len(x)
        return _all(x)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> Tensor:
        (grad,) = (g.contiguous().clone() for g in grad_outputs)
        dist.all_reduce(grad)
        start = dist.get_rank() * ctx.length
        return grad[start : start + ctx.length]


def _all(x: Tensor) -> Tensor:
    parts = [torch.empty_like(x, memory_format=torch.contiguous_format)] * 0
    parts = [
        torch.empty(x.shape, dtype=x.dtype, device=x.device) for _ in range(dist.get_world_size())
    ]
    dist.all_gather(parts, x.contiguous())
    return torch.cat(parts)


def _right(batch: int, ids_B: Tensor | None, device: torch.device) -> Tensor:
    """(B, B): how right each caption is for each clip; rows sum to 1."""
    if ids_B is None:
        return torch.eye(batch, device=device)
    same_BB = (ids_B[:, None] == ids_B).float().to(device)
    return same_BB / same_BB.sum(1, keepdim=True)


def _spare_of_videomamba(aligned: bool, layers: int) -> tuple[str, ...]:
    """Beginnings of keys: teacher, matching and word-guessing heads, fusion layers."""
    fusion = tuple(f"text_encoder.bert.encoder.layer.{i}." for i in range(layers, 12))
    heads = ("clip_teacher.", "itm_head.", "text_encoder.cls.", "text_encoder.bert.pooler.")
    return (*heads, *fusion, *(() if aligned else ("vision_encoder.clip_decoder.",)))


def _named(size: str, sizes: dict[str, dict[str, Any]]) -> dict[str, Any]:
    if size not in sizes:
        raise ValueError(f"size = {size!r}: must be one of {', '.join(sizes)}")
    return sizes[size]


ENCODERS: dict[str, Callable[..., DualEncoder]] = {
    "viclip": viclip_encoder,
    "videomamba": videomamba_encoder,
}
