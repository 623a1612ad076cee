"""What a dataset is made of, counted: the numbers that the page shows and `report.json` holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sakuga.core.records import Clip, Keyframes, Motion, Row, Signals, Video
from sakuga.report import paper
from sakuga.report.state import Reason, reasons, skipped_files
from sakuga.report.tables import Json, Tables
from sakuga.report.words import BOUNDARIES

TIMINGS = ("ones", "twos", "threes", "fours", "fives", "sixes", "hold")
CAMERAS = ("static", "pan", "tilt", "zoom", "shake")


@dataclass(frozen=True, slots=True)
class Bar:
    """One class of a chart: how many, their share, and the paper's share (both in percent)."""

    label: str
    count: int
    share: float
    paper: float | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """The dataset in a few numbers."""

    videos: int
    seconds: float
    frames: int
    shots: int
    keyframes: int
    drawings: int  # different ones: a drawing that returns in a shot counts once
    failures: int
    skipped: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Format:
    """Videos that are alike."""

    width: int
    height: int
    codec: str
    bit_depth: int
    frame_rate: str
    videos: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Numbers:
    """All that is counted."""

    totals: Totals
    charts: dict[str, tuple[Bar, ...]]
    formats: tuple[Format, ...]
    failures: tuple[Reason, ...]
    skipped: dict[str, int]
    unknown: tuple[str, ...]  # published columns that are null in every row
    recipes: dict[str, list[Json]]


def count(tables: Tables) -> Numbers:
    """Count everything that is there."""
    clips = _columns(
        tables, Clip, "video", "start", "end", "start_pts", "end_pts", "opens", "opens_confidence"
    )
    keys = _columns(tables, Keyframes, "holds", "drawings")
    motions = _columns(
        tables, Motion, "dynamic_score", "dynamic_class", "timing", "mixed", "camera"
    )
    videos = {v["id"]: v for v in tables.columns(Video, *_FORMAT).to_pylist()}
    seconds = _seconds(clips, videos)
    failures = reasons(tables, tables.all_failures())
    skipped, duplicates = skipped_files(tables)
    totals = Totals(
        videos=len(videos),
        seconds=round(sum(seconds.values()), 3),
        frames=sum(tables.columns(Signals, "frames").column("frames").to_pylist()),
        shots=len(clips["video"]),
        keyframes=sum(len(holds) for holds in keys["holds"]),
        drawings=sum(len(set(of_clip)) for of_clip in keys["drawings"]),
        failures=sum(reason.count for reason in failures),
        skipped=sum(skipped.values()),
        duplicates=duplicates,
    )
    return Numbers(
        totals=totals,
        charts=_charts(clips, keys, motions, _shot_seconds(clips, videos)),
        formats=_formats(videos, seconds),
        failures=tuple(failures),
        skipped=skipped,
        unknown=_unknown(tables),
        recipes=tables.recipes(),
    )


def binned(values: NDArray[Any], bins: Sequence[paper.Bin]) -> tuple[Bar, ...]:
    """How many values fall into each bin."""
    counts = [int(np.sum((values >= b.low) & (values < b.high))) for b in bins]
    return tuple(
        Bar(b.label, n, _share(n, len(values)), b.share) for b, n in zip(bins, counts, strict=True)
    )


def classed(values: Sequence[str], known: Sequence[str]) -> tuple[Bar, ...]:
    """How many values are of each class; the known ones first, in their order."""
    counts = Counter(values)
    names = [*known, *sorted(counts.keys() - set(known))]
    return tuple(Bar(name, counts[name], _share(counts[name], len(values))) for name in names)


