"""VideoMamba: frames through blocks of a state space model that reads both ways (§4.1).

After "VideoMamba" (arXiv 2403.06977); key names are those of its public multi-modal checkpoints
(OpenGVLab/VideoMamba, Apache-2.0). Key facts that are easily got wrong:

- Tokens are ordered frame by frame, (t n), one class token for the whole clip at their head.
- A clip of one frame gets no temporal embedding.
- A block adds, then norms; the residual is fp32. Both directions share the projections in and out,
  and their outputs are summed, not averaged.
- Unmasked, a clip gives one vector a frame; masked, one vector for all.
- The branch that was aligned with a CLIP teacher reads the residual before the last block's output
  is added to it.

Shapes: B batch, C channels, T frames (after tubelets), H height, W width, N patches a frame,
L tokens, D width, E inner width, R rank of the steps, S state.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import conv1d, linear, rms_norm, silu
from torch.utils.checkpoint import checkpoint

from sakuga.models.drop_path import DropPath
from sakuga.models.masks import kept
from sakuga.models.scan import Using, selective_scan

VISION: dict[str, dict[str, Any]] = {
    "tiny": {"width": 192, "depth": 24},
    "small": {"width": 384, "depth": 24},
    "middle": {"width": 576, "depth": 32},
    "base": {"width": 768, "depth": 24},
    "nano": {"image": 64, "patch": 8, "width": 128, "depth": 4},
}
"""Sizes of the public nets, and `nano`, which trains on a CPU; all see 8 frames."""


class Seen(NamedTuple):
    """What VideoMamba makes of a clip.

    tokens: (B, L, D) without the class token. pooled: (B, T, D), one a frame, or (B, 1, D).
    aligned: (B, 1 + L, out) of the branch aligned with a CLIP teacher; None unless asked for.
    """

    tokens: Tensor
    pooled: Tensor
    aligned: Tensor | None


class VideoMambaVision(nn.Module):
    """Frames to tokens and pooled vectors, not normalised.

    tubelet: frames of one patch. aligned: width of the CLIP teacher's features, or None for no such
    branch. checkpoints: the first so many blocks are computed again in the backward pass. scan: how
    the selective scan is computed (`models.scan`).
    """

    def __init__(
        self,
        *,
        image: int = 224,
        patch: int = 16,
        width: int = 576,
        depth: int = 32,
        frames: int = 8,
        tubelet: int = 1,
        state: int = 16,
        expand: int = 2,
        convolution: int = 4,
        rank: int | None = None,
        aligned: int | None = None,
        drop_path: float = 0.0,
        checkpoints: int = 0,
        scan: Using = "auto",
    ) -> None:
        super().__init__()
        self.frames, self.patches = frames // tubelet, (image // patch) ** 2
        self.checkpoints = checkpoints
        self.patch_embed = PatchEmbed(width, (tubelet, patch, patch))
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, self.patches + 1, width))
        self.temporal_pos_embedding = nn.Parameter(torch.zeros(1, self.frames, width))
        rates = [0.0, *(drop_path * i / max(1, depth - 1) for i in range(depth))]
        self.layers = nn.ModuleList(
            Block(width, rate, Mixer(width, state, expand, convolution, rank, scan))
            for rate in rates[:depth]
        )
        self.drop_path = DropPath(drop_path)
        self.norm = RMSNorm(width)
        self.pool_norm = nn.LayerNorm(width)
        self.clip_decoder = nn.ModuleList([] if aligned is None else [Decoder(width, aligned)])
        self.apply(_as_mamba_begins)
        nn.init.trunc_normal_(self.pos_embed, std=0.02)
        for block in self.layers:
            _as_deep_mamba_begins(block, depth)

    def forward(
        self,
        video_BCTHW: Tensor,
        dropped_BTN: Tensor | None = None,
        *,
        by_frame: bool | None = None,
        align: bool = False,
    ) -> Seen:
        """For ImageNet-normalised frames, as many as the net was made for, or one.

        dropped_BTN: the patches that are left out (`models.masks`). by_frame: one pooled vector a
        frame; by default where nothing is dropped. align: give the aligned branch too.
        """
        by_frame = dropped_BTN is None if by_frame is None else by_frame
        if by_frame and dropped_BTN is not None:
            raise ValueError("by_frame with a mask: frames keep unequally many patches")
        tokens_BLD, frames = self._tokens(video_BCTHW)
        stays_BL = None if dropped_BTN is None else _with_class(dropped_BTN)
        if stays_BL is not None:
            tokens_BLD = kept(tokens_BLD, stays_BL)
        hidden_BLD, residual_BLD = self._blocks(tokens_BLD)
        aligned = self._aligned(residual_BLD, stays_BL) if align else None
        out_BLD = self.norm(residual_BLD + self.drop_path(hidden_BLD))
        out_BLD = out_BLD.to(hidden_BLD.dtype)
        return Seen(out_BLD[:, 1:], self._pooled(out_BLD, frames if by_frame else 1), aligned)

    def _tokens(self, video_BCTHW: Tensor) -> tuple[Tensor, int]:
        """(B, 1 + T N, D) with both position embeddings, and T."""
        embedded_BTND = self.patch_embed(video_BCTHW)
        frames, patches = embedded_BTND.shape[1:3]
        if frames not in (1, self.frames):
            raise ValueError(f"{frames} frames: this net was made for {self.frames}, or one")
        if patches != self.patches:
            raise ValueError(
                f"frames of {video_BCTHW.shape[3]} x {video_BCTHW.shape[4]} have {patches} "
                f"patches: this net was made for {self.patches}"
            )
        embedded_BTND = embedded_BTND + self.pos_embed[:, None, 1:]
        if frames > 1:
            embedded_BTND = embedded_BTND + self.temporal_pos_embedding[:, :, None]
        first_B1D = (self.cls_token + self.pos_embed[:, :1]).expand(len(video_BCTHW), -1, -1)
        return torch.cat([first_B1D, embedded_BTND.flatten(1, 2)], 1), frames

    def _blocks(self, tokens_BLD: Tensor) -> tuple[Tensor, Tensor]:
        """The last block's output and the residual before it is added, which is fp32 at least."""
        hidden, residual = tokens_BLD, cast("Tensor | None", None)
        for number, block in enumerate(self.layers):
            if number < self.checkpoints and torch.is_grad_enabled():
                hidden, residual = checkpoint(block, hidden, residual, use_reentrant=False)
            else:
                hidden, residual = block(hidden, residual)
        assert residual is not None
        return hidden, residual

    def _pooled(self, out_BLD: Tensor, parts: int) -> Tensor:
        """The class token plus the mean of the patches, of each of so many equal parts."""
        patches_BPND = out_BLD[:, 1:].unflatten(1, (parts, -1))
        return self.pool_norm(out_BLD[:, :1] + patches_BPND.mean(2))

    def _aligned(self, residual_BLD: Tensor, dropped_BL: Tensor | None) -> Tensor:
        if not len(self.clip_decoder):
            raise ValueError("this net has no branch aligned with a teacher: make it with aligned=")
        positions = 1 + self.frames * self.patches
        table_LD = sinusoids(positions, residual_BLD.shape[2]).to(residual_BLD)
        table_BLD = table_LD.expand(len(residual_BLD), -1, -1)
        if dropped_BL is not None:
            table_BLD = kept(table_BLD, dropped_BL)
        return self.clip_decoder[0](residual_BLD + table_BLD[:, : residual_BLD.shape[1]])


