"""What could not be measured is named with why: a dozen of a side on a page, all in the record."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from sakuga.core.records import Failure
from sakuga.evaluate import figure9, figure10, gap, generation
from sakuga.evaluate.clips import Clips
from sakuga.evaluate.extractors.random import Random
from sakuga.evaluate.lost import Lost, lost_of, named
from sakuga.evaluate.sources import open_source
from tests.builds import once
from tests.films import pictures, write
from tests.unit.evaluate.sides import blobs

SMALL = Clips(frames=4, height=16, width=24)
NET = {"fid": Random(width=4)}


@pytest.fixture(scope="session")
def torn(shared: Path) -> Path:
    """Eight films, one that is none, one of a single frame."""

    def make(folder: Path) -> None:
        blobs(folder, 8)
        (folder / "a<b.mp4").write_bytes(b"torn")
        write(folder / "an.mp4", pictures(1, 96, 64))

    return once(shared / "torn", make)


def measured(module: Any, torn: Path, shared: Path) -> Any:
    whole = once(shared / "ten", lambda out: blobs(out, 10))
    return module.evaluate([open_source(str(whole)), open_source(str(torn))], SMALL, NET)


def test_pages_name_the_files_with_the_reason(torn: Path, shared: Path) -> None:
    made, sides = measured(generation, torn, shared)
    page = figure9.html(made, sides)
    assert "<li>torn: a&lt;b: unrecognised: " in page
    assert "<li>torn: an: too few frames: 1 frames; 4 are asked for.</li>" in page
    apart, sides = measured(gap, torn, shared)
    assert "<li>torn: a&lt;b: unrecognised: " in figure10.html(apart, sides)
    assert "- torn: a<b: unrecognised: " in figure10.markdown(apart)


def test_the_record_names_all_of_them(torn: Path, shared: Path) -> None:
    made, _ = measured(generation, torn, shared)
    page = json.loads(json.dumps(dataclasses.asdict(made)))
    lost = page["models"][0]["lost"]
    assert [(each["name"], each["reason"]) for each in lost] == [
        ("a<b", "unrecognised"),
        ("an", "too_few_frames"),
    ]
    assert page["real"]["lost"] == []


def test_a_page_names_a_dozen_and_counts_the_rest() -> None:
    lost = [Lost(str(n), "crashed", "it died", 1 + n) for n in range(14)]
    told = list(named({"real": [], "made": lost}))
    assert told[0] == "made: 0: crashed: it died."
    assert told[1] == "made: 1, 2 clips: crashed: it died."
    assert told[12] == "made: and 2 more could not be measured; --json names them all."
    assert len(told) == 13 and len(list(named({"made": lost[:12]}))) == 12


def test_what_is_merely_short_comes_last_and_a_number_sign_is_no_span_of_a_whole_file() -> None:
    short, dead = (
        Failure(id, "evaluate", reason, "so")
        for id, reason in (("#1", "too_few_frames"), ("b#2", "crashed"))
    )
    assert [each.name for each in lost_of([short, dead], spans=False)] == ["b#2", "#1"]
    assert [each.name for each in lost_of([dead], spans=True)] == ["b"]