def _charts(
    clips: dict[str, list[Any]],
    keys: dict[str, list[Any]],
    motions: dict[str, list[Any]],
    seconds: Sequence[float],
) -> dict[str, tuple[Bar, ...]]:
    scores = np.array(motions["dynamic_score"], np.float64)
    shown = np.array([len(holds) for holds in keys["holds"]], np.int64)
    sure = np.array(clips["opens_confidence"], np.float64)
    found = np.array([kind != "start" for kind in clips["opens"]], np.bool_)
    holds = np.array([hold for of_clip in keys["holds"] for hold in of_clip], np.int64)
    both = zip(motions["timing"], motions["mixed"], strict=True)
    timings = ["mixed" if mixed else timing for timing, mixed in both]
    opens = [BOUNDARIES.get(str(kind), str(kind)) for kind in clips["opens"]]
    return {
        "length": binned(shown, paper.LENGTH),
        "dynamic": _dynamic(motions["dynamic_class"]),
        "scores": binned(scores, paper.SCORES),
        "timing": classed(timings, (*TIMINGS, "mixed")),
        "holds": binned(holds, paper.HOLDS),
        "camera": classed(motions["camera"], CAMERAS),
        "seconds": binned(np.array(seconds), paper.SECONDS),
        "confidence": binned(sure[found], paper.CONFIDENCE),
        "boundaries": classed(opens, [BOUNDARIES[kind] for kind in BOUNDARIES if kind != "end"]),
    }


def _dynamic(classes: Sequence[str]) -> tuple[Bar, ...]:
    """§3.2's classes, as the motion room gave them, beside the paper's shares."""
    counted = {bar.label: bar for bar in classed(classes, tuple(paper.DYNAMIC))}
    return tuple(
        Bar(label, counted[name].count, counted[name].share, share)
        for name, (label, share) in paper.DYNAMIC.items()
    )


_FORMAT = ("id", "width", "height", "codec", "bit_depth", "frame_rate", "time_base", "duration")


def _formats(videos: dict[str, Any], seconds: dict[str, float]) -> tuple[Format, ...]:
    groups: dict[tuple[Any, ...], list[str]] = {}
    for video, facts in videos.items():
        groups.setdefault(tuple(facts[name] for name in _FORMAT[1:6]), []).append(video)
    formats = [
        Format(*alike, videos=len(ids), seconds=round(sum(seconds[i] for i in ids), 3))
        for alike, ids in groups.items()
    ]
    return tuple(sorted(formats, key=lambda f: (-f.videos, -f.seconds, f.width, f.codec)))


def _shot_seconds(clips: dict[str, list[Any]], videos: dict[str, Any]) -> list[float]:
    """How long each shot is, of those whose file has a clock."""
    bases = {video: Fraction(facts["time_base"]) for video, facts in videos.items()}
    each = zip(clips["video"], clips["start_pts"], clips["end_pts"], strict=True)
    return [
        float((end - start) * bases[video])
        for video, start, end in each
        if start >= 0 and end >= 0 and video in bases
    ]


def _seconds(clips: dict[str, list[Any]], videos: dict[str, Any]) -> dict[str, float]:
    """How long each video is: by its clips' own timestamps, else as its container says."""
    ticks: dict[str, int] = {}
    for video, start, end in zip(clips["video"], clips["start_pts"], clips["end_pts"], strict=True):
        if start >= 0 and end >= 0:
            ticks[video] = ticks.get(video, 0) + end - start
    return {
        video: float(ticks[video] * Fraction(facts["time_base"]))
        if video in ticks
        else facts["duration"] or 0.0
        for video, facts in videos.items()
    }


def _unknown(tables: Tables) -> tuple[str, ...]:
    names = (
        "anime_tags",
        "text_description",
        "aesthetic_score",
        "ratings",
        "taxonomy",
        "text_probability",
    )
    rows = tables.columns(Row, *names)
    return tuple(n for n in names if len(rows) and rows.column(n).null_count == len(rows))


def _columns(tables: Tables, record: type, *names: str) -> dict[str, list[Any]]:
    read = tables.columns(record, *names)
    return {name: read.column(name).to_pylist() for name in names}


def _share(number: int, of: int) -> float:
    return round(100 * number / of, 2) if of else 0.0
