"""What a step asks of a net, its optimiser and its ranks, whatever trains."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from sakuga.train.learner import Learner, accelerated, prepared

CLIP = 0.5


@pytest.fixture
def learner() -> Learner[nn.Linear]:
    torch.manual_seed(0)
    net = nn.Linear(3, 2)
    adamw = torch.optim.AdamW(net.parameters(), 1.0)
    accelerator = accelerated(precision="no", batch=4, clip=CLIP)
    return prepared(net, net, adamw, accelerator, clip=CLIP, precision="no", moments=None)


def copied(learner: Learner[nn.Linear]) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in learner.weights().items()}


def test_runs_of_one_process_may_differ_in_their_precision() -> None:
    for precision in ("no", "bf16", "no"):
        assert accelerated(precision=precision, batch=4, clip=0).mixed_precision == precision


def test_a_step_goes_at_the_rate_it_is_given_and_leaves_no_gradient(
    learner: Learner[nn.Linear],
) -> None:
    before = copied(learner)
    learner.wrapped(torch.ones(1, 3)).sum().backward()
    assert learner.step(0.25) == pytest.approx(math.sqrt(8))  # of eight ones
    for name, value in learner.weights().items():
        # AdamW's first step is the rate in size; its decay of a hundredth comes before.
        assert torch.allclose(value, before[name] * (1 - 0.25 * 0.01) - 0.25, atol=1e-4)
    assert all(weight.grad is None for weight in learner.net.parameters())


def test_gradients_that_are_no_numbers_touch_nothing(learner: Learner[nn.Linear]) -> None:
    before = copied(learner)
    (learner.wrapped(torch.ones(1, 3)).sum() * math.nan).backward()
    assert math.isnan(learner.step(0.25))
    for name, value in learner.weights().items():
        assert torch.equal(value, before[name])
    assert learner.moments() is not None and not (learner.moments() or {})["state"]


def test_moments_go_on_where_they_were(learner: Learner[nn.Linear]) -> None:
    learner.wrapped(torch.ones(1, 3)).sum().backward()
    learner.step(0.25)
    moments = learner.moments()
    adamw = torch.optim.AdamW(learner.net.parameters(), 1.0)
    accelerator = accelerated(precision="no", batch=4, clip=CLIP)
    again = prepared(
        learner.net, learner.net, adamw, accelerator, clip=CLIP, precision="no", moments=moments
    )
    assert moments is not None
    found = again.moments()
    assert found is not None and found["state"].keys() == moments["state"].keys()
    for number, state in moments["state"].items():
        for name, value in state.items():
            assert torch.equal(found["state"][number][name], value)
