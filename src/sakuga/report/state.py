"""What is there: rows, parts and bytes of every table, what failed and why, what was skipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import fsspec

from sakuga.core.records import Clip, Failure, Source
from sakuga.core.store import Store, table_of
from sakuga.report.names import shown_name
from sakuga.report.tables import ALWAYS, ORDER, Tables

EXAMPLES = 5  # names given for each reason


@dataclass(frozen=True, slots=True)
class TableState:
    """One table: what stands in it, and of how many parts. `wanted`: parts of the sources."""

    table: str
    parts: int
    wanted: int
    rows: int
    failures: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why items of one stage came to nothing, with some of them."""

    stage: str
    reason: str
    count: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One item that failed, and the file it comes from."""

    id: str
    source: str
    message: str


@dataclass(frozen=True, slots=True)
class State:
    """One build folder."""

    out: str
    tables: tuple[TableState, ...]
    failures: tuple[Reason, ...]
    skipped: dict[str, int]  # kind -> files
    duplicates: int  # files with the same bytes as another
    bytes: int  # of everything in the folder

    @property
    def failed(self) -> int:
        """How many items came to nothing."""
        return sum(reason.count for reason in self.failures)


def read_state(root: str) -> State:
    """What a build has left in a folder. Raises RequestError where nothing is there."""
    tables = Tables(root)
    wanted = len(tables.parts(Source))
    sizes = folder_sizes(tables.store)
    skipped, duplicates = skipped_files(tables)
    there = [record for record in ORDER if record in ALWAYS or tables.parts(record)]
    states = [_table_state(tables, record, wanted, sizes) for record in there]
    return State(
        root,
        tuple(states),
        tuple(reasons(tables)),
        skipped,
        duplicates,
        sum(sizes.values()),
    )


def skipped_files(tables: Tables) -> tuple[dict[str, int], int]:
    """Kind -> how many files of it are not built from, the most first; and how many are twins."""
    columns = tables.columns(Source, "skipped", "duplicate_of")
    kinds = Counter(kind for kind in columns.column("skipped").to_pylist() if kind)
    twins = len(columns) - columns.column("duplicate_of").null_count
    return dict(kinds.most_common()), twins


def count_reasons(tables: Tables) -> dict[str, int]:
    """Reason -> how many items failed for it, the most first."""
    return dict(Counter(failure.reason for failure in tables.all_failures()).most_common())


def reasons(tables: Tables) -> list[Reason]:
    """Failures by stage and reason, the most frequent first, some of each with their file."""
    counts = Counter[tuple[str, str]]()
    first: dict[tuple[str, str], list[Failure]] = {}
    for failure in tables.all_failures():
        key = (failure.stage, failure.reason)
        counts[key] += 1
        if counts[key] <= EXAMPLES:
            first.setdefault(key, []).append(failure)
    names = names_of(tables, [failure.id for few in first.values() for failure in few])
    return [
        Reason(stage, reason, count, tuple(_example(f, names) for f in first[stage, reason]))
        for (stage, reason), count in counts.most_common()
    ]


def names_of(tables: Tables, ids: Sequence[str]) -> dict[str, str]:
    """Ids of sources, videos and clips to the names of the files they come from."""
    if not ids:
        return {}
    clips = {clip.id: clip.video for clip in tables.records(Clip, "id", ids)}
    wanted = {*ids, *clips.values()}
    names: dict[str, str] = {}
    for batch in tables.batches(Source, "id", "video", "url", "duplicate_of"):
        for source in batch.to_pylist():
            if source["id"] in wanted:
                names[source["id"]] = shown_name(source["url"])
            if source["video"] in wanted and not source["duplicate_of"]:
                names[source["video"]] = shown_name(source["url"])
    return {each: names.get(clips.get(each, each), "") for each in ids}


def folder_sizes(store: Store) -> dict[str, int]:
    """Bytes of every file of a build folder, by its path below the root."""
    fs, base = fsspec.core.url_to_fs(store.root)
    found = fs.find(base, detail=True)
    return {name[len(base) :].lstrip("/"): int(facts["size"] or 0) for name, facts in found.items()}


def _table_state(tables: Tables, record: type, wanted: int, sizes: dict[str, int]) -> TableState:
    table, parts = table_of(record), tables.parts(record)
    return TableState(
        table=table,
        parts=len(parts),
        wanted=wanted,
        rows=len(tables.columns(record, "id")),
        failures=sum(1 for _ in tables.failures(record)),
        bytes=sum(sizes.get(f"tables/{table}/{part.file}", 0) for part in parts),
    )


def _example(failure: Failure, names: dict[str, str]) -> Example:
    return Example(failure.id, names.get(failure.id, ""), failure.message)
