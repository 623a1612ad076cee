"""The marked clips: where each is found, and what an annotator saw in it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Window:
    """Frames [start, end) in which every frame was marked; uncertain frames are not scored."""

    start: int
    end: int
    new_drawings: frozenset[int]
    uncertain: frozenset[int]


@dataclass(frozen=True)
class Clip:
    """One clip and its truth.

    cuts: the first frame of each new shot; x.5 where frame x bears both shots. spans: frames
    [start, end) of each dissolve, fade or wipe. uncertain: boundaries that count neither way.
    """

    name: str
    sha256: str
    file: str
    film: str
    part: str
    frames: int
    fps: Fraction
    cuts: tuple[float, ...]
    spans: tuple[tuple[int, int], ...]
    uncertain: tuple[float, ...]
    windows: tuple[Window, ...]

    @property
    def seconds(self) -> float:
        return float(self.frames / self.fps)


def clip_of(name: str, page: dict[str, Any]) -> Clip:
    """Read one clip's page."""
    return Clip(
        name=name,
        sha256=page["sha256"],
        file=Path(page["address"]["path"]).name,
        film=page["film"],
        part=page["part"],
        frames=page["frames"],
        fps=Fraction(page["fps"]),
        cuts=tuple(page["cuts"]),
        spans=tuple((start, end) for start, end, _ in page["spans"]),
        uncertain=tuple(page["uncertain_cuts"]),
        windows=tuple(
            Window(w["start"], w["end"], frozenset(w["new_drawings"]), frozenset(w["uncertain"]))
            for w in page["windows"]
        ),
    )


@cache
def clips() -> tuple[Clip, ...]:
    """Every marked clip, by name."""
    pages = sorted(HERE.glob("*.json"))
    return tuple(clip_of(p.stem, json.loads(p.read_text(encoding="utf-8"))) for p in pages)


def file_of(clip: Clip, folder: Path) -> Path | None:
    """The clip's file, named by its SHA-256 or as in its repository; its bytes are checked."""
    for path in sorted((*folder.glob(f"{clip.sha256}.*"), *folder.rglob(clip.file))):
        if hashlib.sha256(path.read_bytes()).hexdigest() == clip.sha256:
            return path
    return None
