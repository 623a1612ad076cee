"""The timesheet predictor."""

from __future__ import annotations

import torch
from torch import nn

from sakuga.models.timesheet import CLASSES, Timesheet, joined


def test_it_has_three_hidden_layers_and_three_classes() -> None:
    net = Timesheet()
    assert [layer.out_features for layer in net.layers if isinstance(layer, nn.Linear)] == [
        1024, 512, 256, len(CLASSES),
    ]  # fmt: skip
    assert net(torch.randn(2, 1536)).shape == (2, 3)


def test_lengths_of_vectors_do_not_matter() -> None:
    video, text = torch.randn(2, 4), torch.randn(2, 6)
    torch.testing.assert_close(joined(7 * video, text / 3), joined(video, text))
    assert joined(video, text).shape == (2, 10)


def test_it_learns_a_rule() -> None:
    torch.manual_seed(0)
    net = Timesheet(width=8, hidden=(32, 32, 32), dropout=0.0)
    given = torch.randn(256, 8)
    true = (given[:, 0] > 0).long() + (given[:, 1] > 0).long()
    optimiser = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(60):
        optimiser.zero_grad()
        nn.functional.cross_entropy(net(given), true).backward()
        optimiser.step()
    assert (net(given).argmax(1) == true).float().mean() > 0.95
