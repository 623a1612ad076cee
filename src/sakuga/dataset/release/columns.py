"""The Sakuga-42M release as it is published: its columns, its files, its classes (§3.2)."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pyarrow as pa

CLASSES: dict[str, dict[str, int]] = {  # axis -> class -> the release's label
    "time": {"daylight": 0, "night": 1, "sunset": 2, "others": -1},
    "venue": {"outdoors": 0, "indoors": 1, "others": -1},
    "media": {"sketch": 0, "color_trace": 1, "others": -1},
    "filming": {"looking_at_viewer": 0, "looking_away": 1, "others": -1},
    "composition": {
        "full_body": 0,
        "upper_body": 1,
        "lower_body": 2,
        "out_of_frame": 3,
        "others": -1,
    },
    "character": {"no_humans": 0, "solo": 1, "multiple": 2, "others": -1},
}
RATINGS = ("general", "sensitive", "questionable", "explicit")
TAXONOMY = {axis: f"Taxonomy_{axis.capitalize()}" for axis in CLASSES}  # axis -> column

SCHEMA = pa.schema(
    [
        ("identifier", pa.string()),  # POST:CLIP
        ("hash_identifier", pa.string()),  # 64 hex digits
        ("url_link", pa.string()),
        ("scene_start_time", pa.string()),  # HH:MM:SS.mmm
        ("scene_end_time", pa.string()),
        ("frame_number", pa.float64()),
        ("key_frame_number", pa.float64()),
        ("anime_tags", pa.string()),  # joined by spaces
        ("user_tags", pa.string()),
        ("text_description", pa.string()),
        ("aesthetic_score", pa.float64()),
        ("dynamic_score", pa.float64()),
        ("rating", pa.string()),
        ("text_prob", pa.float64()),
        ("width", pa.int64()),
        ("height", pa.int64()),
        ("file_ext", pa.string()),
        ("file_size", pa.string()),  # 1.61MB
        ("fps", pa.float64()),
        *((column, pa.string()) for column in TAXONOMY.values()),  # CLASS(label: N)
    ]
)
NEEDED = ("hash_identifier", "url_link", "scene_start_time", "scene_end_time")

SPLITS = ("train_full", "train_aesthetic", "train_small", "val", "test")  # the release's files
OTHER = "other"  # stands in for the split of a file whose name tells none

_NAMED = re.compile(
    r"(?<![a-z])(train_(?:full|aesthetic|small)|train|val|validation|test)(?!_?[a-z])"
)
_SHORT = {"train": "train_full", "validation": "val"}


def file_of(split: str) -> str:
    """The name of a split's file."""
    return f"sakugadataset_{split}.parquet"


def split_of_file(name: str) -> str | None:
    """The split that a file's name tells: `sakugadataset_val.parquet` is `val`; None if none."""
    found = _NAMED.findall(PurePosixPath(name.replace("\\", "/")).name.lower())
    return _SHORT.get(found[-1], found[-1]) if found else None


def label_of(axis: str, name: str) -> str:
    """A class as the release writes it: `daylight(label: 0)`, `Others(label: -1)`."""
    return f"{'Others' if name == 'others' else name}(label: {CLASSES[axis][name]})"
