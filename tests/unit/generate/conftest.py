"""One tiny Stable Video Diffusion in a folder, for all tests of generating."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tiny.svd import write_svd


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in diffusers' layout."""
    return write_svd(tmp_path_factory.mktemp("svd"))
