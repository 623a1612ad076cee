"""Every test file is collected: pytest passes over folders named like tools' output by default."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import COLLECTED

TESTS = Path(__file__).parents[1]


def test_every_test_file_is_collected(pytestconfig: pytest.Config) -> None:
    asked = {(pytestconfig.rootpath / each).resolve() for each in pytestconfig.args}
    if asked != {TESTS}:
        pytest.skip("only some of the tests were asked for")
    assert set(TESTS.rglob("test_*.py")) - pytestconfig.stash[COLLECTED] == set()
