"""How commands end."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from sakuga.cli.ending import end
from sakuga.core.errors import RequestError
from tests.films import pictures, write
from tests.held import stopped
from tests.unit.cli.test_requests import run


@pytest.mark.parametrize(
    ("message", "what", "do"),
    [
        ("a is b; write c", "a is b", "write c"),
        ("a; b; c. Add --remake d, or e", "a; b; c", "Add --remake d, or e"),
        ("no advice", "no advice", "see: sakuga build --help"),
        ("two\nlines; x", "two lines", "x"),
    ],
)
def test_the_last_clause_says_what_to_do(
    message: str, what: str, do: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert end(RequestError(message), "build") == 2
    assert capsys.readouterr().err.splitlines() == [f"error: {what}", f"  {do}"]


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX")
def test_ctrl_c_leaves_what_the_next_build_goes_on_from(tmp_path: Path) -> None:
    films = [str(write(tmp_path / f"{n}.mp4", list(pictures(20, seed=n)))) for n in range(6)]
    out = tmp_path / "out"
    arguments = ["build", *films, "--out", str(out), "--workers", "1"]
    ended, said = stopped(signal.SIGINT, "sakuga.cli.progress:Parts.done", 4, *arguments)
    assert ended == 130
    assert "goes on from there" in said
    assert "Traceback" not in said
    assert run(*arguments).exit_code == 0
    assert list(out.glob("dataset/*.parquet"))
