"""What the page on the dataset shows is run, in its order."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.unit.dataset.reels import build, draw_reel

PAGE = Path(__file__).parents[2] / "docs" / "dataset.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    draw_reel(folder / "films", ["one.mp4"])
    build(folder / "my-dataset", [folder / "films" / "one.mp4"])
    return folder


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_every_block_of_the_page_runs(
    number: int, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    shutil.copytree(built / "my-dataset", tmp_path / "my-dataset")
    monkeypatch.chdir(tmp_path)
    exec(compile(BLOCKS[number], f"dataset.md, block {number}", "exec"), {})


def test_the_page_names_every_way_to_ask() -> None:
    from sakuga.dataset.published import Dataset

    public = [name for name in vars(Dataset) if not name.startswith("_")]
    internal = {"place", "footage", "files", "condition", "columns", "schema"}
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in public if name not in internal and name not in text] == []
