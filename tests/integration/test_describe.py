"""Descriptions through the engine: a server that goes, a budget that ends, secret keys."""

from __future__ import annotations

import hashlib
import itertools
import logging
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sakuga.build.chat.question import harmless
from sakuga.build.describe import Describe
from sakuga.build.describe.local import Local as Local_
from sakuga.build.describe.openai import OpenAi
from sakuga.core.engine import Engine, Inline, Local
from sakuga.core.errors import RequestError, StopBuild
from sakuga.core.guard import WorldError
from sakuga.core.needs import prepare
from sakuga.core.records import Clip, Description, Failure, Motion, Video
from sakuga.core.stage import Job
from sakuga.core.store import Part, Store
from tests.builds import PATIENT
from tests.servers import Asked, Reply, failed, said, serving
from tests.tables import Folder
from tests.tiny.speakers import write_chat

KEY = "sk-test-5ecret0123456789abcdef"
SHOTS = 30


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker of another test: equal recipes may ask different servers."""
    monkeypatch.setattr("sakuga.core.stage._workers", {})


@pytest.fixture
def folder(tmp_path: Path) -> Store:
    """Thirty shots of one film, each of another length, ready to be described."""
    films = Folder(str(tmp_path / "out"))
    films.add_film("a.mp4", [[5 + 5 * n] for n in range(SHOTS)])
    return films.store


def describe(store: Store, recipe: OpenAi, engine: Engine | None = None) -> None:
    stage = Describe(recipe)
    inputs = [Part(table, 0, "0" * 16) for table in ("clips", "videos", "motions")]
    job = Job(store.root, stage, OUTPUT, (*inputs, None, None, None))
    (engine or Local(1, PATIENT)).run([job], lambda *_: None)


OUTPUT = Part("descriptions", 0, "f" * 16)


def texts(store: Store) -> dict[str, str]:
    return {row.id: row.text for row in store.read_part(OUTPUT, Description)}


def failures(store: Store) -> list[Failure]:
    return store.read_failures(OUTPUT)


def echo(asked: Asked) -> Reply:
    words = asked.body["messages"][-1]["content"]
    return Reply(said(hashlib.sha256(words.encode()).hexdigest()))


def test_a_server_that_goes_away_leaves_no_failure_and_no_part(
    folder: Store, tmp_path: Path
) -> None:
    back = threading.Event()

    def goes(asked: Asked) -> Reply:
        return echo(asked) if back.is_set() or asked.number < 10 else failed(502)

    fields: dict[str, Any] = {"cache": str(tmp_path / "kept"), "attempts": 2, "first_wait": 0.001}
    with serving(goes) as server:
        with pytest.raises(WorldError, match="does not answer"):
            describe(folder, OpenAi(base_url=server.url, concurrency=2, **fields))
        assert folder.parts("descriptions") == []
        back.set()
        before = len(server.requests)
        describe(folder, OpenAi(base_url=server.url, **fields))
        assert len(server.requests) - before == SHOTS - 10
    assert len(set(texts(folder).values())) == SHOTS


def test_a_budget_ends_the_command_and_the_next_goes_on(folder: Store, tmp_path: Path) -> None:
    with serving(echo) as server:
        recipe = OpenAi(base_url=server.url, cache=str(tmp_path / "kept"), budget=800)
        stops = 0
        while not texts_there(folder):
            assert stops < 20
            try:
                describe(folder, recipe)
            except WorldError as error:
                stops += 1
                assert "budget of 800" in str(error)
        assert len(server.requests) == SHOTS
    assert stops >= 1
    clips = [row.id for row in folder.read_part(Part("clips", 0, "0" * 16), Clip)]
    assert list(texts(folder)) == clips


def texts_there(store: Store) -> bool:
    return bool(store.parts("descriptions"))


def test_a_key_is_found_nowhere(
    folder: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The server repeats it in every error; logs are at their most talkative."""
    monkeypatch.setenv("SECRET", KEY)
    monkeypatch.setenv("OPENAI_LOG", "debug")
    caplog.set_level(logging.DEBUG)

    turns = itertools.count()

    def tells(asked: Asked) -> Reply:
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        if asked.body == harmless(asked.body):  # whether it is gone: errors come in any order
            return Reply(said("Yes."))
        turn = next(turns) % 3
        if turn == 0:
            return failed(400, message=f"bad key {KEY} in {asked.headers}")
        if turn == 1:
            return failed(500, message=f"Bearer {KEY}")
        return Reply(said(f"A girl runs {asked.number}."))

    with serving(tells) as server:
        recipe = OpenAi(
            base_url=server.url,
            key_variable="SECRET",
            cache=str(tmp_path / "kept"),
            attempts=1,
        )
        prepare([Describe(recipe)])
        describe(folder, recipe, Inline())
    assert failures(folder)
    assert texts(folder)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 3
    said_ = [caplog.text, *capfd.readouterr(), repr(recipe), str(failures(folder))]
    for words in (KEY, KEY[3:], KEY[-12:]):
        assert not any(words.encode() in path.read_bytes() for path in files)
        assert not any(words in text for text in said_)


