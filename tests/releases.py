"""Files as the Sakuga-42M release's: made in any number, with its warts, without its content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sakuga.dataset.release.columns import CLASSES, RATINGS, SCHEMA, TAXONOMY, file_of

CLIPS_A_VIDEO = 8
SHARES = {"train_full": 0.90, "val": 0.05, "test": 0.05}
_TEXT = (
    "a girl with long hair runs across the roof while camera follows her from left and smoke "
    "rises behind broken wall in slow heavy drawings of light sparks debris hands"
)
_WORDS = _TEXT.split()
_TAGS = [f"{one}_{two}" for one in _WORDS for two in _WORDS]


def digest(text: str) -> str:
    """64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def address(video: int) -> str:
    """Where a video could be fetched."""
    return f"https://www.sakugabooru.com/data/{digest(str(video))[:32]}.mp4"


def row(number: int = 0, **known: Any) -> dict[str, Any]:
    """One good row."""
    video, clip = divmod(number, CLIPS_A_VIDEO)
    first = {
        "identifier": f"{100_000 + video}:{clip}",
        "hash_identifier": digest(str(number)),
        "url_link": address(video),
        "scene_start_time": "00:00:01.500",
        "scene_end_time": "00:00:04.000",
        "frame_number": 60.0,
        "key_frame_number": 20.0,
        "anime_tags": "no_humans solo indoors open_mouth sunlight",
        "user_tags": "effects smoke",
        "text_description": "A door opens, and smoke drifts into the room.",
        "aesthetic_score": 0.5,
        "dynamic_score": 1 / 3,
        "rating": "general",
        "text_prob": 0.125,
        "width": 1280,
        "height": 720,
        "file_ext": "mp4",
        "file_size": "1.61MB",
        "fps": 24.0,
        **dict.fromkeys(TAXONOMY.values(), "Others(label: -1)"),
    }
    assert first.keys() == set(SCHEMA.names)
    return first | known


def write_rows(folder: Path, **splits: list[dict[str, Any]]) -> list[str]:
    """Files of some splits with these rows; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[str] = []
    for split, rows in splits.items():
        paths.append(str(folder / file_of(split)))
        pq.write_table(pa.Table.from_pylist(rows, SCHEMA), paths[-1])
    return paths


def write_release(folder: Path, rows: int, seed: int = 0) -> list[str]:
    """Files of all five splits as pandas writes them, a row group each: `rows` different clips.

    Clips of one video stand in several splits; train's are repeated in its two subsets. A row in a
    hundred has no time or no address; others have the warts that an import repairs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    schema = SCHEMA.append(pa.field("__index_level_0__", pa.int64()))
    held: dict[str, list[pa.Table]] = {split: [] for split in (*SHARES, "train_small")}
    held["train_aesthetic"] = []
    for table in _tables(rows, seed):
        chance = np.random.default_rng([seed, 1, table["__index_level_0__"][0].as_py()])
        splits = chance.choice(list(SHARES), table.num_rows, p=list(SHARES.values()))
        train = splits == "train_full"
        masks = {split: splits == split for split in SHARES}
        masks["train_small"] = train & (chance.random(table.num_rows) < 0.1)
        masks["train_aesthetic"] = train & (table["aesthetic_score"].to_numpy() > 0.9)
        for split, mask in masks.items():
            held[split].append(table.filter(pa.array(mask)))
    paths: list[str] = []
    for split, tables in held.items():
        paths.append(str(folder / file_of(split)))
        whole = pa.concat_tables(tables).cast(schema)
        pq.write_table(whole, paths[-1], row_group_size=max(1, rows))
    return paths


def _tables(rows: int, seed: int) -> Iterator[pa.Table]:
    for first in range(0, rows, 50_000):
        numbers = np.arange(first, min(first + 50_000, rows))
        yield _table(numbers, np.random.default_rng([seed, first]))


def _table(numbers: np.ndarray, chance: np.random.Generator) -> pa.Table:
    size = len(numbers)
    start = chance.integers(0, 3_600_000, size)
    frames = chance.integers(12, 400, size)
    end = start + np.maximum(1, frames * 1001 // 24)
    videos = numbers * 7919 % max(1, len(numbers) // CLIPS_A_VIDEO) + numbers[0]
    lost = chance.random((2, size)) < 0.005
    columns: dict[str, Any] = {
        "identifier": [f"{v}:{n % 100}" for v, n in zip(videos, numbers, strict=True)],
        "hash_identifier": [digest(str(n)) for n in numbers],
        "url_link": [None if gone else address(v) for v, gone in zip(videos, lost[0], strict=True)],
        "scene_start_time": [clock(t) for t in start],
        "scene_end_time": [
            "nan" if gone else clock(t) for t, gone in zip(end, lost[1], strict=True)
        ],
        "frame_number": frames.astype(float),
        "key_frame_number": (frames // chance.integers(1, 4, size)).astype(float),
        "anime_tags": _joined(chance, _TAGS, size, 25),
        "user_tags": [f"effects artist_{v % 997} show_{v % 311}" for v in videos],
        "text_description": _joined(chance, _WORDS, size, 42),
        "aesthetic_score": np.where(chance.random(size) < 0.02, np.nan, chance.random(size)),
        "dynamic_score": chance.random(size),
        "rating": chance.choice([*RATINGS, ""], size, p=[0.8, 0.1, 0.04, 0.01, 0.05]),
        "text_prob": chance.random(size),
        "width": np.full(size, 1280),
        "height": np.full(size, 720),
        "file_ext": ["mp4"] * size,
        "file_size": [f"{n / 100:.2f}MB" for n in chance.integers(1, 2000, size)],
        "fps": chance.choice([29.97, 24000 / 1001, 24.0, np.nan], size),
    }
    for axis, column in TAXONOMY.items():
        told = [label for name, n in CLASSES[axis].items() for label in _labels(name, n)]
        columns[column] = chance.choice([*told, ""], size)
    columns["__index_level_0__"] = numbers
    return pa.table(columns)


def clock(milliseconds: int) -> str:
    """`HH:MM:SS.mmm`."""
    seconds, rest = divmod(int(milliseconds), 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def _labels(name: str, number: int) -> list[str]:
    return [f"{name}(label: {number})", f"{name.capitalize()}(lable: {number})"]


def _joined(chance: np.random.Generator, words: list[str], size: int, mean: int) -> list[str]:
    picked = chance.integers(0, len(words), (size, mean + mean // 2))
    lengths = chance.integers(mean // 2, mean + mean // 2, size)
    return [" ".join(words[w] for w in line[:n]) for line, n in zip(picked, lengths, strict=True)]
