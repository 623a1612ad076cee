"""Three passes over the disk, so that the memory needed does not grow with the rows.

Rows are read a batch at a time, typed, and spilled by clip; then, a bucket of clips at a time,
repeats are joined and spilled by source; then, a bucket of sources at a time, the parts of both
tables are written.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from sakuga.core.errors import RequestError
from sakuga.core.records import Failure
from sakuga.core.schema import from_table, schema_of, to_table
from sakuga.core.store import Store
from sakuga.dataset.release.columns import OTHER
from sakuga.dataset.release.files import ReleaseFile, batches
from sakuga.dataset.release.merge import merge
from sakuga.dataset.release.parts import BITS, Parts
from sakuga.dataset.release.record import Import
from sakuga.dataset.release.rows import FLAT, Origin, read_rows
from sakuga.dataset.release.spill import Spill, buckets_for

Seen = Callable[[str, int, int], None]  # what, done, of how many
_FAILURES = schema_of(Failure).append(pa.field("key", pa.string()))


@dataclass(slots=True)
class Counts:
    """What became of the rows: rows = clips + repeats + failures."""

    rows: int = 0
    clips: int = 0
    repeats: int = 0  # rows that only say that a clip stands in another split too
    sources: int = 0
    failures: Counter[str] = field(default_factory=Counter[str])  # by reason
    examples: dict[str, str] = field(default_factory=dict[str, str])  # reason -> the first one's
    unread: Counter[str] = field(default_factory=Counter[str])  # by column
    fps_doubtful: int = 0


class Passes:
    """One import: its spills in a folder, its tables in a store, its counts."""

    def __init__(self, files: Sequence[ReleaseFile], folder: Path, seen: Seen) -> None:
        rows = sum(file.rows for file in files)
        buckets = buckets_for(rows)
        self.counts = Counts()
        self._files, self._seen, self._of = files, seen, rows
        self._names = [file.name for file in files]
        self._by_clip = Spill(folder, "clips", FLAT, buckets)
        self._by_source = Spill(folder, "sources", FLAT, buckets)
        self._failed = Spill(folder, "failures", _FAILURES, buckets)

    def run(self, recipe: Import, store: Store) -> Counts:
        """Make both tables whole."""
        with ExitStack() as stack:
            for spill in (self._by_clip, self._by_source, self._failed):
                stack.enter_context(closing(spill))
            self._read()
            self._join()
            self._write(Parts(store, recipe, self.counts.clips))
        return self.counts

    def _read(self) -> None:
        for place, file in enumerate(self._files):
            for row, batch in batches(file):
                origin = Origin(place, file.name, BITS[file.split or OTHER], row)
                try:
                    rows, failures = read_rows(batch, origin)
                except RequestError as error:
                    raise RequestError(f"{file.url}: {error}") from error
                self._by_clip.add(rows, "id")
                self._fail(failures)
                self.counts.rows += len(batch)
                self._seen("read", self.counts.rows, self._of)

    def _join(self) -> None:
        done = 0
        for number in range(self._by_clip.buckets):
            rows = self._by_clip.take(number)
            merged = merge(rows, self._names)
            self._by_source.add(merged.clips, "source")
            self._fail(merged.failures)
            self._count(merged.clips, merged.repeats)
            done += rows.num_rows
            self._seen("join", done, self.counts.rows)

    def _write(self, parts: Parts) -> None:
        done = 0
        for number in range(self._by_source.buckets):
            rows = self._by_source.take(number)
            parts.write(rows, from_table(Failure, self._failed.take(number)))
            done += rows.num_rows
            self._seen("write", done, self.counts.clips)
        self.counts.sources = parts.sources

    def _fail(self, failures: Sequence[Failure]) -> None:
        if not failures:
            return
        self.counts.failures.update(failure.reason for failure in failures)
        for failure in failures:
            self.counts.examples.setdefault(failure.reason, failure.message)
        keys = [hashlib.sha256(failure.id.encode()).hexdigest()[:16] for failure in failures]
        table = to_table(Failure, failures)
        self._failed.add(table.append_column(_FAILURES.field("key"), pa.array(keys)), "key")

    def _count(self, clips: pa.Table, repeats: int) -> None:
        self.counts.clips += clips.num_rows
        self.counts.repeats += repeats
        self.counts.fps_doubtful += sum(clips["fps_doubtful"].to_pylist())
        for text in clips["unread"].drop_null().to_pylist():
            self.counts.unread.update(told.partition("=")[0] for told in json.loads(text))
