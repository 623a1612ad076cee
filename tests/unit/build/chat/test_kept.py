"""Answers are paid once."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.chat.answer import Answer
from sakuga.build.chat.kept import cache_folder, opened, question_key
from sakuga.core.errors import RequestError

BODY = {"model": "m", "messages": [{"role": "user", "content": "x"}], "temperature": 0.0}


def write(folder: Path, name: str) -> None:
    with opened(folder, "describe") as kept:
        assert kept is not None
        for number in range(200):
            kept.keep(f"{name}{number}", Answer(f"{name} {number}", number, 1))


def test_what_was_kept_is_known_to_the_next(tmp_path: Path) -> None:
    write(tmp_path, "a")
    with opened(tmp_path, "describe") as kept:
        assert kept is not None
        wanted = [f"a{n}" for n in range(1200)]
        assert kept.known(wanted) == {f"a{n}": Answer(f"a {n}", n, 1) for n in range(200)}


def test_several_processes_may_write_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write, args=(tmp_path, name)) for name in "bc"]
    for writer in writers:
        writer.start()
    write(tmp_path, "a")
    for writer in writers:
        writer.join()
    with opened(tmp_path, "describe") as kept:
        assert kept is not None
        assert len(kept.known([f"{name}{n}" for name in "abc" for n in range(200)])) == 600


def test_who_begins_while_another_does_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "new", "a")
    [name] = (path.name for path in (tmp_path / "new").glob("*.sqlite"))
    with closing(sqlite3.connect(tmp_path / name, isolation_level=None)) as other:
        other.execute("begin immediate")  # as one who changes the journal
        waits = {"sleep": lambda _: other.rollback(), "monotonic": time.monotonic}
        monkeypatch.setattr("sakuga.build.chat.kept.time", SimpleNamespace(**waits))
        with opened(tmp_path, "describe") as kept:
            assert kept is not None and kept.known(["a"]) == {}


@pytest.mark.skipif(os.name == "nt", reason="folders have no such mode there")
def test_only_this_user_may_read_it(tmp_path: Path) -> None:
    write(tmp_path / "new", "a")
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"model": "n"},
        {"temperature": 0.5},
        {"messages": [{"role": "system", "content": "x"}]},
        {"messages": [{"role": "user", "content": "y"}]},
        {"seed": 1},
    ],
)
def test_another_question_has_another_key(changed: dict[str, Any]) -> None:
    assert question_key("http://a/v1", BODY) != question_key("http://a/v1", BODY | changed)


@given(st.lists(st.text(), min_size=2, max_size=2, unique=True))
def test_no_two_texts_share_a_key(texts: list[str]) -> None:
    bodies = [BODY | {"messages": [{"role": "user", "content": text}]} for text in texts]
    assert question_key("a", bodies[0]) != question_key("a", bodies[1])


def test_two_servers_may_give_two_models_one_name() -> None:
    assert question_key("http://a/v1", BODY) != question_key("http://b/v1", BODY)
    assert question_key("http://a/v1", BODY) == question_key("http://a/v1/", BODY)


def test_the_file_holds_neither_questions_nor_keys(tmp_path: Path) -> None:
    with opened(tmp_path, "describe") as kept:
        assert kept is not None
        key = question_key("http://a/v1", BODY | {"messages": [{"content": "a secret"}]})
        kept.keep(key, Answer("A cat.", 1, 1))
    assert b"secret" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_damaged_file_is_told_and_never_overwritten(tmp_path: Path) -> None:
    write(tmp_path, "a")
    [path] = tmp_path.glob("*.sqlite")
    path.write_bytes(b"nonsense" * 1000)
    with pytest.raises(RequestError, match="delete it if it is damaged"), opened(tmp_path, "x"):
        pass
    assert path.read_bytes().startswith(b"nonsense")


def test_a_folder_that_can_t_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(RequestError, match=r"set describe\.cache to another"),
        opened(tmp_path / "file" / "x", "describe"),
    ):
        pass


def test_nothing_is_kept_where_nothing_is_wanted() -> None:
    with opened(cache_folder("none"), "describe") as kept:
        assert kept is None


def test_it_lies_where_the_system_keeps_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert cache_folder("") == Path("/caches/sakuga")
    assert cache_folder("/mine") == Path("/mine")
