"""Packs of what is there: a dataset's clips, decoded once (§4.1, §5)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sakuga.core.errors import RequestError
from sakuga.core.images import Picture
from sakuga.core.recipe import fingerprint
from sakuga.core.records import Failure, Row
from sakuga.train.packed import FEWEST, Pack, Packing, Writer, alone, is_pack, open_pack, writing

if TYPE_CHECKING:
    from sakuga.dataset.published import Dataset

Advance = Callable[[str, float, int], None]


def pack(
    dataset: Dataset, folder: Path, packing: Packing, advance: Advance,
    waiting: Callable[[], None] = lambda: None,
) -> Pack:  # fmt: skip
    """Pack a dataset's clips that have a caption and 8 keyframes or more.

    Each film is decoded once, forward. A clip whose frames can't be had again is left out and
    counted, never another's taken for it. Where it was stopped, it goes on; where another packs
    into this folder, `waiting` is called and that pack is taken. Raises RequestError where the disk
    is too small.
    """
    packing.checked()
    with alone(folder, waiting):
        if not is_pack(folder):
            _pack(dataset, folder, packing, advance)
    return open_pack(folder)


def room_for(clips: int, folder: Path, packing: Packing) -> None:
    """Raises RequestError where the disk is too small for so many clips."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    free, cost = shutil.disk_usage(folder.parent).free, packing.cost(clips)
    if cost > free:
        raise RequestError(
            f"{folder}: a pack of {clips} clips may take {cost / 1e9:.1f} GB and "
            f"{free / 1e9:.1f} GB are free; lower frames or side, or name another disk"
        )


def _pack(dataset: Dataset, folder: Path, packing: Packing, advance: Advance) -> None:
    left_out: dict[str, int] = {}
    wanted = {row.id: row for row in _worthy(dataset, left_out)}
    of = fingerprint([(row.id, row.text_description) for row in wanted.values()])
    facts: dict[str, object] = {"frames": packing.frames, "side": packing.side, "of": of}
    room_for(len(dataset), folder, packing)
    with writing(folder, facts, goes_on=True) as writer:
        writer.left_out.update(left_out)
        there = writer.there
        rows = [row for row in wanted.values() if row.id not in there]
        _decode(dataset, rows, writer, packing, len(wanted), advance)
        writer.close(facts, wanted)


def _decode(
    dataset: Dataset, rows: list[Row], writer: Writer, packing: Packing, of: int, advance: Advance
) -> None:
    captions = {row.id: (str(row.text_description), row.keyframes) for row in rows}
    found = dataset.each_frames(rows, count=packing.frames, how="uniform", short="repeat")
    for number, made in enumerate(found, of - len(rows) + 1):
        if isinstance(made, Failure):
            writer.leave(made.id, made.reason)
        else:
            caption, keyframes = captions[made.id]
            shown = made.pixels[: min(keyframes, packing.frames)]
            writer.add(made.id, caption, shrunk(shown, packing.side))
        advance("pack", number, of)


def _worthy(rows: Iterable[Row], left_out: dict[str, int]) -> Iterable[Row]:
    for row in rows:
        if row.keyframes < FEWEST:
            left_out["too_few_keyframes"] = left_out.get("too_few_keyframes", 0) + 1
        elif not (row.text_description or "").strip():
            left_out["no_caption"] = left_out.get("no_caption", 0) + 1
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
