"""One shot and all that is known about it; which shots a contact sheet shows."""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import RequestError
from sakuga.core.records import Clip, Keyframes, Motion, Row, Ticks, Video
from sakuga.report.names import shown_name
from sakuga.report.tables import Json, Tables

FEW = 0.02  # share of a file's frames that may be odd ones
CONTENT = (  # columns of a row that are told of a shot beside its drawings
    *("anime_tags", "character_tags", "user_tags", "text_description", "captions", "rating"),
    *("ratings", "aesthetic_score", "taxonomy", "text_probability", "text_kinds", "split"),
)
LONGER = 1.5  # a step this many times the shortest left something out


@dataclass(frozen=True, slots=True)
class Shot:
    """A clip with its video; drawings, motion and row are None where those rooms have not been.

    times: (frames + 1,) when each frame begins and the last one ends, in frames of the film; None
    where frames simply follow each other, as they do unless the file leaves repeats out.
    """

    clip: Clip
    video: Video
    keyframes: Keyframes | None
    motion: Motion | None
    times: NDArray[np.float64] | None = None
    row: Row | None = None

    @property
    def name(self) -> str:
        """The file's name, harmless to show."""
        return shown_name(self.video.url)

    @property
    def frames(self) -> int:
        """Its length in frames."""
        return self.clip.end - self.clip.start

    @property
    def seconds(self) -> float | None:
        """Its length, by the file's own clock; None where the file has none."""
        clip = self.clip
        if clip.start_pts < 0 or clip.end_pts < 0:
            return None
        return float((clip.end_pts - clip.start_pts) * self.video.time_base)

    @property
    def time_code(self) -> str:
        """When it begins: `00:01:03.250`, or its frame where the file has no clock."""
        if self.clip.start_pts < 0:
            return f"frame {self.clip.start}"
        milliseconds = round(self.clip.start_pts * self.video.time_base * 1000)
        seconds, rest = divmod(milliseconds, 1000)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"

    def plain(self) -> dict[str, Json]:
        """Everything as JSON-ready values; the confidence of each frame is left to the tables."""
        keys = self.keyframes and _plain(self.keyframes)
        if self.keyframes is not None and keys:
            at = self.keyframes.frames - self.clip.start
            keys["confidence"] = self.keyframes.confidence[at].round(4).tolist()
        return {
            "name": self.name,
            "time_code": self.time_code,
            "seconds": self.seconds,
            "frames": self.frames,
            "clip": _plain(self.clip),
            "video": _plain(self.video),
            "keyframes": keys,
            "motion": self.motion and _plain(self.motion),
            "content": self.row and {name: _value(getattr(self.row, name)) for name in CONTENT},
        }


def find_shot(tables: Tables, asked: str) -> Shot:
    """The shot whose id, or VIDEO:INDEX, begins so. Raises RequestError unless it is one."""
    video, colon, index = asked.strip().lower().partition(":")
    found: list[str] = []
    for clip in tables.columns(Clip, "id", "video", "index").to_pylist():
        if colon:
            if clip["video"].startswith(video) and str(clip["index"]) == index:
                found.append(clip["id"])
        elif clip["id"].startswith(video):
            found.append(clip["id"])
    if not found or not video:
        raise RequestError(f"{asked}: no clip begins so; give an id of the dataset or VIDEO:INDEX")
    if len(found) > 1:
        few = ", ".join(each[:12] for each in found[:4])
        raise RequestError(f"{asked}: {len(found)} clips begin so ({few}, ...); give more digits")
    return read_shots(tables, found)[0]


def read_shots(tables: Tables, ids: Sequence[str]) -> list[Shot]:
    """The shots of these ids, in their order."""
    clips = {clip.id: clip for clip in tables.records(Clip, "id", ids)}
    videos = {v.id: v for v in tables.records(Video, "id", (c.video for c in clips.values()))}
    parts = [tables.parts_with(record, videos) for record in (Keyframes, Motion, Row)]
    keys = {each.id: each for each in tables.records(Keyframes, "id", ids, parts[0])}
    motions = {each.id: each for each in tables.records(Motion, "id", ids, parts[1])}
    rows = {each.id: each for each in tables.records(Row, "id", ids, parts[2])}
    there = [clips[i] for i in ids if i in clips and clips[i].video in videos]
    pts = tables.pts(videos)
    return [
        Shot(
            *(c, videos[c.video], keys.get(c.id), motions.get(c.id)),
            *(_times(c, pts.get(c.video)), rows.get(c.id)),
        )
        for c in there
    ]


def choose_shots(tables: Tables, most: int) -> list[str]:
    """Ids of the shots to show: the first of every film, then the second of every film, ..."""
    chosen: list[tuple[int, str, str]] = []
    for batch in tables.batches(Clip, "index", "video", "id"):
        rows = zip(*(batch.column(i).to_pylist() for i in range(3)), strict=True)
        chosen = heapq.nsmallest(most, [*chosen, *rows])
    return [clip for _, _, clip in chosen]


def in_order(shots: Iterable[Shot]) -> list[Shot]:
    """By film, each film's shots as they follow each other."""
    return sorted(shots, key=lambda shot: (shot.name, shot.video.id, shot.clip.index))


def _times(clip: Clip, pts: Ticks | None) -> NDArray[np.float64] | None:
    steps = np.zeros(0) if pts is None else np.diff(pts)
    if pts is None or not len(steps) or pts.min() < 0 or steps.min() <= 0:
        return None
    frame = np.quantile(steps, FEW)
    if np.mean(steps > LONGER * frame) < FEW:
        return None
    ends = np.append(pts[clip.start : clip.end], clip.end_pts)
    return (ends - ends[0]) / np.median(steps[steps < LONGER * frame])


def _plain(record: Any) -> dict[str, Json]:
    fields = {f.name: getattr(record, f.name) for f in dataclasses.fields(record)}
    return {name: _value(value) for name, value in fields.items()}


def _value(value: Any) -> Json:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if dataclasses.is_dataclass(value):
        return _plain(value)
    return str(value) if isinstance(value, Fraction) else value
