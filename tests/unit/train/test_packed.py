"""Clips packed: what goes in comes out; what can't is counted; what is cut short is told."""

from __future__ import annotations

import itertools
import os
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from sakuga.core.errors import RequestError
from sakuga.core.records import Failure
from sakuga.dataset.frames import ClipFrames
from sakuga.train.packed import Pack, is_pack, open_pack, writing
from sakuga.train.packing import Packing, pack, shrunk
from tests.packs import random_pack


@dataclass
class Clip:
    """As much of a row as packing reads."""

    id: str
    keyframes: int
    text_description: str | None
    video: str = "film"
    source_group: str = "group"
    url: str = "film.mp4"
    licence: str | None = None
    timing_class: str = "twos"
    split: str = "train"
    start: int = 0
    end: int = 24
    dynamic_score: float = 0.5


@dataclass
class Shelf:
    """A dataset whose films decode, but for those named; keyframe k of a clip is grey k."""

    rows: list[Clip]
    broken: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Clip]:
        return iter(self.rows)

    def each_frames(
        self, rows: list[Clip], *, count: int, how: str, short: str
    ) -> Iterator[ClipFrames | Failure]:
        assert (how, short) == ("uniform", "repeat")
        for row in reversed(rows):  # clips come as they are complete
            if row.id in self.broken:
                yield Failure(row.id, "frames", "no_frames", "it no longer decodes")
                continue
            places = np.minimum(np.arange(count), row.keyframes - 1)
            grey = np.broadcast_to(places[:, None, None, None], (count, 30, 40, 3))
            yield ClipFrames(row.id, grey.astype(np.uint8), places, "film")


def packed(shelf: Shelf, folder: Path, packing: Packing) -> Any:
    dataset: Any = shelf
    return pack(dataset, folder, packing, lambda *_: None)


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    clips = [random.integers(0, 256, (n, 5, 7, 3), np.uint8) for n in (8, 11, 9)]
    with writing(tmp_path / "pack", {}) as writer:
        for number, frames in enumerate(clips):
            writer.add(str(number), f"caption {number}", frames)
    found = pickle.loads(pickle.dumps(open_pack(tmp_path / "pack")))
    assert found.captions == ["caption 0", "caption 1", "caption 2"]
    for number, frames in enumerate(clips):
        assert np.array_equal(found.frames(number), frames)
        assert found.keyframes(number) == len(frames)


def test_short_clips_and_those_without_a_caption_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [
        Clip("a", 7, "seven"), Clip("b", 8, "eight"), Clip("c", 9, None),
        Clip("d", 9, "  "), Clip("e", 30, "thirty"),
    ]  # fmt: skip
    found = packed(Shelf(rows), tmp_path / "pack", Packing(16, 20))
    assert dict(zip(found.ids, found.captions, strict=True)) == {"b": "eight", "e": "thirty"}
    assert found.left_out == {"too_few_keyframes": 1, "no_caption": 2}
    assert {i: found.keyframes(n) for n, i in enumerate(found.ids)} == {"b": 8, "e": 16}


def test_a_clip_that_no_longer_decodes_is_counted_and_swapped_for_none(tmp_path: Path) -> None:
    rows = [Clip(name, 8, f"clip {name}") for name in "abcd"]
    found = packed(Shelf(rows, frozenset("bc")), tmp_path / "pack", Packing(8, 20))
    assert dict(zip(found.ids, found.captions, strict=True)) == {"a": "clip a", "d": "clip d"}
    assert found.left_out == {"no_frames": 2}


@pytest.mark.parametrize(
    ("shape", "side", "expected"),
    [((30, 40), 20, (20, 27)), ((40, 30), 15, (20, 15)), ((10, 12), 20, (10, 12))],
)
def test_pictures_shrink_to_their_shorter_side_and_keep_their_aspect(
    shape: tuple[int, int], side: int, expected: tuple[int, int]
) -> None:
    assert shrunk(np.zeros((8, *shape, 3), np.uint8), side).shape == (8, *expected, 3)


