"""What the nets are held against: the literal scan, and tensors of the public references."""

# ruff: noqa: N803, N806 - capital letters name the axes of tensors

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import silu, softplus

PARITY = Path(os.environ.get("SAKUGA_SHARED", Path(__file__).parents[4] / "shared")) / "parity"
CLOSE = {"rtol": 0.0, "atol": 1e-5}


def literal_scan(
    u: Tensor,
    delta: Tensor,
    A: Tensor,
    B: Tensor,
    C: Tensor,
    D: Tensor | None = None,
    z: Tensor | None = None,
    bias: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """The recurrence as it is written down, a step at a time: output (B, E, L), last state."""
    delta = softplus(delta if bias is None else delta + bias[:, None])
    if B.dim() == 4:
        B, C = (x.repeat_interleave(len(A) // x.shape[1], 1) for x in (B, C))
    else:
        B, C = B[:, None], C[:, None]
    decay = torch.exp(delta[..., None] * A[:, None])
    entering = delta[..., None] * B.transpose(2, 3) * u[..., None]
    h, ys = torch.zeros_like(decay[:, :, 0]), []
    for t in range(u.shape[2]):
        h = decay[:, :, t] * h + entering[:, :, t]
        ys.append((h * C[..., t]).sum(-1))
    y = torch.stack(ys, -1)
    y = y if D is None else y + D[:, None] * u
    return (y if z is None else y * silu(z)), h


def reference(name: str) -> tuple[dict[str, Any], dict[str, Tensor], dict[str, Tensor]]:
    """Configuration, tensors and weights of a public reference; skips where they are not."""
    if not (PARITY / f"{name}.npz").exists():
        pytest.skip(f"no {name} of the public references in shared/parity")
    with np.load(PARITY / f"{name}.npz") as found:
        arrays = {key: found[key] for key in found.files}
    config: dict[str, Any] = json.loads(str(arrays.pop("config"))) if "config" in arrays else {}
    weights = PARITY / f"{name}.safetensors"
    tensors = {key: torch.from_numpy(value) for key, value in arrays.items()}
    return config, tensors, load_file(weights) if weights.exists() else {}
