"""Where clips are from: what is known, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sakuga.core.errors import RequestError
from sakuga.train import lineage
from sakuga.train.lineage import Lineage


@pytest.fixture
def half(tmp_path: Path) -> Lineage:
    """Two clips; of the second nothing is known but its bytes."""
    known = {"id": "a", "video": "1", "timing_class": "twos", "dynamic_score": 0.4}
    lineage.write_plain([known, {"id": "b", "video": "2"}], tmp_path)
    return lineage.read(tmp_path)


def test_what_is_not_known_is_none_and_is_counted(half: Lineage) -> None:
    assert half.known("timing_class") == ["twos", None]
    assert [half.unknown(name) for name in ("id", "timing_class", "licence")] == [0, 1, 2]
    assert half.licences() == {None: 2}


@pytest.mark.parametrize("name", ["timing_class", "dynamic_score"])
def test_what_must_be_known_of_all_is_refused_where_it_is_not(name: str, half: Lineage) -> None:
    with pytest.raises(RequestError, match=f"no {name} of 1 of its 2 clips"):
        half.dynamic_scores() if name == "dynamic_score" else half.column(name)


def test_of_the_clips_of_which_it_is_known_all_is_told(half: Lineage) -> None:
    first = half.of(["a"])
    assert (first.column("timing_class"), first.dynamic_scores()) == (["twos"], [0.4])
