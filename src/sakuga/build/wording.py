"""Text from models, tags and films made safe to keep and to pass on: one line, nothing hidden."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def one_line(text: str, longest: int | None = None) -> str:
    """The text without control, format, private and unpaired characters, and single spaces in it.

    `longest`: characters; what is cut off is replaced by an ellipsis.
    """
    shown = "".join(" " if unicodedata.category(c) in _HIDDEN else c for c in text)
    line = " ".join(shown.split())
    if longest is None or len(line) <= longest:
        return line
    return line[: longest - 1].rstrip() + "…"
