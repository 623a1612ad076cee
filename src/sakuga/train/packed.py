"""Clips packed for training: keyframes decoded and shrunk once, then mapped from disk (§4.1, §5).

    PACK/frames.bin      pixels of all clips, one clip after the other: (n, H, W, 3) uint8 RGB each
    PACK/clips.parquet   a clip's id, caption, how many frames of what size, and where they begin
    PACK/pack.json       how it was made, and what was left out and why
    PACK/lineage.parquet where each clip is from (`train.lineage`)

A pack is written under another name and takes its own when it is whole.
"""

from __future__ import annotations

import json
import math
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sakuga.core.errors import RequestError
from sakuga.core.images import Picture
from sakuga.core.recipe import fingerprint
from sakuga.core.records import Failure, Row
from sakuga.train import lineage

if TYPE_CHECKING:
    from sakuga.dataset.published import Dataset

FEWEST = 8  # §5: clips with fewer keyframes are left out
WIDEST = 2.0  # longer to shorter side, to say beforehand what a pack may cost
Advance = Callable[[str, float, int], None]

_INDEX = pa.schema(
    [("id", pa.string()), ("caption", pa.string()), ("begin", pa.int64())]
    + [(name, pa.int32()) for name in ("frames", "height", "width")]
)


@dataclass(frozen=True, slots=True)
class Packing:
    """How clips are packed. frames: at most so many keyframes of each, evenly spaced; training
    draws 8 of them anew each time. side: the shorter one, in pixels; smaller pictures stay. cover:
    (width, height) that the picture should still cover, instead. fewest: keyframes of a clip that
    is taken. caption: whether it must have one.
    """

    frames: int = 16
    side: int = 256
    cover: tuple[int, int] | None = None
    fewest: int = FEWEST
    caption: bool = True

    def checked(self) -> Packing:
        """This; raises RequestError for what can't be."""
        if self.frames < self.fewest:
            raise RequestError(f"frames = {self.frames}: must be {self.fewest} or more; see §5")
        if self.side < 1:
            raise RequestError(f"side = {self.side}: must be 1 pixel or more")
        return self

    def cost(self, clips: int) -> int:
        """At most so many bytes, for pictures up to twice as long as wide."""
        area = self.side**2 if self.cover is None else self.cover[0] * self.cover[1]
        return int(clips * self.frames * area * WIDEST * 3)

    def fitted(self, frames: Picture) -> Picture:
        """Frames (n, H, W, 3) as they are packed."""
        height, width = frames.shape[1:3]
        if self.cover is None:
            return shrunk(frames, self.side)
        scale = max(self.cover[0] / width, self.cover[1] / height)
        return shrunk(frames, math.ceil(scale * min(height, width)))


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
    """Takes clips; what it leaves out is counted by reason."""

    folder: Path
    left_out: Counter[str] = field(default_factory=Counter[str])
    _rows: list[tuple[str, str, int, int, int, int]] = field(
        default_factory=list[tuple[str, str, int, int, int, int]]
    )
    _end: int = 0

    def add(self, id: str, caption: str, frames: Picture) -> None:
        """A clip: (n, H, W, 3) uint8 RGB."""
        with (self.folder / "frames.bin").open("ab") as file:
            file.write(np.ascontiguousarray(frames).tobytes())
        self._rows.append((id, caption, self._end, *frames.shape[:3]))
        self._end += frames.nbytes

    @property
    def ids(self) -> list[str]:
        """Of the clips, in their order."""
        return [row[0] for row in self._rows]

    def close(self, facts: Mapping[str, object]) -> None:
        """Write the index; `facts` go into pack.json beside the counts."""
        columns = list(zip(*self._rows, strict=True)) or [()] * len(_INDEX)
        arrays = [pa.array(c, f.type) for c, f in zip(columns, _INDEX, strict=True)]
        pq.write_table(pa.table(arrays, schema=_INDEX), self.folder / "clips.parquet")
        page = {**facts, "clips": len(self._rows), "bytes": self._end, "left_out": self.left_out}
        (self.folder / "pack.json").write_text(json.dumps(page, indent=2), encoding="utf-8")


@contextmanager
def writing(folder: Path, facts: Mapping[str, object]) -> Generator[Writer]:
    """Write a pack whole, or not at all if an exception leaves the block."""
    if folder.exists():
        raise RequestError(f"{folder} is there already; name another folder")
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        (unfinished / "frames.bin").touch()
        writer = Writer(unfinished)
        yield writer
        writer.close(facts)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def pack(
    dataset: Dataset,
    folder: Path,
    packing: Packing,
    advance: Advance,
    facts: Mapping[str, object] | None = None,
) -> Pack:
    """Pack a dataset's clips that have 8 keyframes or more and, if it must be, a caption.

    Each film is decoded once, forward. A clip whose frames can't be had again is left out and
    counted, never another's taken for it. `facts` are kept in pack.json. Raises RequestError where
    the disk is too small, or no clip has enough keyframes: before anything is decoded.
    """
    packing.checked()
    folder.parent.mkdir(parents=True, exist_ok=True)
    free, cost = shutil.disk_usage(folder.parent).free, packing.cost(len(dataset))
    if cost > free:
        raise RequestError(
            f"{folder}: a pack of {len(dataset)} clips may take {cost / 1e9:.1f} GB and "
            f"{free / 1e9:.1f} GB are free; lower frames or side, or name another disk"
        )
    about = {
        "frames": packing.frames,
        "side": packing.side,
        "cover": packing.cover,
        **(facts or {}),
    }
    with writing(folder, about) as writer:
        wanted = {row.id: row for row in _worthy(dataset, packing, writer.left_out)}
        if writer.left_out and writer.left_out["too_few_keyframes"] == writer.left_out.total() == (
            len(dataset)
        ):
            raise RequestError(
                f"{dataset!r}: none of its {len(dataset)} clips has {packing.fewest} keyframes or "
                "more; bring longer or livelier footage, or lower clips.frames"
            )
        rows = list(wanted.values())
        found = dataset.each_frames(rows, count=packing.frames, how="uniform", short="repeat")
        for number, made in enumerate(found, 1):
            if isinstance(made, Failure):
                writer.left_out[made.reason] += 1
            else:
                row = wanted[made.id]
                shown = made.pixels[: min(row.keyframes, packing.frames)]
                writer.add(made.id, str(row.text_description or ""), packing.fitted(shown))
            advance("pack", number, len(rows))
        lineage.write([wanted[id] for id in writer.ids], writer.folder)
    return open_pack(folder)


def _worthy(rows: Iterable[Row], packing: Packing, left_out: Counter[str]) -> Iterable[Row]:
    for row in rows:
        if row.keyframes < packing.fewest:
            left_out["too_few_keyframes"] += 1
        elif packing.caption and not (row.text_description or "").strip():
            left_out["no_caption"] += 1
        else:
            yield row


def shrunk(frames: Picture, side: int) -> Picture:
    """Frames (n, H, W, 3) with their shorter side at most so long, by area; aspect kept."""
    import cv2

    height, width = frames.shape[1:3]
    scale = side / min(height, width)
    if scale >= 1:
        return frames
    size = max(side, round(width * scale)), max(side, round(height * scale))
    smaller = [cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in frames]
    return np.stack(smaller).astype(np.uint8, copy=False)


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
