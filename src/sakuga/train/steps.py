"""The steps of any run, in turn: each told in the journal, checkpoints in between (§4)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sakuga.core.errors import StopBuild
from sakuga.train import checkpoints
from sakuga.train.journal import Journal

B = TypeVar("B", contravariant=True)
Advance = Callable[[str, float, int], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """What a run came to. loss: of the last step. result: files and folders that it left."""

    run: str
    steps: int
    clips: int
    loss: float
    seconds: float
    result: list[str]
    warnings: list[str]


class Work(Protocol[B]):
    """What a run does."""

    def step(self, step: int, batch: B) -> Mapping[str, float]:
        """One step, counted from 0; gives its line of the journal, `loss` among it."""
        ...

    def between(self, done: int) -> None:
        """After so many steps: a checkpoint, samples, where it is time for them."""
        ...


def go(
    work: Work[B],
    batches: Iterable[B],
    steps: range,
    run: Path,
    *,
    tells: bool = True,
    advance: Advance | None = None,
) -> float:
    """Do the steps; gives the last one's loss, NaN if none was left. tells: whether this rank
    writes the journal; lines that a killed run left of these steps go first."""
    journal = Journal(run, steps.start) if tells and len(steps) else None
    loss, before = float("nan"), time.monotonic()
    for step, batch in zip(steps, batches, strict=True):
        waited = time.monotonic() - before
        line = work.step(step, batch)
        loss = line["loss"]
        if journal:
            took = {"waited": round(waited, 4), "seconds": round(time.monotonic() - before, 4)}
            journal.write({"step": step, **line, **took})
        before = time.monotonic()
        work.between(step + 1)
        if advance:
            advance("train", step + 1, steps.stop)
    if journal:
        journal.close()
    return loss


def stopped(
    run: Path, step: int, rank: int, loss: float, norm: float, batch: Mapping[str, Any]
) -> StopBuild:
    """What stops a run whose loss or gradient is no number; a rank's batch is kept on disk."""
    file = run / f"stopped-{step:08d}-rank{rank}.pt"
    checkpoints.write_whole({"step": step, **batch}, file)
    return StopBuild(
        f"step {step}: the loss is {loss}, the gradient's norm {norm}. Its batch is in {file}; "
        "look at it, or go on from the last checkpoint with a lower optimiser.rate"
    )
