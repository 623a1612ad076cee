"""What a recipe needs is looked at before any work, and what is missing is said with its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest

from sakuga.core.errors import RequestError
from sakuga.core.needs import NOTHING, Needs, lacking, needs_of, prepare
from sakuga.core.weights import Weights
from tests.tiny.hub import offline


@dataclass(frozen=True)
class Backend:
    needs: Needs = NOTHING
    reachable: bool = True

    def check(self) -> None:
        if not self.reachable:
            raise RequestError("no server at 127.0.0.1:9")


@dataclass(frozen=True)
class Room:
    name: ClassVar[str] = "tag"
    use: Any = field(default_factory=Backend)


@dataclass(frozen=True)
class Plain:
    name: ClassVar[str] = "split"


@dataclass(frozen=True)
class Whole:
    """A stage that is its own backend."""

    name: ClassVar[str] = "overlay"
    needs: ClassVar[Needs] = Needs(modules=("no_such_module",))


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (Plain(), None),
        (Room(), None),
        (Room(Backend(Needs(modules=("json", "sys")))), None),
        (
            Room(Backend(Needs("tag", ("json", "no_such_module", "nor_this.one")))),
            "[tag] Backend needs no_such_module, nor_this.one: pip install 'sakuga[tag]'",
        ),
        (
            Room(Backend(Needs(modules=("no_such_module",)))),
            "[tag] Backend needs no_such_module: pip install no_such_module",
        ),
        (Whole(), "[overlay] Whole needs no_such_module: pip install no_such_module"),
    ],
)
def test_what_is_not_installed_is_said_with_the_line_that_installs_it(
    stage: Any, said: str | None
) -> None:
    assert lacking(stage) == said


def test_a_stage_needs_what_its_backend_needs() -> None:
    needs = Needs(alone=True)
    assert needs_of(Room(Backend(needs))) is needs
    assert needs_of(Plain()) is NOTHING


def test_all_that_is_missing_is_said_at_once() -> None:
    stages = [Room(Backend(Needs("tag", ("no_such_module",)))), Plain(), Whole()]
    with pytest.raises(RequestError, match=r"\[tag\] .*; \[overlay\] "):
        prepare(stages)


def test_weights_are_fetched_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline(monkeypatch, tmp_path)
    weights = Weights("someone/something", "v1", ("model.onnx",), 7)
    with pytest.raises(RequestError, match=r"^\[tag\] Backend needs someone/something at v1"):
        prepare([Room(Backend(Needs(weights=(weights,))))])


def test_packages_come_before_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offline(monkeypatch, tmp_path)
    weights = Weights("someone/something", "v1", ("model.onnx",), 7)
    with pytest.raises(RequestError, match="no_such_module"):
        prepare([Room(Backend(Needs(modules=("no_such_module",), weights=(weights,))))])


def test_a_backend_is_asked_whether_all_is_well() -> None:
    prepare([Room()])
    with pytest.raises(RequestError, match="no server"):
        prepare(iter([Plain(), Room(Backend(reachable=False))]))
