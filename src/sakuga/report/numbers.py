"""What a dataset is made of, counted: the numbers that the page shows and `report.json` holds.

Tables are read a few thousand rows at a time; what is kept grows with the films, not the shots.
"""

from __future__ import annotations

from dataclasses import dataclass

from sakuga.core.records import Signals
from sakuga.report.bias import Shown
from sakuga.report.counts import Bar
from sakuga.report.drawn import count_drawn
from sakuga.report.films import Format, read_films
from sakuga.report.meaning import read_meaning
from sakuga.report.state import Reason, reasons, skipped_files
from sakuga.report.tables import Json, Tables


@dataclass(frozen=True, slots=True)
class Totals:
    """The dataset in a few numbers; null is not known."""

    videos: int
    seconds: float
    frames: int
    shots: int
    keyframes: int
    drawings: int  # different ones: a drawing that returns in a shot counts once
    failures: int
    skipped: int
    duplicates: int
    published: int  # rows of the dataset
    words: float | None  # a description; the paper's mean is 40
    tags: float | None  # a shot
    aesthetic: float | None  # the median score; over 0.73 in the paper


@dataclass(frozen=True, slots=True)
class Numbers:
    """All that is counted. known: of how many shots a chart speaks, where a column may be null."""

    totals: Totals
    charts: dict[str, tuple[Bar, ...]]
    known: dict[str, int]
    shown: tuple[Shown, ...]  # §7: tags by who is seen
    formats: tuple[Format, ...]
    failures: tuple[Reason, ...]
    skipped: dict[str, int]
    unknown: tuple[str, ...]  # published columns that are null in every row
    recipes: dict[str, list[Json]]


def count(tables: Tables) -> Numbers:
    """Count everything that is there."""
    films = read_films(tables)
    drawn = count_drawn(tables, films)
    meaning = read_meaning(tables)
    failures = reasons(tables)
    skipped, duplicates = skipped_files(tables)
    totals = Totals(
        videos=len(films.films),
        seconds=round(sum(films.seconds), 3),
        frames=sum(tables.columns(Signals, "frames").column("frames").to_pylist()),
        shots=drawn.shots,
        keyframes=drawn.keyframes,
        drawings=drawn.drawings,
        failures=sum(reason.count for reason in failures),
        skipped=sum(skipped.values()),
        duplicates=duplicates,
        published=meaning.rows,
        words=meaning.words,
        tags=meaning.tags,
        aesthetic=meaning.aesthetic,
    )
    return Numbers(
        totals=totals,
        charts=drawn.charts | meaning.charts | films.charts(),
        known=meaning.known,
        shown=meaning.shown,
        formats=films.formats(),
        failures=tuple(failures),
        skipped=skipped,
        unknown=meaning.unknown,
        recipes=tables.recipes(),
    )
