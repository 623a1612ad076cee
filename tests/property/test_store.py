"""Wherever a build stops and whatever its items do, it ends the same, and nothing vanishes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sakuga.build.collect import Collect
from sakuga.build.collect.folder import find_sources
from sakuga.core.plan import make_plan
from sakuga.core.records import Failure, Source
from sakuga.core.stage import run_part
from sakuga.core.store import Part, Store
from tests.fakes import Draw, Drawing, Print, Show, write_sources

names = st.builds("{}-{}".format, st.sampled_from(["good", "bad", "bug"]), st.integers(0, 99))
all_parts = st.lists(names, unique=True, max_size=9).map(lambda n: [n[0::3], n[1::3], n[2::3]])


def stages(batch: int = 1) -> list[object]:
    return [Draw(batch=batch), Show()]


def written(store: Store) -> dict[str, bytes]:
    return {str(f.relative_to(store.root)): f.read_bytes() for f in Path(store.root).rglob("*.*")}


@settings(max_examples=40)
@given(parts=all_parts, batch=st.integers(1, 4))
def test_every_item_ends_as_rows_or_as_a_failure(parts: list[list[str]], batch: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        for job in make_plan(store, stages(batch), write_sources(store, parts)).jobs:
            run_part(job)
        for part, given_names in zip(store.parts("drawings"), parts, strict=True):
            rows = [row.id for row in store.read_part(part, Drawing)]
            failed = [f.id for f in store.read_failures(part)]
            assert rows == [n for n in given_names if n.startswith("good")]
            assert failed == [n for n in given_names if not n.startswith("good")]
        prints = [r.id for p in store.parts("prints") for r in store.read_part(p, Print)]
        assert prints == [n for of in parts for n in of if n.startswith("good")]


@settings(max_examples=40)
@given(parts=all_parts, stops=st.lists(st.integers(0, 6), max_size=4), data=st.data())
def test_resuming_comes_to_what_one_go_comes_to(
    parts: list[list[str]], stops: list[int], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as many:
        whole, stopped = Store(one), Store(many)
        for job in make_plan(whole, stages(), write_sources(whole, parts)).jobs:
            run_part(job)
        sources = write_sources(stopped, parts)
        for stop in [*stops, None]:
            stopped.sweep()
            for job in make_plan(stopped, stages(), sources).jobs[:stop]:
                run_part(job)
            if stop is not None:
                leave_half_written(stopped, data.draw(st.booleans()))
        assert written(stopped) == written(whole)
        assert make_plan(stopped, stages(), sources).jobs == []


def leave_half_written(store: Store, failures: bool) -> None:
    """What a kill leaves: a file without its end; or failures whose rows never came."""
    Path(store.root, "tables", "sources", "part-00000.x.parquet.1.tmp").write_bytes(b"PAR1")
    for part in store.parts("drawings")[:1] if failures else ():
        store.remove("tables", part.table, part.file)


@settings(max_examples=30)
@given(
    first=st.sets(st.integers(0, 30), max_size=6),
    then=st.sets(st.integers(0, 30), max_size=6),
)
def test_what_is_found_later_leaves_every_part_as_it_was(first: set[int], then: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as out:
        store = Store(out)
        before, rows = found(store, Path(folder), first)
        after, more = found(store, Path(folder), then)
        assert {p.number: p for p in after} | {p.number: p for p in before} == {
            p.number: p for p in after
        }
        assert {url: more[url] for url in rows} == rows
        assert len(more) == len(first | then)
        videos = [s.video for s in more.values() if not s.duplicate_of]
        assert len(videos) == len(set(videos)) == len({n % 7 for n in first | then})


def found(store: Store, folder: Path, numbers: set[int]) -> tuple[list[Part], dict[str, Source]]:
    """Add files, one for each number, with the same bytes where numbers are equal modulo 7."""
    for number in numbers:
        path = folder / f"{number}.mp4"
        if not path.exists():
            path.write_bytes(b"\x00\x00\x00\x18ftypisom" + bytes([number % 7]))
    listing = find_sources([str(folder)], Collect(), store, lambda *_: None)
    listing.write(store)
    rows = [s for part in listing.parts for s in store.read_part(part, Source)]
    return list(listing.parts), {s.url: s for s in rows}


@given(message=st.text(), reason=st.text())
@settings(max_examples=20)
def test_a_failure_is_kept_as_it_was_said(message: str, reason: str) -> None:
    store = Store("memory://failures")
    part = Part("drawings", 0, "0" * 16)
    failure = Failure("a", "draw", reason, message)
    with store.writing(part, Drawing, {}) as out:
        out.add([], [failure])
    assert store.read_failures(part) == [failure]
