"""One room more in a build that is there, whatever profile made it; nothing else is touched.

The parts that are there are the inputs, and a part's key is derived from theirs, as in a build:
what a whole build with this room would have made is what is made here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sakuga.build.pipeline import Request, Result, Watcher, engine_of
from sakuga.build.rooms import ROOMS
from sakuga.core.errors import RequestError
from sakuga.core.lock import alone
from sakuga.core.needs import prepare
from sakuga.core.plan import Plan, job_of
from sakuga.core.profile import make_stages, override
from sakuga.core.stage import Job, Outcome, optional_of
from sakuga.core.store import Part, Store, table_of


def stage_of(room: str, use: str, overrides: Iterable[str] = ()) -> Any:
    """The recipe of a room with a backend; overrides: as `build --set`. Raises RequestError.

    use: as a profile names it, or a folder: a run of training, where the room has `trained`.
    """
    known = ROOMS[room].backends
    folder = use not in known and (Path(use).is_dir() or ("/" in use and ":" not in use))
    chosen = {"use": "trained", "run": use} if folder and "trained" in known else {"use": use}
    settings = override({room: chosen}, overrides)
    [stage] = make_stages(settings, {room: dataclasses.replace(ROOMS[room], spare=False)}).stages
    return stage


def add(
    stage: Any, request: Request, remake: bool = False, watcher: Watcher | None = None
) -> Result:
    """Make a stage's table from what is there; of the request, only where and how it runs is read.

    remake: also what another recipe has made before, or this one. Raises RequestError where no
    build is, where it lacks what the stage reads, and for what may not be made again unasked.
    """
    watcher = watcher or Watcher()
    store = Store(request.out)
    if not store.names("tables"):
        raise RequestError(
            f"{request.out}: no build has been here; make one with: "
            f"sakuga build INPUT... --out {request.out}"
        )
    with alone(store, None):
        plan = _planned(store, stage, again=remake)
        if not remake and (stale := plan.stale()):
            raise RequestError(
                f"{request.out} has {table_of(stage.writes)} of another recipe: "
                f"{', '.join(stale[0].changes)}; add --remake to replace them"
            )
        if plan.jobs:
            prepare([stage])
        watcher.planned(plan)
        rows = 0

        def done(job: Job, outcome: Outcome) -> None:
            nonlocal rows
            rows += outcome.rows
            watcher.part_done(job, outcome)

        engine_of(request).run(plan.jobs, done, watcher.working)
        failures = sum(
            len(store.read_failures(part)) for part in store.parts(table_of(stage.writes))
        )
        return Result(plan, len(plan.jobs), {stage.name: rows}, failures, {})


def _planned(store: Store, stage: Any, again: bool) -> Plan:
    there = {table_of(r): _parts(store, table_of(r)) for r in (*stage.reads, stage.writes)}
    table = table_of(stage.writes)
    plan = Plan(store, [stage], {}, {table: {n: [p] for n, p in there[table].items()}})
    plan.wanted[table] = {}
    for number in sorted(there[table_of(stage.reads[0])]):
        job = _job(store, stage, there, number)
        plan.wanted[table][number] = job.part
        if again or there[table].get(number) != job.part:
            plan.jobs.append(job)
    if not plan.wanted[table]:
        lacking = table_of(stage.reads[0])
        raise RequestError(
            f"{store.root}: no {lacking} yet; make them with: sakuga build --out {store.root}"
        )
    return plan


def _job(store: Store, stage: Any, there: Mapping[str, Mapping[int, Part]], number: int) -> Job:
    job = job_of(store, stage, there, number)
    for record, part in zip(stage.reads, job.inputs, strict=True):
        if part is None and record not in optional_of(stage):
            raise RequestError(
                f"{store.root}: part {number} of {table_of(record)} is not made yet; finish the "
                f"build first: sakuga build --out {store.root}"
            )
    return job


def _parts(store: Store, table: str) -> dict[int, Part]:
    return {part.number: part for part in store.parts(table)}
