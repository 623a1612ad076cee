"""What a language model is told to do: a file of the room, or the user's own."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sakuga.core.errors import RequestError


def prompt_digest(text: str) -> str:
    """16 hex digits of a prompt's text: what a recipe holds of it."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_prompt(chosen: str, room: Path) -> str:
    """The text of the chosen file, or of `prompt.md` beside the room's own. Raises RequestError.

    room: the `__file__` of a module in the room.
    """
    path = Path(chosen).expanduser() if chosen else room.with_name("prompt.md")
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"prompt = {str(path)!r} can't be read: {error}") from error
    if not text:
        raise RequestError(f"prompt = {str(path)!r} is empty: write what the model is to do")
    return text


def unchanged_prompt(chosen: str, room: Path, digest: str) -> str:
    """The prompt's text, if it still is the one that the recipe was made with."""
    text = read_prompt(chosen, room)
    if prompt_digest(text) != digest:
        raise RequestError(f"prompt = {chosen!r} was changed since this build began: begin again")
    return text
