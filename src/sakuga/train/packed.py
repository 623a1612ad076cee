"""Clips packed for training: keyframes decoded and shrunk once, then mapped from disk (§4.1, §5).

    PACK/frames.bin      pixels of all clips, one clip after the other: (n, H, W, 3) uint8 RGB each
    PACK/clips.parquet   a clip's id, caption, how many frames of what size, and where they begin
    PACK/pack.json       how it was made, and what was left out and why
    PACK/lineage.parquet where each clip is from (`train.lineage`)

A pack is written under another name and takes its own when it is whole. What has been written of it
is kept clip by clip, so that the same command goes on where it was stopped:

    PACK.unfinished/clips.jsonl   first how it is made, then a line for each clip in frames.bin
    PACK.lock                     held by whoever packs; others wait and then find the pack
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sakuga.core.errors import RequestError
from sakuga.core.images import Picture
from sakuga.core.lock import held
from sakuga.core.recipe import fingerprint

FEWEST = 8  # §5: clips with fewer keyframes are left out

_Kept = tuple[str, int, int, int, int]  # caption, begin, frames, height, width

_INDEX = pa.schema(
    [("id", pa.string()), ("caption", pa.string()), ("begin", pa.int64())]
    + [(name, pa.int32()) for name in ("frames", "height", "width")]
)


@dataclass(frozen=True)
class Pack:
    """An open pack; cheap to make and to pickle: pixels are mapped where they are asked for."""

    folder: Path
    ids: list[str]
    captions: list[str]
    left_out: dict[str, int]
    _places: np.ndarray = field(repr=False)  # (clips, 4) int64: begin, frames, height, width

    def __len__(self) -> int:
        return len(self.ids)

    def frames(self, clip: int) -> Picture:
        """(n, H, W, 3) uint8 RGB of the clip with this number; a read-only view of the file."""
        begin, *shape = (int(n) for n in self._places[clip])
        mapped = np.memmap(
            self.folder / "frames.bin", np.uint8, "r", begin, shape=(*shape, 3)
        )  # a map a clip: a worker holds no more open than it looks at
        return cast(Picture, mapped)

    def keyframes(self, clip: int) -> int:
        """How many frames are packed of the clip."""
        return int(self._places[clip, 1])

    def size(self, clip: int) -> tuple[int, int]:
        """Height and width of its pictures."""
        _, _, height, width = (int(n) for n in self._places[clip])
        return height, width

    def subset(self, clips: Sequence[int]) -> Pack:
        """The clips with these numbers, in this order, of the same files."""
        ids, captions = ([of[n] for n in clips] for of in (self.ids, self.captions))
        return Pack(self.folder, ids, captions, self.left_out, self._places[list(clips)])

    @property
    def fingerprint(self) -> str:
        """Differs where the clips, their captions or their order do."""
        return fingerprint(self.ids, self.captions, self._places.tolist())


@dataclass
class Writer:
    """Takes clips; what it leaves out is counted by reason. left: ids of clips that were left out
    before it was stopped, by reason. order: of ids in the index; empty: as they came. origins: what
    was told of where clips are from, by id.
    """

    folder: Path
    left_out: Counter[str] = field(default_factory=Counter[str])
    left: dict[str, str] = field(default_factory=dict[str, str])
    order: Sequence[str] = ()
    origins: dict[str, Mapping[str, object]] = field(
        default_factory=dict[str, Mapping[str, object]]
    )
    _rows: dict[str, _Kept] = field(default_factory=dict[str, _Kept])
    _end: int = 0

    @property
    def there(self) -> set[str]:
        """Ids of the clips that need not come again, kept or left out."""
        return {*self._rows, *self.left}

    @property
    def kept(self) -> set[str]:
        """Ids of the clips that are in it."""
        return set(self._rows)

    def add(
        self, id: str, caption: str, frames: Picture, origin: Mapping[str, object] | None = None
    ) -> None:
        """A clip: (n, H, W, 3) uint8 RGB. origin: plain data, known again where it goes on."""
        with (self.folder / "frames.bin").open("ab") as file:
            file.write(np.ascontiguousarray(frames).tobytes())
        self._rows[id] = (caption, self._end, *frames.shape[:3])
        self._end += frames.nbytes
        line: dict[str, object] = {"id": id, "kept": self._rows[id]}
        if origin is not None:
            self.origins[id] = line["origin"] = dict(origin)
        self._tell(line)

    def leave(self, id: str, reason: str) -> None:
        """A clip that can't be had."""
        self.left_out[reason] += 1
        self._tell({"id": id, "left": reason})

    def resume(self) -> None:
        """Take what a stopped one left; what it had not written to the end is cut off."""
        lines, frames = self.folder / "clips.jsonl", self.folder / "frames.bin"
        there, whole = frames.stat().st_size, 0
        for line in lines.read_bytes().splitlines(keepends=True):
            if not (line.endswith(b"\n") and self._take(json.loads(line), there)):
                break
            whole += len(line)
        os.truncate(lines, whole)
        os.truncate(frames, self._end)

    def close(self, facts: Mapping[str, object]) -> None:
        """Write the index; `facts` go into pack.json beside the counts."""
        ids = [id for id in self.order or self._rows if id in self._rows]
        columns = list(zip(*((id, *self._rows[id]) for id in ids), strict=True))
        columns = columns or [()] * len(_INDEX)
        arrays = [pa.array(c, f.type) for c, f in zip(columns, _INDEX, strict=True)]
        pq.write_table(pa.table(arrays, schema=_INDEX), self.folder / "clips.parquet")
        page = {**facts, "clips": len(ids), "bytes": self._end, "left_out": self.left_out}
        (self.folder / "pack.json").write_text(json.dumps(page, indent=2), encoding="utf-8")

    def _tell(self, line: dict[str, object]) -> None:
        """After the frames, so that no line is there without them."""
        with (self.folder / "clips.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _take(self, line: dict[str, Any], there: int) -> bool:
        """False for a clip whose frames are not all there."""
        if "left" in line:
            self.left[line["id"]] = line["left"]
            self.left_out[line["left"]] += 1
        elif "kept" in line:
            caption, begin, *shape = line["kept"]
            end = begin + math.prod(shape) * 3
            if end > there:
                return False
            self._rows[line["id"]] = (caption, begin, *shape)
            if "origin" in line:
                self.origins[line["id"]] = line["origin"]
            self._end = end
        return True


@contextmanager
def writing(
    folder: Path, facts: Mapping[str, object], *, goes_on: bool = False
) -> Generator[Writer]:
    """Write a pack whole, or not at all if an exception leaves the block.

    goes_on: what was written is kept then, for a Writer of the same facts that takes it up again.
    """
    if folder.exists():
        raise RequestError(f"{folder} is there already; name another folder")
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    writer, head = Writer(unfinished), unfinished / "clips.jsonl"
    if goes_on and _first_line(head) == json.loads(json.dumps(dict(facts))):
        writer.resume()
    else:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        (unfinished / "frames.bin").touch()
        head.write_text(json.dumps(dict(facts)) + "\n", encoding="utf-8")
    try:
        yield writer
        writer.close(facts)
        head.unlink()
        unfinished.rename(folder)
    finally:
        if not goes_on:
            shutil.rmtree(unfinished, ignore_errors=True)


@contextmanager
def alone(folder: Path, waiting: Callable[[], None] = lambda: None) -> Generator[None]:
    """Nobody else packs into this folder meanwhile; `waiting` is called where somebody does."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with held(folder.with_name(f"{folder.name}.lock"), waiting):
        yield


def _first_line(file: Path) -> Any:
    """How a stopped pack was made; None where there is none."""
    try:
        with file.open(encoding="utf-8") as lines:
            return json.loads(lines.readline())
    except (OSError, ValueError):
        return None


def is_pack(folder: Path) -> bool:
    """True where a pack is."""
    return (folder / "pack.json").is_file()


def facts_of(pack: Pack) -> dict[str, Any]:
    """What pack.json says of how it was made."""
    return json.loads((pack.folder / "pack.json").read_text(encoding="utf-8"))


def open_pack(folder: Path) -> Pack:
    """The pack in a folder. Raises RequestError if it is none, or not whole."""
    try:
        page = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
        table = pq.read_table(folder / "clips.parquet", schema=_INDEX)
        there = (folder / "frames.bin").stat().st_size
    except (OSError, ValueError, pa.ArrowException) as error:
        raise RequestError(f"{folder}: no pack can be read from it: {error}") from error
    if there != page["bytes"] or table.num_rows != page["clips"]:
        raise RequestError(
            f"{folder} is cut short: {there} bytes of {page['bytes']}, {table.num_rows} clips of "
            f"{page['clips']}; make it again: sakuga train pack"
        )
    names = ("begin", "frames", "height", "width")
    places = [table[name].to_numpy().astype(np.int64) for name in names]
    ids, captions = ([str(v) for v in table[name].to_pylist()] for name in ("id", "caption"))
    return Pack(folder, ids, captions, page["left_out"], np.stack(places, 1))
