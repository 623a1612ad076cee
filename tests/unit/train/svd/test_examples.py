"""What a step of `train svd` sees: frames, ids, what is dropped; what of the net learns."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from sakuga.core.errors import RequestError
from sakuga.models import edm, svd_conditions
from sakuga.models import svd as nets
from sakuga.train import lineage
from sakuga.train.average import Average
from sakuga.train.order import Key
from sakuga.train.packed import Pack
from sakuga.train.svd.examples import Batch, Examples, chosen_of, collate, covering, part
from sakuga.train.svd.learns import TEMPORAL, TRANSFORMER, learning, weights_of
from sakuga.train.svd.recipe import Net
from sakuga.train.svd.step import Frozen, inputs_of, pixels
from tests.packs import drawn_pack, quick_svd

LATENT = (4, 4, 8)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return drawn_pack(tmp_path_factory.mktemp("packs") / "pack")


@pytest.fixture(scope="module")
def parts() -> nets.Parts:
    return nets.drawn("tiny", 1)


def examples(pack: Pack, *more: str) -> Examples:
    recipe = quick_svd(*more)
    source = lineage.read(pack.folder)
    return Examples(pack, source, recipe.clips, recipe.noise, LATENT, recipe.schedule.seed)


def same(one: Batch, other: Batch) -> bool:
    pairs = zip(one.tensors().values(), other.tensors().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_an_example_depends_on_its_key_alone(pack: Pack) -> None:
    made = examples(pack)
    first = made[Key(3, 5)]
    made[Key(4, 6)]
    assert same(first, examples(pack)[Key(3, 5)])
    assert not same(first, made[Key(4, 5)])


def test_frames_are_those_of_the_clip_resized_to_cover_and_cropped(pack: Pack) -> None:
    made = examples(pack, "clips.how=uniform", "clips.crop=middle")[Key(0, 2)]
    shown = torch.from_numpy(np.array(pack.frames(2)))[[0, 1, 3, 4, 5, 6, 8, 9]]
    wanted = part(covering(shown.permute(0, 3, 1, 2), 32, 16), 32, 16)
    assert torch.equal(made.frames[0], wanted) and wanted.shape == (8, 3, 16, 32)


@pytest.mark.parametrize("size", [(10, 10), (16, 32), (100, 20), (33, 200), (1, 1)])
def test_any_picture_covers_the_size_without_being_stretched(size: tuple[int, int]) -> None:
    made = covering(torch.zeros(8, 3, *size, dtype=torch.uint8), 32, 16)
    height, width = made.shape[-2:]
    assert (height == 16 and width >= 32) or (width == 32 and height >= 16)
    assert abs(width / height - size[1] / size[0]) <= max(size[1] / size[0], 1) / 16 + 1e-9


def test_a_run_of_keyframes_is_eight_that_follow_each_other(pack: Pack) -> None:
    made = examples(pack, "clips.how=run", "clips.crop=middle")
    shown = torch.from_numpy(np.array(pack.frames(2))).permute(0, 3, 1, 2)
    whole = part(covering(shown, 32, 16), 32, 16)
    begins = set()
    for step in range(12):
        frames = made[Key(step, 2)].frames[0]
        [begin] = [n for n in range(3) if torch.equal(frames, whole[n : n + 8])]
        begins.add(begin)
    assert len(begins) > 1


def test_random_frames_are_one_of_each_interval_and_any_of_it() -> None:
    clips, random = quick_svd().clips, np.random.default_rng(0)
    drawn = np.stack([chosen_of(16, clips, random) for _ in range(60)])
    assert (drawn // 2 == np.arange(8)).all()
    assert ((drawn % 2).any(0) & ~(drawn % 2).all(0)).all()
    assert np.array_equal(chosen_of(8, clips, random), np.arange(8))


def test_each_condition_is_dropped_as_often_as_it_should_be(pack: Pack) -> None:
    def kept(share: float, steps: int) -> list[tuple[bool, bool]]:
        made = examples(pack, f"noise.dropout={share}")
        drawn = (made[Key(step, step % 10)] for step in range(steps))
        return [(bool(b.keep_embedding), bool(b.keep_latent)) for b in drawn]

    found = kept(0.2, 600)
    for which in ((False, True), (False, False), (True, False)):
        assert abs(found.count(which) / 600 - 0.2) < 0.06
    assert set(kept(0, 50)) == {(True, True)}


def test_rate_and_motion_are_constant_or_the_clips_own(pack: Pack) -> None:
    plain, own = examples(pack), examples(pack, "clips.fps=timing", "clips.motion=dynamic")
    assert [(plain.fps(n), plain.motion(n)) for n in (0, 1)] == [(7.0, 127.0)] * 2
    assert [(own.fps(n), own.motion(n)) for n in (0, 1)] == [(24.0, 102.0), (12.0, 102.0)]


def test_the_net_is_given_what_stable_video_diffusion_was_trained_with(
    pack: Pack, parts: nets.Parts
) -> None:
    made = examples(pack)
    batch = collate([made[Key(0, 0)], made[Key(0, 1)]])
    batch = dataclasses.replace(
        batch, keep_embedding=torch.tensor([True, False]), keep_latent=torch.tensor([True, False])
    )
    recipe = quick_svd()
    given = inputs_of(batch, Frozen(*parts.frozen()), recipe.noise)
    sigma_c = torch.exp(-3.0 + 0.5 * batch.normals[:, 1])
    assert torch.allclose(given.sigma, torch.exp(0.7 + 1.6 * batch.normals[:, 0]))
    assert torch.allclose(given.timestep, 0.25 * given.sigma.log())
    assert torch.allclose(
        given.ids, torch.stack([torch.full((2,), 6.0), torch.full((2,), 127.0), sigma_c], 1)
    )
    assert given.ids[0, 2] != given.ids[1, 2]
    first = pixels(batch.frames[:, 0])
    dirty = first[0] + sigma_c[0] * batch.frame_noise[0]
    latent = parts.vae.encode(dirty[None]).latent_dist.mode()[0]  # not scaled
    assert all(torch.allclose(given.seen[0, t, 4:], latent, atol=1e-5) for t in range(8))
    assert not given.seen[1, :, 4:].any() and not given.embedding[1].any()
    clean = svd_conditions.embedded(parts.image_encoder, first)
    assert torch.allclose(given.embedding[0, 0], clean[0], atol=1e-5)
    noised = edm.noised(given.clean, batch.noise, given.sigma)
    assert torch.allclose(given.seen[:, :, :4], edm.scalings(given.sigma).into * noised)
    posterior = parts.vae.encode(pixels(batch.frames[0])).latent_dist
    drawn = (posterior.mean + posterior.std * batch.posterior[0]) * 0.18215
    assert torch.allclose(given.clean[0], drawn, atol=1e-5)


@pytest.mark.parametrize(
    ("train", "learns"),
    [("all", 1_524_623_082), ("temporal", 656_076_838), ("temporal-transformer", 397_620_480)],
)
def test_as_many_weights_of_the_public_net_learn_as_were_counted(train: str, learns: int) -> None:
    with torch.device("meta"):
        unet = nets.drawn_nets("random").unet
    net = learning(unet, Net(train=train), 0)  # type: ignore[arg-type]
    assert sum(w.numel() for w in weights_of(net).values()) == learns


def test_adapters_alone_learn_and_begin_as_nothing() -> None:
    unet = nets.drawn("tiny", 1).unet.eval()
    given = (
        torch.randn(1, 8, 8, 4, 8),
        torch.tensor([0.1]),
        torch.randn(1, 1, 32),
        torch.ones(1, 3),
    )
    with torch.no_grad():
        before = unet(*given, return_dict=False)[0]
        net = learning(unet, Net(train="lora", rank=4), 0)
        assert torch.allclose(net(*given, return_dict=False)[0], before, atol=1e-6)
    assert weights_of(net) and all("lora_" in name for name in weights_of(net))


def test_the_average_follows_slowly_and_lends_its_weights() -> None:
    weights = {"w": torch.zeros(2)}
    average = Average(weights, 0.5, torch.device("cpu"))
    weights["w"] += 8
    average.update(weights, 0)  # keeps a tenth at first
    assert torch.allclose(average.values["w"], torch.tensor(7.2))
    average.update(weights, 1000)
    assert torch.allclose(average.values["w"], torch.tensor(7.6))
    with average.shown(weights):
        assert torch.allclose(weights["w"], torch.tensor(7.6))
    assert torch.equal(weights["w"], torch.full((2,), 8.0))


def test_names_that_mix_frames_hold_those_of_its_attention() -> None:
    assert set(TRANSFORMER) < set(TEMPORAL)


def test_a_clip_size_that_is_no_multiple_of_eight_is_refused() -> None:
    with pytest.raises(RequestError, match=r"\[clips\] width = 50"):
        quick_svd("clips.width=50")
    with pytest.raises(RequestError, match=r"clips\.cached keeps what never changes"):
        quick_svd("clips.cached=true")


def test_a_lineage_without_its_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="packed anew"):
        lineage.read(tmp_path)
