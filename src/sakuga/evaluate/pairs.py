"""The clips of a dataset that have a caption, with both vectors and what is known of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import RequestError
from sakuga.core.records import Embeddings
from sakuga.core.store import Part, Store, table_of
from sakuga.dataset.place import SPLITS
from sakuga.dataset.published import open_dataset

ALL = "all"
LEAST = 8  # keyframes; §5: clips with fewer are left out
COLUMNS = (
    "id",
    "video",
    "source_group",
    "text_description",
    "keyframes",
    "timing_class",
    "taxonomy",
)
AXES = ("time", "venue", "media", "filming", "composition", "character")

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Pairs:
    """N clips. clip, text: (N, D). films: what their source is. classes: axis -> (N,) class or
    None. encoder: its recipe. left_out: why -> how many clips."""

    ids: list[str]
    videos: list[str]
    clip: Floats
    text: Floats
    captions: list[str]
    films: list[str]
    classes: dict[str, list[str | None]]
    encoder: dict[str, Any]
    left_out: dict[str, int]


def read_pairs(folder: str, split: str = "test", keyframes: int = LEAST) -> Pairs:
    """The pairs of a split, or of all. Raises RequestError, with what would make them."""
    if split not in (*SPLITS, ALL):
        raise RequestError(f"--split {split}: must be one of {', '.join((*SPLITS, ALL))}")
    dataset = open_dataset(folder)
    store = Store(dataset.place.build or folder)
    parts = _parts(store, folder)
    chosen = dataset.select(*COLUMNS)
    chosen = chosen if split == ALL else chosen.split(split)
    rows: dict[str, Any] = {row.id: row for row in chosen}
    if not rows:
        raise RequestError(
            f"{folder}: no clip stands in the split {split}; build more films, or take --split all"
        )
    left_out: Counter[str] = Counter()
    found = {
        made.id: made
        for made in _embeddings(store, parts)
        if made.id in rows and _fits(rows[made.id], made, keyframes, left_out)
    }
    left_out["no vectors"] = len(rows) - len(found) - sum(left_out.values())
    if not found:
        raise _none(folder, split, left_out)
    return _pairs(rows, found, _recipe(store, parts), {k: n for k, n in left_out.items() if n})


def _parts(store: Store, folder: str) -> list[Part]:
    """The embeddings' parts; refused where they were made from what is no longer there."""
    parts = store.parts(table_of(Embeddings))
    if not parts:
        raise RequestError(
            f"{folder}: no clip has its vectors yet; make them with: "
            f"sakuga embed {folder} --encoder clip"
        )
    there: dict[str, set[str]] = {}
    for part in parts:
        for name in json.loads(store.facts(part).get("sakuga.inputs", "[]")):
            table, _, file = name.partition("/")
            if table not in there:
                there[table] = {each.file for each in store.parts(table)}
            if file not in there[table]:
                raise RequestError(
                    f"{folder}: the vectors are older than its {table}; make them again with: "
                    f"sakuga embed {folder}, and the encoder they were made with"
                )
    return parts


def _embeddings(store: Store, parts: list[Part]) -> Iterator[Embeddings]:
    for part in parts:
        yield from store.iterate_part(part, Embeddings)


def _fits(row: Any, made: Embeddings, keyframes: int, left_out: Counter[str]) -> bool:
    """Whether a clip takes part; if not, why is counted."""
    why = ""
    if row.keyframes < keyframes:
        why = f"under {keyframes} keyframes"
    elif not row.text_description or not len(made.text_vector):
        why = "no description"
    left_out[why] += bool(why)
    return not why


def _none(folder: str, split: str, left_out: Counter[str]) -> RequestError:
    why = ", ".join(f"{count} with {why}" for why, count in left_out.items() if count)
    if left_out["no description"]:
        do = (
            "descriptions come with [describe], as in the profiles lite, paper and modern; then "
            "embed again"
        )
    else:
        do = "take --split all, or fewer --keyframes"
    return RequestError(f"{folder}: no clip of {split} can be ranked: {why}; {do}")


def _pairs(
    rows: dict[str, Any],
    found: dict[str, Embeddings],
    encoder: dict[str, Any],
    left_out: dict[str, int],
) -> Pairs:
    ids = sorted(found)  # so that galleries do not depend on the order of files
    chosen = [rows[name] for name in ids]
    classes: dict[str, list[str | None]] = {"timing": [row.timing_class for row in chosen]}
    for axis in AXES:
        of_axis = [row.taxonomy and getattr(row.taxonomy, axis) for row in chosen]
        if any(of_axis):
            classes[axis] = of_axis
    return Pairs(
        ids,
        [row.video for row in chosen],
        np.stack([found[name].clip_vector for name in ids]),
        np.stack([found[name].text_vector for name in ids]),
        [row.text_description for row in chosen],
        [row.source_group for row in chosen],
        classes,
        encoder,
        left_out,
    )


def _recipe(store: Store, parts: list[Part]) -> dict[str, Any]:
    """The encoder that made them all. Raises RequestError where it was more than one."""
    made_by = {store.facts(part).get("sakuga.recipe", "{}") for part in parts}
    if len(made_by) > 1:
        raise RequestError(
            f"{store.root}: its vectors are of {len(made_by)} encoders; make them anew with: "
            f"sakuga embed {store.root} --encoder NAME --remake"
        )
    return json.loads(made_by.pop()).get("use", {})
