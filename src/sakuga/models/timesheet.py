"""The timesheet predictor: on ones, twos or threes, from a clip's and its caption's vector (§4.1).

An MLP with three hidden layers on frozen embeddings. The paper says no widths, activation or how
the two vectors are joined: here they are normalised and put side by side (docs/models.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

CLASSES = ("ones", "twos", "threes")


class Timesheet(nn.Module):
    """width: of the joined vectors; hidden: the widths between; classes: as CLASSES."""

    def __init__(
        self,
        *,
        width: int = 1536,
        hidden: Sequence[int] = (1024, 512, 256),
        classes: int = len(CLASSES),
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = width
        for after in hidden:
            layers += [nn.Linear(before, after), nn.GELU(), nn.Dropout(dropout)]
            before = after
        self.layers = nn.Sequential(*layers, nn.Linear(before, classes))

    def forward(self, joined_BD: Tensor) -> Tensor:
        """Logits (B, classes)."""
        return self.layers(joined_BD)


def joined(video_BD: Tensor, text_BD: Tensor) -> Tensor:
    """What the predictor is given: both vectors, each of length 1, side by side."""
    return torch.cat([normalize(video_BD.float(), dim=-1), normalize(text_BD.float(), dim=-1)], -1)
