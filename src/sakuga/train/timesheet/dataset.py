"""Clips for the timesheet predictor from a built dataset and its table of embeddings (§4.1)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from sakuga.core.errors import RequestError
from sakuga.core.records import Embeddings, Row
from sakuga.core.store import Store
from sakuga.dataset.published import open_dataset
from sakuga.train.timesheet.clips import NAMES, Clips, checked, from_npz
from sakuga.train.timesheet.leaks import motion_features, tells_timing
from sakuga.train.timesheet.learning import Advance, TimesheetRecipe, TimesheetRun, train_timesheet

LEAST: Final = 8
"""§4.1: clips of fewer keyframes are left out."""


def train_timesheet_on(
    folder: str, out: str, recipe: TimesheetRecipe, advance: Advance | None = None
) -> TimesheetRun:
    """`sakuga train timesheet`: folder, a build's or a .npz file of arrays; out, the run's folder.

    Raises RequestError.
    """
    if folder.endswith(".npz"):
        return train_timesheet(from_npz(Path(folder)), out, recipe, None, advance)
    clips, encoder = from_dataset(folder)
    return train_timesheet(clips, out, recipe, encoder, advance)


def from_dataset(folder: str) -> tuple[Clips, dict[str, Any]]:
    """Every published clip of 8 keyframes or more that has embeddings; and the encoder's recipe.

    A clip without description has zeros for its text. Raises RequestError.
    """
    dataset = open_dataset(folder)
    if dataset.place.build is None:
        raise RequestError(
            f"{folder}: the published files alone hold no embeddings; name the build's folder"
        )
    vectors, encoder = _vectors(dataset.place.build)
    long = [row for row in dataset if row.keyframes >= LEAST]
    rows = [row for row in long if row.id in vectors]
    if not rows:
        raise RequestError(f"{folder}: no clip of {LEAST} keyframes or more has embeddings")
    left_out = {
        f"of fewer than {LEAST} keyframes": len(dataset) - len(long),
        "without embeddings": len(long) - len(rows),
    }
    return checked(_clips(rows, [vectors[row.id] for row in rows], left_out)), encoder


def _clips(rows: list[Row], vectors: list[Embeddings], left_out: dict[str, int]) -> Clips:
    blank = np.zeros_like(vectors[0].clip_vector)
    texts = [each.text_vector if len(each.text_vector) else blank for each in vectors]
    return Clips(
        video=np.stack([each.clip_vector for each in vectors]).astype(np.float32),
        text=np.stack(texts).astype(np.float32),
        true=np.array([NAMES.index(row.timing_class) for row in rows]),
        split=np.array([row.split for row in rows]),
        group=np.array([row.source_group for row in rows]),
        motion=np.stack([motion_features(row) for row in rows]),
        telling=np.array([tells_timing(row.text_description or "") for row in rows]),
        left_out=left_out,
    )


def _vectors(build: str) -> tuple[dict[str, Embeddings], dict[str, Any]]:
    """The embeddings by clip, and the recipe that made them all."""
    found: dict[str, Embeddings] = {}
    made: dict[str, dict[str, Any]] = {}
    for recipe, each in _read(Store(build)):
        made[recipe] = json.loads(recipe)
        found[each.id] = each
    if not found:
        raise RequestError(
            f"{build}: no embeddings; `sakuga embed {build} --encoder NAME` makes them"
        )
    if len(made) > 1 or len({len(each.clip_vector) for each in found.values()}) > 1:
        raise RequestError(f"{build}: embeddings of several encoders; embed again with one")
    return found, next(iter(made.values()))


def _read(store: Store) -> Iterator[tuple[str, Embeddings]]:
    for part in store.parts("embeddings"):
        recipe = store.facts(part).get("sakuga.recipe", "{}")
        for each in store.iterate_part(part, Embeddings):
            yield recipe, each
