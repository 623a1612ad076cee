"""Merged rows to tables: the `sources` that a collector can fetch and their `annotations`.

Part 12 of both is about the same videos, as in every table; a part has at most 64 of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pyarrow as pa

from sakuga.core.recipe import fingerprint, plain
from sakuga.core.records import Failure, Source
from sakuga.core.schema import schema_of, to_table
from sakuga.core.store import Part, Store, table_of
from sakuga.dataset.release.cells import pc, post_and_clip
from sakuga.dataset.release.columns import OTHER, SPLITS
from sakuga.dataset.release.record import Annotation, Import

PARTS_WANTED = 256  # as many parts as this, until a part has ...
PART_SOURCES = 64  # ... this many sources
CLIPS_A_SOURCE = 8  # in the release: 1,117,898 clips of 142,089 videos
UNFETCHED = "not fetched"  # the kind of a source whose content nobody has seen yet
NO_ADDRESS = "only a name"  # why nothing can be fetched

BITS = {split: 1 << place for place, split in enumerate((*SPLITS, OTHER))}
_SPLITS = pa.array([[s for s in SPLITS if bits & BITS[s]] for bits in range(1 << len(BITS))])


@dataclass(slots=True)
class Parts:
    """Writes one bucket after another as the next parts of both tables."""

    store: Store
    recipe: Import
    clips: int  # in all, from which the size of a part follows
    number: int = 0
    sources: int = 0

    def write(self, rows: pa.Table, failures: Sequence[Failure]) -> None:
        """All rows of some sources, in the schema FLAT; failures go with the first part."""
        rows = _numbered(rows)
        rows = rows.take(pc.sort_indices(rows, sort_keys=_ORDER))
        sources = list(_sources(rows))
        size = min(max(1, -(-self.clips // (PARTS_WANTED * CLIPS_A_SOURCE))), PART_SOURCES)
        if not sources and failures:
            self._write(rows, [], failures)
        for first in range(0, len(sources), size):
            some = sources[first : first + size]
            begin, end = some[0][1], some[-1][2]
            described = [source for source, _, _ in some]
            self._write(rows.slice(begin, end - begin), described, failures if not first else ())

    def _write(
        self, rows: pa.Table, sources: Sequence[Source], failures: Sequence[Failure]
    ) -> None:
        recipe, columns = plain(self.recipe), str(schema_of(Annotation))
        key = fingerprint(recipe, columns, self.number)
        facts = {"sakuga.recipe": json.dumps(recipe, sort_keys=True), "sakuga.inputs": "[]"}
        file = Part("", self.number, key).file
        if failures:
            table = to_table(Failure, failures)
            self.store.write_table(("failures", table_of(Annotation), file), table, {})
        groups = {source.id: source.group for source in sources}
        self.store.write_table(("tables", table_of(Annotation), file), _typed(rows, groups), facts)
        placed = to_table(Source, [replace(source, part=self.number) for source in sources])
        self.store.write_table(("tables", table_of(Source), file), placed, facts)
        self.number += 1
        self.sources += len(sources)


_ORDER = [(name, "ascending") for name in ("source", "post", "clip", "start_ms", "id")]


def group_hash(group: str) -> str:
    """A group as it is published."""
    return hashlib.sha256(group.encode()).hexdigest()[:16]


def platform_of(url: str) -> str:
    """Where an address leads: `sakugabooru`, another host, another scheme, or `file` for a name."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return "unknown"
    if parts.scheme in ("http", "https"):
        return "sakugabooru" if host == "sakugabooru.com" else host or "unknown"
    return parts.scheme if "://" in url else "file"


def _numbered(rows: pa.Table) -> pa.Table:
    post, clip = post_and_clip(rows["identifier"].combine_chunks())
    return rows.append_column("post", post).append_column("clip", clip)


def _sources(rows: pa.Table) -> Iterator[tuple[Source, int, int]]:
    """Every source, with the range of its rows."""
    ids, urls = rows["source"].to_pylist(), rows["url"].to_pylist()
    posts, tags = rows["post"].to_pylist(), rows["user_tags"].to_pylist()
    begin = 0
    for end in range(1, len(ids) + 1):
        if end == len(ids) or ids[end] != ids[begin]:
            source = _source(ids[begin], urls[begin], posts[begin:end], tags[begin:end])
            yield source, begin, end
            begin = end


def _source(
    id_: str, url: str, posts: Sequence[int | None], user_tags: Sequence[str | None]
) -> Source:
    """All videos of one post are one group; a video without a post is its own."""
    platform = platform_of(url)
    known = [post for post in posts if post is not None]
    tags = [tag for told in dict.fromkeys(user_tags) if told for tag in told.split(" ")]
    return Source(
        id=id_,
        part=-1,
        video=None,
        url=url,
        platform=platform,
        kind=UNFETCHED,
        group=f"{platform}:{min(known)}" if known else url,
        bytes=0,
        modified=0,
        licence=None,
        user_tags=list(dict.fromkeys(tags)),
        duplicate_of=None,
        skipped=None if "://" in url else NO_ADDRESS,
    )


def _typed(rows: pa.Table, groups: Mapping[str, str]) -> pa.Table:
    """Rows in the schema FLAT, with post and clip, in that of `Annotation`."""
    schema = schema_of(Annotation)
    hashes = {source: group_hash(group) for source, group in groups.items()}
    made: dict[str, pa.Array] = {
        "source_group": pa.array([hashes[each] for each in rows["source"].to_pylist()]),
        "splits": _SPLITS.take(rows["splits"].combine_chunks()),
        "anime_tags": pc.split_pattern(rows["anime_tags"], pattern=" "),
        "user_tags": pc.split_pattern(rows["user_tags"], pattern=" "),
        "unread": pa.array([json.loads(t) if t else [] for t in rows["unread"].to_pylist()]),
    }
    columns = [made[f.name] if f.name in made else rows[f.name] for f in schema]
    cast = [pc.cast(column, f.type) for column, f in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(cast, schema=schema)
