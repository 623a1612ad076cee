"""What is known of every film: sizes, formats, where it comes from. A film is a few numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sakuga.core.records import Source, Video
from sakuga.report import paper
from sakuga.report.counts import Bar, Binned, Classed
from sakuga.report.subjects import region_of
from sakuga.report.tables import Tables

FORMAT = ("width", "height", "codec", "bit_depth", "frame_rate")
_YEAR = re.compile(r"(?:year[:_])?((?:19|20)\d)\d(?:s|_\(style\))?")


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
class Film:
    """One video. decade and region are empty where no tag of its source tells them."""

    alike: tuple[Any, ...]  # its values of FORMAT
    aspect: float  # width to height as shown
    tick: float  # seconds
    duration: float | None
    platform: str
    licence: str
    decade: str
    region: str


@dataclass(slots=True)
class Films:
    """All videos of a folder, and what was counted of their shots."""

    places: dict[str, int] = field(default_factory=dict[str, int])  # video -> its place
    films: list[Film] = field(default_factory=list[Film])
    shots: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    ticks: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def seconds(self) -> list[float]:
        """How long each film is: by its shots' own timestamps, else as its container says."""
        pairs = zip(self.films, self.ticks.tolist(), strict=True)
        return [t * film.tick if t else film.duration or 0.0 for film, t in pairs]

    def charts(self) -> dict[str, tuple[Bar, ...]]:
        """What kind of footage the shots are of; all in shots."""
        heights, aspects = Binned(paper.HEIGHT), Binned(paper.ASPECT)
        each = zip(self.films, self.shots.tolist(), strict=True)
        shots: dict[tuple[int, float], int] = Counter()
        for film, count in each:
            shots[film.alike[1], film.aspect] += count
        for (height, aspect), count in shots.items():
            heights.add(np.full(count, height))
            aspects.add(np.full(count, aspect))
        return {
            "resolution": heights.bars(),
            "aspect": aspects.bars(),
            "sources": self._by("platform", 10),
            "licences": self._by("licence", 10),
            "decades": self._by("decade"),
            "regions": self._by("region"),
        }

    def formats(self) -> tuple[Format, ...]:
        """Formats, the most frequent first."""
        groups: dict[tuple[Any, ...], list[float]] = {}
        for film, seconds in zip(self.films, self.seconds, strict=True):
            groups.setdefault(film.alike, []).append(seconds)
        made = [
            Format(*alike, videos=len(each), seconds=round(sum(each), 3))
            for alike, each in groups.items()
        ]
        return tuple(sorted(made, key=lambda f: (-f.videos, f.codec, f.width, f.height)))

    def _by(self, name: str, most: int = 0) -> tuple[Bar, ...]:
        counts = Counter[str]()
        for film, shots in zip(self.films, self.shots.tolist(), strict=True):
            if told := getattr(film, name):
                counts[told] += shots
        classed = Classed(sorted(counts) if name == "decade" else ())
        classed.add_counts(counts)
        return classed.bars(most=most)


def read_films(tables: Tables) -> Films:
    """Every video, without what is counted of its shots."""
    platforms = _platforms(tables)
    films = Films()
    names = ("id", *FORMAT, "sample_aspect", "time_base", "duration", "licence", "user_tags")
    for batch in tables.batches(Video, *names, "source"):
        for row in batch.to_pylist():
            films.places[row["id"]] = len(films.films)
            films.films.append(_film(row, platforms.get(row["source"], "")))
    films.shots = np.zeros(len(films.films), np.int64)
    films.ticks = np.zeros(len(films.films), np.int64)
    return films


def _platforms(tables: Tables) -> dict[str, str]:
    batches = tables.batches(Source, "id", "platform")
    return {
        source: platform
        for batch in batches
        for source, platform in zip(*(batch.column(n).to_pylist() for n in (0, 1)), strict=True)
    }


def _film(row: Mapping[str, Any], platform: str) -> Film:
    aspect = row["width"] * Fraction(row["sample_aspect"]) / max(1, row["height"])
    return Film(
        alike=tuple(row[name] for name in FORMAT),
        aspect=round(float(aspect), 4),
        tick=float(Fraction(row["time_base"])),
        duration=row["duration"],
        platform=platform or "not told",
        licence=row["licence"] or "not stated",
        decade=decade_of(row["user_tags"]),
        region=region_of(row["user_tags"]),
    )


def decade_of(tags: Iterable[str]) -> str:
    """`1990s` from a tag such as 1994, year:1994 or 1990s; the earliest of several; else empty."""
    found: Sequence[str] = [m[1] for tag in tags if (m := _YEAR.fullmatch(tag.lower()))]
    return f"{min(found)}0s" if found else ""
