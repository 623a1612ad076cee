"""Which tags stand together over a dataset: the paper's way to its taxonomy (§3.2), as files.

cooccurrence.parquet   every pair of tags that stands together: counts, PMI, NPMI
tags.parquet           every tag that was counted, and how many clips bear it
cooccurrence.png       the most frequent tags and the taxonomy's, alike ones side by side
taxonomy-check.json    what becomes of every tag of the taxonomy file, and what is proposed
taxonomy-proposed.toml the file with the proposals in it, ready for `classify`
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sakuga.core.errors import RequestError
from sakuga.core.records import Row
from sakuga.core.store import Store
from sakuga.dataset.columns import who_fills
from sakuga.dataset.release.record import Annotation
from sakuga.dataset.taxonomy import Lists, read_lists
from sakuga.report import npmi
from sakuga.report.order import clustered
from sakuga.report.pairs import Counted, count_pairs
from sakuga.report.plots import AXIS, INK, likeness_matrix, require_matplotlib
from sakuga.report.propose import LEAST, Finding, as_file, check, class_terms, propose
from sakuga.report.tables import Tables

FOLDER = "report"
SHOWN = 90  # of the most frequent tags
LISTED = 70  # of the taxonomy's, besides


@dataclass(frozen=True, slots=True)
class Together:
    """What was found. files: addresses of what was written, in the order above."""

    clips: int
    tags: int
    pairs: int
    left_out: int  # tags too rare for their pairs to be counted
    findings: tuple[Finding, ...]
    picture: bytes  # PNG
    files: tuple[str, ...]


def write_cooccurrence(folder: str, taxonomy: str, name: str) -> Together:
    """Count, and write the files above into FOLDER/report. Raises RequestError.

    taxonomy: the content of a taxonomy file, called `name` in messages.
    """
    require_matplotlib("--cooccurrence")
    lists = read_lists(taxonomy, name)
    tables = Tables(folder)
    counted = count_pairs(lambda: read_tags(tables), class_terms(lists))
    if not counted.tags:
        raise RequestError(
            f"{folder}: no clip has tags, so none stand together; build with "
            f"{who_fills('anime_tags')}"
        )
    findings = (*check(counted, lists), *propose(counted, lists))
    pairs = _write_pairs(tables.store, counted)
    _write_tags(tables.store, counted)
    drawn = picture(counted, lists)
    _write(tables.store, "cooccurrence.png", drawn)
    told = [dataclasses.asdict(finding) for finding in findings]
    _write(tables.store, "taxonomy-check.json", json.dumps(told, indent=1).encode())
    proposed = as_file(lists, findings, counted.clips)
    _write(tables.store, "taxonomy-proposed.toml", proposed.encode())
    files = tuple(tables.store.path(FOLDER, file) for file in FILES)
    return Together(*(counted.clips, counted.tags, pairs, counted.left_out), findings, drawn, files)


FILES = (
    *("cooccurrence.parquet", "tags.parquet", "cooccurrence.png"),
    *("taxonomy-check.json", "taxonomy-proposed.toml"),
)


def read_tags(tables: Tables) -> Iterator[pa.ListArray]:
    """The tags of all clips, built or imported; null where they are not known."""
    record = Row if tables.parts(Row) else Annotation
    for batch in tables.batches(record, "anime_tags"):
        yield batch.column("anime_tags")


def picture(counted: Counted, lists: Lists) -> bytes:
    """The NPMI of the tags that matter, clustered; those of the taxonomy in their axis' colour."""
    key = {axis: AXIS[number % len(AXIS)] for number, axis in enumerate(lists)}
    each = ((axis, words) for axis, of in lists.items() for words in of.values())
    listed = {tag: key[axis] for axis, words in each for tag in words.tags}
    chosen = _chosen(counted, listed)
    likeness = npmi.matrix(counted, chosen)
    order = clustered(likeness)
    names = [counted.names[chosen[n]] for n in order]
    title = f"Tags that stand together (NPMI), {counted.clips:,} clips"
    colours = [listed.get(name, INK) for name in names]
    return likeness_matrix(likeness[np.ix_(order, order)], names, colours, title, key)


def _chosen(counted: Counted, listed: dict[str, str]) -> list[int]:
    """Places of the most frequent tags, then of the taxonomy's, that are not too rare."""
    told = [n for n in range(counted.tags) if counted.counts[n] >= LEAST] or [*range(counted.tags)]
    theirs = [n for n in told[SHOWN:] if counted.names[n] in listed]
    return [*told[:SHOWN], *theirs[:LISTED]]


def _write_pairs(store: Store, counted: Counted) -> int:
    facts = {"sakuga.clips": str(counted.clips), "sakuga.left_out": str(counted.left_out)}
    pairs = 0
    with tempfile.TemporaryFile() as file:
        schema = npmi.SCHEMA.with_metadata(facts)
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for table in npmi.tables(counted):
                writer.write_table(table)
                pairs += len(table)
        file.seek(0)
        _write(store, "cooccurrence.parquet", file.read())
    return pairs


def _write_tags(store: Store, counted: Counted) -> None:
    counts = counted.counts[: counted.tags]
    columns: dict[str, Sequence[object]] = {
        "tag": counted.names[: counted.tags],
        "count": counts.tolist(),
        "share": (counts / max(1, counted.clips)).tolist(),
    }
    store.write_table((FOLDER, "tags.parquet"), pa.table(columns), {})


def _write(store: Store, name: str, content: bytes) -> None:
    store.write_bytes((FOLDER, name), content)
