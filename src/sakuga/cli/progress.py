"""How a long command goes on: bars with the time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sakuga.cli.console import is_first, span, stderr

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from sakuga.build.pipeline import Watcher
    from sakuga.core.plan import Plan
    from sakuga.core.stage import Job, Outcome

SILENT = 2.0  # seconds in which nothing is said
EVERY = 5.0  # seconds between two plain lines

WHOLE = 0.98  # of a part, at most, before it is done

Advance = Callable[[str, float, int], None]  # what, done, of how many


@contextmanager
def watching() -> Generator[Watcher]:
    """A watcher that shows a build going on."""
    from sakuga.build.pipeline import Watcher

    with advancing() as advance:
        parts = Parts(advance)
        yield Watcher(
            reading=lambda done, of: advance("read", done, of),
            planned=parts.planned,
            working=parts.working,
            part_done=parts.done,
        )


class Parts:
    """How many parts of each stage are made, and how much of those being made."""

    def __init__(self, advance: Advance) -> None:
        self._advance = advance
        self._wanted: dict[str, int] = {}
        self._made: dict[str, int] = {}
        self._begun: dict[str, dict[int, float]] = {}  # stage -> part -> share of it
        self._frames: dict[int, float] = {}  # part -> frames that its files should have

    def planned(self, plan: Plan) -> None:
        for stage in plan.stages:
            if parts := plan.missing(stage):
                self._wanted[stage.name], self._made[stage.name] = parts, 0
                self._begun[stage.name] = {}
                self._advance(stage.name, 0, parts)

    def working(self, job: Job, beats: int) -> None:
        """Only the one full decode gives a sign of life for each frame."""
        from sakuga.core.records import Signals

        if job.stage.writes is Signals and (frames := self._frames_of(job)):
            self._begun[job.stage.name][job.part.number] = min(WHOLE, beats / frames)
            self._tell(job.stage.name)

    def done(self, job: Job, _: Outcome) -> None:
        self._made[job.stage.name] += 1
        self._begun[job.stage.name].pop(job.part.number, None)
        self._tell(job.stage.name)

    def _tell(self, stage: str) -> None:
        share = self._made[stage] + sum(self._begun[stage].values())
        self._advance(stage, share, self._wanted[stage])

    def _frames_of(self, job: Job) -> float:
        from sakuga.core.records import Video
        from sakuga.core.store import Store

        if job.part.number not in self._frames:
            videos = Store(job.root).read_part(job.parts[0], Video)
            frames = sum((v.duration or 0.0) * float(v.frame_rate) for v in videos)
            self._frames[job.part.number] = frames
        return self._frames[job.part.number]


@contextmanager
def advancing() -> Generator[Advance]:
    """A function to be told how far each step of some work is; the first rank's alone shows it."""
    if not is_first():
        yield lambda *_: None
        return
    console = stderr()
    if not console.is_terminal:
        yield _Lines(console).advance
        return
    with _bars(console) as progress:
        tasks: dict[str, TaskID] = {}

        def advance(what: str, done: float, of: int) -> None:
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
        self._first: dict[str, tuple[float, float]] = {}  # when a step was first heard of
        self._said = time.monotonic() + SILENT - EVERY

    def advance(self, what: str, done: float, of: int) -> None:
        now = time.monotonic()
        since, first = self._first.setdefault(what, (now, done)) if done else (now, 0.0)
        if now - self._said < EVERY or not done:
            return
        self._said = now
        left = (now - since) / (done - first) * (of - done) if done > first else 0.0
        tail = f", about {span(left)} left" if left else ""
        self._console.print(f"{what}: {int(done)} of {of}, {done / of:.0%}{tail}", soft_wrap=True)