def test_a_pack_that_was_stopped_is_none(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), writing(tmp_path / "pack", {}):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["frames.bin", "clips.parquet", "pack.json"])
def test_a_pack_cut_short_is_told_in_a_line(name: str, tmp_path: Path) -> None:
    random_pack(tmp_path / "pack", clips=3)
    file = tmp_path / "pack" / name
    os.truncate(file, file.stat().st_size // 2)
    with pytest.raises(RequestError, match=r"is cut short|no pack can be read"):
        open_pack(tmp_path / "pack")


class Killed(BaseException):
    """Stands for the end of a process between two clips."""


@dataclass
class Stopped(Shelf):
    """Ends the process after so many clips; tells which it was asked for."""

    after: int = 2
    asked: list[str] = field(default_factory=list[str])

    def each_frames(
        self, rows: list[Clip], *, count: int, how: str, short: str
    ) -> Iterator[ClipFrames | Failure]:
        self.asked = [row.id for row in rows]
        found = Shelf.each_frames(self, rows, count=count, how=how, short=short)
        yield from itertools.islice(found, self.after)
        if len(rows) > self.after:
            raise Killed


NINE = [Clip(name, 8 + number, f"clip {name}") for number, name in enumerate("abcdefghi")]


def content(found: Pack) -> list[tuple[str, str, bytes]]:
    clips = range(len(found))
    return [(found.ids[n], found.captions[n], found.frames(n).tobytes()) for n in clips]


@pytest.mark.parametrize("torn", [0, 1, 40, 30 * 40 * 3])
def test_a_pack_that_was_stopped_goes_on_with_the_clips_that_lack(
    torn: int, tmp_path: Path
) -> None:
    """torn: bytes that the last clip lacks, as a kill within it leaves them."""
    packing, broken = Packing(8, 20), frozenset("bh")
    whole = packed(Shelf(NINE, broken), tmp_path / "whole", packing)
    shelf = Stopped(NINE, broken, after=4)
    with pytest.raises(Killed):
        packed(shelf, tmp_path / "pack", packing)
    assert not is_pack(tmp_path / "pack")
    frames = tmp_path / "pack.unfinished" / "frames.bin"
    os.truncate(frames, frames.stat().st_size - torn)
    shelf.after = 99
    found = packed(shelf, tmp_path / "pack", packing)
    assert shelf.asked == [*"abcde", *("f" if torn else "")]
    assert content(found) == content(whole)
    assert found.left_out == whole.left_out == {"no_frames": 2}
    assert sorted(file.name for file in tmp_path.iterdir() if file.is_dir()) == ["pack", "whole"]


def test_a_line_cut_short_is_its_clip_lost(tmp_path: Path) -> None:
    with pytest.raises(Killed):
        packed(Stopped(NINE, after=4), tmp_path / "pack", Packing(8, 20))
    lines = tmp_path / "pack.unfinished" / "clips.jsonl"
    os.truncate(lines, lines.stat().st_size - 3)
    shelf = Stopped(NINE, after=99)
    found = packed(shelf, tmp_path / "pack", Packing(8, 20))
    assert "".join(shelf.asked) == "abcdef"
    assert content(found) == content(packed(Shelf(NINE), tmp_path / "whole", Packing(8, 20)))


def test_what_was_stopped_of_another_packing_begins_again(tmp_path: Path) -> None:
    with pytest.raises(Killed):
        packed(Stopped(NINE), tmp_path / "pack", Packing(8, 20))
    shelf = Stopped(NINE, after=99)
    assert packed(shelf, tmp_path / "pack", Packing(8, 16)).frames(0).shape == (8, 16, 21, 3)
    assert len(shelf.asked) == len(NINE)


def test_of_two_that_pack_at_once_one_waits_and_takes_what_the_other_made(tmp_path: Path) -> None:
    begun, waited, go_on = Event(), Event(), Event()

    @dataclass
    class Slow(Shelf):
        def each_frames(self, rows: list[Clip], **more: Any) -> Iterator[ClipFrames | Failure]:
            begun.set()
            assert go_on.wait(120)
            yield from Shelf.each_frames(self, rows, **more)

    def second() -> Pack:
        assert begun.wait(120)
        shelf: Any = Stopped(NINE, after=0)  # asked for any clip, it would raise
        return pack(shelf, tmp_path / "pack", Packing(8, 20), lambda *_: None, waited.set)

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(packed, Slow(NINE), tmp_path / "pack", Packing(8, 20))
        two = pool.submit(second)
        assert waited.wait(120)
        go_on.set()
        assert content(one.result()) == content(two.result())


def test_what_is_no_pack_is_told(tmp_path: Path) -> None:
    assert not is_pack(tmp_path)
    with pytest.raises(RequestError, match="no pack"):
        open_pack(tmp_path)


def test_a_pack_is_not_written_over(tmp_path: Path) -> None:
    random_pack(tmp_path / "pack", clips=1)
    with pytest.raises(RequestError, match="there already"):
        random_pack(tmp_path / "pack", clips=1)


def test_a_disk_too_small_is_told_before_any_work(tmp_path: Path) -> None:
    rows = [Clip(str(n), 8, "clip") for n in range(1000)]
    with pytest.raises(RequestError, match=r"may take .* GB and .* GB are free"):
        packed(Shelf(rows), tmp_path / "pack", Packing(16, 100_000))
    assert [file for file in tmp_path.iterdir() if file.is_dir()] == []


@pytest.mark.parametrize("packing", [Packing(frames=7), Packing(side=0)])
def test_a_packing_that_cannot_be_is_refused(packing: Packing, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="must be"):
        packed(Shelf([]), tmp_path / "pack", packing)


def test_a_pack_has_a_fingerprint_of_its_clips_and_captions(tmp_path: Path) -> None:
    one = random_pack(tmp_path / "one").fingerprint
    assert random_pack(tmp_path / "two").fingerprint == one
    assert random_pack(tmp_path / "three", captions={2: "else"}).fingerprint != one
