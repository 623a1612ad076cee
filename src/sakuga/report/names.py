"""Names of files as they may be shown: file names are hostile."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def shown_name(url: str) -> str:
    """The last step of an address, without anything that a terminal or a page could obey."""
    path = unquote(urlsplit(url).path) if url.startswith("file://") else url
    return harmless(path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path)


def harmless(text: str) -> str:
    """Text without control characters, marks that turn its direction, or halves of characters."""
    return "".join(c if c.isprintable() else REPLACEMENT for c in text)
