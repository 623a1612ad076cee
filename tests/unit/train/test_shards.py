"""WebDataset shards packed: what goes in comes out, in its order; what is bad is said."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sakuga.core.encode import VideoFormat, VideoWriter
from sakuga.core.errors import RequestError
from sakuga.train import lineage, shards
from sakuga.train.packed import Pack
from sakuga.train.packing import Packing
from sakuga.train.shards import is_shards, pack_shards, shards_of

PACKING = Packing(8, 32)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """grey-20.mkv: frame k is grey 10 k; lossless. short.mkv has 5 frames."""
    folder = tmp_path_factory.mktemp("films")
    for name, frames in (("long", 15), ("short", 5)):
        form = VideoFormat(codec="ffv1", pixel_format="yuv444p")
        with VideoWriter(folder / f"{name}.mkv", 64, 48, form) as writer:
            for grey in range(frames):
                writer.write(np.full((48, 64, 3), 10 * grey, np.uint8))
    return folder


def shard(file: Path, members: dict[str, bytes | str]) -> Path:
    with tarfile.open(file, "w") as tar:
        for name, content in members.items():
            raw = content.encode() if isinstance(content, str) else content
            head = tarfile.TarInfo(name)
            head.size = len(raw)
            tar.addfile(head, io.BytesIO(raw))
    return file


def packed(given: object, folder: Path) -> Pack:
    return pack_shards(str(given), folder, PACKING, lambda *_: None)


@pytest.fixture
def two(films: Path, tmp_path: Path) -> str:
    """Two shards: captions as text and as JSON, and one of each thing that is left out."""
    film, short = ((films / f"{name}.mkv").read_bytes() for name in ("long", "short"))
    shard(tmp_path / "s-00.tar", {
        "b.mkv": film, "b.txt": "a fox\n", "dir/a.x.mkv": film, "dir/a.json": '{"text": "a girl"}',
        "none.mkv": film, "empty.mkv": film, "empty.txt": "  ", "odd.json": "[1]", "odd.mkv": film,
    })  # fmt: skip
    shard(tmp_path / "s-01.tar", {
        "b.mkv": film, "b.json": json.dumps({"caption": "夜 🎬", "fps": 24}), "cut.mkv": film[:300],
        "cut.txt": "cut", "short.txt": "short", "short.mkv": short, "alone.txt": "no film",
        "readme.md": "none of ours",
    })  # fmt: skip
    return str(tmp_path / "s-{00..01}.tar")


def test_clips_come_in_the_order_of_their_shards_and_bad_ones_are_counted(
    two: str, tmp_path: Path
) -> None:
    found = packed(two, tmp_path / "pack")
    names = ("s-00.tar/b", "s-01.tar/b")
    assert found.ids == [hashlib.sha256(name.encode()).hexdigest() for name in names]
    assert found.captions == ["a fox", "夜 🎬"]
    assert found.left_out == {
        "no_caption": 3, "no_film": 2, "too_few_keyframes": 1, "unreadable": 1,
    }  # fmt: skip


def test_frames_are_evenly_spaced_from_the_first_to_the_last(two: str, tmp_path: Path) -> None:
    frames = packed(two, tmp_path / "pack").frames(0)
    assert frames.shape == (8, 32, 43, 3)
    assert np.abs(frames.mean((1, 2, 3)) - np.arange(0, 141, 20)).max() <= 2


def test_colours_are_rgb(tmp_path: Path) -> None:
    form = VideoFormat(codec="ffv1", pixel_format="yuv444p")
    with VideoWriter(tmp_path / "film.mkv", 64, 48, form) as writer:
        for _ in range(8):
            writer.write(np.full((48, 64, 3), (0, 0, 255), np.uint8))  # BGR: red
    file = shard(tmp_path / "one.tar", {
        "red.mkv": (tmp_path / "film.mkv").read_bytes(), "red.txt": "red",
    })  # fmt: skip
    red, green, blue = packed(file, tmp_path / "pack").frames(0).mean((0, 1, 2))
    assert red > 240 and max(green, blue) < 15


def test_what_was_stopped_goes_on_and_is_the_same(
    two: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = packed(two, tmp_path / "whole")
    decoded: list[int] = []
    real = shards._frames

    def second_ends(film: bytes, *more: object) -> np.ndarray:
        decoded.append(len(film))
        if len(decoded) == 2:
            raise KeyboardInterrupt
        return real(film, *more)

    monkeypatch.setattr(shards, "_frames", second_ends)
    with pytest.raises(KeyboardInterrupt):
        packed(two, tmp_path / "pack")
    found = packed(two, tmp_path / "pack")
    assert len(decoded) == 2 + 3  # the first is not decoded again
    assert (found.fingerprint, found.left_out) == (whole.fingerprint, whole.left_out)
    assert all(np.array_equal(found.frames(n), whole.frames(n)) for n in range(2))


def test_a_folder_of_shards_is_read_in_the_order_of_names(two: str, tmp_path: Path) -> None:
    assert is_shards(str(tmp_path)) and is_shards(two)
    assert shards_of(str(tmp_path)) == shards_of(two)
    (tmp_path / "empty").mkdir()
    assert not is_shards(str(tmp_path / "empty"))


def test_shards_that_lack_are_told_before_any_work(two: str, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"s-02\.tar: no such shard \(2 of 4 lack\)"):
        packed(two.replace("01}", "03}"), tmp_path / "pack")


@pytest.mark.parametrize("left", [100, 700, -10_240 - 512, -30_000])
def test_a_shard_cut_short_is_told(left: int, films: Path, tmp_path: Path) -> None:
    film = (films / "long.mkv").read_bytes()
    file = shard(tmp_path / "one.tar", {
        "a.mkv": film, "a.txt": "a", "b.mkv": os.urandom(30_000), "b.txt": "b" * 900,
    })  # fmt: skip
    os.truncate(file, left % file.stat().st_size)
    with pytest.raises(RequestError, match=r"one\.tar is cut short or no tar"):
        packed(file, tmp_path / "pack")


def test_shards_without_a_clip_are_refused(tmp_path: Path) -> None:
    file = shard(tmp_path / "one.tar", {"a.jpg": b"0", "a.txt": "a picture"})
    with pytest.raises(RequestError, match=r"no clip in these shards; clips are KEY\.mp4"):
        packed(file, tmp_path / "pack")


def test_for_keyframes_alone_no_caption_is_wanted_and_pictures_cover_the_size(
    two: str, tmp_path: Path
) -> None:
    wanted = Packing(8, cover=(40, 24), caption=False)
    found = pack_shards(two, tmp_path / "pack", wanted, lambda *_: None)
    assert len(found) == 5
    assert found.left_out == {"no_film": 2, "too_few_keyframes": 1, "unreadable": 1}
    assert found.captions.count("") == 3
    assert {found.size(clip) for clip in range(5)} == {(30, 40)}


def test_the_lineage_names_each_clip_by_its_shard_and_says_what_the_shard_says(
    films: Path, tmp_path: Path
) -> None:
    film = (films / "long.mkv").read_bytes()
    told = {"caption": "a fox", "url": "https://example.org/1", "license": "CC-BY-4.0"}
    shard(tmp_path / "a.tar", {"x/1.mkv": film, "x/1.json": json.dumps(told)})
    shard(tmp_path / "b.tar", {"1.mkv": film, "1.txt": "a girl"})
    pack = packed(tmp_path, tmp_path / "pack")
    found = lineage.read(pack.folder).of(pack.ids)
    assert found.column("source_group") == ["a.tar/x/1", "b.tar/1"]
    assert set(found.column("video")) == {hashlib.sha256(film).hexdigest()}
    assert found.table["url"].to_pylist() == ["https://example.org/1", None]
    assert found.licences() == {"CC-BY-4.0": 1, None: 1}
    assert [found.unknown(name) for name in ("video", "licence", "timing_class")] == [0, 1, 2]


def test_a_film_is_read_once_for_its_frames_and_its_hash_also_where_packing_was_stopped(
    two: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = lineage.read(packed(two, tmp_path / "whole").folder)
    read, real, frames = Counter[str](), shards._content, shards._frames

    def counted(tar: tarfile.TarFile, name: str | None) -> bytes:
        if name and name.endswith(".mkv"):
            read[f"{tar.name}/{name}"] += 1
        return real(tar, name)

    def second_ends(film: bytes, *more: object) -> np.ndarray:
        if sum(read.values()) == 2 and max(read.values()) == 1:
            raise KeyboardInterrupt
        return frames(film, *more)

    monkeypatch.setattr(shards, "_content", counted)
    monkeypatch.setattr(shards, "_frames", second_ends)
    with pytest.raises(KeyboardInterrupt):
        packed(two, tmp_path / "pack")
    found = lineage.read(packed(two, tmp_path / "pack").folder)
    assert sorted(read.values())[-2:] == [1, 2]  # only the one that was not done
    assert found.table.equals(whole.table)


def test_a_pack_that_an_earlier_version_was_stopped_at_has_its_lineage_whole(
    two: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = lineage.read(packed(two, tmp_path / "whole").folder)

    def ends(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(lineage, "write_plain", ends)
        with pytest.raises(KeyboardInterrupt):
            packed(two, tmp_path / "pack")
    lines = tmp_path / "pack.unfinished" / "clips.jsonl"
    told = [json.loads(line) for line in lines.read_text().splitlines()]
    for line in told:
        line.pop("origin", None)
    lines.write_text("".join(json.dumps(line) + "\n" for line in told))
    assert lineage.read(packed(two, tmp_path / "pack").folder).table.equals(whole.table)


def test_shards_of_one_name_are_refused_as_their_clips_would_be_taken_for_each_other(
    films: Path, tmp_path: Path
) -> None:
    for number in range(2):
        (tmp_path / f"d{number}").mkdir()
        shard(tmp_path / f"d{number}" / "s.tar", {"1.mkv": (films / "long.mkv").read_bytes()})
    with pytest.raises(RequestError, match=r"2 shards are named s\.tar; rename all but one"):
        packed(tmp_path / "d{0..1}" / "s.tar", tmp_path / "pack")
