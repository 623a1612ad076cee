"""`sakuga plan`: what a build would make, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sakuga.cli.options import AsJson, Inputs, Out, Parts, Profile, Set

if TYPE_CHECKING:
    from sakuga.core.plan import Plan


@dataclass(frozen=True, slots=True)
class Step:
    """One room of a plan, in parts: `missing` were never made, `stale` were made otherwise."""

    room: str
    present: int
    missing: int
    stale: int
    why: str


def plan(
    inputs: Inputs = None,
    *,
    out: Out,
    profile: Profile = "lite",
    overrides: Set = None,
    parts: Parts = None,
    as_json: AsJson = False,
) -> None:
    """What `build` would make, and why; lists new files, decodes nothing."""
    from sakuga.build.pipeline import plan_of
    from sakuga.cli.console import print_json, stdout, table
    from sakuga.cli.options import request
    from sakuga.cli.progress import watching

    with watching() as watcher:
        watcher.planned = lambda _: None
        steps = steps_of(plan_of(request(inputs, out, profile, overrides, parts), watcher))
    if as_json:
        print_json({"out": out, "profile": profile, "rooms": steps})
        return
    shown = table("room", "why", "present", "missing", "stale", numbers=3)
    for step in steps:
        numbers = (step.present, step.missing, step.stale)
        shown.add_row(step.room, step.why, *(f"{n:,}" for n in numbers))
    stdout().print(shown)
    if stale := [step.room for step in steps if step.stale and step.why]:
        stdout().print(f"A build refuses stale tables: add --remake {stale[0]}, or change --out.")


def steps_of(planned: Plan) -> list[Step]:
    """Each room of a plan with its parts counted."""
    why = {found.stage: ", ".join(found.changes) for found in planned.stale()}
    made_anew: set[type] = set()
    steps: list[Step] = []
    for stage in planned.stages:
        jobs = [job for job in planned.jobs if job.stage is stage]
        stale = sum(bool(planned.present[j.part.table].get(j.part.number)) for j in jobs)
        reason = why.get(stage.name, "")
        if stale and not reason:
            reason = (
                "reads what is made again" if made_anew & set(stage.reads) else "footage changed"
            )
        if stale:
            made_anew.add(stage.writes)
        wanted = len(planned.wanted[jobs[0].part.table]) if jobs else planned_parts(planned)
        steps.append(Step(stage.name, wanted - len(jobs), len(jobs) - stale, stale, reason))
    return steps


def planned_parts(planned: Plan) -> int:
    """How many parts every table has once all is made."""
    return len(planned.wanted["sources"])