def test_a_key_that_is_refused_is_not_repeated(
    folder: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", KEY)
    wrong = failed(401, message=f"Incorrect API key provided: {KEY}")
    with serving(lambda _: wrong, models=wrong) as server:
        recipe = OpenAi(base_url=server.url, key_variable="SECRET", cache=str(tmp_path / "kept"))
        with pytest.raises(RequestError, match="refuses the key") as early:
            prepare([Describe(recipe)])
        with pytest.raises(StopBuild, match=r"\[key\]") as late:
            describe(folder, recipe, Inline())
    for error in (early.value, late.value):
        chain: BaseException | None = error
        while chain is not None:
            assert KEY not in str(chain)
            chain = None if chain.__suppress_context__ else chain.__cause__ or chain.__context__


# ---- a real server


@pytest.fixture(scope="module")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """`transformers serve` with a tiny random model: its address and the model's name."""
    model = write_chat(tmp_path_factory.mktemp("model"))
    quiet = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "HF_HOME": str(model / "home")}
    with socket.socket() as free, (model.parent / "log").open("wb") as log:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # held, and for it to listen at
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        command = [Path(sys.executable).with_name("transformers"), "serve", str(model)]
        flags = ["--device", "cpu", "--host", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen(
            [*command, *flags], env=os.environ | quiet, stdout=log, stderr=log
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}/v1", str(model)
        finally:
            process.kill()
            process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the server does not start")


@pytest.mark.slow
def test_a_real_server_describes_every_shot(
    folder: Store, tmp_path: Path, real_server: tuple[str, str]
) -> None:
    url, model = real_server
    recipe = OpenAi(
        model=model, base_url=url, cache=str(tmp_path / "kept"), concurrency=4, max_tokens=400
    )
    prepare([Describe(recipe)])
    describe(folder, recipe)
    rows = list(folder.read_part(OUTPUT, Description))
    assert len(rows) + len(failures(folder)) == SHOTS
    assert {f.reason for f in failures(folder)} <= {"truncated", "bad_output"}
    assert len(rows) > SHOTS // 2
    here = Describe(Local_(repo=model, longest=400)).load()(_items(folder))
    told = {row.id: row.text for row in here if isinstance(row, Description)}
    served = texts(folder)  # the same model; the server keeps the letter that ends, if one does
    assert served.keys() == told.keys()
    assert all(told[key] in (words, words[:-1].strip()) for key, words in served.items())
    assert all(row.prompt_tokens > 1000 and row.completion_tokens > 0 for row in rows)


def _items(store: Store) -> list[Any]:
    clips, videos, motions = (
        store.read_part(Part(table, 0, "0" * 16), record)
        for table, record in (("clips", Clip), ("videos", Video), ("motions", Motion))
    )
    video, by_id = next(iter(videos)), {row.id: row for row in motions}
    return [(clip, video, by_id[clip.id], None, None, None) for clip in clips]
