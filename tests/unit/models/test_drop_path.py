"""Stochastic depth."""

from __future__ import annotations

import pytest
import torch

from sakuga.models.drop_path import DropPath


def test_in_training_whole_samples_are_dropped_and_the_mean_stays() -> None:
    torch.manual_seed(0)
    out = DropPath(0.25).train()(torch.ones(4000, 2, 3))
    assert sorted(out.unique().tolist()) == pytest.approx([0, 4 / 3])
    assert torch.equal(out.amin((1, 2)), out.amax((1, 2)))
    assert float(out.mean()) == pytest.approx(1, abs=0.05)


def test_in_evaluation_nothing_is_dropped() -> None:
    branch = torch.randn(8, 2)
    assert torch.equal(DropPath(0.9).eval()(branch), branch)


def test_a_rate_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match="drop_path"):
        DropPath(1.0)
