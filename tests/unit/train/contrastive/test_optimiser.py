"""Which weights decay, and the learning rate of each step."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sakuga.core.errors import RequestError
from sakuga.train.contrastive.nets import net_of
from sakuga.train.contrastive.optimiser import adamw, masked_steps, rate, total_steps
from sakuga.train.contrastive.recipe import Optimiser, Schedule
from sakuga.train.optimiser import is_decayed
from tests.packs import quick

SPARED = {
    "viclip": (
        "temp", "vision_encoder.class_embedding", "vision_encoder.positional_embedding",
        "vision_encoder.temporal_positional_embedding", "vision_encoder.ln_post.weight",
        "text_encoder.token_embedding.weight", "text_encoder.positional_embedding",
        "vision_encoder.transformer.resblocks.0.attn.in_proj_bias",
    ),
    "videomamba": (
        "temp", "vision_encoder.cls_token", "vision_encoder.pos_embed",
        "vision_encoder.temporal_pos_embedding", "vision_encoder.layers.0.mixer.A_log",
        "vision_encoder.layers.0.mixer.A_b_log", "vision_encoder.layers.0.mixer.D",
        "vision_encoder.layers.0.mixer.D_b", "vision_encoder.layers.0.mixer.conv1d.bias",
        "text_encoder.bert.embeddings.word_embeddings.weight",
        "text_encoder.bert.embeddings.position_embeddings.weight",
    ),
}  # fmt: skip
DECAYED = {
    "viclip": (
        "vision_encoder.conv1.weight", "vision_encoder.proj", "text_encoder.text_projection",
        "vision_encoder.transformer.resblocks.0.attn.in_proj_weight",
    ),
    "videomamba": (
        "vision_encoder.patch_embed.proj.weight", "vision_encoder.layers.0.mixer.in_proj.weight",
        "vision_encoder.layers.0.mixer.conv1d_b.weight", "vision_proj.weight",
    ),
}  # fmt: skip


@pytest.mark.parametrize("family", SPARED)
def test_decay_spares_vectors_embeddings_and_the_scan(family: str) -> None:
    net = net_of(quick(family).net, 0)
    weights = dict(net.named_parameters())
    assert not any(is_decayed(name, weights[name]) for name in SPARED[family])
    assert all(is_decayed(name, weights[name]) for name in DECAYED[family])
    assert not any(is_decayed(n, w) for n, w in weights.items() if w.dim() < 2)


def test_each_weight_that_learns_stands_in_one_group() -> None:
    net = net_of(quick().net, 0)
    for weight in net.text_encoder.parameters():
        weight.requires_grad_(False)
    groups = adamw(net.named_parameters(), Optimiser(decay=0.2)).param_groups
    assert [group["weight_decay"] for group in groups] == [0.2, 0.0]
    found = [id(weight) for group in groups for weight in group["params"]]
    assert sorted(found) == sorted(id(w) for w in net.parameters() if w.requires_grad)


def test_the_rate_rises_falls_and_begins_again_where_all_is_seen() -> None:
    schedule = Schedule(warmup=0.1, unmasked=0.2, unmasked_rate=1e-5, unmasked_warmup=0.5)
    rates = [rate(step, 125, Optimiser(rate=1e-3, floor=0.01), schedule) for step in range(125)]
    assert masked_steps(schedule, 125) == 100
    assert rates[0] == pytest.approx(1e-5)
    assert max(rates) == rates[10] == pytest.approx(1e-3)
    assert all(a < b for a, b in pairwise(rates[:11]))
    assert all(a > b for a, b in pairwise(rates[10:100]))
    assert rates[55] == pytest.approx(1e-3 * (0.01 + 0.99 / 2))
    assert rates[99] == pytest.approx(1e-5, rel=0.05)
    assert rates[100] == pytest.approx(1e-7)
    assert max(rates[100:]) == rates[112] == pytest.approx(1e-5)


def test_steps_are_epochs_unless_they_are_given() -> None:
    assert total_steps(Schedule(epochs=1.5), 10) == 15
    assert total_steps(Schedule(epochs=0.01), 10) == 1
    assert total_steps(Schedule(epochs=1.5, steps=7), 10) == 7


@pytest.mark.parametrize("step", [-1, 5])
def test_a_step_outside_the_run_has_no_rate(step: int) -> None:
    with pytest.raises(RequestError, match="must be 0 to 4"):
        rate(step, 5, Optimiser(), Schedule())
