"""Gradients in micro-batches, and on two ranks, are those of one big batch."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from torch import Tensor

from sakuga.train.contrastive.examples import Examples, loader
from sakuga.train.contrastive.gradients import Towers, loss_and_gradients
from sakuga.train.contrastive.learner import accelerated, prepared
from sakuga.train.contrastive.nets import net_of, patches_of, tokenizer_of
from sakuga.train.order import ordered
from sakuga.train.packed import Pack, open_pack
from tests.packs import NETS, quick, random_pack

MASKED, ALL = 1, 0  # steps that drop patches, of which the first is looked at
Found = tuple[float, dict[str, Tensor]]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    captions = dict.fromkeys(range(0, 15, 3), "the same words")
    return random_pack(tmp_path_factory.mktemp("packs") / "pack", captions=captions)


def gradients(pack: Pack, family: str, micro: int, masked: int, *more: str) -> Found:
    """Loss and gradients of the first step, on this rank's share of the batch."""
    recipe = quick(family, "clips.mask=0.5", *more)
    accelerator = accelerated(recipe)
    net = net_of(recipe.net, 3)
    if not recipe.net.drop_path:
        without_dropout(net)
    towers = accelerator.prepare_model(Towers(net))
    towers.train()
    ranks = accelerator.num_processes
    examples = Examples(pack, recipe.clips, 16, patches_of(net), masked, 3)
    keys = ordered(recipe, pack, ranks).of_step(0, accelerator.process_index, ranks)
    [batch] = loader(examples, [keys], tokenizer_of(recipe.net))
    assert (batch.dropped is not None) == bool(masked)
    loss = loss_and_gradients(towers, batch, accelerator, seed=3, micro=micro)
    return float(loss), {n: w.grad for n, w in net.named_parameters() if w.grad is not None}


def assert_same(found: Found, expected: Found) -> None:
    """All gradients as one vector to 1e-5; each tensor to what fp32 leaves of it, 1e-4."""
    assert found[0] == pytest.approx(expected[0], rel=1e-5)
    assert found[1].keys() == expected[1].keys()
    apart = {n: (found[1][n] - gradient).norm() for n, gradient in expected[1].items()}
    size = {n: gradient.norm() for n, gradient in expected[1].items()}
    assert whole(apart) < 1e-5 * whole(size)
    for name in expected[1]:
        assert apart[name] <= 1e-4 * size[name] + 1e-7, name


def whole(norms: dict[str, Tensor]) -> float:
    return float(torch.stack(list(norms.values())).norm())


def without_dropout(net: torch.nn.Module) -> None:
    """Micro-batches draw other random numbers than one batch does: none are drawn here."""
    for module in net.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        elif isinstance(getattr(module, "dropout", None), float):
            module.dropout = 0.0


@pytest.mark.parametrize("family", NETS)
@pytest.mark.parametrize("masked", [MASKED, ALL])
@pytest.mark.parametrize("micro", [2, 4])
def test_micro_batches_give_the_gradients_of_one(
    pack: Pack, family: str, masked: int, micro: int
) -> None:
    expected = gradients(pack, family, 0, masked)
    assert "temp" in expected[1]
    assert_same(gradients(pack, family, micro, masked), expected)


def test_a_second_look_draws_the_same_dropped_paths(pack: Pack) -> None:
    """Were they others, the gradient would not be that of the loss that was measured."""
    recipe = ("net.drop_path=0.5",)
    one, again = (gradients(pack, "videomamba", 2, MASKED, *recipe) for _ in range(2))
    assert_same(again, one)
    plain = gradients(pack, "videomamba", 2, MASKED)
    assert one[0] != plain[0]


def test_random_numbers_outside_go_on_undisturbed(pack: Pack) -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    gradients(pack, "viclip", 2, MASKED)
    assert torch.equal(torch.rand(3), expected)


def test_a_frozen_text_tower_gets_no_gradient(pack: Pack) -> None:
    recipe = quick("viclip", "net.text=freeze")
    accelerator = accelerated(recipe)
    net = net_of(recipe.net, 3)
    towers = prepared(net, recipe, accelerator, None).wrapped
    examples = Examples(pack, recipe.clips, 16, patches_of(net), MASKED, 3)
    [batch] = loader(examples, [ordered(recipe, pack, 1).of_step(0)], tokenizer_of(recipe.net))
    loss_and_gradients(towers, batch, accelerator, seed=3, micro=2)
    assert all(weight.grad is None for weight in net.text_encoder.parameters())
    assert all(weight.grad is not None for weight in net.vision_encoder.parameters())


CASES = (("viclip", 2), ("videomamba", 0))


def rank_of_two(rank: int, folder: str) -> None:
    """One process of two: its gradients, saved."""
    os.environ |= {
        "RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1", "ACCELERATE_USE_CPU": "true",
    }  # fmt: skip
    meet = f"file://{folder}/meet"  # a port could be taken by another before it is listened on
    torch.distributed.init_process_group("gloo", init_method=meet, rank=rank, world_size=2)
    torch.set_num_threads(1)
    for family, micro in CASES:
        found = gradients(open_pack(Path(folder) / "pack"), family, micro, MASKED)
        torch.save(found, Path(folder) / f"{family}-{micro}-{rank}.pt")
    torch.distributed.destroy_process_group()


@pytest.fixture(scope="module")
def of_two(pack: Pack) -> Path:
    """Where two processes left their gradients."""
    torch.multiprocessing.spawn(rank_of_two, (str(pack.folder.parent),), 2)
    return pack.folder.parent


@pytest.mark.parametrize(("family", "micro"), CASES)
def test_two_ranks_give_the_gradients_of_one(
    pack: Pack, family: str, micro: int, of_two: Path
) -> None:
    expected = gradients(pack, family, 0, MASKED)
    for rank in range(2):
        assert_same(torch.load(of_two / f"{family}-{micro}-{rank}.pt"), expected)
