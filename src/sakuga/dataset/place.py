"""Where a published dataset lies, and the build that made it: here, or at any fsspec address."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

import fsspec
import pyarrow.fs as pafs

from sakuga.core.errors import RequestError
from sakuga.core.store import Store

SPLITS = ("train", "validation", "test")
_FILE = re.compile(rf"({'|'.join(SPLITS)})-\d+\.parquet$")


@dataclass(frozen=True, slots=True)
class Place:
    """The published files of one dataset."""

    folder: str  # address of the folder that holds them
    build: str | None  # address of the build's folder, where its tables are at hand
    files: tuple[str, ...]  # names, by split, then number

    def of_split(self, split: str) -> tuple[str, ...]:
        """The files of one split."""
        return tuple(name for name in self.files if split_of_file(name) == split)

    def paths(self, names: tuple[str, ...]) -> list[str]:
        """Their paths, in the file system's own form."""
        store = Store(self.folder)
        return [store.path(name) for name in names]

    @property
    def is_local(self) -> bool:
        """True where the files lie on this machine."""
        return Store(self.folder).is_local

    def filesystem(self) -> pafs.FileSystem:
        """What reads them."""
        if self.is_local:
            return pafs.LocalFileSystem()
        return pafs.PyFileSystem(pafs.FSSpecHandler(fsspec.core.url_to_fs(self.folder)[0]))


def find(folder: str) -> Place:
    """The dataset in a build's folder, or in the folder of the files itself.

    Raises RequestError where there is none.
    """
    store = _store(folder)
    inside = store.names("dataset")
    if "README.md" in inside or _published(inside):
        return Place(_join(folder, "dataset"), _build(folder), _published(inside))
    here = store.names()
    if _published(here) or "croissant.json" in here:
        return Place(folder, _build(_parent(folder)), _published(here))
    if "tables" in here:
        raise RequestError(f"{folder}: its build is not finished; run the same build again")
    raise RequestError(
        f"{folder}: no dataset is here; `sakuga build FOOTAGE --out {folder}` makes one"
    )


def split_of_file(name: str) -> str:
    """The split that a published file belongs to."""
    return name.partition("-")[0]


def _published(names: list[str]) -> tuple[str, ...]:
    files = [name for name in names if _FILE.fullmatch(name)]
    return tuple(sorted(files, key=lambda name: (SPLITS.index(split_of_file(name)), name)))


def _build(folder: str | None) -> str | None:
    """The folder, if a build's tables are in it."""
    return folder if folder is not None and Store(folder).names("tables", "videos") else None


def _store(folder: str) -> Store:
    try:
        store = Store(folder)
        store.names()
        return store
    except NotADirectoryError as error:
        raise RequestError(f"{folder}: this is a file; name the folder that it is in") from error
    except ImportError as error:
        raise RequestError(
            f"{folder}: {error}; for s3:// addresses: pip install 'sakuga[s3]'"
        ) from error
    except ValueError as error:
        raise RequestError(f"{folder}: {error}") from error


def _join(folder: str, name: str) -> str:
    return posixpath.join(folder, name)


def _parent(folder: str) -> str | None:
    scheme, mark, path = folder.rstrip("/").rpartition("://")
    above = posixpath.dirname(path) if mark else posixpath.dirname(posixpath.abspath(path))
    return f"{scheme}{mark}{above}" if above else None
