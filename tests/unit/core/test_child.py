"""A child has the environment of now, shows that it lives, shares memory, and tells its end."""

from __future__ import annotations

import os
import signal
import time
from multiprocessing.connection import Connection
from typing import Any

import pytest

from sakuga.core.child import CRASHES, KILLS, Child, shared
from sakuga.core.pulse import beat


def _tell(connection: Connection, memory: Any) -> None:
    for number in range(3):
        memory[number] = number + 1
        beat()
    connection.send(os.environ.get("SAKUGA_TOLD"))
    connection.recv()


def _die(connection: Connection, how: int) -> None:
    os.kill(os.getpid(), how) if how else os._exit(7)
    connection.close()


def test_it_sees_the_environment_and_the_memory_and_is_seen_to_live(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for word in ("one", "two"):  # the server of processes was started with the first
        monkeypatch.setenv("SAKUGA_TOLD", word)
        memory = shared(4)
        child = Child(_tell, memory)
        assert child.connection.recv() == word
        assert bytes(memory) == b"\1\2\3\0" and child.beats == 3
        os.kill(child.pid, signal.SIGINT)  # Ctrl-C is for the parent to answer
        time.sleep(0.1)
        assert child.alive
        child.end()
        assert not child.alive


@pytest.mark.parametrize(
    ("how", "said", "limit"),
    [
        (0, "ended with exit code 7", CRASHES),
        (signal.SIGSEGV, "ended with exit code -11", CRASHES),
        (signal.SIGKILL, "was killed from outside", KILLS),
    ],
)
def test_how_it_ended_is_told(how: int, said: str, limit: int) -> None:
    child = Child(_die, int(how))
    with pytest.raises((EOFError, OSError)):
        child.connection.recv()
    child.gone()
    assert child.death() == (said, limit)
