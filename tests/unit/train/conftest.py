"""What tests of training share."""

from __future__ import annotations

import socket

import pytest


@pytest.fixture(scope="module")
def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    """Nets this small are slower on two."""
    import torch

    torch.set_num_threads(1)
