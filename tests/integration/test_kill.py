"""Killed at any moment, a build goes on where it was, and what it writes is the same."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from sakuga.build.pipeline import Watcher
from sakuga.core.child import KILLS
from sakuga.core.errors import RequestError
from tests.builds import assert_equal, built, once, run, started, words
from tests.held import held, stopped

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")

FLAGS = ("--workers", "2")
DONE = "sakuga.cli.progress:Parts.done"
WITH_FAILURES = 3  # the exit code: the reel holds a broken file


@pytest.fixture(scope="module")
def whole(shared: Path, reel: Path) -> Path:
    """What the uninterrupted command writes."""
    return once(shared / "whole", lambda out: finish(out, reel))


def finish(out: Path, reel: Path) -> None:
    with started(out, reel, flags=FLAGS) as command:
        said = command.communicate()
    assert command.returncode == WITH_FAILURES, said


def parts_in(out: Path) -> int:
    """How many parts are made; the list of sources is not counted."""
    return len([p for p in out.glob("tables/*/*.parquet") if p.parent.name != "sources"])


def test_killed_again_and_again_it_comes_to_the_same(
    tmp_path: Path, reel: Path, whole: Path
) -> None:
    chance, out = random.Random(1), tmp_path / "out"
    for _ in range(4):
        before, parts = parts_in(out), chance.randrange(2, 9)
        stopped(signal.SIGKILL, DONE, parts, *words(out, reel, flags=FLAGS))
        assert parts_in(out) >= before + parts
    finish(out, reel)
    assert_equal(out, whole)
    assert list(out.rglob("*.tmp")) == []


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(20))
def test_killed_at_a_random_moment_it_comes_to_the_same(
    tmp_path: Path, reel: Path, whole: Path, moment: int
) -> None:
    chance = random.Random(moment)
    with started(tmp_path, reel, flags=FLAGS) as command:
        time.sleep(0.4 + chance.random() * 3)
        command.kill()
    finish(tmp_path, reel)
    assert_equal(tmp_path, whole)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_killed_worker_is_replaced(tmp_path: Path, reel: Path, whole: Path, seed: int) -> None:
    """As often as may be without a film that is to blame."""
    chance, others = random.Random(seed), multiprocessing.active_children()
    made: list[Any] = []
    killed: list[Any] = []

    def part_done(*part: Any) -> None:
        made.append(part)
        if len(made) % 5 == 0 and len(killed) < KILLS - 1:
            time.sleep(chance.random() / 20)
            workers = set(multiprocessing.active_children()).difference(others)
            killed.append(chance.choice(sorted(workers, key=lambda worker: worker.pid or 0)))
            killed[-1].kill()

    result = run(tmp_path, reel, workers=2, watcher=Watcher(part_done=part_done))
    assert result.failures == 1
    assert len(killed) == KILLS - 1
    assert_equal(tmp_path, whole)


def test_nothing_outlives_a_killed_build(tmp_path: Path, reel: Path) -> None:
    with held(DONE, 3, *words(tmp_path, reel, flags=FLAGS)) as (command, _):
        below = psutil.Process(command.pid).children(recursive=True)
        command.kill()
        command.wait()
        assert below
        _, alive = psutil.wait_procs(below, timeout=120)
        assert alive == []


@pytest.mark.parametrize("whom", ["the group", "the command alone"])
def test_ctrl_c_ends_it_with_130_and_it_goes_on(
    tmp_path: Path, reel: Path, whole: Path, whom: str
) -> None:
    with held(DONE, 6, *words(tmp_path, reel, flags=FLAGS)) as (command, file):
        if whom == "the group":  # as a terminal does
            os.killpg(command.pid, signal.SIGINT)
        else:
            command.send_signal(signal.SIGINT)
        assert command.wait() == 130
        said = file.read_text()
    assert "Traceback" not in said
    assert "goes on from there" in said
    assert not (tmp_path / "dataset").exists()
    assert list(tmp_path.rglob("*.tmp")) == []
    finish(tmp_path, reel)
    assert_equal(tmp_path, whole)


def test_a_second_build_in_the_same_folder_is_refused(
    tmp_path: Path, reel: Path, whole: Path
) -> None:
    made: list[Any] = []

    def part_done(*part: Any) -> None:
        made.append(part)
        if len(made) == 2:
            with started(tmp_path, reel, flags=FLAGS) as second:
                _, said = second.communicate()
            assert second.returncode == 2
            assert "another build is at work" in said

    result = run(tmp_path, reel, workers=2, watcher=Watcher(part_done=part_done))
    assert result.failures == 1
    assert_equal(tmp_path, whole)


def test_a_folder_that_is_held_is_refused(tmp_path: Path, reel: Path) -> None:
    from sakuga.core.lock import alone

    with alone(built(tmp_path).store, None), pytest.raises(RequestError, match="another build"):
        run(tmp_path, reel, workers=0)
    assert parts_in(tmp_path) == 0


def test_parts_are_built_by_two_commands_at_once(tmp_path: Path, reel: Path, whole: Path) -> None:
    flags = ("--workers", "1", "--parts")
    with (
        started(tmp_path, reel, flags=(*flags, "0-1")) as one,
        started(tmp_path, reel, flags=(*flags, "2-9")) as other,
    ):
        for command in (one, other):
            said = command.communicate()
            assert command.returncode in (0, WITH_FAILURES), said
    finish(tmp_path, reel)
    assert_equal(tmp_path, whole)