class PatchEmbed(nn.Module):
    """Video (B, C, T, H, W) to patches (B, T, N, D)."""

    def __init__(self, width: int, tubelet: tuple[int, int, int]) -> None:
        super().__init__()
        self.proj = nn.Conv3d(3, width, tubelet, tubelet)

    def forward(self, video_BCTHW: Tensor) -> Tensor:
        tubelet = self.proj.kernel_size[0]
        if video_BCTHW.shape[2] == 1 and tubelet > 1:  # an image is a film that stands still
            video_BCTHW = video_BCTHW.expand(-1, -1, tubelet, -1, -1)
        return self.proj(video_BCTHW).flatten(3).permute(0, 2, 3, 1)


class RMSNorm(nn.Module):
    """Divides by the root of the mean square, which is taken in fp32."""

    def __init__(self, width: int, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight.to(wide(self.weight))
        return rms_norm(x.to(weight.dtype), weight.shape, weight, self.epsilon)


class Block(nn.Module):
    """Add to the residual, norm, mix."""

    def __init__(self, width: int, drop_path: float, mixer: Mixer) -> None:
        super().__init__()
        self.norm = RMSNorm(width)
        self.mixer = mixer
        self.drop_path = DropPath(drop_path)

    def forward(self, hidden_BLD: Tensor, residual_BLD: Tensor | None) -> tuple[Tensor, Tensor]:
        """The mixer's output, and the residual without it."""
        if residual_BLD is None:
            added_BLD = hidden_BLD.to(wide(hidden_BLD))
        else:
            added_BLD = residual_BLD + self.drop_path(hidden_BLD)
        return self.mixer(self.norm(added_BLD).to(hidden_BLD.dtype)), added_BLD


class Mixer(nn.Module):
    """A selective state space model that reads forwards and backwards; `_b` is backwards.

    Both directions go through one scan, as its two groups.
    """

    def __init__(
        self,
        width: int,
        state: int,
        expand: int,
        convolution: int,
        rank: int | None,
        scan: Using,
    ) -> None:
        super().__init__()
        inner, self.state = expand * width, state
        self.scan: Using = scan
        self.rank = math.ceil(width / 16) if rank is None else rank
        self.in_proj = nn.Linear(width, 2 * inner, bias=False)
        self.conv1d = nn.Conv1d(inner, inner, convolution, groups=inner)
        self.conv1d_b = nn.Conv1d(inner, inner, convolution, groups=inner)
        self.x_proj = nn.Linear(inner, self.rank + 2 * state, bias=False)
        self.x_proj_b = nn.Linear(inner, self.rank + 2 * state, bias=False)
        self.dt_proj = nn.Linear(self.rank, inner)
        self.dt_proj_b = nn.Linear(self.rank, inner)
        powers = torch.arange(1, state + 1, dtype=torch.float32).log().repeat(inner, 1)
        self.A_log, self.A_b_log = nn.Parameter(powers.clone()), nn.Parameter(powers)
        self.D, self.D_b = nn.Parameter(torch.ones(inner)), nn.Parameter(torch.ones(inner))
        self.out_proj = nn.Linear(inner, width, bias=False)

    def forward(self, hidden_BLD: Tensor) -> Tensor:
        """(B, L, D) to the same."""
        x_BLE, z_BLE = self.in_proj(hidden_BLD).chunk(2, -1)
        x_B2LE = silu(self._convolved(both_ways(x_BLE)))
        x, x_b = x_B2LE.unbind(1)
        parts = torch.stack([self.x_proj(x), self.x_proj_b(x_b)], 1)
        rank_B2LR, B_B2LS, C_B2LS = parts.split([self.rank, self.state, self.state], -1)
        delta_B2LE = torch.stack(
            [
                linear(rank_B2LR[:, 0], self.dt_proj.weight),
                linear(rank_B2LR[:, 1], self.dt_proj_b.weight),
            ],
            1,
        )
        powers = torch.cat([self.A_log, self.A_b_log])
        y_BGL = selective_scan(
            _channels(x_B2LE),
            _channels(delta_B2LE),
            -torch.exp(powers.to(wide(powers))),
            B_B2LS.transpose(2, 3),
            C_B2LS.transpose(2, 3),
            torch.cat([self.D, self.D_b]),
            _channels(both_ways(z_BLE)),
            torch.cat([self.dt_proj.bias, self.dt_proj_b.bias]),
            using=self.scan,
        )
        y, y_b = y_BGL.transpose(1, 2).chunk(2, -1)
        return self.out_proj(y + y_b.flip(1))

    def _convolved(self, x_B2LE: Tensor) -> Tensor:
        """Each direction's channels with those of the steps before, by one grouped convolution."""
        weight = torch.cat([self.conv1d.weight, self.conv1d_b.weight])
        bias = torch.cat([_bias(self.conv1d), _bias(self.conv1d_b)])
        before = weight.shape[2] - 1
        x_BGL = nn.functional.pad(_channels(x_B2LE), (before, 0))
        y_BGL = conv1d(x_BGL, weight, bias, groups=len(weight))
        return y_BGL.unflatten(1, (2, -1)).transpose(2, 3)


class Decoder(nn.Module):
    """A linear layer and a norm, to the features of a CLIP teacher."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.head = nn.Linear(width, out)
        self.norm = nn.LayerNorm(out)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.head(x))


def wide(x: Tensor) -> torch.dtype:
    """fp32, or fp64 if x is."""
    return torch.promote_types(x.dtype, torch.float32)


def both_ways(x_BLE: Tensor) -> Tensor:
    """(B, 2, L, E): as it is, and from its end."""
    return torch.stack([x_BLE, x_BLE.flip(1)], 1)


def sinusoids(positions: int, width: int) -> Tensor:
    """(positions, width): sines at even, cosines at odd places, of ever longer waves."""
    place = torch.arange(positions, dtype=torch.float64)[:, None]
    wave = 10000 ** (2 * torch.div(torch.arange(width), 2, rounding_mode="floor") / width)
    angle = place / wave.double()
    table = torch.where(torch.arange(width) % 2 == 0, angle.sin(), angle.cos())
    return table.float()


def _channels(x_B2LE: Tensor) -> Tensor:
    """(B, 2 E, L), its memory as (B, L, 2 E)."""
    return x_B2LE.transpose(1, 2).flatten(2).transpose(1, 2)


def _with_class(dropped_BTN: Tensor) -> Tensor:
    """(B, 1 + T N): the class token is never dropped."""
    flat_BL = dropped_BTN.flatten(1)
    return torch.cat([torch.zeros_like(flat_BL[:, :1]), flat_BL], 1)


def _bias(layer: nn.Conv1d) -> Tensor:
    assert layer.bias is not None
    return layer.bias


def _as_mamba_begins(module: nn.Module) -> None:
    """Initial weights of linear layers, for training from nothing."""
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        if module.bias is not None:  # pyright: ignore[reportUnnecessaryComparison]
            nn.init.zeros_(module.bias)


def _as_deep_mamba_begins(block: nn.Module, depth: int) -> None:
    """Steps of 0.001 to 0.1 in both directions, and less from each block the more there are.

    Differs from the public code, which means to begin so and then overwrites the steps' bias by 0
    and never sets those of the backward direction: it makes no difference to a checkpoint.
    """
    assert isinstance(block, Block)
    mixer = block.mixer
    for layer in (mixer.dt_proj, mixer.dt_proj_b):
        nn.init.uniform_(layer.weight, -(mixer.rank**-0.5), mixer.rank**-0.5)
        step = torch.exp(torch.empty_like(layer.bias).uniform_(math.log(1e-3), math.log(0.1)))
        with torch.no_grad():
            layer.bias.copy_(step + torch.log(-torch.expm1(-step)))  # softplus, backwards
    nn.init.kaiming_uniform_(mixer.out_proj.weight, a=math.sqrt(5))
    with torch.no_grad():
        mixer.out_proj.weight /= math.sqrt(depth)
