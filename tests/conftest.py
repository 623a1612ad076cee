"""Films that many tests share; drawn once a session, whatever the number of processes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from sakuga.studio import Encoding, draw, film
from tests.builds import once, run

os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="sakuga-tests-")  # none of the user's own
for asked_for in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):  # by the user: for the screen
    os.environ.pop(asked_for, None)
settings.register_profile(  # machines are shared: no test is timed
    "search", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("same", settings.get_profile("search"), derandomize=True)
settings.load_profile("same")  # each run tries the same; `make test-slow` searches for more


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of this session share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def reel(shared: Path) -> Path:
    """A folder with four good films of three shots each, in different codecs, and a broken one."""

    def make(folder: Path) -> None:
        codecs = {
            "a": Encoding(),
            "b": Encoding("vp9", 34, "webm"),
            "c": Encoding("hevc", 26, "mkv"),
            "d": Encoding(crf=28, vfr=True),
        }
        for seed, (name, encoding) in enumerate(codecs.items()):
            drawn = film(seed, 3, 192, 108, shot_frames=(20, 34), transitions=0)
            draw(drawn, folder / name, encoding)
        for truth in folder.glob("*.json"):
            truth.unlink()
        (folder / "broken.mp4").write_bytes(b"\x00\xff\x13\x37" * 99)

    return once(shared / "reel", make)


@pytest.fixture(scope="session")
def good(reel: Path) -> Path:
    """One of them: H.264 in mp4."""
    return reel / "a.mp4"


@pytest.fixture(scope="session")
def finished(shared: Path, reel: Path) -> Path:
    """The reel, built in this process; to read, not to write in."""
    return once(shared / "finished", lambda out: run(out, reel, workers=0))


COLLECTED = pytest.StashKey[set[Path]]()
"""The test files of this run, before any test is deselected."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Remember which files were collected; markers deselect later."""
    config.stash[COLLECTED] = {item.path for item in items}
