"""Rows of every shape, published by hand: no film, no pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import make_dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from sakuga.core.records import Aesthetic, Clip, Keyframes, Ratings, Row, Tags, Taxonomy, Video
from sakuga.core.store import Part, Store, table_of
from sakuga.dataset.write import write_dataset
from tests.tables import digest, filled

PROVENANCE = {
    "clips": ("id", "start", "end"),
    "videos": ("video", "width", "licence", "split"),
    "keyframes": ("keyframes", "holds"),
    "tags": ("anime_tags", "ratings"),
    "aesthetics": ("aesthetic_score",),
}


def room(record: type) -> Any:
    """A recipe that stands for whatever made a table."""
    known = {"name": "room", "version": 3, "writes": record}
    return make_dataclass("Room", [("threshold", float, 0.5)], frozen=True, namespace=known)()


STAGES = [room(record) for record in (Video, Clip, Keyframes, Tags, Aesthetic)]
PIXELS = [room(record) for record in (Video, Clip, Keyframes)]


def row(number: int, **known: Any) -> Row:
    """The row with this number: what can be null is, unless `known` says more."""
    keyframes = 4 + number % 90
    holds = np.full(keyframes, 1 + number % 3, np.int32)
    fields: dict[str, Any] = {
        "id": digest(f"clip {number}"),
        "video": digest(f"video {number // 7}"),
        "url": f"film-{number // 7}.mkv",
        "start": 100 * number,
        "end": 100 * number + int(holds.sum()),
        "start_seconds": 4.0 * number,
        "end_seconds": 4.0 * number + 3.5,
        "width": (640, 850)[number % 2],
        "height": 480,
        "frame_rate": (Fraction(24000, 1001), Fraction(25))[number % 2],
        "frames": int(holds.sum()),
        "keyframes": keyframes,
        "keyframe_numbers": np.arange(keyframes, dtype=np.int32) * (1 + number % 3),
        "holds": holds,
        "drawings": np.arange(1, keyframes + 1, dtype=np.int32),
        "timing": ("ones", "twos", "threes")[number % 3],
        "timing_class": ("ones", "twos", "threes")[number % 3],
        "dynamic_score": 1 / (1 + number % 3),
        "camera": ("static", "pan")[number % 2],
        "index": number % 7,
        "user_tags": ["cut", f"n{number % 5}"],
        "source_group": digest(f"video {number // 7}")[:16],
        "split": "train",
    }
    return filled(Row, **{**fields, **known})


def seen(number: int, **known: Any) -> Row:
    """Such a row as models leave it: nothing in it is null."""
    fields: dict[str, Any] = {
        "anime_tags": ["1girl", "smoke"] if number % 2 else ["no_humans"],
        "text_description": "A girl runs through smoke. " * (1 + number % 12),
        "aesthetic_score": number % 100 / 100,
        "ratings": Ratings(0.7, 0.2, 0.06, 0.04),
        "taxonomy": Taxonomy("night", "others", "sketch", "others", "full_body", "solo"),
        "text_probability": number % 10 / 10,
        "character_tags": ["nobody_(known)"],
        "captions": ["a girl", 'a "girl"\n| runs'],
        "rating": "general",
        "text_kinds": ["subtitle"],
        "licence": "CC0-1.0",
    }
    return row(number, **{**fields, **known})


def publish(root: Path | str, *parts: Sequence[Row], stages: Sequence[Any] = STAGES) -> str:
    """Write parts of rows and the dataset made of them; the build's address."""
    store, written = Store(str(root)), []
    for number, rows in enumerate(parts):
        part = Part(table_of(Row), number, "0" * 16)
        with store.writing(part, Row, {}) as out:
            out.add(rows, [])
        written.append(part)
    write_dataset(store, written, stages, PROVENANCE)
    return str(root)
