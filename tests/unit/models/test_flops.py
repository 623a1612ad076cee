"""Operations of a step: the formulas beside PyTorch's own count of what was run."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from sakuga.models import masks
from sakuga.models.contrastive import DualEncoder, viclip_encoder, videomamba_encoder
from sakuga.models.flops import Flops, of_pair, of_video

OTHERWISE = ("bmm", "convolution_backward")
"""The scan's reading of its states; and what PyTorch counts without regard to groups."""


def viclip() -> DualEncoder:
    sizes = {"image": 16, "patch": 4, "width": 32, "layers": 3, "heads": 4, "out": 24}
    return viclip_encoder("tiny", vocabulary=30, **sizes)


def videomamba() -> DualEncoder:
    sizes = {"image": 16, "patch": 4, "width": 32, "depth": 3}
    return videomamba_encoder("nano", vocabulary=30, out=24, **sizes)


def counted(net: DualEncoder, dropped: Tensor | None, text: bool = True) -> Flops:
    """What a clip and its caption of 7 tokens run; a clip alone without `OTHERWISE`."""
    net.train()
    frames, ids = torch.randn(1, 8, 3, 16, 16), torch.randint(1, 30, (1, 7))
    skipped = OTHERWISE if not text else ()

    def sums(count: FlopCounterMode) -> int:
        seen: dict[Any, int] = count.get_flop_counts()["Global"]
        return sum(n for op, n in seen.items() if str(op).rpartition(".")[2] not in skipped)

    with sdpa_kernel(SDPBackend.MATH):
        with FlopCounterMode(display=False) as forward:
            out = net.embed_video(frames, dropped).sum()
            out = out + net.embed_text(ids).sum() if text else out
        with FlopCounterMode(display=False) as backward:
            out.backward()
    return Flops(sums(forward), sums(backward))


@pytest.mark.parametrize("ratio", [0.0, 0.5, 0.9])
def test_viclip_with_its_captions(ratio: float) -> None:
    dropped = masks.anywhere(1, 8, 16, ratio) if ratio else None
    net, seen = viclip(), 128 - int(ratio * 128)
    assert of_pair(net, 8, seen, 7) == counted(net, dropped)


@pytest.mark.parametrize("ratio", [0.0, 0.5, 0.9])
def test_the_products_of_videomamba(ratio: float) -> None:
    dropped = masks.every_frame(1, 8, 16, ratio) if ratio else None
    net, seen = videomamba(), 128 - 8 * int(ratio * 16)
    patches = 2 * 128 * net.vision_encoder.patch_embed.proj.weight.numel()
    mixing = 3 * 2 * (1 + seen) * 2 * 64 * 4  # blocks, filters of 4 for both directions' 64
    true = of_video(net, 8, seen)
    count = counted(net, dropped, text=False)
    assert true.forward == count.forward
    assert true.backward == count.backward + patches + 2 * mixing


def test_the_captions_of_videomamba() -> None:
    net = videomamba()
    pair, video = of_pair(net, 8, 128, 7), of_video(net, 8, 128)
    text = Flops(pair.forward - video.forward, pair.backward - video.backward)
    ids = torch.randint(1, 30, (1, 7))
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as forward:
        out = net.embed_text(ids).sum()
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as backward:
        out.backward()
    assert text == Flops(forward.get_total_flops(), backward.get_total_flops())


def test_a_frozen_text_tower_goes_forwards_alone() -> None:
    net = viclip()
    learns, frozen = of_pair(net, 8, 128, 7), of_pair(net, 8, 128, 7, text_learns=False)
    assert frozen.forward == learns.forward
    assert frozen.backward == of_video(net, 8, 128).backward


def test_the_full_sizes_need_what_is_known_of_them() -> None:
    """CLIP's L/14 image tower is known for about 81 G multiply-adds an image of 224."""
    with torch.device("meta"):
        image = of_video(viclip_encoder("l14"), 1, 256)
    assert image.forward / 2 == pytest.approx(81e9, rel=0.01)


def test_the_scan_grows_with_tokens_and_the_mask_saves_nine_tenths() -> None:
    with torch.device("meta"):
        net = videomamba_encoder("middle")
    whole, masked = of_video(net, 8, 1568), of_video(net, 8, 160)
    assert whole.scan == pytest.approx(9.75 * masked.scan, rel=0.01)
    assert whole.total == whole.forward + whole.backward + 3 * whole.scan
