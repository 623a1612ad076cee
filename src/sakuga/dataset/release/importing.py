"""`sakuga import`: files of the release to `sources` and `annotations`, ready to be fetched (§3.2).

    DIR/tables/sources/, DIR/tables/annotations/, DIR/failures/annotations/
    DIR/.imported    which files they were made from, and what came of it
    DIR/.importing   there while they are put in their places

The tables are made aside and take their places whole. The same import again finds it done; other
files are refused, since one folder is made from one set of files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sakuga.core.errors import RequestError
from sakuga.core.lock import alone
from sakuga.core.recipe import fingerprint, plain
from sakuga.core.records import Source
from sakuga.core.schema import schema_of
from sakuga.core.store import Store, table_of
from sakuga.dataset.release.files import ReleaseFile, bytes_of, digest, look
from sakuga.dataset.release.passes import Counts, Passes, Seen
from sakuga.dataset.release.record import Annotation, Given, Import
from sakuga.dataset.staging import move, staging

IMPORTED, IMPORTING = ".imported", ".importing"
STAGING = ".importing-tables"
_TABLES = (  # in the order in which they take their places: sources are what a build starts from
    ("failures", table_of(Annotation)),
    ("tables", table_of(Annotation)),
    ("tables", table_of(Source)),
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to: rows = clips + repeats + failures."""

    out: str
    made: bool  # False: it was there already
    files: dict[str, int]  # name -> rows
    rows: int
    clips: int
    repeats: int  # rows that only say that a clip stands in another split too
    sources: int
    failures: dict[str, int]  # by reason
    examples: dict[str, str]  # reason -> what is wrong with the first
    unread: dict[str, int]  # column -> values that could not be read and are null
    fps_doubtful: int  # clips whose frames and times come to another rate than their fps
    missing: dict[str, list[str]]  # file -> columns of the release that it lacks
    ignored: dict[str, list[str]]  # file -> columns that are not the release's


def import_release(urls: Sequence[str], out: str, seen: Seen = lambda *_: None) -> Imported:
    """Read the release's files into the tables of a folder or bucket.

    Memory does not grow with the rows. Raises RequestError for files that can't be the release's,
    and for a folder that holds other sources.
    """
    files = look(urls)
    if not files:
        raise RequestError("no file to import; name the release's files: sakugadataset_*.parquet")
    recipe = _recipe(files, seen)
    key = fingerprint(plain(recipe), str(schema_of(Annotation)), str(schema_of(Source)))
    store = Store(out)
    with alone(store, None):
        done = _done(store)
        if done and done["key"] == key:
            return replace(Imported(**done["imported"]), out=out, made=False)
        _refuse(store, done)
        with staging(store, STAGING) as staged:
            counts = Passes(files, staged, seen).run(recipe, Store(str(staged)))
            imported = _imported(files, out, counts)
            _place(store, staged, {"key": key, "imported": asdict(imported)})
        return imported


def _recipe(files: Sequence[ReleaseFile], seen: Seen) -> Import:
    sizes = [bytes_of(file) for file in files]
    read = 0

    def tell(block: int) -> None:
        nonlocal read
        read += block
        seen("check", read // 1000, max(1, sum(sizes) // 1000))

    return Import(tuple(Given(f.name, digest(f, tell), f.split) for f in files))


def _done(store: Store) -> dict[str, Any] | None:
    """What was imported here, if it still stands here."""
    if store.exists(IMPORTING) or not store.exists(IMPORTED):
        return None
    return json.loads(store.read_bytes(IMPORTED)) if store.parts(table_of(Source)) else None


def _refuse(store: Store, done: dict[str, Any] | None) -> None:
    """Raises RequestError where there are sources that an unfinished import did not leave."""
    if done:
        names = ", ".join(done["imported"]["files"])
        raise RequestError(
            f"{store.root} holds the import of other files ({names}); choose another --out"
        )
    if store.parts(table_of(Source)) and not store.exists(IMPORTING):
        raise RequestError(f"{store.root} holds the sources of a build; choose another --out")


def _place(store: Store, staged: Path, done: dict[str, Any]) -> None:
    store.write_bytes((IMPORTING,), b"")
    for of, table in _TABLES:
        for name in store.names(of, table):
            store.remove(of, table, name)
        if (staged / of / table).exists():
            move(staged / of / table, store, of, table)
    store.write_bytes((IMPORTED,), json.dumps(done, indent=1).encode())
    store.remove(IMPORTING)


def _imported(files: Sequence[ReleaseFile], out: str, counts: Counts) -> Imported:
    return Imported(
        out=out,
        made=True,
        files={file.name: file.rows for file in files},
        rows=counts.rows,
        clips=counts.clips,
        repeats=counts.repeats,
        sources=counts.sources,
        failures=dict(counts.failures.most_common()),
        examples=counts.examples,
        unread=dict(counts.unread.most_common()),
        fps_doubtful=counts.fps_doubtful,
        missing={file.name: list(file.missing) for file in files if file.missing},
        ignored={file.name: list(file.ignored) for file in files if file.ignored},
    )
