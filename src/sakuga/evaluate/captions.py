"""What clips are called, and their captions (§5.2, CLIPSIM).

A caption is the dataset's text description, or stands in NAME.txt beside NAME.mp4, or in
captions.json as {"NAME": "..."}; a generated clip without one takes the real clip's of its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sakuga.core.errors import RequestError
from sakuga.evaluate.clips import Ref
from sakuga.evaluate.pictures import MOVING

VIDEOS = frozenset({".mp4", ".m4v", ".mov", ".mkv", ".webm"})
CAPTIONS = "captions.json"
MARK = ".generated"  # of what `sakuga generate` writes


def stem_of(name: str) -> str:
    """A file's name without the ending of a film, and without the mark of a generated one."""
    path = Path(name)
    stem = path.with_suffix("").as_posix() if path.suffix.lower() in VIDEOS | MOVING else name
    return stem.removesuffix(MARK)


def captions_in(root: Path) -> dict[str, str]:
    """Of a folder's captions.json, by clip; none where it has none. Raises RequestError."""
    file = root / CAPTIONS
    if not file.is_file():
        return {}
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
        return {stem_of(str(name)): str(text) for name, text in found.items()}
    except (ValueError, AttributeError) as error:
        raise RequestError(f'{file}: must be {{"NAME": "caption", ...}}: {error}') from error


def beside(file: Path) -> str | None:
    """The text that stands beside a film."""
    text = file.with_suffix(".txt") if file.suffix else file.with_name(file.name + ".txt")
    return text.read_text(encoding="utf-8").strip() or None if text.is_file() else None


def captioned(refs: Iterable[Ref], others: Iterable[Ref]) -> list[str | None]:
    """Each clip's caption, or that of the clip of the same name on the other side."""
    known = {ref.name: ref.caption for ref in others if ref.caption}
    return [ref.caption or known.get(ref.name) for ref in refs]
