"""A moving average of the weights that learn (EMA), which samples better than the last of them."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor


class Average:
    """decay: share that is kept each step; at first less, (1 + n) / (10 + n) after n steps.

    weights: what is averaged, by name; begins as they are, on `device`, in fp32.
    """

    def __init__(self, weights: Mapping[str, Tensor], decay: float, device: torch.device) -> None:
        self.decay = decay
        self.values = {
            name: each.detach().to(device, torch.float32, copy=True)
            for name, each in weights.items()
        }

    def update(self, weights: Mapping[str, Tensor], steps: int) -> None:
        """After so many steps."""
        share = 1 - min(self.decay, (1 + steps) / (10 + steps))
        with torch.no_grad():
            for name, value in self.values.items():
                value.lerp_(weights[name].to(value.device, torch.float32), share)

    @contextmanager
    def shown(self, weights: Mapping[str, Tensor]) -> Generator[None]:
        """Inside, the weights are the average; then their own again."""
        own = {name: each.clone() for name, each in weights.items()}
        try:
            _copy(self.values, weights)
            yield
        finally:
            _copy(own, weights)


def _copy(values: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> None:
    with torch.no_grad():
        for name, weight in weights.items():
            weight.copy_(values[name])
