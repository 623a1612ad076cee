"""Where work runs: in this process, in processes of this machine, or on a Ray cluster.

All engines make the same parts with the same function, in any order in which a part comes after
those it reads; so what they write is equal.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any, Protocol

from sakuga.core.guard import Guard, Limits, WorldError
from sakuga.core.needs import needs_of
from sakuga.core.stage import Job, Outcome, run_part
from sakuga.core.store import Part

Done = Callable[[Job, Outcome], None]
Working = Callable[[Job, int], None]  # told, a few times a second, a part's signs of life so far


class Engine(Protocol):
    """Runs jobs, each after those it reads; calls `done` for each. Raises WorldError."""

    def run(self, jobs: Sequence[Job], done: Done, working: Working = lambda *_: None) -> None:
        """Make every part."""
        ...


@dataclass(frozen=True)
class Inline:
    """In this process, one after the other: for a debugger. A crash is a crash of the build."""

    def run(self, jobs: Sequence[Job], done: Done, working: Working = lambda *_: None) -> None:
        """Make every part, in the order given; `working` is told nothing."""
        del working
        for job in jobs:
            done(job, run_part(job))


@dataclass(frozen=True)
class Local:
    """In `workers` watched processes of this machine."""

    workers: int = 1
    limits: Limits = field(default_factory=Limits)

    def run(self, jobs: Sequence[Job], done: Done, working: Working = lambda *_: None) -> None:
        """Make every part; what is ready first in the order given is begun first."""
        if not jobs:
            return
        queue = _Ready(jobs)
        count = min(self.workers, len({job.part.number for job in jobs}))
        threads = max(1, (os.cpu_count() or 1) // count) if count < self.workers else 1
        guards = [Guard(self.limits, threads) for _ in range(count)]
        running: dict[int, Job] = {}
        try:
            while queue.left or running:
                self._feed(guards, queue, running)
                wait([w for g in guards if g.busy for w in g.waitables()], timeout=0.5)
                for index, outcome in _finished(guards, running):
                    job = running.pop(index)
                    queue.finish(job)
                    done(job, outcome)
                for index, job in running.items():
                    working(job, guards[index].beats)
        finally:
            for guard in guards:
                guard.close()

    @staticmethod
    def _feed(guards: list[Guard], queue: _Ready, running: dict[int, Job]) -> None:
        for index, guard in enumerate(guards):
            if not guard.busy and (job := queue.take(index)):
                running[index] = job
                guard.start(job)


def _finished(guards: list[Guard], running: dict[int, Job]) -> Iterator[tuple[int, Outcome]]:
    for index in list(running):
        outcome = guards[index].step()
        if isinstance(outcome, WorldError):
            raise outcome
        if outcome is not None:
            yield index, outcome


class _Ready:
    """Jobs whose inputs are made, in the order given.

    A stage that must run alone stays with the worker that began it, which has it loaded.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._waiting = deque(jobs)
        self._unmade = {job.part for job in jobs}
        self._homes: dict[str, int] = {}
        self.left = len(jobs)

    def take(self, worker: int) -> Job | None:
        """The first job that this worker can begin now, or None."""
        for job in self._waiting:
            home = self._homes.get(job.stage.name, worker)
            if home == worker and not any(part in self._unmade for part in job.parts):
                self._waiting.remove(job)
                if needs_of(job.stage).alone:
                    self._homes[job.stage.name] = worker
                return job
        return None

    def finish(self, job: Job) -> None:
        """Its part is made: what reads it may begin."""
        self._unmade.discard(job.part)
        self.left -= 1


@dataclass(frozen=True)
class Ray:
    """Every part one Ray task that waits for those it reads; needs the `ray` extra.

    `address` None starts Ray on this machine. A worker that dies is started again by Ray; inside
    each, a guard watches over items as `Local` does.
    """

    workers: int = 1
    address: str | None = None
    limits: Limits = field(default_factory=Limits)

    def run(self, jobs: Sequence[Job], done: Done, working: Working = lambda *_: None) -> None:
        """Make every part; `done` is called as they come, `working` is told nothing."""
        del working
        if not jobs:
            return
        ray = _import_ray()
        mine = not ray.is_initialized()
        if mine:
            _start_ray(ray, self.address, self.workers)
        try:
            self._run(ray, jobs, done)
        finally:
            if mine:
                ray.shutdown()

    def _run(self, ray: Any, jobs: Sequence[Job], done: Done) -> None:
        task = ray.remote(num_cpus=1, max_retries=3)(_ray_part)
        made: dict[Part, Any] = {}
        of: dict[Any, Job] = {}
        last: dict[str, Any] = {}  # of each stage that must run alone: its tasks follow each other
        for job in jobs:
            waits = [made[part] for part in job.parts if part in made]
            if needs_of(job.stage).alone:
                waits += [last[job.stage.name]] if job.stage.name in last else []
            made[job.part] = task.remote(job, self.limits, *waits)
            last[job.stage.name] = made[job.part]
            of[made[job.part]] = job
        left = list(of)
        while left:
            ready, left = ray.wait(left)
            for reference in ready:
                outcome = ray.get(reference)
                if isinstance(outcome, str):
                    raise WorldError(outcome)
                done(of[reference], outcome)


_guard: Guard | None = None  # this Ray worker's own


def _ray_part(job: Job, limits: Limits, *inputs: Outcome | str) -> Outcome | str:
    """Make a part in a watched child of this worker; a broken world comes back as its message."""
    global _guard
    for made in inputs:
        if isinstance(made, str):
            return made
    _guard = _guard or Guard(limits, threads=1)
    outcome = _guard.run(job)
    return str(outcome) if isinstance(outcome, WorldError) else outcome


def _import_ray() -> Any:
    from sakuga.core.errors import RequestError

    try:
        import ray
    except ImportError as error:
        raise RequestError("--engine ray needs Ray: pip install 'sakuga[ray]'") from error
    return ray


def _start_ray(ray: Any, address: str | None, workers: int) -> None:
    local = {} if address else {"num_cpus": workers, "include_dashboard": False}
    ray.init(address=address, logging_level="ERROR", log_to_driver=False, **local)
