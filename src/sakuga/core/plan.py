"""What is there, what is to be made, and what would have to be made again.

A part's key is derived from the recipe that makes it, the columns of its table and the keys of the
parts it reads, down to the sources. So whether a part is up to date is known without opening a
file, and a changed threshold makes stale what reads it and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sakuga.core.errors import RequestError
from sakuga.core.recipe import differences, fingerprint, plain
from sakuga.core.schema import schema_of
from sakuga.core.stage import Job, optional_of
from sakuga.core.store import Part, Store, table_of


@dataclass(frozen=True, slots=True)
class Stale:
    """Parts of one table that another recipe made, and how that recipe differs."""

    stage: str
    parts: int
    changes: tuple[str, ...]


@dataclass(slots=True)
class Plan:
    """Every part of every stage, and which of them are missing."""

    store: Store
    stages: Sequence[Any]
    wanted: dict[str, dict[int, Part]]  # table -> number -> the part as it should be
    present: dict[str, dict[int, list[Part]]]  # table -> number -> the parts that are there
    jobs: list[Job] = field(default_factory=list[Job])  # missing ones, inputs before their readers

    def missing(self, stage: Any) -> int:
        """How many parts of a stage are to be made."""
        return sum(job.stage is stage for job in self.jobs)

    def stale(self) -> list[Stale]:
        """Tables with parts that another recipe made, in the order of the stages."""
        return [found for stage in self.stages if (found := self._stale_of(stage))]

    def _stale_of(self, stage: Any) -> Stale | None:
        mine = plain(stage)
        changes: dict[str, None] = {}
        parts = 0
        for job in self.jobs:
            if job.stage is stage:
                for other in self.present[job.part.table].get(job.part.number, []):
                    made_by = json.loads(self.store.facts(other).get("sakuga.recipe", "{}"))
                    if made_by != mine:
                        parts += 1
                        changes |= dict.fromkeys(differences(made_by, mine))
        return Stale(stage.name, parts, tuple(changes)) if parts else None


def make_plan(
    store: Store, stages: Sequence[Any], sources: Iterable[Part], numbers: range | None = None
) -> Plan:
    """Plan all parts, or those with the given numbers. `sources` are the parts to start from."""
    chosen = [part for part in sources if numbers is None or part.number in numbers]
    wanted = {"sources": {part.number: part for part in chosen}}
    present = {"sources": {part.number: [part] for part in chosen}}
    plan = Plan(store, stages, wanted, present)
    for stage in stages:
        _add(plan, stage, [part.number for part in chosen])
    return plan


def drop_from(plan: Plan, stage: Any, numbers: Iterable[int] | None = None) -> None:
    """Forget the parts of a stage and of all that reads it; readers first: no step is half done."""
    chosen = None if numbers is None else set(numbers)
    for each in reversed([stage, *readers_of(stage, plan.stages)]):
        for number, parts in plan.present[table_of(each.writes)].items():
            for part in parts if chosen is None or number in chosen else ():
                plan.store.drop(part)


def readers_of(stage: Any, stages: Sequence[Any]) -> list[Any]:
    """The stages that read, directly or through others, what a stage writes; in their order."""
    made = {stage.writes}
    readers: list[Any] = []
    for other in stages:
        if made & set(other.reads):
            readers.append(other)
            made.add(other.writes)
    return readers


def _add(plan: Plan, stage: Any, numbers: Iterable[int]) -> None:
    table = table_of(stage.writes)
    for record in stage.reads:
        if table_of(record) not in plan.wanted and record not in optional_of(stage):
            raise RequestError(
                f"[{stage.name}] reads {table_of(record)}, which no room of this profile makes"
            )
    there: dict[int, list[Part]] = {}
    for part in plan.store.parts(table):
        there.setdefault(part.number, []).append(part)
    plan.present[table] = there
    plan.wanted[table] = {}
    for number in numbers:
        job = job_of(plan.store, stage, plan.wanted, number)
        plan.wanted[table][number] = job.part
        if job.part not in there.get(number, []):
            plan.jobs.append(job)


def job_of(store: Store, stage: Any, made: Mapping[str, Mapping[int, Part]], number: int) -> Job:
    """A part of a stage as it should be, from parts of other tables: table -> number -> part."""
    inputs = tuple(made.get(table_of(record), {}).get(number) for record in stage.reads)
    key = fingerprint(plain(stage), _columns(stage.writes), [part and part.key for part in inputs])
    return Job(store.root, stage, Part(table_of(stage.writes), number, key), inputs)


@cache
def _columns(record: type) -> str:
    return str(schema_of(record))
