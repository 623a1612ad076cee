"""Files and folders, here or in a bucket, to sources; each new file gets its part for good.

A file that was seen before, with the same size and time of change, is not read again. The same
bytes under two names are one video and two sources. Parts are given in the order of the addresses;
a later file goes into a new part, so that what is built already stays as it is.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from sakuga.build.collect import UNREADABLE, Collect
from sakuga.core.containers import CONTAINERS, HEAD, claims, kind_of
from sakuga.core.errors import RequestError
from sakuga.core.files import file_system, local_path, open_file
from sakuga.core.recipe import fingerprint
from sakuga.core.records import Source
from sakuga.core.store import Part, Store

PLATFORM = "folder"  # of sources that were found here, not imported
PARTS_WANTED = 256  # as many parts as this from one listing, until a part has
PART_LIMIT = 64  # this many files
WRITTEN = ("tables", "failures", "dataset", "report")  # folders that builds write into theirs
_MARK = ("tables", "sources")  # by which a build's folder is known


@dataclass(frozen=True, slots=True)
class Found:
    """A file at an address, not yet looked into."""

    url: str
    bytes: int
    modified: int
    named: bool = False  # it was given itself, not found in a folder


@dataclass(frozen=True)
class Listing:
    """The `sources` table as it is to be, part by part; `changed`: those that change.

    given: those that lie at the inputs of this time.
    """

    sources: dict[Part, list[Source]]
    changed: dict[Part, list[Source]]
    given: list[Source]

    @property
    def parts(self) -> list[Part]:
        """Its parts, by number."""
        return list(self.sources)

    def skipped(self) -> dict[str, int]:
        """Kind -> how many files of it are not built from, the most first."""
        rows = (source for of_part in self.sources.values() for source in of_part)
        return dict(Counter(source.skipped for source in rows if source.skipped).most_common())

    def not_chosen(self) -> list[Source]:
        """Files that were named themselves, but are of a kind that is not built from."""
        return [
            source
            for source in self.given
            if not (source.skipped or source.video or source.kind.startswith(UNREADABLE))
        ]

    def duplicates(self) -> int:
        """How many files have the same bytes as another."""
        return sum(bool(s.duplicate_of) for of_part in self.sources.values() for s in of_part)

    def write(self, store: Store) -> None:
        """Write what has changed."""
        for part, sources in self.changed.items():
            with store.writing(part, Source, {}) as out:
                out.add(sources, [])


def find_sources(
    inputs: Sequence[str], recipe: Collect, store: Store, seen: Callable[[int, int], None]
) -> Listing:
    """List the inputs and put what is new beside what is known; nothing is written yet.

    `seen(done, all)` is told how far the reading of new files is. Raises RequestError for an input
    that does not exist.
    """
    old = {part: store.read_part(part, Source) for part in store.parts("sources")}
    known = {s.url: _told(s, recipe) for sources in old.values() for s in sources}
    found: dict[str, Found] = {}
    for file in (file for each in inputs for file in _files_at(each, store)):
        if file.named or file.url not in found:
            found[file.url] = file
    looked_at = (f for f in found.values() if _is_new(f, known.get(f.url), recipe))
    new = sorted(looked_at, key=lambda f: f.url)
    read = [_kept(source, known.get(source.url)) for source in _read_all(new, recipe, seen)]
    sources = _with_parts(known, read)
    numbers = sorted({s.part for s in sources} | {part.number for part in old})
    listed: dict[Part, list[Source]] = {}
    for number in numbers:
        of_part = sorted((s for s in sources if s.part == number), key=lambda s: s.url)
        listed[Part("sources", number, _key(of_part))] = of_part
    changed = {p: rows for p, rows in listed.items() if old.get(p) != rows}
    return Listing(listed, changed, [s for s in sources if s.url in found])


def _told(source: Source, recipe: Collect) -> Source:
    """A source with what the recipe says of it, which may have changed since it was found.

    Of one that was imported its own table tells that.
    """
    if source.platform != PLATFORM:
        return source
    return replace(
        source,
        group=_group(source.url, source.video, recipe),
        licence=recipe.licence,
        user_tags=list(recipe.user_tags),
    )


def _group(url: str, video: str | None, recipe: Collect) -> str:
    if recipe.group == "folder":
        return str(PurePosixPath(url.replace("\\", "/")).parent)
    return video or url


def _key(sources: Sequence[Source]) -> str:
    """Changes when, and only when, what is built from the part changes."""
    return fingerprint(
        [
            [s.video or [s.id, s.bytes, s.modified], s.group, s.licence, s.user_tags]
            for s in sources
            if not (s.skipped or s.duplicate_of)
        ]
    )


def _is_new(file: Found, known: Source | None, recipe: Collect) -> bool:
    """Never seen, changed since, not readable then, or wanted now and not then, or the reverse."""
    if known is None or (known.bytes, known.modified) != (file.bytes, file.modified):
        return True
    if known.skipped:
        return file.named or recipe.wants(known.kind)
    return known.video is None or (known.kind in CONTAINERS and not recipe.wants(known.kind))


def _kept(source: Source, known: Source | None) -> Source:
    """In the part where it stands already, if its content is the same."""
    return replace(source, part=known.part) if known and known.video == source.video else source


# ---- what lies there


def _files_at(given: str, store: Store) -> Iterator[Found]:
    if "://" in given and not given.startswith("file://"):
        yield from _files_in_bucket(given)
        return
    path = Path(os.path.abspath(local_path(given)))  # noqa: PTH100  (a link keeps its own name)
    if path.is_dir():
        yield from _files_in_folder(path, os.path.realpath(store.path()))
    elif os.path.lexists(path) and (file := _found(path)).bytes >= 0:
        yield replace(file, named=True)
    else:
        raise RequestError(f"{given}: there is no such file or folder")


def _files_in_folder(folder: Path, out: str) -> Iterator[Found]:
    """Every regular file below, links followed, no folder entered twice; hidden files are not.

    What builds have written is not footage: `out`, unless that is the folder itself, and the tables
    of any other.
    """
    entered = {out} - {os.path.realpath(folder)}
    for root, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(root)
        if real in entered:
            folders.clear()
            continue
        entered.add(real)
        written = WRITTEN if Path(root, *_MARK).is_dir() else ()
        folders[:] = sorted(name for name in folders if name not in written)
        for name in sorted(names):
            if not name.startswith("."):
                file = _found(Path(root, name))
                if file.bytes >= 0:
                    yield file


def _found(path: Path) -> Found:
    """A file; size -1 for what is no file (a pipe, a socket), 0 for a link that leads nowhere."""
    try:
        status = path.stat()
    except OSError:
        return Found(_url(path), 0, 0)
    size = status.st_size if stat.S_ISREG(status.st_mode) else -1
    return Found(_url(path), size, status.st_mtime_ns)


def _url(path: Path) -> str:
    """The path itself, or a file: URI where its name is no text."""
    text = str(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        return path.as_uri()
    return text


def _files_in_bucket(given: str) -> Iterator[Found]:
    fs, base = file_system(given)
    files = fs.find(base, detail=True)
    mark = "/".join(("", *_MARK, ""))
    roots = {name.partition(mark)[0] for name in files if mark in name}
    written = tuple(
        f"{root}/{each}" for root in roots for each in (*(w + "/" for w in WRITTEN), ".")
    )
    for name, facts in files.items():
        if not name.startswith(written):
            size, named = int(facts.get("size") or 0), name.rstrip("/") == base.rstrip("/")
            yield Found(fs.unstrip_protocol(name), size, _stamp(facts), named)


def _stamp(facts: dict[str, Any]) -> int:
    """Something that changes when an object does, as a number."""
    mark = facts.get("ETag") or facts.get("LastModified") or facts.get("mtime") or ""
    return int(hashlib.sha256(str(mark).encode()).hexdigest()[:15], 16)


# ---- what it is


def _read_all(
    files: Sequence[Found], recipe: Collect, seen: Callable[[int, int], None]
) -> list[Source]:
    with ThreadPoolExecutor(min(8, (os.cpu_count() or 1) * 2)) as pool:
        read: list[Source] = []
        for source in pool.map(lambda f: _read(f, recipe), files):
            read.append(source)
            seen(len(read), len(files))
        return read


def _read(file: Found, recipe: Collect) -> Source:
    """Look into a file: its kind, and its content's hash if it is wanted.

    A damaged or unreadable film, and a file that was named, is a failure; other things are skipped.
    """
    video, kind, skipped = None, "unknown", not (claims(file.url) or file.named)
    try:
        with open_file(file.url) as content:
            kind = kind_of(content.read(HEAD))
            wanted = recipe.wants(kind) or claims(file.url, kind)
            wanted = wanted or (file.named and kind in ("unknown", "text"))
            skipped = not (wanted or file.named)
            if wanted:
                content.seek(0)
                video = _hash(content)
    except OSError as error:
        kind = f"{UNREADABLE}: {error.strerror or error}"
    return Source(
        id=hashlib.sha256(file.url.encode()).hexdigest()[:16],
        part=-1,
        video=video,
        url=file.url,
        platform=PLATFORM,
        kind=kind,
        group=_group(file.url, video, recipe),
        bytes=file.bytes,
        modified=file.modified,
        licence=recipe.licence,
        user_tags=list(recipe.user_tags),
        duplicate_of=None,
        skipped=kind if skipped else None,
    )


def _hash(content: Any) -> str:
    digest = hashlib.sha256()
    while block := content.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


# ---- where it goes


def _with_parts(known: dict[str, Source], read: Iterable[Source]) -> list[Source]:
    """Known and newly read sources together, duplicates marked, every one with its part."""
    new = {source.url: source for source in read}
    first: dict[str, Source] = {}  # by video
    homeless: list[Source] = []
    settled: list[Source] = []
    number = max((s.part for s in known.values()), default=-1) + 1
    old = [s for s in known.values() if s.url not in new]
    for source in sorted(old, key=lambda s: s.duplicate_of is not None) + list(new.values()):
        twin = first.get(source.video) if source.video else None
        source = replace(source, duplicate_of=twin.id if twin else None)
        if source.video and twin is None:
            first[source.video] = source
        (homeless if source.part < 0 and twin is None else settled).append(source)
    size = min(max(1, -(-len(homeless) // PARTS_WANTED)), PART_LIMIT)
    homes = {s.id: number + i // size for i, s in enumerate(homeless)}
    homes |= {s.id: s.part for s in first.values() if s.id not in homes}
    return [replace(s, part=homes.get(s.duplicate_of or s.id, s.part)) for s in settled + homeless]
