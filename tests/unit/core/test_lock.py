"""Two builds never write the same parts of a folder, and none sweeps away what another writes."""

from __future__ import annotations

import signal
import subprocess
import sys
import uuid
from contextlib import ExitStack
from pathlib import Path

import pytest

from sakuga.core.errors import RequestError
from sakuga.core.lock import alone
from sakuga.core.store import Store

HOLD = """
import sys, time
from sakuga.core.lock import alone
from sakuga.core.store import Store
with alone(Store(sys.argv[1]), None):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        (None, None, True),
        (None, range(3), True),
        (range(3), None, True),
        (range(3), range(2, 5), True),
        (range(9), range(4, 5), True),
        (range(3), range(3, 5), False),
        (range(3, 5), range(3), False),
    ],
)
def test_what_overlaps_is_refused(
    tmp_path: Path, first: range | None, second: range | None, refused: bool
) -> None:
    store = Store(str(tmp_path))
    with ExitStack() as stack:
        stack.enter_context(alone(store, first))
        if refused:
            with pytest.raises(RequestError, match="another build"):
                stack.enter_context(alone(store, second))
        else:
            stack.enter_context(alone(store, second))
    with alone(store, None):
        pass
    assert store.names() == [".gate"]


def test_only_who_is_alone_sweeps(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    half = tmp_path / "tables" / "clips" / "part-00000.x.parquet.1.tmp"
    half.parent.mkdir(parents=True)
    half.touch()
    with alone(store, range(1)):
        assert not half.exists()
        half.touch()
        with alone(store, range(1, 2)):
            assert half.exists()
        assert half.exists()
    assert not half.exists()


def test_a_killed_build_holds_nothing(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RequestError, match="another build"), alone(store, None):
            pass
        other.send_signal(signal.SIGKILL)
        other.wait()
        with alone(store, None):
            pass


def test_a_refused_or_broken_build_lets_go(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    with pytest.raises(KeyError), alone(store, None):
        raise KeyError
    with alone(store, None):
        pass


def test_a_bucket_has_no_locks() -> None:
    store = Store(f"memory://{uuid.uuid4().hex}")
    with alone(store, None), alone(store, None):
        pass
