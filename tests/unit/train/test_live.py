"""What a computation holds at its highest: by hand, and fake tensors as real ones."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from sakuga.models import svd as nets
from sakuga.train.live import Live, as_fakes, normed_in_fp32
from sakuga.train.svd.dry import drawn_batch
from sakuga.train.svd.step import Frozen, inputs_of, loss_of
from tests.packs import quick_svd

KILO = 1024


def test_what_is_let_go_counts_no_more() -> None:
    there = torch.zeros(KILO)
    with Live([there]) as live:
        first = there + 1
        assert live.held == live.highest == 4 * KILO
        second = first[:10]  # a view is nothing new
        del first
        assert live.held == 4 * KILO
        del second
        assert live.held == 0
        there.add_(1)
        assert live.highest == 4 * KILO


def test_what_a_layer_keeps_for_the_way_back_counts_until_then() -> None:
    net = nn.Sequential(nn.Linear(64, 64, bias=False), nn.SiLU(), nn.Linear(64, 1, bias=False))
    given = torch.zeros(KILO, 64)
    with Live([given, *net.parameters()]) as live:
        loss = net(given).sum()
        forward = live.held
        loss.backward()
    wide = 4 * KILO * 64
    assert 2 * wide <= forward <= 2 * wide + 8 * KILO  # before and after SiLU
    assert live.highest >= forward + wide


@pytest.mark.parametrize("checkpointing", [False, True])
def test_fake_tensors_hold_what_real_ones_do(checkpointing: bool) -> None:
    recipe = quick_svd()

    def highest(parts: nets.Parts) -> int:
        if checkpointing:
            parts.unet.enable_gradient_checkpointing()
        parts.unet.train()
        frozen = Frozen(*parts.frozen())
        own = [w for n in (parts.unet, *parts.frozen()) for w in n.parameters()]
        batch = drawn_batch(recipe, (4, 4, 8), 2, torch.device("cpu"))
        with Live(own) as live:
            loss_of(parts.unet, inputs_of(batch, frozen, recipe.noise)).mean().backward()
        return live.highest

    real = highest(nets.drawn_nets("tiny"))
    with torch.device("meta"):
        parts = nets.drawn_nets("tiny")
    with FakeTensorMode(allow_non_fake_inputs=True):
        for net in (parts.unet, *parts.frozen()):
            as_fakes(net)
        fake = highest(parts)
    assert fake == pytest.approx(real, rel=0.03)


def test_norms_take_fp32_as_on_a_gpu() -> None:
    net = nn.Sequential(nn.GroupNorm(2, 4))
    normed_in_fp32(net)
    assert net(torch.zeros(1, 4, 2, dtype=torch.bfloat16)).dtype == torch.float32
