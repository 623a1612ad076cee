"""Where commands print, on one rank and on several."""

from __future__ import annotations

import pytest

from sakuga.cli.console import print_json, stderr, stdout
from sakuga.cli.progress import advancing


@pytest.mark.parametrize(("rank", "heard"), [(None, True), ("0", True), ("1", False)])
def test_of_several_ranks_the_first_alone_says_what_came_of_it(
    rank: str | None,
    heard: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("RANK", raising=False)
    if rank:
        monkeypatch.setenv("RANK", rank)
    stdout().print("done")
    print_json({"done": 1})
    with advancing() as advance:
        advance("train", 1, 1)
    assert capsys.readouterr().out == ('done\n{\n  "done": 1\n}\n' if heard else "")


def test_any_rank_may_complain(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RANK", "1")
    stderr().print("no room")
    assert capsys.readouterr().err == "no room\n"
