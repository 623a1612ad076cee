"""Addresses: a path, a file: URI (for names that are no text), or an object in a bucket."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import fsspec


def local_path(url: str) -> str:
    """The path that a file: URI names; any other address as it is."""
    return os.fsdecode(unquote_to_bytes(urlsplit(url).path)) if url.startswith("file://") else url


def open_file(url: str) -> Any:
    """The bytes at an address, seekable; raises OSError."""
    path = local_path(url)
    if "://" in path:
        opener: Any = fsspec.open(path, "rb")
        return opener.open()
    return open(path, "rb")  # noqa: PTH123
