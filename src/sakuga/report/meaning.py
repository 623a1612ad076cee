"""What the published rows say of content: descriptions, taste, ratings, text, taxonomy (Figure 4).

A null is not known, and counts for nothing; `known` says of how many shots a chart speaks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sakuga.core.records import Row
from sakuga.dataset.taxonomy import AXES, classes_of
from sakuga.report import paper
from sakuga.report.bias import Bias, Shown
from sakuga.report.counts import Bar, Binned, Classed, known, share
from sakuga.report.tables import Tables

COLUMNS = (
    *("anime_tags", "text_description", "aesthetic_score", "ratings", "rating", "taxonomy"),
    *("text_probability", "text_kinds"),
)
CHARTS = {  # chart -> the column it is made of
    "words": "text_description",
    "beauty": "aesthetic_score",
    "taste": "aesthetic_score",
    "rating": "rating",
    "text": "text_probability",
    "subjects": "taxonomy",  # whose tags speak of who and where; those of `lite` never do
    **dict.fromkeys(AXES, "taxonomy"),
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """charts, and of each the shots that it speaks of; averages, null where nothing is known."""

    rows: int
    charts: dict[str, tuple[Bar, ...]]
    known: dict[str, int]
    unknown: tuple[str, ...]  # columns that are null in every row
    shown: tuple[Shown, ...]
    words: float | None  # mean length of a description; the paper's: 40
    aesthetic: float | None  # median, to 0.001; the paper's: 0.73
    tags: float | None  # mean number of tags


def read_meaning(tables: Tables) -> Meaning:
    """Read the rows once, some at a time."""
    counting = _Counting()
    for batch in tables.batches(Row, *COLUMNS):
        counting.add(batch)
    return counting.made()


@dataclass(slots=True)
class _Counting:
    rows: int = 0
    valid: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))
    words: Binned = field(default_factory=lambda: Binned(paper.WORDS))
    all_words: int = 0
    all_tags: int = 0
    beauty: Binned = field(default_factory=lambda: Binned(paper.BEAUTY))
    taste: Binned = field(default_factory=lambda: Binned(paper.SCORES))
    thousandths: Any = field(default_factory=lambda: np.zeros(1001, np.int64))
    rating: Classed = field(default_factory=lambda: Classed(RATINGS))
    axes: dict[str, Classed] = field(
        default_factory=lambda: {axis: Classed(classes_of(axis)) for axis in AXES}
    )
    text: int = 0
    kinds: Classed = field(default_factory=lambda: Classed(KINDS))
    bias: Bias = field(default_factory=Bias)

    def add(self, batch: pa.RecordBatch) -> None:
        """Count some more rows."""
        self.rows += len(batch)
        for name in COLUMNS:
            self.valid[name] += len(batch) - batch.column(name).null_count
        self._add_words(batch.column("text_description"))
        self._add_scores(known(batch.column("aesthetic_score")))
        self.rating.add(batch.column("rating"))
        self._add_classes(batch.column("taxonomy"))
        probable = known(batch.column("text_probability"))
        self.text += int(np.count_nonzero(probable >= paper.BEARS_TEXT))
        self.kinds.add(batch.column("text_kinds").flatten())
        about: Any = batch.column("taxonomy").is_valid()
        self.bias.add(batch.column("anime_tags").filter(about))
        self.all_tags += len(batch.column("anime_tags").flatten())

    def _add_words(self, texts: pa.Array) -> None:
        """Words are what stands between white space."""
        trimmed: Any = pc.call_function("utf8_trim_whitespace", [texts.drop_null()])
        split: Any = pc.call_function("utf8_split_whitespace", [trimmed], pc.SplitOptions())
        counts: Any = pc.call_function("list_value_length", [split])
        empty: Any = pc.call_function("equal", [trimmed, pa.scalar("")])
        lengths = known(counts) * ~empty.to_numpy(zero_copy_only=False)
        self.words.add(lengths)
        self.all_words += int(lengths.sum())

    def _add_scores(self, scores: Any) -> None:
        self.beauty.add(scores)
        self.taste.add(scores)
        places = np.clip((scores * 1000).astype(np.int64), 0, 1000)
        self.thousandths += np.bincount(places, minlength=1001)

    def _add_classes(self, taxonomy: pa.StructArray) -> None:
        there = taxonomy.drop_null()
        for axis, classed in self.axes.items():
            classed.add(there.field(axis))

    def made(self) -> Meaning:
        """All that was counted."""
        valid = self.valid
        charts = {
            "words": self.words.bars(),
            "beauty": self.beauty.bars(),
            "taste": self.taste.bars(),
            "rating": _rating_bars(self.rating),
            "text": self._text_bars(),
            **{a: c.bars(paper.TAXONOMY[a]) for a, c in self.axes.items()},
            "subjects": self.bias.subjects(),
        }
        return Meaning(
            rows=self.rows,
            charts=charts,
            known={chart: valid[column] for chart, column in CHARTS.items()},
            unknown=tuple(n for n in COLUMNS if self.rows and not valid[n] and n in TOLD),
            shown=self.bias.shown(),
            words=_mean(self.all_words, valid["text_description"]),
            aesthetic=self._median(),
            tags=_mean(self.all_tags, valid["anime_tags"]),
        )

    def _text_bars(self) -> tuple[Bar, ...]:
        whole = self.valid["text_probability"]
        first = Bar("any text", self.text, share(self.text, whole), paper.TEXT["any text"])
        kinds = (Bar(b.label, b.count, share(b.count, whole)) for b in self.kinds.bars())
        return (first, *kinds)

    def _median(self) -> float | None:
        whole = int(self.thousandths.sum())
        if not whole:
            return None
        return float(np.searchsorted(np.cumsum(self.thousandths), whole / 2)) / 1000


RATINGS = ("general", "sensitive", "questionable", "explicit")
KINDS = ("subtitle", "logo", "credits", "drawn")
TOLD = (
    *("anime_tags", "text_description", "aesthetic_score", "ratings", "taxonomy"),
    "text_probability",
)


def _rating_bars(rating: Classed) -> tuple[Bar, ...]:
    """The four ratings, after the two that the paper takes together."""
    bars = {bar.label: bar for bar in rating.bars(paper.RATING)}
    both = bars["general"].count + bars["sensitive"].count
    safe = Bar(paper.SAFE, both, share(both, rating.total), paper.RATING[paper.SAFE])
    return (safe, *bars.values())


def _mean(total: int, of: int) -> float | None:
    return round(total / of, 2) if of else None
