"""Which patches training leaves out (§4.1: masked learning with a probability of 0.9).

A mask is boolean, (B, T, N) for T frames of N patches: True is dropped. Both nets take it so,
whatever the order of their tokens; the class token is never dropped. Every row of a mask drops
equally many, since what is dropped is not computed.
"""

from __future__ import annotations

import torch
from torch import Tensor


def anywhere(
    batch: int, frames: int, patches: int, ratio: float, generator: torch.Generator | None = None
) -> Tensor:
    """floor(ratio T N) patches of the clip, wherever they lie (how ViCLIP was trained)."""
    count = int(_checked(ratio) * frames * patches)
    noise = torch.rand(batch, frames * patches, generator=generator)
    return lowest(noise, count).view(batch, frames, patches)


def every_frame(
    batch: int, frames: int, patches: int, ratio: float, generator: torch.Generator | None = None
) -> Tensor:
    """floor(ratio N) patches of each frame.

    Differs from VideoMamba's own, which draws them by the attention of a CLIP teacher: the paper
    trains with the contrastive term alone, so there is no teacher.
    """
    noise = torch.rand(batch, frames, patches, generator=generator)
    return lowest(noise, int(_checked(ratio) * patches))


def tube(
    batch: int, frames: int, patches: int, ratio: float, generator: torch.Generator | None = None
) -> Tensor:
    """floor(ratio N) patches, the same in all frames."""
    return every_frame(batch, 1, patches, ratio, generator).expand(batch, frames, patches)


def rows(
    batch: int, frames: int, patches: int, ratio: float, generator: torch.Generator | None = None
) -> Tensor:
    """floor(ratio H) whole rows of each frame's H x H patches: neighbours in the scan stay so."""
    side = int(patches**0.5)
    if side * side != patches:
        raise ValueError(f"{patches} patches a frame: rows can be dropped of square frames only")
    return every_frame(batch, frames, side, ratio, generator).repeat_interleave(side, -1)


def lowest(noise: Tensor, count: int) -> Tensor:
    """True at the `count` lowest of the last axis."""
    dropped = torch.zeros_like(noise, dtype=torch.bool)
    return dropped.scatter_(-1, noise.argsort(-1)[..., :count], True)


def kept(tokens_BLD: Tensor, dropped_BL: Tensor) -> Tensor:
    """The tokens that are not dropped, in their order. Raises ValueError if rows keep unequally."""
    if dropped_BL.shape != tokens_BLD.shape[:2]:
        raise ValueError(
            f"a mask of {tuple(dropped_BL.shape)} for tokens of {tuple(tokens_BLD.shape[:2])}"
        )
    counts = (~dropped_BL).sum(1)
    if bool((counts != counts[0]).any()):
        raise ValueError(f"the mask keeps {counts.tolist()} patches: must be as many in every row")
    return tokens_BLD[~dropped_BL].view(len(tokens_BLD), -1, tokens_BLD.shape[2])


def _checked(ratio: float) -> float:
    if not 0 <= ratio < 1:
        raise ValueError(f"mask ratio = {ratio}: must be 0 or more and less than 1")
    return ratio
