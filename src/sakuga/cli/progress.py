"""How a long command goes on: bars with the time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sakuga.cli.console import span, stderr

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from sakuga.build.pipeline import Watcher
    from sakuga.core.plan import Plan
    from sakuga.core.stage import Job, Outcome

SILENT = 2.0  # seconds in which nothing is said
EVERY = 5.0  # seconds between two plain lines

Advance = Callable[[str, int, int], None]  # what, done, of how many


@contextmanager
def watching() -> Generator[Watcher]:
    """A watcher that shows a build going on."""
    from sakuga.build.pipeline import Watcher

    with advancing() as advance:
        of_stage: dict[str, tuple[int, int]] = {}

        def planned(plan: Plan) -> None:
            for stage in plan.stages:
                if parts := plan.missing(stage):
                    of_stage[stage.name] = (0, parts)
                    advance(stage.name, 0, parts)

        def part_done(job: Job, _: Outcome) -> None:
            done, parts = of_stage[job.stage.name]
            of_stage[job.stage.name] = (done + 1, parts)
            advance(job.stage.name, done + 1, parts)

        yield Watcher(lambda done, of: advance("read", done, of), planned, part_done)


@contextmanager
def advancing() -> Generator[Advance]:
    """A function to be told how far each step of some work is."""
    console = stderr()
    if not console.is_terminal:
        yield _Lines(console).advance
        return
    with _bars(console) as progress:
        tasks: dict[str, TaskID] = {}

        def advance(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=of, start=False)
            if done and not progress.tasks[tasks[what]].started:
                progress.start_task(tasks[what])
            progress.update(tasks[what], completed=done, total=of)

        yield advance


def _bars(console: Console) -> Progress:
    from rich import progress as bars

    columns: Sequence[Any] = (
        bars.TextColumn("{task.description:<9}"),
        bars.BarColumn(bar_width=32),
        bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
        bars.TextColumn("left"),
        bars.TimeRemainingColumn(compact=True),
    )
    return bars.Progress(*columns, console=console, transient=True)


class _Lines:
    """At most a line every few seconds, and none for what is soon over."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._first: dict[str, tuple[float, int]] = {}  # when a step was first heard of
        self._said = time.monotonic() + SILENT - EVERY

    def advance(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        since, first = self._first.setdefault(what, (now, done)) if done else (now, 0)
        if now - self._said < EVERY or not done:
            return
        self._said = now
        left = (now - since) / (done - first) * (of - done) if done > first else 0.0
        tail = f", about {span(left)} left" if left else ""
        self._console.print(f"{what}: {done} of {of}{tail}", soft_wrap=True)
