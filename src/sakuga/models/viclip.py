"""ViCLIP: a CLIP image tower that looks at all frames at once, and CLIP's text tower (§4.1).

After "InternVid" (arXiv 2307.06942); key names are those of its public checkpoints
(OpenGVLab/InternVideo, Apache-2.0). Key facts that are easily got wrong:

- Tokens are ordered patch by patch, (n t), one class token for the whole clip in front of them.
- Masked patches are dropped before the first norm, after both position embeddings.
- A clip of one frame gets the mean of the temporal embeddings.
- Frames are normalised by ImageNet's mean and deviation, not CLIP's; captions have 32 tokens.

Shapes: B batch, C channels, T frames, H height, W width, N patches a frame, D width, L tokens.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from torch.utils.checkpoint import checkpoint

from sakuga.models.drop_path import DropPath
from sakuga.models.masks import kept

VISION: dict[str, dict[str, Any]] = {
    "l14": {"patch": 14, "width": 1024, "layers": 24, "heads": 16, "out": 768},
    "b16": {"patch": 16, "width": 768, "layers": 12, "heads": 12, "out": 512},
    "tiny": {"image": 64, "patch": 8, "width": 128, "layers": 4, "heads": 4, "out": 128},
}
"""Sizes of the public image towers, and one that trains on a CPU; all see 8 frames."""

TEXT: dict[str, dict[str, Any]] = {
    "l14": {"width": 768, "layers": 12, "heads": 12, "out": 768},
    "b16": {"width": 512, "layers": 12, "heads": 8, "out": 512},
    "tiny": {"width": 128, "layers": 4, "heads": 4, "out": 128},
}
"""Sizes of the text towers that belong to them."""


class ViCLIPVision(nn.Module):
    """Frames to one vector each clip, not normalised.

    checkpoints: the first so many blocks are computed again in the backward pass, to save memory.
    """

    def __init__(
        self,
        *,
        image: int = 224,
        patch: int = 14,
        width: int = 1024,
        layers: int = 24,
        heads: int = 16,
        out: int = 768,
        frames: int = 8,
        drop_path: float = 0.0,
        checkpoints: int = 0,
    ) -> None:
        super().__init__()
        self.frames, self.patches = frames, (image // patch) ** 2
        self.conv1 = nn.Conv3d(3, width, (1, patch, patch), (1, patch, patch), bias=False)
        self.class_embedding = nn.Parameter(width**-0.5 * torch.randn(width))
        self.positional_embedding = nn.Parameter(width**-0.5 * torch.randn(self.patches + 1, width))
        self.temporal_positional_embedding = nn.Parameter(torch.zeros(1, frames, width))
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Transformer(width, layers, heads, drop_path, checkpoints)
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(width**-0.5 * torch.randn(width, out))

    def forward(self, video_BCTHW: Tensor, dropped_BTN: Tensor | None = None) -> Tensor:
        """(B, out), for ImageNet-normalised frames, as many as the net was made for, or one.

        dropped_BTN: the patches that are left out (`models.masks`).
        """
        tokens_BTND = self._patches(video_BCTHW)
        tokens_BLD = tokens_BTND.transpose(1, 2).flatten(1, 2)
        if dropped_BTN is not None:
            tokens_BLD = kept(tokens_BLD, dropped_BTN.transpose(1, 2).flatten(1))
        first = self.class_embedding + self.positional_embedding[0]
        tokens_BLD = torch.cat([first.expand(len(tokens_BLD), 1, -1), tokens_BLD], 1)
        tokens_BLD = self.transformer(self.ln_pre(tokens_BLD))
        return self.ln_post(tokens_BLD[:, 0]) @ self.proj

    def _patches(self, video_BCTHW: Tensor) -> Tensor:
        """(B, T, N, D), with both position embeddings."""
        frames = video_BCTHW.shape[2]
        if frames not in (1, self.frames):
            raise ValueError(f"{frames} frames: this net was made for {self.frames}, or one")
        embedded_BTND = self.conv1(video_BCTHW).flatten(3).permute(0, 2, 3, 1)
        if embedded_BTND.shape[2] != self.patches:
            raise ValueError(
                f"frames of {video_BCTHW.shape[3]} x {video_BCTHW.shape[4]} have "
                f"{embedded_BTND.shape[2]} patches: this net was made for {self.patches}"
            )
        when_1TD = self.temporal_positional_embedding
        when_1TD = when_1TD.mean(1, keepdim=True) if frames == 1 else when_1TD
        return embedded_BTND + self.positional_embedding[1:] + when_1TD[:, :, None]


class ViCLIPText(nn.Module):
    """Ids of tokens to one vector each caption, not normalised: CLIP's text tower."""

    def __init__(
        self,
        *,
        vocabulary: int = 49408,
        context: int = 32,
        width: int = 768,
        layers: int = 12,
        heads: int = 12,
        out: int = 768,
        checkpoints: int = 0,
    ) -> None:
        super().__init__()
        self.context = context
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.positional_embedding = nn.Parameter(0.01 * torch.randn(context, width))
        self.transformer = Transformer(width, layers, heads, 0.0, checkpoints, causal=True)
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(width**-0.5 * torch.randn(width, out))
        nn.init.normal_(self.token_embedding.weight, std=0.02)

    def forward(self, ids_BL: Tensor) -> Tensor:
        """(B, out), read where the largest id stands: the end of the text."""
        tokens_BLD = self.token_embedding(ids_BL) + self.positional_embedding[: ids_BL.shape[1]]
        tokens_BLD = self.ln_final(self.transformer(tokens_BLD))
        ends_B = ids_BL.argmax(1)
        rows_B = torch.arange(len(ids_BL), device=ids_BL.device)
        return tokens_BLD[rows_B, ends_B] @ self.text_projection


