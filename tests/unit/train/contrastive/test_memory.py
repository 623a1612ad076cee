"""What a step is said to keep in memory is what it keeps."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from sakuga.train.contrastive import dry, memory
from sakuga.train.contrastive.examples import Batch, Examples, loader
from sakuga.train.contrastive.nets import net_of, patches_of, side_of, tokenizer_of
from sakuga.train.contrastive.recipe import Recipe, read_recipe
from sakuga.train.order import ordered
from sakuga.train.packed import Pack, open_pack
from tests.builds import ROOT
from tests.packs import NETS, quick, random_pack

TOLERANCE = 0.1  # of what a process really takes


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return random_pack(tmp_path_factory.mktemp("packs") / "pack", clips=16)


def batch_of(recipe: Recipe, pack: Pack, masked: int) -> Batch:
    examples = Examples(
        pack, recipe.clips, side_of(recipe.net), patches_of(net_of(recipe.net, 0)), masked, 0
    )
    [batch] = loader(examples, [ordered(recipe, pack, 1).of_step(0)], tokenizer_of(recipe.net))
    return batch


@pytest.mark.parametrize("family", NETS)
@pytest.mark.parametrize("masked", [0, 1])
@pytest.mark.parametrize("precision", ["no", "bf16"])
def test_a_clip_more_adds_what_a_clip_adds(
    family: str, masked: int, precision: str, pack: Pack
) -> None:
    recipe = quick(family, "schedule.batch=12")
    net, batch = net_of(recipe.net, 0), batch_of(recipe, pack, masked)
    told = memory.activations(net, batch, precision)
    assert told.each > 0
    found = memory._kept(net, batch, precision)
    assert found == pytest.approx(told.of(12), rel=0.03)
    assert all(weight.grad is None for weight in net.parameters())


def test_blocks_that_are_computed_again_keep_less(pack: Pack) -> None:
    recipe = quick("viclip")
    batch = batch_of(recipe, pack, 0)
    each = [
        memory.activations(net_of(quick("viclip", f"net.checkpoints={n}").net, 0), batch, "no").each
        for n in (0, 4)
    ]
    assert each[0] > 1.5 * each[1]


def test_what_is_said_is_what_a_process_takes(pack: Pack) -> None:
    """By its resident memory, which grows by what 8 clips of 64 pixels keep: some 190 MB."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.train.contrastive.test_memory", str(pack.folder)],
        env={**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536", "OMP_NUM_THREADS": "1",
             "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])},
        cwd=ROOT, capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told, taken = (int(number) for number in done.stdout.split())
    assert told > 100e6
    assert taken == pytest.approx(told, rel=TOLERANCE)


def said_and_taken(pack: Pack) -> tuple[int, int]:
    """Bytes that 8 clips are said to keep, and what this process grows by."""
    import psutil

    from sakuga.train.contrastive.gradients import Towers

    torch.set_num_threads(1)
    recipe = read_recipe("cpu", ["schedule.batch=8"])
    net, batch = net_of(recipe.net, 0), batch_of(recipe, pack, 0)
    told = memory.activations(net, batch, "no").of(8)
    before = psutil.Process().memory_info().rss
    out = Towers(net).train()(batch.frames, batch.tokens, batch.dropped)
    taken = psutil.Process().memory_info().rss - before
    assert all(each.requires_grad for each in out)
    return told, taken


def test_the_state_is_sixteen_bytes_a_weight_and_less_in_shares() -> None:
    assert memory.state(1000, 1000) == 16_000
    assert memory.state(1000, 600) == 4 * (1000 + 3 * 600)
    assert memory.state(1000, 1000, shares=4) == 4 * 2000


def test_a_step_that_does_not_fit_is_not_made(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dry, "_free", lambda _: 1_000_000)
    found = dry.outlook(quick("viclip"), pack)
    assert found.masked and found.unmasked
    assert found.masked.seconds is found.unmasked.seconds is found.peak_bytes is None
    assert found.total_bytes > found.free_bytes
    assert found.unmasked.activation_bytes > found.masked.activation_bytes


if __name__ == "__main__":
    sys.stdout.write("{} {}".format(*said_and_taken(open_pack(Path(sys.argv[1])))))
