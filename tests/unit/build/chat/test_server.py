"""Where a model is asked is looked at before any work starts."""

from __future__ import annotations

import logging
import socket
from pathlib import Path

import pytest

from sakuga.core.errors import RequestError
from tests.servers import Reply, said, serving
from tests.unit.build.chat.lines import server

KEY = "sk-test-0123456789abcdef"


def test_a_server_that_answers_is_well() -> None:
    with serving(lambda _: Reply(said("x"))) as running:
        server(base_url=running.url).check()
        assert running.requests == []  # looking costs no token


def test_a_server_that_is_down_is_told_with_what_to_do() -> None:
    with (
        socket.socket() as taken,  # and nobody listens: no other server can get its port
        pytest.raises(RequestError, match=r"no server answers at .*set describe\.base_url"),
    ):
        taken.bind(("127.0.0.1", 0))
        server(base_url=f"http://127.0.0.1:{taken.getsockname()[1]}/v1").check()


def test_a_place_that_can_t_keep_answers_is_told_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "answers-1.sqlite").write_bytes(b"nonsense" * 1000)
    with (
        serving(lambda _: Reply(said("x"))) as running,
        pytest.raises(RequestError, match="answers can't be kept"),
    ):
        server(base_url=running.url, cache=str(tmp_path)).check()


def test_openai_itself_wants_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(RequestError, match="OPENAI_API_KEY is not set"):
        server(base_url="https://api.openai.com/v1").check()


def test_a_key_that_is_named_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MY_KEY", raising=False)
    with pytest.raises(RequestError, match="MY_KEY is not set"):
        server(key_variable="MY_KEY").check()


def test_openai_s_key_is_sent_to_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert server(base_url="http://localhost:8000/v1").key is None
    assert server(base_url="https://api.openai.com/v1").key == KEY
    assert server(base_url="http://x/v1", key_variable="OPENAI_API_KEY").key == KEY


@pytest.mark.parametrize(
    "url",
    ["localhost:8000", "ftp://x/v1", "http://", "", "http://x:y", "http://x:99999", "http://[x"],
)
def test_an_address_is_one(url: str) -> None:
    with pytest.raises(RequestError, match="must begin with http"):
        server(base_url=url).check()


@pytest.mark.parametrize("url", [f"http://u:{KEY}@x/v1", f"https://x/v1?key={KEY}"])
def test_an_address_holds_no_secret_and_none_is_repeated(url: str) -> None:
    with pytest.raises(RequestError) as caught:
        server(base_url=url).check()
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "said_", [f"Incorrect key: {KEY}", "Incorrect API key provided: sk-te**********cdef."]
)
def test_a_key_that_a_server_repeats_is_not_passed_on(
    monkeypatch: pytest.MonkeyPatch, said_: str
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    told = server(key_variable="MY_KEY").redacted(said_)
    assert "[key]" in told
    assert "cdef" not in told


def test_no_request_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    with serving(lambda _: Reply(said("x"))) as running:
        server(base_url=running.url, key_variable="MY_KEY").check()
    assert KEY not in caplog.text
    assert running.url not in caplog.text
