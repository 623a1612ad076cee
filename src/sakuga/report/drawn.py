"""What shots, drawings and motions come to, counted a few thousand at a time (Figure 4, timing)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sakuga.core.records import Clip, Keyframes, Motion
from sakuga.report import paper
from sakuga.report.counts import Bar, Binned, Classed
from sakuga.report.films import Films
from sakuga.report.tables import Tables
from sakuga.report.words import BOUNDARIES

TIMINGS = ("ones", "twos", "threes", "fours", "fives", "sixes", "hold")
CAMERAS = ("static", "pan", "tilt", "zoom", "shake")

Charts = dict[str, tuple[Bar, ...]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Charts of drawings and motion. drawings: different ones; one that returns counts once."""

    charts: Charts
    shots: int
    keyframes: int
    drawings: int


def count_drawn(tables: Tables, films: Films) -> Drawn:
    """Count shots, drawings and motions; each film's shots and ticks are added to `films`."""
    shots, of_shots = _shots(tables, films)
    keyframes, drawings, of_drawings = _drawings(tables)
    return Drawn(of_shots | of_drawings | _motions(tables), shots, keyframes, drawings)


def _shots(tables: Tables, films: Films) -> tuple[int, Charts]:
    number = 0
    seconds, sure = Binned(paper.SECONDS), Binned(paper.CONFIDENCE)
    opens = Classed([BOUNDARIES[kind] for kind in BOUNDARIES if kind != "end"])
    ticks = np.array([film.tick for film in films.films], np.float64)
    names = ("video", "start_pts", "end_pts", "opens", "opens_confidence")
    for batch in tables.batches(Clip, *names):
        number += len(batch)
        of, rows = _films_of(batch.column("video"), films.places)
        np.add.at(films.shots, of, 1)
        start, end = (batch.column(n).to_numpy(zero_copy_only=False)[rows] for n in names[1:3])
        timed = (start >= 0) & (end >= 0)
        lengths = (end - start)[timed]
        np.add.at(films.ticks, of[timed], lengths)
        seconds.add(lengths * ticks[of[timed]])
        kinds = np.array(batch.column("opens").to_pylist(), object)
        opens.add(pa.array([BOUNDARIES.get(kind, kind) for kind in kinds], pa.string()))
        found = batch.column("opens_confidence").to_numpy(zero_copy_only=False)
        sure.add(found[kinds != "start"])
    charts = {"seconds": seconds.bars(), "boundaries": opens.bars(), "confidence": sure.bars()}
    return number, charts


def _films_of(videos: pa.Array, places: dict[str, int]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The place of each row's film, and the rows that have one."""
    encoded: Any = pc.call_function("dictionary_encode", [videos])
    of = np.array([places.get(v, -1) for v in encoded.dictionary.to_pylist()], np.int64)
    each = of[encoded.indices.to_numpy(zero_copy_only=False)] if len(of) else of
    return each[each >= 0], np.flatnonzero(each >= 0)


def _drawings(tables: Tables) -> tuple[int, int, Charts]:
    keyframes = drawings = 0
    length, holds = Binned(paper.LENGTH), Binned(paper.HOLDS)
    for batch in tables.batches(Keyframes, "holds", "drawings"):
        shown = batch.column("holds")
        counts: Any = pc.call_function("list_value_length", [shown])
        lengths = counts.to_numpy(zero_copy_only=False)
        length.add(lengths)
        holds.add(shown.flatten().to_numpy(zero_copy_only=False))
        keyframes += int(lengths.sum())
        numbers = batch.column("drawings").flatten().to_numpy(zero_copy_only=False).astype(np.int64)
        rows = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
        drawings += len(np.unique(rows * (int(numbers.max(initial=0)) + 1) + numbers))
    return keyframes, drawings, {"length": length.bars(), "holds": holds.bars()}


def _motions(tables: Tables) -> Charts:
    scores, timing = Binned(paper.SCORES), Classed((*TIMINGS, "mixed"))
    classes, camera = Classed(tuple(paper.DYNAMIC)), Classed(CAMERAS)
    names = ("dynamic_score", "dynamic_class", "timing", "mixed", "camera")
    for batch in tables.batches(Motion, *names):
        score, dynamic, timed, mixed, move = (batch.column(name) for name in names)
        scores.add(score.to_numpy(zero_copy_only=False))
        classes.add(dynamic)
        both: Any = pc.call_function("if_else", [mixed, pa.scalar("mixed"), timed])
        timing.add(both)
        camera.add(move)
    return {
        "dynamic": _dynamic(classes.bars()),
        "scores": scores.bars(),
        "timing": timing.bars(),
        "camera": camera.bars(),
    }


def _dynamic(bars: tuple[Bar, ...]) -> tuple[Bar, ...]:
    """§3.2's classes, as the motion room gave them, beside the paper's shares."""
    counted = {bar.label: bar for bar in bars}
    return tuple(
        Bar(label, counted[name].count, counted[name].share, theirs)
        for name, (label, theirs) in paper.DYNAMIC.items()
    )
