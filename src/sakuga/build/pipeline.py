"""The build, top to bottom: what is there, what is missing, and making it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sakuga.build.collect import Collect
from sakuga.build.rooms import ASKED_FOR, ROOMS
from sakuga.core.containers import CONTAINERS
from sakuga.core.engine import Engine, Inline, Local, Ray
from sakuga.core.errors import RequestError
from sakuga.core.guard import Limits
from sakuga.core.lock import alone
from sakuga.core.needs import prepare
from sakuga.core.plan import Plan, drop_from, make_plan, readers_of
from sakuga.core.profile import NONE, Made, make_stages, override, read_profile
from sakuga.core.recipe import fingerprint
from sakuga.core.records import Source
from sakuga.core.stage import Job, Outcome
from sakuga.core.store import Store, table_of

if TYPE_CHECKING:
    from sakuga.build.collect.folder import Listing

PUBLISHED = (".published",)  # which rows the dataset was written from
REMAKING = (".remaking",)  # what a build that was stopped has dropped already, to make it again


@dataclass(frozen=True)
class Request:
    """One `sakuga build`: what to build from, what to make, where to run it."""

    out: str
    inputs: Sequence[str] = ()
    profile: str = "lite"
    overrides: Sequence[str] = ()
    only: Sequence[str] = ()
    remake: Sequence[str] = ()
    retry: str | None = None
    parts: range | None = None
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)  # 0: in this process
    engine: Literal["local", "ray"] = "local"
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Result:
    """What a build came to."""

    plan: Plan
    made: int  # parts
    rows: dict[str, int]  # by stage, of the parts made now
    failures: int  # of all parts that are there
    left_out: dict[str, str]  # room -> why the profile makes nothing of it here
    skipped: dict[str, int] = field(default_factory=dict[str, int])  # kind -> files not built from
    duplicates: int = 0  # files with the same bytes as another
    not_chosen: dict[str, str] = field(
        default_factory=dict[str, str]
    )  # named file -> why, and mend


@dataclass
class Watcher:
    """Told how a build goes on; every method may be replaced."""

    reading: Callable[[int, int], None] = lambda *_: None  # new files looked into, and of how many
    planned: Callable[[Plan], None] = lambda *_: None
    working: Callable[[Job, int], None] = lambda *_: None  # a part, and its signs of life so far
    part_done: Callable[[Job, Outcome], None] = lambda *_: None


def stages_of(profile: str, overrides: Iterable[str] = ()) -> list[Any]:
    """The recipes of a profile, in the order in which their tables are made."""
    return rooms_of(profile, overrides).stages


def rooms_of(profile: str, overrides: Iterable[str] = ()) -> Made:
    """The recipes of a profile, and the rooms that are left out here."""
    settings = {room: {"use": NONE} for room in ASKED_FOR} | read_profile(profile)
    made = make_stages(override(settings, overrides), ROOMS)
    by_name = {stage.name: stage for stage in made.stages}
    for room, field_, value in (("split", "mode", "frames"), ("keyframe", "rule", "paper")):
        if getattr(by_name[room], field_, None) == value and not getattr(
            by_name["scan"], "release", True
        ):
            raise RequestError(
                f"[{room}] {field_} = {value!r} reads what only [scan] release = true measures"
            )
    return made


def build(request: Request, watcher: Watcher | None = None) -> Result:
    """Make every part that is missing, then the dataset. Raises RequestError or WorldError."""
    watcher = watcher or Watcher()
    made = rooms_of(request.profile, request.overrides)
    stages = made.stages
    _known_rooms([*request.remake, *request.only], stages)
    store = Store(request.out)
    with alone(store, request.parts):
        plan, listing = _planned(request, store, stages, watcher.reading)
        _refuse_stale(plan, request.remake)
        listing.write(store)
        plan = _drop_named(request, plan)
        prepare(stage for stage in stages if plan.missing(stage))
        watcher.planned(plan)
        if plan.jobs:
            store.remove(*PUBLISHED)
        rows: dict[str, int] = dict.fromkeys((stage.name for stage in stages), 0)

        def done(job: Job, outcome: Outcome) -> None:
            rows[job.stage.name] += outcome.rows
            watcher.part_done(job, outcome)

        engine_of(request).run(plan.jobs, done, watcher.working)
        store.remove(*REMAKING)
        if not request.only and request.parts is None:
            _publish(plan)
        failures = count_failures(plan)
        refused = {s.url: stages[0].why_not(s.kind) for s in listing.not_chosen()}
        told = listing.skipped(), listing.duplicates(), refused
        return Result(plan, len(plan.jobs), rows, failures, made.left_out, *told)


def plan_of(request: Request, watcher: Watcher | None = None) -> Plan:
    """What `build` would make; writes nothing."""
    stages = stages_of(request.profile, request.overrides)
    return _planned(request, Store(request.out), stages, (watcher or Watcher()).reading)[0]


def count_failures(plan: Plan) -> int:
    """How many items came to nothing, over all parts that are there."""
    return sum(
        len(plan.store.read_failures(part))
        for table in plan.wanted
        if table != "sources"
        for part in plan.store.parts(table, "failures")
        if part in plan.wanted[table].values()
    )


def _planned(
    request: Request, store: Store, stages: list[Any], reading: Callable[[int, int], None]
) -> tuple[Plan, Listing]:
    from sakuga.build.collect.folder import find_sources

    collect = stages[0]
    assert isinstance(collect, Collect)
    listing = find_sources(request.inputs, collect, store, reading)
    if request.inputs and all(s.skipped for of_part in listing.sources.values() for s in of_part):
        raise RequestError(_nothing_in(request.inputs, listing.given, collect))
    if not listing.parts:
        raise RequestError(
            f"nothing to build: no input given, and {request.out} holds no sources yet"
        )
    return make_plan(store, stages, listing.parts, request.parts), listing


def _nothing_in(inputs: Sequence[str], given: Sequence[Source], collect: Collect) -> str:
    """Why no file at the inputs is built from, and what to type."""
    at, kinds = f"nothing to build: {', '.join(inputs)}", Counter(str(s.skipped) for s in given)
    if not kinds:
        return f"{at}: the folder is empty; name a folder or file of footage"
    skipped = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
    videos = [kind for kind in kinds if kind in CONTAINERS]
    mends = {CONTAINERS[kind].animated: collect.why_not(kind) for kind in reversed(videos)}
    what = "; ".join(mends.values()) or "name a folder or file of footage"
    return f"{at}: no video is built from there, all files are skipped ({skipped}); {what}"


def _drop_named(request: Request, plan: Plan) -> Plan:
    """The plan after what is to be made again was forgotten."""
    if request.remake or request.retry:
        plan = _drop_once(request, plan)
    if request.only:
        plan.jobs = [job for job in plan.jobs if job.stage.name in request.only]
        _refuse_without_inputs(plan)
    return plan


def _drop_once(request: Request, plan: Plan) -> Plan:
    """Drop what is to be made again, unless a build that was stopped has done so: then go on."""
    rows = [part.key for part in plan.wanted[table_of(plan.stages[-1].writes)].values()]
    order = fingerprint(list(request.remake), request.retry, rows)
    if plan.store.exists(*REMAKING) and plan.store.read_bytes(*REMAKING).decode() == order:
        return plan
    for stage in (s for s in plan.stages if s.name in request.remake):
        drop_from(plan, stage, request.parts)
    if request.retry:
        _drop_failed(plan, request.retry, request.parts)
    plan.store.write_bytes(REMAKING, order.encode())
    return make_plan(plan.store, plan.stages, plan.wanted["sources"].values(), request.parts)


def _drop_failed(plan: Plan, reason: str, numbers: range | None) -> None:
    """Drop the parts of every stage that hold a failure with this reason, and what reads them."""
    reasons: set[str] = set()
    for stage in plan.stages:
        parts = plan.store.parts(table_of(stage.writes), "failures")
        chosen = [part for part in parts if numbers is None or part.number in numbers]
        failures = {part.number: plan.store.read_failures(part) for part in chosen}
        reasons |= {f.reason for of_part in failures.values() for f in of_part}
        failed = [n for n, of_part in failures.items() if any(f.reason == reason for f in of_part)]
        if failed:
            drop_from(plan, stage, failed)
    if reason not in reasons:
        there = ", ".join(sorted(reasons)) or "none at all"
        raise RequestError(f"--retry {reason}: no item failed for this reason; there are: {there}")


def _refuse_stale(plan: Plan, remake: Sequence[str]) -> None:
    """A changed profile never remakes anything unasked."""
    asked = [s for s in plan.stages if s.name in remake]
    remade = {s.name for a in asked for s in (a, *readers_of(a, plan.stages))}
    stale = [s for s in plan.stale() if s.stage not in remade]
    if stale:
        what = "; ".join(f"[{s.stage}] {', '.join(s.changes)}" for s in stale)
        names = [s.stage for s in stale]
        changed = [stage for stage in plan.stages if stage.name in names]
        readers = [r for stage in changed for r in (stage, *readers_of(stage, plan.stages))]
        would = ", ".join(f"{r.name} ({plan.missing(r)} parts)" for r in dict.fromkeys(readers))
        raise RequestError(
            f"the profile differs from the one this folder was made with: {what}. That would "
            f"remake {would}. Add {' '.join(f'--remake {n}' for n in names)}, or choose "
            "another --out"
        )


def _refuse_without_inputs(plan: Plan) -> None:
    made = {part for table in plan.present.values() for parts in table.values() for part in parts}
    made |= {job.part for job in plan.jobs}
    lacking = {part.table for job in plan.jobs for part in job.parts if part not in made}
    if lacking:
        names = ", ".join(sorted(lacking))
        raise RequestError(f"--only: {names} must be made before; name those rooms too")


def _known_rooms(names: Iterable[str], stages: Iterable[Any]) -> None:
    known = [stage.name for stage in stages]
    for name in names:
        if name not in known:
            raise RequestError(f"there is no room {name!r}; there are: {', '.join(known)}")


def engine_of(request: Request) -> Engine:
    """What runs the jobs of a request."""
    if request.engine == "ray":
        address = os.environ.get("RAY_ADDRESS")
        return Ray(max(1, request.workers), address, request.limits)
    return Local(request.workers, request.limits) if request.workers else Inline()


def _publish(plan: Plan) -> None:
    from sakuga.build.publish import PROVENANCE
    from sakuga.dataset.write import FORMAT, write_dataset

    parts = [plan.wanted["rows"][number] for number in sorted(plan.wanted["rows"])]
    key = fingerprint(FORMAT, [part.key for part in parts])
    there = plan.store.exists(*PUBLISHED) and plan.store.exists("dataset", "README.md")
    if there and plan.store.read_bytes(*PUBLISHED).decode() == key:
        return
    write_dataset(plan.store, parts, plan.stages, PROVENANCE)
    plan.store.write_bytes(PUBLISHED, key.encode())
