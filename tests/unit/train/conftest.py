"""What tests of training share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    """Nets this small are slower on two."""
    import torch

    torch.set_num_threads(1)
