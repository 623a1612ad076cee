"""Films with their clips, as a build would have left them: tables, and the dataset beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sakuga.core.images import to_jpeg
from sakuga.core.records import Row, Samples, Signals, Source, Video
from sakuga.core.store import Part, Store, table_of
from sakuga.core.video import VideoReader
from sakuga.dataset.write import write_dataset
from tests.films import pictures, write
from tests.tables import digest, filled
from tests.unit.dataset.makers import PIXELS, PROVENANCE, row

LENGTH, SHOT, EVERY = 96, 32, 2  # frames of a film, of a clip, of a drawing
EVERY_SAMPLE = 4
CODECS: dict[str, dict[str, Any]] = {
    "one.mp4": {},
    "two.mkv": {"codec": "libx265"},
    "three.webm": {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "cpu-used": "8"}},
    "turned.mp4": {"rotation": 90},
}


def draw_reel(folder: Path, names: Sequence[str] = tuple(CODECS)) -> None:
    """Films of moving squares, in different codecs; on every frame its number."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed, name in enumerate(names):
        write(folder / name, pictures(LENGTH, 96, 64, seed), **CODECS[name])


def truth(path: Path) -> list[NDArray[np.uint8]]:
    """All frames of a film, (H, W, 3) RGB, upright, decoded from the first to the last."""
    with VideoReader(str(path)) as reader:
        return [np.ascontiguousarray(frame.upright()[..., ::-1]) for frame in reader.frames()]


def build(root: Path, films: Sequence[Path]) -> str:
    """Tables and dataset of films: three clips each, a new drawing on every second frame."""
    store, parts = Store(str(root)), list[Part]()
    for number, path in enumerate(films):
        tables = _tables(path, number)
        for record, rows in tables.items():
            part = Part(table_of(record), number, "0" * 16)
            with store.writing(part, record, {}) as out:
                out.add(rows, [])
        parts.append(Part(table_of(Row), number, "0" * 16))
    write_dataset(store, parts, PIXELS, PROVENANCE)
    return str(root)


def _tables(path: Path, number: int) -> Mapping[type, list[Any]]:
    video, status = hashlib.sha256(path.read_bytes()).hexdigest(), path.stat()
    with VideoReader(str(path)) as reader:
        pts = np.array([frame.pts for frame in reader.frames()], np.int64)
    shown = truth(path)
    keys = np.arange(0, SHOT, EVERY, dtype=np.int32)
    starts = range(0, len(pts), SHOT)
    url = str(path)
    return {
        Source: [
            filled(
                Source, id=digest(url)[:16], part=number, video=video, url=url,
                bytes=status.st_size, modified=status.st_mtime_ns,
            )
        ],
        Video: [filled(Video, id=video, url=url, stream=0)],
        Signals: [filled(Signals, id=video, frames=len(pts), pts=pts)],
        Samples: [
            Samples(
                digest(f"{video}:{start}"), video,
                (start + keys[::EVERY_SAMPLE]).tolist(),
                [to_jpeg(shown[start + n][..., ::-1]) for n in keys[::EVERY_SAMPLE]],
            )
            for start in starts
        ],
        Row: [
            row(
                index, id=digest(f"{video}:{start}"), video=video, url=path.name, start=start,
                end=start + SHOT, frames=SHOT, keyframes=len(keys), keyframe_numbers=keys,
                holds=np.full(len(keys), EVERY, np.int32), file_bytes=status.st_size,
                drawings=np.arange(1, len(keys) + 1, dtype=np.int32), split="train",
            )
            for index, start in enumerate(starts)
        ],
    }  # fmt: skip
