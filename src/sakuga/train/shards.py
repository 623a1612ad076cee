"""WebDataset shards into a pack: KEY.mp4 with KEY.txt or KEY.json, in tar files (§4.1).

    sakuga train contrastive 'shards-{00000..00009}.tar' --out RUN

Shards are read once, in their order, and packed: so steps are drawn, shared out and gone on with
exactly as from a dataset. A tar is read by its index, member by member; nothing is unpacked but the
clip that is being decoded. The format: https://github.com/webdataset/webdataset.

A shard says nothing of drawings: frames are evenly spaced over the clip, held ones among them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from sakuga.core.errors import ItemError, NoFrames, RequestError
from sakuga.core.images import Picture
from sakuga.core.recipe import fingerprint
from sakuga.train.packed import FEWEST, Pack, Writer, alone, is_pack, open_pack, writing
from sakuga.train.packing import Advance, Packing, room_for, shrunk

FILMS = ("mp4", "webm", "mkv", "mov", "m4v")  # containers that `core.video` opens
CAPTIONS = ("txt", "json")
FIELDS = ("caption", "text")  # of a KEY.json

END = 1024  # bytes of a tar's end mark
_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")


@dataclass(frozen=True, slots=True)
class Sample:
    """A clip in a shard: its members' names there, None where there is none."""

    shard: Path
    key: str
    film: str | None
    caption: str | None

    @property
    def id(self) -> str:
        """SHA-256 of SHARD/KEY, as a number in base 16: what draws its keyframes wants one."""
        return hashlib.sha256(f"{self.shard.name}/{self.key}".encode()).hexdigest()


def is_shards(given: str) -> bool:
    """True for what names tar files, or a folder with some."""
    folder = Path(given)
    return given.endswith(".tar") or (folder.is_dir() and any(folder.glob("*.tar")))


def shards_of(given: str) -> list[Path]:
    """The tar files of `a-{000..009}.tar`, a name or a folder. Raises RequestError if one lacks."""
    folder = Path(given)
    if folder.is_dir():
        return sorted(folder.glob("*.tar"))
    files = [Path(name) for name in _expanded(given)]
    if missing := [str(file) for file in files if not file.is_file()]:
        raise RequestError(f"{missing[0]}: no such shard ({len(missing)} of {len(files)} lack)")
    return files


def samples_of(shard: Path) -> list[Sample]:
    """The clips of a shard in their order. Raises RequestError where it is cut short or no tar."""
    try:
        with tarfile.open(shard, "r:") as tar:
            names = [member.name for member in tar if member.isfile()]
        _check_end(shard)
    except (tarfile.TarError, OSError) as error:
        raise RequestError(f"{shard} is cut short or no tar: {error}; fetch it again") from error
    members: dict[str, dict[str, str]] = {}
    for name in names:
        path = PurePosixPath(name)
        stem, _, kind = path.name.partition(".")
        members.setdefault(str(path.parent / stem), {})[kind.lower()] = name
    return [
        Sample(shard, key, _first(kinds, FILMS), _first(kinds, CAPTIONS))
        for key, kinds in members.items()
        if _first(kinds, (*FILMS, *CAPTIONS))
    ]


def pack_shards(
    given: str, folder: Path, packing: Packing, advance: Advance,
    waiting: Callable[[], None] = lambda: None,
) -> Pack:  # fmt: skip
    """Pack the clips of shards that have a caption, 8 frames or more, and decode.

    What is left out is counted by reason. Stopped, it goes on; see `packing.pack`. Raises
    RequestError for shards that lack, are cut short, or hold no clip.
    """
    packing.checked()
    with alone(folder, waiting):
        if not is_pack(folder):
            _pack(given, folder, packing, advance)
    return open_pack(folder)


def _pack(given: str, folder: Path, packing: Packing, advance: Advance) -> None:
    shards = shards_of(given)
    samples = [sample for shard in shards for sample in samples_of(shard)]
    if not any(sample.film for sample in samples):
        kinds = ", ".join(f"KEY.{kind}" for kind in FILMS)
        raise RequestError(f"{given}: no clip in these shards; clips are {kinds}")
    facts: dict[str, object] = {"frames": packing.frames, "side": packing.side}
    facts["of"] = fingerprint([(s.id, s.film, s.caption, s.shard.stat().st_size) for s in samples])
    room_for(len(samples), folder, packing)
    with writing(folder, facts, goes_on=True) as writer:
        there = writer.there
        number = 0
        for shard in shards:
            of_shard = [sample for sample in samples if sample.shard == shard]
            with tarfile.open(shard, "r:") as tar:
                for sample in of_shard:
                    number += 1
                    if sample.id not in there:
                        _take(tar, sample, writer, packing)
                        advance("pack", number, len(samples))


def _take(tar: tarfile.TarFile, sample: Sample, writer: Writer, packing: Packing) -> None:
    if sample.film is None:
        writer.leave(sample.id, "no_film")
    elif not (caption := _caption(tar, sample).strip()):
        writer.leave(sample.id, "no_caption")
    else:
        try:
            frames = _frames(_content(tar, sample.film), Path(sample.film).suffix, packing)
        except ItemError as error:
            writer.leave(sample.id, error.reason)
            return
        if len(frames) < FEWEST:
            writer.leave(sample.id, "too_few_keyframes")
        else:
            writer.add(sample.id, caption, frames)


def _frames(film: bytes, suffix: str, packing: Packing) -> Picture:
    """(n, H, W, 3) RGB, evenly spaced and shrunk. Read twice: a count first, then those alone."""
    from sakuga.core.video import VideoReader

    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.write(film)
        file.flush()
        with VideoReader(file.name) as reader:
            there = sum(1 for _ in reader.frames())
        if not there:
            raise NoFrames("no frame of it decodes")
        count = min(there, packing.frames)
        wanted = set(np.floor(np.linspace(0, there - 1, count) + 0.5).astype(int).tolist())
        with VideoReader(file.name) as reader:
            chosen = [f.upright()[..., ::-1] for f in reader.frames() if f.index in wanted]
    return shrunk(np.stack(chosen), packing.side)


def _caption(tar: tarfile.TarFile, sample: Sample) -> str:
    """Empty where there is none."""
    if sample.caption is None:
        return ""
    text = _content(tar, sample.caption).decode("utf-8", "replace")
    if not sample.caption.lower().endswith("json"):
        return text
    try:
        page = json.loads(text)
    except ValueError:
        return ""
    found = [page[name] for name in FIELDS if isinstance(page, dict) and page.get(name)]
    return str(found[0]) if found else ""


def _content(tar: tarfile.TarFile, name: str) -> bytes:
    member = tar.extractfile(name)
    return member.read() if member else b""


def _expanded(given: str) -> Iterator[str]:
    """Each name of a range in braces, with its leading zeros."""
    found = _RANGE.search(given)
    if not found:
        yield given
        return
    first, last = found.groups()
    for number in range(int(first), int(last) + 1):
        yield from _expanded(given[: found.start()] + str(number).zfill(len(first))
                             + given[found.end() :])  # fmt: skip


def _check_end(shard: Path) -> None:
    """Two blocks of zeros end a tar; `tarfile` takes one that was cut between members for whole."""
    with shard.open("rb") as file:
        file.seek(-min(END, shard.stat().st_size), os.SEEK_END)
        if any(file.read()):
            raise tarfile.ReadError("its end mark lacks")


def _first(kinds: dict[str, str], wanted: tuple[str, ...]) -> str | None:
    return next((kinds[kind] for kind in wanted if kind in kinds), None)
