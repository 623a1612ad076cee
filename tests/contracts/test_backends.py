"""Every backend of every room keeps its contract: ours, and those that are found elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sakuga.build.pipeline import ROOMS, rooms_of
from sakuga.testing import check_tagger
from tests.contracts.backends import CHECKS, Ground, backend
from tests.tiny.hub import offline

OURS = [(room, name) for room in CHECKS for name in ROOMS[room].backends]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    offline(monkeypatch, tmp_path)
    with ExitStack() as until:
        yield Ground(tmp_path, until)


@pytest.mark.parametrize(("room", "name"), OURS)
def test_a_backend_keeps_the_contract_of_its_room(room: str, name: str, ground: Ground) -> None:
    CHECKS[room](backend(room, name, ground))


def test_every_room_with_backends_of_its_own_has_a_contract() -> None:
    assert set(CHECKS) == {name for name, room in ROOMS.items() if room.stage}


def tagger_of(use: str) -> Any:
    """The backend that a profile's `[tag] use = ...` gives."""
    made = rooms_of("lite", [f"tag.use={use!r}", "tag.least=0.2"])
    [tagger] = [stage.use for stage in made.stages if stage.name == "tag"]
    return tagger


def test_one_given_as_module_and_class_keeps_it_too() -> None:
    tagger = tagger_of("tests.contracts.mine:Brightness")
    assert tagger.least == 0.2
    check_tagger(tagger)


def test_one_that_an_installed_package_offers_keeps_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = tmp_path / "elsewhere-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1.0\n")
    offer = "[sakuga.tag]\nbrightness = tests.contracts.mine:Brightness\n"
    (facts / "entry_points.txt").write_text(offer)
    monkeypatch.syspath_prepend(tmp_path)
    check_tagger(tagger_of("brightness"))


def test_the_ten_lines_of_the_documentation_are_ten_and_are_a_tagger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs" / "backends.md").read_text(encoding="utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    assert len([line for line in code.splitlines() if line.strip()]) == 10
    (tmp_path / "my_tagger.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    made = rooms_of("lite", ["tag.use='my_tagger:Night'", "tag.darkest=80.0"])
    [tagger] = [stage.use for stage in made.stages if stage.name == "tag"]
    assert tagger == sys.modules["my_tagger"].Night(80.0)
    check_tagger(tagger)
