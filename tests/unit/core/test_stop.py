"""A stage may say that the build must stop here, and how to go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from sakuga.core.engine import Engine, Inline, Local
from sakuga.core.errors import StopBuild
from sakuga.core.guard import WorldError
from sakuga.core.plan import make_plan
from sakuga.core.records import Source
from sakuga.core.store import Store
from tests.fakes import Drawing, write_sources


@dataclass(frozen=True)
class Spend:
    """Stops at the second item."""

    name: ClassVar[str] = "draw"
    reads: ClassVar[tuple[type, ...]] = (Source,)
    writes: ClassVar[type] = Drawing
    version: ClassVar[int] = 1
    batch: ClassVar[int] = 2

    def load(self) -> Any:
        def work(items: Sequence[tuple[Source]]) -> list[Drawing]:
            del items
            raise StopBuild("the budget is spent: run it again to go on")

        return work


@pytest.mark.parametrize(("engine", "error"), [(Inline(), StopBuild), (Local(1), WorldError)])
def test_a_stage_that_stops_the_build_writes_nothing_and_fails_no_item(
    tmp_path: Path, engine: Engine, error: type[Exception]
) -> None:
    store = Store(str(tmp_path))
    jobs = make_plan(store, [Spend()], write_sources(store, [["a", "b"]])).jobs
    with pytest.raises(error, match=r"^the budget is spent: run it again to go on$"):
        engine.run(jobs, lambda *_: None)
    assert store.parts("drawings") == []
    assert store.parts("drawings", "failures") == []