class Transformer(nn.Module):
    """Blocks, one after the other; drop path grows linearly to its rate at the last."""

    def __init__(
        self,
        width: int,
        layers: int,
        heads: int,
        drop_path: float,
        checkpoints: int,
        causal: bool = False,
    ) -> None:
        super().__init__()
        self.checkpoints = checkpoints
        rates = [drop_path * i / max(1, layers - 1) for i in range(layers)]
        self.resblocks = nn.ModuleList([Block(width, heads, rate, causal) for rate in rates])
        for block in self.resblocks:
            _as_clip_begins(block, width, layers)

    def forward(self, tokens_BLD: Tensor) -> Tensor:
        for number, block in enumerate(self.resblocks):
            if number < self.checkpoints and torch.is_grad_enabled():
                tokens_BLD = checkpoint(block, tokens_BLD, use_reentrant=False)
            else:
                tokens_BLD = block(tokens_BLD)
        return tokens_BLD


class Block(nn.Module):
    """Attention and two layers, each after a norm."""

    def __init__(self, width: int, heads: int, drop_path: float, causal: bool) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads, causal)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = MLP(width)
        self.drop_path = DropPath(drop_path)

    def forward(self, tokens_BLD: Tensor) -> Tensor:
        tokens_BLD = tokens_BLD + self.drop_path(self.attn(self.ln_1(tokens_BLD)))
        return tokens_BLD + self.drop_path(self.mlp(self.ln_2(tokens_BLD)))


class Attention(nn.Module):
    """Multi-head attention; key names as of `nn.MultiheadAttention`."""

    def __init__(self, width: int, heads: int, causal: bool) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width = {width}: must be a multiple of heads = {heads}")
        self.heads, self.causal = heads, causal
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(self, tokens_BLD: Tensor) -> Tensor:
        packed = nn.functional.linear(tokens_BLD, self.in_proj_weight, self.in_proj_bias)
        q, k, v = packed.unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        seen = scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return self.out_proj(seen.transpose(1, 2).flatten(2))


class MLP(nn.Module):
    """Two layers, four times the width between them, with CLIP's quick GELU."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.c_fc = nn.Linear(width, 4 * width)
        self.c_proj = nn.Linear(4 * width, width)

    def forward(self, tokens_BLD: Tensor) -> Tensor:
        hidden = self.c_fc(tokens_BLD)
        return self.c_proj(hidden * torch.sigmoid(1.702 * hidden))


def _as_clip_begins(block: nn.Module, width: int, layers: int) -> None:
    """CLIP's initial weights, for training from nothing."""
    assert isinstance(block, Block)
    out = width**-0.5 * (2 * layers) ** -0.5
    nn.init.normal_(block.attn.in_proj_weight, std=width**-0.5)
    nn.init.normal_(block.attn.out_proj.weight, std=out)
    nn.init.normal_(block.mlp.c_fc.weight, std=(2 * width) ** -0.5)
    nn.init.normal_(block.mlp.c_proj.weight, std=out)
    for layer in (block.attn.out_proj, block.mlp.c_fc, block.mlp.c_proj):
        nn.init.zeros_(layer.bias)
