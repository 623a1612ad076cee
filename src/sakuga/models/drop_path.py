"""Stochastic depth: in training a branch is left out for some samples of the batch.

After "Deep Networks with Stochastic Depth" (arXiv 1603.09382).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class DropPath(nn.Module):
    """Zero for a share `rate` of the samples, the rest scaled up so that the mean stays."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(f"drop_path = {rate}: must be 0 or more and less than 1")
        self.rate = rate

    def forward(self, branch: Tensor) -> Tensor:
        """Any shape; the first axis is the batch."""
        if not self.rate or not self.training:
            return branch
        shape = (len(branch), *[1] * (branch.dim() - 1))
        keep = torch.rand(shape, device=branch.device) >= self.rate
        return branch * keep.to(branch.dtype) / (1 - self.rate)
