"""The words a WD tagger knows: its `selected_tags.csv`, a row for each of the model's outputs."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import RequestError
from sakuga.core.records import Rating, TagKind

KINDS: dict[str, TagKind] = {"0": "general", "4": "character"}  # of the file's `category`
RATINGS = "9"
COLUMNS = ("name", "category")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """size: rows, of every category. tags: (N,) which of them are tags; names, kinds: theirs.

    ratings: which four are `general`, `sensitive`, `questionable` and `explicit`, or none.
    """

    size: int
    tags: NDArray[np.intp]
    names: tuple[str, ...]
    kinds: tuple[TagKind, ...]
    ratings: tuple[int, ...]


def read_vocabulary(path: Path) -> Vocabulary:
    """The words as they are written there, kaomoji and underscores and all. Raises RequestError.

    Rows of a category other than general, character and rating are no tags of ours.
    """
    rows = _rows(path)
    tags = [n for n, row in enumerate(rows) if row["category"] in KINDS]
    if not tags:
        raise RequestError(f"{path} holds no tags: each row's category must be one of 0, 4 and 9")
    return Vocabulary(
        size=len(rows),
        tags=np.array(tags),
        names=tuple(rows[n]["name"] for n in tags),
        kinds=tuple(KINDS[rows[n]["category"]] for n in tags),
        ratings=_ratings(rows, path),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            there = reader.fieldnames or ()
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RequestError(f"{path}: {error}; fetch it again") from error
    if missing := [name for name in COLUMNS if name not in there]:
        raise RequestError(
            f"{path} has no column {' and no column '.join(missing)} (it has "
            f"{', '.join(there) or 'none'}): it is no list of a WD tagger's tags"
        )
    return rows


def _ratings(rows: list[dict[str, str]], path: Path) -> tuple[int, ...]:
    found = {row["name"]: n for n, row in enumerate(rows) if row["category"] == RATINGS}
    wanted = get_args(Rating)
    if found and set(found) != set(wanted):
        raise RequestError(f"{path}: its ratings are {', '.join(found)}, not {', '.join(wanted)}")
    return tuple(found[name] for name in wanted) if found else ()
