"""Addresses: a path, a file: URI (for names that are no text), or an object in a bucket."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit


class Here:
    """This machine's own files, in as much of fsspec's words as a `Store` needs.

    Importing fsspec takes longer than writing all the tables of a short film.
    """

    protocol = "file"

    def open(self, path: str, mode: str) -> Any:
        """A file, open."""
        return open(path, mode)  # noqa: PTH123

    def exists(self, path: str) -> bool:
        """True where there is such a file or folder."""
        return os.path.exists(path)  # noqa: PTH110

    def rm_file(self, path: str) -> None:
        """Remove a file; raises FileNotFoundError."""
        os.remove(path)  # noqa: PTH107

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Make a folder and those above it."""
        os.makedirs(path, exist_ok=exist_ok)  # noqa: PTH103


def file_system(address: str) -> tuple[Any, str]:
    """What reads and writes at an address, and the path in it: `Here` for a plain path, or fsspec's
    of the address."""
    if os.sep == "/" and "://" not in address and "::" not in address:
        return Here(), _absolute(address)
    import fsspec

    return fsspec.core.url_to_fs(address)


def _absolute(path: str) -> str:
    """As fsspec has it: from the root, nothing resolved, no slash at the end."""
    path = os.path.expanduser(path) if path.startswith("~") else path  # noqa: PTH111
    if not path.startswith("/"):
        path = f"{os.getcwd()}/{'' if path == '.' else path.removeprefix('./')}"  # noqa: PTH109
    return path.rstrip("/") or "/"


def local_path(url: str) -> str:
    """The path that a file: URI names; any other address as it is."""
    return os.fsdecode(unquote_to_bytes(urlsplit(url).path)) if url.startswith("file://") else url


def open_file(url: str) -> Any:
    """The bytes at an address, seekable; raises OSError."""
    path = local_path(url)
    if "://" in path:
        import fsspec

        opener: Any = fsspec.open(path, "rb")
        return opener.open()
    return open(path, "rb")  # noqa: PTH123
