"""Answers kept on this machine, found by what was asked: a rerun costs nothing.

One SQLite file, which several processes may use at once. It holds answers and their cost under a
hash of the address, the model, the messages and the parameters; neither keys nor questions. Only
answers that can be used are kept: what was refused or cut off is asked again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Any

from sakuga.build.chat.answer import Answer
from sakuga.core.errors import RequestError, StopBuild

NONE = "none"
_FILE = "answers-1.sqlite"  # another number where the columns change
_TABLE = """create table if not exists answers (
    question text primary key, made real not null, text text not null,
    prompt_tokens integer not null, completion_tokens integer not null) without rowid"""
_PATIENCE = 60.0  # seconds for another process to finish writing
_AT_ONCE = 500  # variables that SQLite takes in one statement, and more


def question_key(base_url: str, question: dict[str, Any]) -> str:
    """64 hex digits that differ when the address, the model, a message or a parameter does."""
    text = json.dumps([base_url.rstrip("/"), question], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def cache_folder(chosen: str) -> Path | None:
    """Where answers are kept: as chosen, None for `none`, empty: this user's own place."""
    if chosen == NONE:
        return None
    return Path(chosen).expanduser() if chosen else _users_own() / "sakuga"


class Kept:
    """The file, open; for many threads."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._lock = threading.Lock()

    def known(self, keys: Sequence[str]) -> dict[str, Answer]:
        """The answers that are there."""
        found: dict[str, Answer] = {}
        for some in _portions(keys):
            marks = ",".join("?" * len(some))
            query = (
                "select question, text, prompt_tokens, completion_tokens from answers "
                f"where question in ({marks})"
            )
            with self._lock, _telling(self._path):
                rows = self._connection.execute(query, some).fetchall()
            found |= {key: Answer(*values) for key, *values in rows}
        return found

    def keep(self, key: str, answer: Answer) -> None:
        """Write it down. Raises StopBuild where that can't be done: it was paid for."""
        row = (key, time.time(), answer.text, answer.prompt_tokens, answer.completion_tokens)
        with self._lock, _telling(self._path):
            self._connection.execute("insert or replace into answers values (?, ?, ?, ?, ?)", row)


@contextlib.contextmanager
def opened(folder: Path | None, room: str) -> Generator[Kept | None]:
    """The file in a folder, made where there is none; None for no folder. Raises RequestError."""
    if folder is None:
        yield None
        return
    path = folder / _FILE
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = sqlite3.connect(
            path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
        )
    except (OSError, sqlite3.Error) as error:
        raise _unusable(path, room, error) from error
    try:
        try:
            _make_ready(connection)
        except sqlite3.Error as error:
            raise _unusable(path, room, error) from error
        yield Kept(connection, path)
    finally:
        connection.close()


def _make_ready(connection: sqlite3.Connection) -> None:
    """Of those that begin at once, SQLite has one change the journal, and the others not wait."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("pragma journal_mode = wal")  # no wait for the disk at each answer
            connection.execute("pragma synchronous = normal")
            connection.execute(_TABLE)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _unusable(path: Path, room: str, error: Exception) -> RequestError:
    return RequestError(
        f"[{room}] answers can't be kept in {path} ({error}): delete it if it is damaged, or set "
        f'{room}.cache to another folder, or to "{NONE}" to keep none'
    )


@contextlib.contextmanager
def _telling(path: Path) -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StopBuild(f"answers can't be kept in {path}: {error}") from error


def _portions(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[at : at + _AT_ONCE] for at in range(0, len(keys), _AT_ONCE))


def _users_own() -> Path:
    """The folder for caches of this system's user."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
