"""Floating-point operations that a step of contrastive learning must do, by formula (§4.1).

For "model FLOP utilisation": what the nets themselves need for a clip and its caption, forwards and
backwards, a multiplication and an addition counted as two. What is computed twice to save memory
(checkpointed blocks, cached gradients) counts once. Counted are matrix products, convolutions and
attention, which is counted whole where it is causal, and, apart, the selective scan. Not counted
are norms, activations, the optimiser and the loss, whose scores are 2 B D for each clip.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from torch import nn

from sakuga.models.bert import BertText
from sakuga.models.contrastive import DualEncoder
from sakuga.models.viclip import ViCLIPText, ViCLIPVision
from sakuga.models.videomamba import VideoMambaVision

OF_A_STATE = 7  # delta A, exp, B x, decay h, their sum, C h, its sum
OF_A_CHANNEL = 4  # delta u, D u, its sum, the gate


class Flops(NamedTuple):
    """forward, backward: of products. scan: of the selective scan, forwards; the way back, which
    makes the states again, is counted as twice as much.
    """

    forward: int
    backward: int
    scan: int = 0

    @property
    def total(self) -> int:
        """Of a step."""
        return self.forward + self.backward + 3 * self.scan

    def __add__(self, other: Flops) -> Flops:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Both."""
        return Flops(*(mine + its for mine, its in zip(self, other, strict=True)))


def of_pair(
    net: DualEncoder, frames: int, seen: int, words: int, text_learns: bool = True
) -> Flops:
    """Of a clip of so many frames with its caption.

    seen: patches of the clip that are not dropped; all of them if nothing is. words: tokens of the
    caption, padding included. text_learns: False for a frozen text tower.
    """
    text = _of_text(net, words)
    return of_video(net, frames, seen) + (text if text_learns else text._replace(backward=0))


def of_video(net: DualEncoder, frames: int, seen: int) -> Flops:
    """Of a clip alone; see `of_pair`."""
    tower: Any = net.vision_encoder
    if isinstance(tower, ViCLIPVision):
        width, out = tower.proj.shape
        blocks = len(tower.transformer.resblocks) * _attending(1 + seen, width)
        return _patches(tower.conv1, frames * tower.patches) + _learnt(blocks + 2 * width * out)
    assert isinstance(tower, VideoMambaVision)
    tokens = 1 + seen
    vectors = frames if seen == tower.frames * tower.patches else 1  # one a frame if unmasked
    last = vectors * _of_linear(net.vision_proj)
    mixers: list[Any] = [getattr(block, "mixer") for block in tower.layers]  # noqa: B009
    product = sum(_mixing(mixer, tokens) for mixer in mixers)
    scan = sum(_scanning(mixer, tokens) for mixer in mixers)
    places = tower.frames * tower.patches
    return _patches(tower.patch_embed.proj, places) + _learnt(product + last) + Flops(0, 0, scan)


def _of_text(net: DualEncoder, words: int) -> Flops:
    tower: Any = net.text_encoder
    if isinstance(tower, ViCLIPText):
        width, out = tower.text_projection.shape
        blocks = len(tower.transformer.resblocks) * _attending(words, width)
        return _learnt(blocks + 2 * width * out)
    assert isinstance(tower, BertText)
    layers: Any = tower.bert.encoder["layer"]
    width, hidden = layers[0].output.dense.weight.shape
    blocks = len(layers) * _attending(words, width, hidden)
    return _learnt(blocks + _of_linear(net.text_proj))


def _attending(tokens: int, width: int, hidden: int | None = None) -> int:
    """A block: queries, keys, values, out, two layers, and attention of all tokens to all."""
    hidden = 4 * width if hidden is None else hidden
    return 2 * tokens * (4 * width * width + 2 * width * hidden) + 4 * tokens * tokens * width


def _mixing(mixer: Any, tokens: int) -> int:
    """A mixer without its scan, both directions."""
    inner, width = mixer.in_proj.weight.shape[0] // 2, mixer.in_proj.weight.shape[1]
    each = inner * mixer.conv1d.kernel_size[0]  # one filter a channel
    each += mixer.x_proj.weight.numel() + mixer.dt_proj.weight.numel()
    return 2 * tokens * (3 * inner * width + 2 * each)


def _scanning(mixer: Any, tokens: int) -> int:
    inner, state = mixer.A_log.shape
    return 2 * tokens * inner * (OF_A_STATE * state + OF_A_CHANNEL)


def _patches(layer: nn.Conv3d, places: int) -> Flops:
    """All patches, dropped or not; no gradient goes back to the frames."""
    forward = 2 * places * layer.weight.numel()
    return Flops(forward, forward)


def _learnt(forward: int) -> Flops:
    """The gradients of the weights and of what came in, each as much as the product."""
    return Flops(forward, 2 * forward)


def _of_linear(layer: nn.Module) -> int:
    return 2 * layer.weight.numel() if isinstance(layer, nn.Linear) else 0
