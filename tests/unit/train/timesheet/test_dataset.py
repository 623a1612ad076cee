"""Clips for the timesheet predictor from a build's folder: rows and embeddings joined by clip."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sakuga.core.errors import RequestError
from sakuga.core.records import Embeddings, Row, Video
from sakuga.core.store import Part, Store
from sakuga.train.timesheet.dataset import from_dataset, train_timesheet_on
from sakuga.train.timesheet.learning import CARD, TimesheetRecipe
from sakuga.train.timesheet.predict import TimesheetPredictor
from tests.tables import filled
from tests.unit.dataset.makers import publish, seen

QUICK = TimesheetRecipe(hidden=(8, 8, 8), epochs=3, rounds=20)
ENCODER = {"recipe": "hand:Made", "version": 1}


def row(number: int) -> Row:
    """Seven shots a film; every fifth film is a test film, every other fifth one of validation."""
    split = ("train", "train", "train", "validation", "test")[number // 7 % 5]
    keyframes = 7 if number == 0 else 8 + number % 5
    text = ("A shot on twos.", "A girl runs.", None)[number % 3]
    return seen(number, split=split, keyframes=keyframes, text_description=text)


ROWS = [row(number) for number in range(105)]


def vectors(rows: list[Row], width: int = 6) -> list[Embeddings]:
    random = np.random.default_rng(0)
    return [
        filled(
            Embeddings,
            id=each.id,
            video=each.video,
            clip_vector=random.normal(size=width).astype(np.float32),
            text_vector=np.ones(width if each.text_description else 0, np.float32),
        )
        for each in rows
    ]


def build(root: Path, *parts: list[Embeddings], encoders: tuple[Any, ...] = (ENCODER,) * 9) -> str:
    """A finished build with these parts of embeddings."""
    publish(root, ROWS)
    store = Store(str(root))
    with store.writing(Part("videos", 0, "0" * 16), Video, {}):
        pass
    for number, made in enumerate(parts):
        facts = {"sakuga.recipe": json.dumps(encoders[number])}
        with store.writing(Part("embeddings", number, "0" * 16), Embeddings, facts) as out:
            out.add(made, [])
    return str(root)


def test_rows_and_vectors_are_joined_by_clip_in_any_order(tmp_path: Path) -> None:
    made = vectors(ROWS)
    clips, encoder = from_dataset(build(tmp_path, made[60:], made[:60][::-1]))
    assert encoder == ENCODER
    assert len(clips) == len(ROWS) - 1
    wanted = {tuple(v.clip_vector.tolist()): r for v, r in zip(made, ROWS, strict=True)}
    for place in range(len(clips)):
        of = wanted[tuple(clips.video[place].tolist())]
        assert clips.true[place] == ("ones", "twos", "threes").index(of.timing_class)
        assert (clips.split[place], clips.group[place]) == (of.split, of.source_group)
        assert clips.telling[place] == (of.text_description == "A shot on twos.")
        assert clips.text[place].any() == (of.text_description is not None)


def test_what_is_left_out_is_counted_and_told(tmp_path: Path) -> None:
    folder = build(tmp_path / "set", vectors(ROWS)[:-2])
    assert from_dataset(folder)[0].left_out == {
        "of fewer than 8 keyframes": 1,
        "without embeddings": 2,
    }
    run = train_timesheet_on(folder, str(tmp_path / "run"), QUICK)
    assert "Left out: 2 clips without embeddings." in run.page


def test_a_run_on_a_build_leaves_a_predictor_that_names_its_encoder(tmp_path: Path) -> None:
    folder = build(tmp_path / "set", vectors(ROWS))
    train_timesheet_on(folder, str(tmp_path / "run"), QUICK)
    assert json.loads((tmp_path / "run" / CARD).read_text())["encoder"] == ENCODER
    predict = TimesheetPredictor(str(tmp_path / "run")).load()
    [one] = predict(np.ones((1, 6), np.float32), np.zeros((1, 6), np.float32))
    assert one.timing in ("ones", "twos", "threes")


def test_a_dataset_without_descriptions_serves_and_that_is_told(tmp_path: Path) -> None:
    silent = [replace(each, text_description=None) for each in ROWS]
    folder = build(tmp_path / "out", vectors(silent))
    run = train_timesheet_on(folder, str(tmp_path / "run"), QUICK)
    clips = len(ROWS) - 1
    assert f"{clips} of {clips} clips have no caption: zeros stand for its vector." in run.notes
    by_name = {each.name: each for each in run.figures}
    told = np.array(by_name["text only"].confusion).sum(0)
    assert np.count_nonzero(told) == 1  # nothing to tell clips apart by


def test_a_file_of_arrays_serves_too(tmp_path: Path) -> None:
    clips, _ = from_dataset(build(tmp_path / "set", vectors(ROWS)))
    arrays = {"video": clips.video, "text": clips.text, "label": clips.true}
    np.savez(tmp_path / "a.npz", **arrays, split=clips.split, group=clips.group)
    run = train_timesheet_on(str(tmp_path / "a.npz"), str(tmp_path / "run"), QUICK)
    assert [each.name for each in run.figures] == [
        "video and text", "video only", "text only", "majority",
    ]  # fmt: skip


def test_no_embeddings_no_clips_and_two_encoders_are_told(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no embeddings; `sakuga embed"):
        from_dataset(build(tmp_path / "none"))
    others = [replace(each, id="f" * 64) for each in vectors(ROWS[:1])]
    with pytest.raises(RequestError, match="no clip of 8 keyframes"):
        from_dataset(build(tmp_path / "others", others))
    made = vectors(ROWS)
    with pytest.raises(RequestError, match="several encoders"):
        from_dataset(build(tmp_path / "two", made[:9], made[9:], encoders=(ENCODER, {"a": 1})))
    with pytest.raises(RequestError, match="several encoders"):
        from_dataset(build(tmp_path / "wide", made[:9], vectors(ROWS[9:], 5)))


def test_published_files_alone_are_not_enough(tmp_path: Path) -> None:
    publish(tmp_path, ROWS)
    with pytest.raises(RequestError, match="name the build's folder"):
        from_dataset(str(tmp_path / "dataset"))
