"""Hand-made tables: a build folder as the rooms would leave it, without any film."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.core.records import (
    Clip,
    Failure,
    Keyframes,
    Motion,
    Row,
    Samples,
    Signals,
    Source,
    Video,
)
from sakuga.core.schema import hints
from sakuga.core.store import Part, Store, table_of

Record = TypeVar("Record")


def filled(record: type[Record], **known: Any) -> Record:
    """A record with these fields, and nothing much in the others."""
    blank = {name: _blank(hint) for name, hint in hints(record).items()}
    return record(**(blank | known))


def _blank(hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        return np.zeros(0, get_args(hint)[1])
    if get_origin(hint) is Literal:
        return get_args(hint)[0]
    if type(None) in get_args(hint):
        return None
    if dataclasses.is_dataclass(hint):
        return filled(hint)
    return Fraction(1) if hint is Fraction else (get_origin(hint) or hint)()


def digest(text: str) -> str:
    """64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


class Folder:
    """Writes one film after another into tables, each film a part of its own."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.store = Store(root)
        self.parts = 0

    def add_film(
        self,
        name: str,
        shots: Sequence[Sequence[int]],
        drawings: Sequence[Sequence[int]] | None = None,
        motions: Sequence[dict[str, Any]] | None = None,
        transition: int = 0,
        failures: Sequence[Failure] = (),
        pts: NDArray[np.int64] | None = None,
        published: Sequence[Row] | None = None,
        **about: Any,
    ) -> str:
        """Shots by the holds of their drawings, at 25 frames a second; the video's id.

        published: what the shots' rows say of content; about: fields of the video and its source.
        """
        video, at = digest(name), 0
        rows: dict[type, list[Any]] = {
            record: [] for record in (Source, Video, Signals, Clip, Keyframes, Samples, Motion, Row)
        }
        for index, holds in enumerate(shots):
            end = at + sum(holds)
            clip = digest(f"{video}:{at}")
            starts = at + np.concatenate([[0], np.cumsum(holds)[:-1]]).astype(np.int32)
            numbers = drawings[index] if drawings else range(1, len(holds) + 1)
            rows[Clip].append(
                filled(
                    Clip,
                    id=clip,
                    video=video,
                    index=index,
                    start=at,
                    end=end,
                    start_pts=at * 40,
                    end_pts=end * 40,
                    body_start=at + (transition if index else 0),
                    body_end=end,
                    opens="start" if index == 0 else "dissolve" if transition else "cut",
                    opens_confidence=0.9,
                )
            )
            keys = filled(
                Keyframes,
                id=clip,
                video=video,
                frames=starts,
                holds=np.array(holds, np.int32),
                drawings=np.array(list(numbers), np.int32),
                confidence=np.linspace(1, 0.6, end - at, dtype=np.float32),
            )
            rows[Keyframes].append(keys)
            given = motions[index] if motions else {}
            known = {"dynamic_score": len(holds) / (end - at), "timing": "twos"} | given
            rows[Motion].append(filled(Motion, id=clip, video=video, **known))
            row = published[index] if published else filled(Row, url=name)
            rows[Row].append(dataclasses.replace(row, id=clip, video=video, index=index))
            sample = filled(Samples, id=clip, video=video, frames=[at], images=[_image(index)])
            rows[Samples].append(sample)
            at = end
        of_source = {"part": self.parts, "video": video, "url": name} | _fields_of(Source, about)
        rows[Source].append(filled(Source, id=video[:16], **of_source))
        rows[Video].append(dataclasses.replace(_video(video, name), **_fields_of(Video, about)))
        pts = np.arange(at, dtype=np.int64) * 40 if pts is None else pts
        rows[Signals].append(filled(Signals, id=video, frames=at, pts=pts))
        self._write(rows, failures)
        return video

    def add_skipped(self, name: str, kind: str) -> None:
        """A file that nothing is built from."""
        source = filled(Source, id=digest(name)[:16], url=name, kind=kind, skipped=kind)
        self._write({Source: [source], Video: []}, ())

    def _write(self, rows: dict[type, list[Any]], failures: Sequence[Failure]) -> None:
        for record, made in rows.items():
            failed = [f for f in failures if f.stage == table_of(record)]
            part = Part(table_of(record), self.parts, "0" * 16)
            with self.store.writing(
                part, record, {"sakuga.recipe": '{"recipe": "hand:Made"}'}
            ) as out:
                out.add(made, failed)
        self.parts += 1


def _video(video: str, name: str) -> Video:
    return filled(
        Video,
        id=video,
        source=video[:16],
        url=name,
        codec="h264",
        width=64,
        height=48,
        frame_rate=Fraction(25),
        time_base=Fraction(1, 1000),
        bit_depth=8,
    )


def _fields_of(record: type, known: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in known.items() if name in hints(record)}


def _image(index: int) -> bytes:
    picture = np.full((48, 64, 3), 40 + 30 * (index % 7), np.uint8)
    cv2.circle(picture, (10 + 8 * (index % 6), 24), 9, (30, 200, 240), -1)
    return cv2.imencode(".jpg", picture)[1].tobytes()
