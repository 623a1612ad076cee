"""`generate.aside`: what is written aside is gone afterwards, and so is what a killed run left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sakuga.generate.aside import aside

WAITS = """
import sys, time
from pathlib import Path
from sakuga.generate.aside import aside
with aside(Path(sys.argv[1])) as folder:
    (folder / "film.mp4").write_text("half")
    print(folder, flush=True)
    time.sleep(600)
"""


def _writing(home: Path) -> tuple[subprocess.Popen[str], Path]:
    """A run that has begun to write, and where."""
    command = [sys.executable, "-c", WAITS, str(home)]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    return run, Path(run.stdout.readline().strip())


def test_nothing_is_left_beside_what_was_written(tmp_path: Path) -> None:
    with aside(tmp_path / "out") as folder:
        (folder / "film.mp4").write_text("whole")
        assert folder.parent == tmp_path / "out"
        assert folder.name.startswith(".")
    assert list((tmp_path / "out").iterdir()) == []


def test_nothing_is_left_where_writing_failed(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"), aside(tmp_path):
        raise OSError("full")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_goes_with_the_next_and_not_before(tmp_path: Path) -> None:
    run, left = _writing(tmp_path)
    try:
        with aside(tmp_path):
            assert (left / "film.mp4").exists()
    finally:
        run.kill()
        run.communicate()
    assert (left / "film.mp4").exists()
    with aside(tmp_path) as folder:
        assert [each.name for each in tmp_path.iterdir() if each.is_dir()] == [folder.name]
    assert list(tmp_path.iterdir()) == []


def test_two_write_in_one_folder_at_once(tmp_path: Path) -> None:
    with aside(tmp_path) as one, aside(tmp_path) as other:
        (one / "a").write_text("a")
        (other / "b").write_text("b")
        assert (one / "a").exists()
    assert list(tmp_path.iterdir()) == []


def test_folders_of_earlier_versions_go_and_other_hidden_things_stay(tmp_path: Path) -> None:
    (tmp_path / ".girl.generated.4242.part").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "girl.generated").mkdir()
    (tmp_path / ".notes.part").write_text("mine")
    with aside(tmp_path):
        pass
    assert sorted(p.name for p in tmp_path.iterdir()) == [".git", ".notes.part", "girl.generated"]
