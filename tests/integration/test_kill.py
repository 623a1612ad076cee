"""Killed at any moment, a build goes on where it was, and what it writes is the same."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from sakuga.core.errors import RequestError
from tests.builds import assert_equal, built, once, run, start

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")

FLAGS = ("--workers", "2")
WITH_FAILURES = 3  # the exit code: the reel holds a broken file


@pytest.fixture(scope="module")
def whole(shared: Path, reel: Path) -> Path:
    """What the uninterrupted command writes."""

    def build(out: Path) -> None:
        command = start(out, reel, flags=FLAGS)
        said = command.communicate(timeout=120)
        assert command.returncode == WITH_FAILURES, said

    return once(shared / "whole", build)


def finish(out: Path, reel: Path) -> None:
    command = start(out, reel, flags=FLAGS)
    said = command.communicate(timeout=120)
    assert command.returncode == WITH_FAILURES, said


def interrupt(out: Path, reel: Path, act: Callable[[subprocess.Popen[str]], None]) -> bool:
    """Begin the build, act on it; True if it was still at work then."""
    command = start(out, reel, flags=FLAGS)
    act(command)
    stopped = command.poll() is None
    with suppress(ProcessLookupError):
        os.kill(command.pid, signal.SIGKILL)
    command.communicate(timeout=60)
    return stopped


def parts_in(out: Path) -> int:
    """How many parts are made; the list of sources is not counted."""
    return len([p for p in out.glob("tables/*/*.parquet") if p.parent.name != "sources"])


def after_parts(count: int, then: float = 0.0) -> Callable[[subprocess.Popen[str]], None]:
    """Wait until a build's folder holds so many parts more, and then a moment."""

    def act(command: subprocess.Popen[str]) -> None:
        out = Path(command.args[command.args.index("--out") + 1])  # type: ignore[index, union-attr]
        have = parts_in(out)
        deadline = time.monotonic() + 60
        while parts_in(out) < have + count and command.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        time.sleep(then)

    return act


def test_killed_again_and_again_it_comes_to_the_same(
    tmp_path: Path, reel: Path, whole: Path
) -> None:
    chance, out = random.Random(1), tmp_path / "out"
    at_work = [
        interrupt(out, reel, after_parts(chance.randrange(2, 9), chance.random() / 10))
        for _ in range(4)
    ]
    assert any(at_work)
    finish(out, reel)
    assert_equal(out, whole)
    assert list(out.rglob("*.tmp")) == []


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(20))
def test_killed_at_a_random_moment_it_comes_to_the_same(
    tmp_path: Path, reel: Path, whole: Path, moment: int
) -> None:
    chance = random.Random(moment)
    interrupt(tmp_path, reel, lambda _: time.sleep(0.4 + chance.random() * 3))
    finish(tmp_path, reel)
    assert_equal(tmp_path, whole)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_killed_worker_is_replaced(tmp_path: Path, reel: Path, whole: Path, seed: int) -> None:
    chance, killed = random.Random(seed), 0
    command = start(tmp_path, reel, flags=FLAGS)
    while command.poll() is None and killed < 4:
        after_parts(chance.randrange(1, 5), chance.random() / 20)(command)
        with suppress(psutil.NoSuchProcess):
            below = psutil.Process(command.pid).children(recursive=True)
            if below:
                chance.choice(below).kill()
                killed += 1
    said = command.communicate(timeout=120)
    assert command.returncode == WITH_FAILURES, said
    assert killed
    assert_equal(tmp_path, whole)


def test_nothing_outlives_a_killed_build(tmp_path: Path, reel: Path) -> None:
    command = start(tmp_path, reel, flags=FLAGS)
    after_parts(3)(command)
    below = psutil.Process(command.pid).children(recursive=True)
    command.kill()
    command.communicate(timeout=60)
    assert below
    _, alive = psutil.wait_procs(below, timeout=20)
    assert alive == []


@pytest.mark.parametrize("whom", ["the group", "the command alone"])
def test_ctrl_c_ends_it_with_130_and_it_goes_on(
    tmp_path: Path, reel: Path, whole: Path, whom: str
) -> None:
    command = start(tmp_path, reel, flags=FLAGS)
    after_parts(6)(command)
    if whom == "the group":  # as a terminal does
        os.killpg(command.pid, signal.SIGINT)
    else:
        command.send_signal(signal.SIGINT)
    _, said = command.communicate(timeout=60)
    assert command.returncode == 130
    assert "Traceback" not in said
    assert "goes on from there" in said
    assert not (tmp_path / "dataset").exists()
    assert list(tmp_path.rglob("*.tmp")) == []
    finish(tmp_path, reel)
    assert_equal(tmp_path, whole)


def test_a_second_build_in_the_same_folder_is_refused(
    tmp_path: Path, reel: Path, whole: Path
) -> None:
    first = start(tmp_path, reel, flags=FLAGS)
    after_parts(2)(first)
    second = start(tmp_path, reel, flags=FLAGS)
    _, said = second.communicate(timeout=60)
    if first.poll() is None:  # it was slower than the second's refusal, as it should be
        assert second.returncode == 2
        assert "another build is at work" in said
    first.communicate(timeout=120)
    assert first.returncode == WITH_FAILURES
    assert_equal(tmp_path, whole)


def test_a_folder_that_is_held_is_refused(tmp_path: Path, reel: Path) -> None:
    from sakuga.core.lock import alone

    with alone(built(tmp_path).store, None), pytest.raises(RequestError, match="another build"):
        run(tmp_path, reel, workers=0)
    assert parts_in(tmp_path) == 0


def test_parts_are_built_by_two_commands_at_once(tmp_path: Path, reel: Path, whole: Path) -> None:
    commands = [
        start(tmp_path, reel, flags=("--workers", "1", "--parts", numbers))
        for numbers in ("0-1", "2-9")
    ]
    for command in commands:
        said = command.communicate(timeout=120)
        assert command.returncode in (0, WITH_FAILURES), said
    finish(tmp_path, reel)
    assert_equal(tmp_path, whole)
