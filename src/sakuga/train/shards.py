"""WebDataset shards into a pack: KEY.mp4 with KEY.txt or KEY.json, in tar files (§4.1).

    sakuga train contrastive 'shards-{00000..00009}.tar' --out RUN
    sakuga train svd 'shards-{00000..00009}.tar' --out RUN           (captions play no part)

Shards are read once, in their order, and packed: so steps are drawn, shared out and gone on with
exactly as from a dataset. A tar is read by its index, member by member; nothing is unpacked but the
clip that is being decoded. The format: https://github.com/webdataset/webdataset.

A shard says nothing of drawings: frames are evenly spaced over the clip, held ones among them. It
may say where a clip is from: "url" and "licence" (or "license") in KEY.json go into the lineage,
beside SHARD/KEY and the SHA-256 of the film.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, cast

import numpy as np

from sakuga.core.errors import ItemError, NoFrames, RequestError
from sakuga.core.images import Picture
from sakuga.core.recipe import fingerprint
from sakuga.train import lineage
from sakuga.train.packed import Pack, Writer
from sakuga.train.packing import Advance, Packing, into, once

FILMS = ("mp4", "webm", "mkv", "mov", "m4v")  # containers that `core.video` opens
CAPTIONS = ("txt", "json")
FIELDS = ("caption", "text")  # of a KEY.json
LICENCES = ("licence", "license")  # likewise

END = 1024  # bytes of a tar's end mark
_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")


@dataclass(frozen=True, slots=True)
class Sample:
    """A clip in a shard: its members' names there, None where there is none."""

    shard: Path
    key: str
    film: str | None
    caption: str | None
    page: str | None  # KEY.json

    @property
    def place(self) -> str:
        """SHARD/KEY, by which a takedown names it."""
        return f"{self.shard.name}/{self.key}"

    @property
    def id(self) -> str:
        """SHA-256 of its place, as a number in base 16: what draws its keyframes wants one."""
        return hashlib.sha256(self.place.encode()).hexdigest()


def is_shards(given: str) -> bool:
    """True for what names tar files, or a folder with some."""
    folder = Path(given)
    return given.endswith(".tar") or (folder.is_dir() and any(folder.glob("*.tar")))


def shards_of(given: str) -> list[Path]:
    """The tar files of `a-{000..009}.tar`, a name or a folder. Raises RequestError if one lacks, or
    two have one name: clips are told apart by SHARD/KEY.
    """
    folder = Path(given)
    if folder.is_dir():
        return sorted(folder.glob("*.tar"))
    files = [Path(name) for name in _expanded(given)]
    if missing := [str(file) for file in files if not file.is_file()]:
        raise RequestError(f"{missing[0]}: no such shard ({len(missing)} of {len(files)} lack)")
    name, times = Counter(file.name for file in files).most_common(1)[0]
    if times > 1:
        raise RequestError(f"{given}: {times} shards are named {name}; rename all but one")
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
        Sample(shard, key, _first(kinds, FILMS), _first(kinds, CAPTIONS), kinds.get("json"))
        for key, kinds in members.items()
        if _first(kinds, (*FILMS, *CAPTIONS))
    ]


def all_samples(given: str) -> list[Sample]:
    """The clips of shards, one shard after the other. Raises RequestError where no film is."""
    samples = [sample for shard in shards_of(given) for sample in samples_of(shard)]
    if not any(sample.film for sample in samples):
        kinds = ", ".join(f"KEY.{kind}" for kind in FILMS)
        raise RequestError(f"{given}: no clip in these shards; clips are {kinds}")
    return samples


def pack_shards(
    given: str, folder: Path, packing: Packing, advance: Advance,
    waiting: Callable[[], None] = lambda: None, facts: Mapping[str, object] | None = None,
) -> Pack:  # fmt: skip
    """Pack the clips of shards that have enough frames, a caption if it must be, and decode.

    What is left out is counted by reason. Stopped, it goes on; see `packing.pack`. Raises
    RequestError for shards that lack, are cut short, or hold no clip.
    """
    return once(
        folder, packing, waiting, lambda: _pack(given, folder, packing, advance, facts or {})
    )


def _pack(
    given: str, folder: Path, packing: Packing, advance: Advance, facts: Mapping[str, object]
) -> None:
    samples = all_samples(given)
    of = fingerprint([(s.id, s.film, s.caption, s.shard.stat().st_size) for s in samples])
    with into(folder, packing, len(samples), of, facts) as writer:
        there = writer.there
        for number, (tar, sample) in enumerate(_opened(samples), 1):
            if sample.id not in there:
                _take(tar, sample, writer, packing)
                advance("pack", number, len(samples))
        kept = writer.kept
        left = (s for s in samples if s.id in kept and s.id not in writer.origins)
        again = {s.id: _origin(tar, s) for tar, s in _opened(left)}  # an earlier version kept none
        origins = {**writer.origins, **again}
        lineage.write_plain((origins[s.id] for s in samples if s.id in kept), writer.folder)


def _opened(samples: Iterable[Sample]) -> Iterator[tuple[tarfile.TarFile, Sample]]:
    """Each with its shard, which is open until the next is wanted."""
    for shard, some in itertools.groupby(samples, lambda sample: sample.shard):
        with tarfile.open(shard, "r:") as tar:
            for sample in some:
                yield tar, sample


def _take(tar: tarfile.TarFile, sample: Sample, writer: Writer, packing: Packing) -> None:
    if sample.film is None:
        writer.leave(sample.id, "no_film")
    elif not (caption := _caption(tar, sample).strip()) and packing.caption:
        writer.leave(sample.id, "no_caption")
    else:
        film = _content(tar, sample.film)
        try:
            frames = _frames(film, Path(sample.film).suffix, packing)
        except ItemError as error:
            writer.leave(sample.id, error.reason)
            return
        if len(frames) < packing.fewest:
            writer.leave(sample.id, "too_few_keyframes")
        else:
            writer.add(sample.id, caption, frames, _origin(tar, sample, film))


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
    return packing.fitted(np.stack(chosen))


def _caption(tar: tarfile.TarFile, sample: Sample) -> str:
    """Empty where there is none."""
    if sample.caption is None:
        return ""
    text = _content(tar, sample.caption).decode("utf-8", "replace")
    return _said(_page(text), FIELDS) or "" if _is_json(sample.caption) else text


def _origin(tar: tarfile.TarFile, sample: Sample, film: bytes | None = None) -> dict[str, object]:
    """A clip's row of the lineage; what a shard does not tell is null. film: its bytes, if read."""
    content = _content(tar, sample.film) if film is None else film
    page = _page(_content(tar, sample.page).decode("utf-8", "replace"))
    return {
        "id": sample.id,
        "video": hashlib.sha256(content).hexdigest(),
        "source_group": sample.place,
        "url": _said(page, ("url",)),
        "licence": _said(page, LICENCES),
    }


def _page(text: str) -> dict[str, Any]:
    """What a KEY.json says; nothing where it is none."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _said(page: dict[str, Any], names: Sequence[str]) -> str | None:
    """The first of these fields that says something."""
    return next((str(page[name]) for name in names if page.get(name)), None)


def _is_json(name: str) -> bool:
    return name.lower().endswith("json")


def _content(tar: tarfile.TarFile, name: str | None) -> bytes:
    """Empty where there is none."""
    member = tar.extractfile(name) if name else None
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
