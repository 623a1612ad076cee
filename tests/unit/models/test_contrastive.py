"""The contrastive objective: the public loss, the paper's, and the same on many ranks."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from sakuga.models import masks
from sakuga.models.contrastive import (
    DualEncoder,
    clip_vector,
    contrastive_loss,
    viclip_encoder,
    videomamba_encoder,
)
from tests.unit.models.oracles import CLOSE, reference

RANKS = 2


def normalised(x: Tensor) -> Tensor:
    return nn.functional.normalize(x, dim=-1)


@pytest.mark.parametrize(
    ("vectors", "ids", "expected"),
    [
        ("v3", "idx_unique", "loss_v3"),
        ("v2", "idx_unique", "loss_v2"),
        ("v3", "idx_dup", "loss_v3_dup"),
    ],
)
def test_it_equals_the_public_loss(vectors: str, ids: str, expected: str) -> None:
    _, given, _ = reference("vtc_loss")
    video, text = clip_vector(given[vectors]), normalised(given["t"])
    found = contrastive_loss(video, text, float(given["temp"]), given[ids])
    torch.testing.assert_close(found, given[expected], **CLOSE)


def test_scores_are_the_mean_of_the_frames_cosines() -> None:
    _, given, _ = reference("vtc_loss")
    scores = clip_vector(given["v3"]) @ normalised(given["t"]).T
    close = (scores - given["sim_v3"]).abs().max(), (scores / 0.07 - given["sim_v3"]).abs().max()
    assert min(close) <= 1e-5


def test_the_papers_sum_is_written_out() -> None:
    torch.manual_seed(0)
    video, text = normalised(torch.randn(5, 8)), normalised(torch.randn(5, 8))
    scores = (video @ text.T / 0.07).exp()
    expected = sum(
        -torch.log(scores[i, i] / scores[i].sum()) - torch.log(scores[i, i] / scores[:, i].sum())
        for i in range(5)
    )
    found = contrastive_loss(video, text, 0.07, reduction="sum")
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(found, 2 * 5 * contrastive_loss(video, text, 0.07))


def test_ids_that_differ_change_nothing() -> None:
    video, text = normalised(torch.randn(4, 8)), normalised(torch.randn(4, 8))
    plain = contrastive_loss(video, text, 0.1)
    torch.testing.assert_close(
        contrastive_loss(video, text, 0.1, torch.tensor([3, 1, 7, 2])), plain
    )


def tiny(net: str) -> DualEncoder:
    if net == "viclip":
        return viclip_encoder("tiny", vocabulary=30, image=16, width=16, layers=1, out=8)
    return videomamba_encoder("nano", vocabulary=30, image=16, width=16, depth=1)


@pytest.mark.parametrize("net", ["viclip", "videomamba"])
def test_towers_meet_in_one_space(net: str) -> None:
    encoder = tiny(net).eval()
    video, ids = torch.randn(3, 8, 3, 16, 16), torch.randint(1, 30, (3, 6))
    with torch.no_grad():
        text, whole = encoder.embed_text(ids), encoder.embed_video(video)
        masked = encoder.embed_video(video, masks.anywhere(3, 8, 4, 0.5))
    assert text.shape == whole.shape == masked.shape
    torch.testing.assert_close(text.norm(dim=1), torch.ones(3))
    torch.testing.assert_close(masked.norm(dim=1), torch.ones(3))
    assert bool((whole.norm(dim=1) <= 1 + 1e-6).all())


@pytest.mark.parametrize(
    ("net", "low", "high"), [("viclip", 0.01, 9.0), ("videomamba", 0.001, 0.5)]
)
def test_the_temperature_stays_in_its_bounds(net: str, low: float, high: float) -> None:
    encoder = tiny(net)
    for value, expected in ((-1.0, low), (9.0, high)):
        encoder.temp.data.fill_(value)
        assert float(encoder.temperature().detach()) == pytest.approx(expected)
    contrastive_loss(torch.eye(2), torch.eye(2), encoder.temperature()).backward()
    assert encoder.temp.grad is not None


def towers() -> DualEncoder:
    torch.manual_seed(0)
    return DualEncoder(
        nn.Sequential(nn.Flatten(), nn.Linear(12, 8), nn.GELU(), nn.Linear(8, 4)),
        nn.Sequential(nn.Embedding(9, 8), nn.Flatten(), nn.Linear(24, 4)),
        temperature=0.07,
        coldest=0.01,
    )


class Step(nn.Module):
    """What DistributedDataParallel wraps: one forward to a loss."""

    def __init__(self, encoder: DualEncoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, video: Tensor, ids: Tensor, same: Tensor) -> Tensor:
        vectors = clip_vector(self.encoder.vision_encoder(video))
        text = self.encoder.embed_text(ids)
        return contrastive_loss(vectors, text, self.encoder.temperature(), same, reduction="sum")


def batch() -> tuple[Tensor, Tensor, Tensor]:
    torch.manual_seed(1)
    same = torch.tensor([0, 1, 2, 3, 4, 0, 6, 2])  # equal ids on different ranks
    return torch.randn(8, 12), torch.randint(0, 9, (8, 3)), same


def on_a_rank(rank: int, folder: str) -> None:
    import torch.distributed as dist
    from torch.nn.parallel import DistributedDataParallel

    dist.init_process_group(
        "gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=RANKS
    )
    step = DistributedDataParallel(Step(towers()))
    loss = step(*(part.chunk(RANKS)[rank] for part in batch()))
    loss.backward()
    gradients = {name: p.grad for name, p in step.module.named_parameters()}
    refused = ""
    try:
        contrastive_loss(torch.eye(2 + rank), torch.eye(2 + rank), 0.1)
    except ValueError as error:
        refused = str(error)
    torch.save((loss.detach(), gradients, refused), f"{folder}/{rank}.pt")
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def ranks(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Tensor, dict[str, Tensor], str]]:
    """Loss and gradients on each of two ranks that share the batch; a refusal."""
    folder = tmp_path_factory.mktemp("ranks")
    others = torch.multiprocessing.spawn(on_a_rank, (str(folder),), RANKS - 1, join=False)
    on_a_rank(RANKS - 1, str(folder))  # this process is the last rank: one import of torch less
    assert others is not None and others.join()
    return [torch.load(Path(folder) / f"{rank}.pt") for rank in range(RANKS)]


def test_two_ranks_give_the_gradients_of_one_big_batch(
    ranks: list[tuple[Tensor, dict[str, Tensor], str]],
) -> None:
    one = Step(towers())
    loss = one(*batch())
    loss.backward()
    for rank_loss, gradients, _ in ranks:
        torch.testing.assert_close(rank_loss, loss.detach(), rtol=1e-5, atol=0)
        for name, parameter in one.named_parameters():
            true = parameter.grad
            assert true is not None
            assert (gradients[name] - true).norm() <= 1e-5 * true.norm(), name


def test_batches_of_different_lengths_are_refused(
    ranks: list[tuple[Tensor, dict[str, Tensor], str]],
) -> None:
    assert all("[2, 3]" in refused for _, _, refused in ranks)
