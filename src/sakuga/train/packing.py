"""Packs of what is there: a dataset's clips, decoded once (§4.1, §5)."""

from __future__ import annotations

import dataclasses
import math
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sakuga.core.errors import RequestError
from sakuga.core.images import Picture
from sakuga.core.recipe import fingerprint
from sakuga.core.records import Failure, Row
from sakuga.train import lineage
from sakuga.train.packed import FEWEST, Pack, Writer, alone, is_pack, open_pack, writing

if TYPE_CHECKING:
    from sakuga.dataset.published import Dataset

WIDEST = 2.0  # longer to shorter side, to say beforehand what a pack may cost
Advance = Callable[[str, float, int], None]


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

    @property
    def size(self) -> str:
        """What it asks of a picture, in words."""
        if self.cover is None:
            return f"a shorter side of {self.side}"
        return f"what covers {self.cover[0]} x {self.cover[1]}"

    def suffices(self, height: int, width: int) -> bool:
        """Whether a picture is no smaller than this packing would make it."""
        if self.cover is None:
            return min(height, width) >= self.side
        return width >= self.cover[0] and height >= self.cover[1]

    def fitted(self, frames: Picture) -> Picture:
        """Frames (n, H, W, 3) as they are packed."""
        height, width = frames.shape[1:3]
        if self.cover is None:
            return shrunk(frames, self.side)
        scale = max(self.cover[0] / width, self.cover[1] / height)
        return shrunk(frames, math.ceil(scale * min(height, width)))


def pack(
    dataset: Dataset, folder: Path, packing: Packing, advance: Advance,
    waiting: Callable[[], None] = lambda: None, facts: Mapping[str, object] | None = None,
) -> Pack:  # fmt: skip
    """Pack a dataset's clips that have enough keyframes and, if it must be, a caption.

    Each film is decoded once, forward. A clip whose frames can't be had again is left out and
    counted, never another's taken for it. Where it was stopped, it goes on; where another packs
    into this folder, `waiting` is called and that pack is taken. `facts` are kept in pack.json.
    Raises RequestError, before anything is decoded, where the disk is too small or no clip has
    enough keyframes.
    """
    return once(
        folder, packing, waiting, lambda: _pack(dataset, folder, packing, advance, facts or {})
    )


def once(
    folder: Path, packing: Packing, waiting: Callable[[], None], make: Callable[[], None]
) -> Pack:
    """The pack in a folder, made by `make` where it is not there yet, by one of several."""
    packing.checked()
    with alone(folder, waiting):
        if not is_pack(folder):
            make()
    return open_pack(folder)


@contextmanager
def into(
    folder: Path, packing: Packing, clips: int, of: str, facts: Mapping[str, object]
) -> Generator[Writer]:
    """Write a pack, or go on with one of the same packing. of: the fingerprint of its material.

    Raises RequestError where the disk is too small for so many clips.
    """
    room_for(clips, folder, packing)
    made = {**dataclasses.asdict(packing), **facts, "of": of}
    with writing(folder, made, goes_on=True) as writer:
        yield writer


def rows_of(folder: str, split: str, query: str | None = None) -> Dataset:
    """The rows that are trained on. Raises RequestError where there is none."""
    from sakuga.dataset.published import open_dataset
    from sakuga.dataset.query import matching

    rows = open_dataset(folder).split(split)
    if query is None:
        return rows
    found = matching(rows, query)
    if not len(found):
        raise RequestError(
            f"--query {query!r}: no clip of the {split} split answers it; ask for less"
        )
    return found


def name_of(folder: str) -> str:
    """A dataset's name, as it may be published: the last step of its folder."""
    steps = [step for step in folder.replace("\\", "/").split("/") if step not in ("", ".")]
    last = steps[-1] if steps else folder
    return steps[-2] if last == "dataset" and len(steps) > 1 else last


def room_for(clips: int, folder: Path, packing: Packing) -> None:
    """Raises RequestError where the disk is too small for so many clips."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    free, cost = shutil.disk_usage(folder.parent).free, packing.cost(clips)
    if cost > free:
        raise RequestError(
            f"{folder}: a pack of {clips} clips may take {cost / 1e9:.1f} GB and "
            f"{free / 1e9:.1f} GB are free; lower frames or side, or name another disk"
        )


def _pack(
    dataset: Dataset, folder: Path, packing: Packing, advance: Advance, facts: Mapping[str, object]
) -> None:
    left_out = Counter[str]()
    wanted = {row.id: row for row in _worthy(dataset, packing, left_out)}
    if len(dataset) and left_out["too_few_keyframes"] == len(dataset):
        raise RequestError(
            f"{dataset!r}: none of its {len(dataset)} clips has {packing.fewest} keyframes or "
            "more; bring longer or livelier footage, or lower clips.frames"
        )
    of = fingerprint([(row.id, row.text_description) for row in wanted.values()])
    with into(folder, packing, len(dataset), of, facts) as writer:
        writer.left_out.update(left_out)
        writer.order = list(wanted)
        there = writer.there
        rows = [row for row in wanted.values() if row.id not in there]
        _decode(dataset, rows, writer, packing, len(wanted), advance)
        kept = writer.kept
        lineage.write([row for row in wanted.values() if row.id in kept], writer.folder)


def _decode(
    dataset: Dataset, rows: list[Row], writer: Writer, packing: Packing, of: int, advance: Advance
) -> None:
    about = {row.id: (row.text_description or "", row.keyframes) for row in rows}
    found = dataset.each_frames(rows, count=packing.frames, how="uniform", short="repeat")
    for number, made in enumerate(found, of - len(rows) + 1):
        if isinstance(made, Failure):
            writer.leave(made.id, made.reason)
        else:
            caption, keyframes = about[made.id]
            shown = made.pixels[: min(keyframes, packing.frames)]
            writer.add(made.id, caption, packing.fitted(shown))
        advance("pack", number, of)


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
