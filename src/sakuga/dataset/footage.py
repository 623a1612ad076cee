"""Where the films are that a dataset's clips were found in: told by content, never by name.

The dataset publishes only the names of local files. The tables of the build that made it know the
paths; folders of footage can be searched. A film is taken only if its bytes are the same.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import fsspec
import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import ItemError, RequestError
from sakuga.core.files import local_path, open_file
from sakuga.core.pulse import beat
from sakuga.core.records import Row
from sakuga.core.store import Part, Store

_CHUNK = 1 << 20
_NO_TIME = -1


class NoFootage(ItemError):
    """The film of a clip is not at hand, or is another one by now."""

    reason = "no_footage"


@dataclass(frozen=True, slots=True)
class Film:
    """A clip's video at hand. pts: of all its frames; empty where no build tells them."""

    url: str
    stream: int | None
    pts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the build's tables say of one video."""

    stream: int
    part: int
    addresses: tuple[tuple[str, int], ...]  # and when each was changed, as the build saw it


class Footage:
    """The films of a dataset: where the build left them, or in folders; cheap, picklable."""

    def __init__(self, build: str | None, folders: tuple[str, ...] = ()) -> None:
        self.build, self.folders = build, folders
        self._addresses: dict[str, str] = {}  # video -> where its bytes were found
        self._pts: tuple[str, NDArray[np.int64]] | None = None  # of the film asked for last

    def __reduce__(self) -> tuple[type[Footage], tuple[str | None, tuple[str, ...]]]:
        return Footage, (self.build, self.folders)

    def film(self, row: Row) -> Film:
        """The film that a clip was found in; raises NoFootage."""
        known = self._known.get(row.video)
        if row.video not in self._addresses:
            self._addresses[row.video] = self._found(row, known)
        if self._pts is None or self._pts[0] != row.video:
            self._pts = row.video, self._read_pts(row.video, known)
        stream = known.stream if known else None
        return Film(self._addresses[row.video], stream, self._pts[1])

    def part(self, video: str) -> int | None:
        """The number of the part in which the build keeps all about a video."""
        known = self._known.get(video)
        return known.part if known else None

    def _found(self, row: Row, known: _Known | None) -> str:
        changed = ""
        for url, modified in self._candidates(row, known):
            size, now = _state(url)
            if size == row.file_bytes and (
                now == modified != _NO_TIME or _digest(url) == row.video
            ):
                return url
            changed = url if size is not None else changed
        if changed:
            raise NoFootage(f"{changed}: no longer the file that the clip was found in")
        where = ", ".join(self.folders) or "no folder; name one: sakuga.open(DIR, footage=FOLDER)"
        raise NoFootage(f"{row.url}: the film is not at hand; searched: {where}")

    def _candidates(self, row: Row, known: _Known | None) -> Iterator[tuple[str, int]]:
        """Where the film may be, and the time of change that proves a file the same."""
        yield from known.addresses if known else ()
        alike = self._by_size.get(row.file_bytes, ())
        for url in sorted(alike, key=lambda url: posixpath.basename(url) != row.url):
            yield url, _NO_TIME

    def _read_pts(self, video: str, known: _Known | None) -> NDArray[np.int64]:
        for part in self._parts("signals", known.part) if known else ():
            table = _read(self.build, part, "id", "pts")
            for name, pts in zip(table["id"].to_pylist(), table["pts"], strict=True):
                if name == video:
                    return pts.values.to_numpy(zero_copy_only=False)
        return np.empty(0, np.int64)

    @cached_property
    def _known(self) -> dict[str, _Known]:
        """The build's videos by id."""
        found: dict[str, _Known] = {}
        for part in self._parts("videos"):
            places: dict[str, list[tuple[str, int]]] = {}
            for sources in self._parts("sources", part.number):
                for each in _read(self.build, sources, "video", "url", "modified").to_pylist():
                    places.setdefault(each["video"], []).append((each["url"], each["modified"]))
            for video in _read(self.build, part, "id", "stream").to_pylist():
                key = video["id"]
                found[key] = _Known(video["stream"], part.number, tuple(places.get(key, ())))
        return found

    @cached_property
    def _by_size(self) -> dict[int, list[str]]:
        """The files in the folders of footage, by their sizes."""
        found: dict[int, list[str]] = {}
        for folder in self.folders:
            for url, size in _files(folder):
                found.setdefault(size, []).append(url)
        return found

    def _parts(self, table: str, number: int | None = None) -> list[Part]:
        parts = Store(self.build).parts(table) if self.build else []
        return [part for part in parts if number is None or part.number == number]


def _read(build: str | None, part: Part, *columns: str) -> Any:
    assert build is not None
    return Store(build).read_table(("tables", part.table, part.file), list(columns))


def _files(folder: str) -> Iterator[tuple[str, int]]:
    """All files below a folder and their sizes; raises RequestError where there is no folder."""
    fs, base = fsspec.core.url_to_fs(folder)
    if not fs.isdir(base):
        raise RequestError(f"footage = {folder!r}: there is no such folder")
    for path, facts in sorted(fs.find(base, detail=True).items()):
        yield (fs.unstrip_protocol(path) if "://" in folder else path), facts["size"]


def _state(url: str) -> tuple[int | None, int]:
    """A file's size and time of change; size None if it is not there, no time in a bucket."""
    path = local_path(url)
    try:
        if "://" not in path:
            found = os.stat(path)  # noqa: PTH116
            return found.st_size, found.st_mtime_ns
        fs, name = fsspec.core.url_to_fs(path)
        return fs.info(name)["size"], _NO_TIME
    except (OSError, ValueError, ImportError):
        return None, _NO_TIME


def _digest(url: str) -> str:
    """SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with open_file(url) as file:
        while chunk := file.read(_CHUNK):
            beat()
            digest.update(chunk)
    return digest.hexdigest()
