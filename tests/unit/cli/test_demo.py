"""`demo`: the reel is drawn, built and reported in one folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.films import pictures, write
from tests.unit.cli.test_requests import run


def test_the_demo_ends_with_the_address_of_its_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reel(directory: Path) -> list[Path]:
        directory.mkdir(parents=True)
        return [write(directory / "short.mp4", list(pictures(8)))]

    monkeypatch.setattr("sakuga.studio.reel", reel)
    result = run("demo", "--out", tmp_path / "demo")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "demo" / "report" / "index.html").exists()
    assert "/demo/report/index.html" in result.stdout
