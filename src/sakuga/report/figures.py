"""Which charts there are, in the order shown, and each as a figure of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from sakuga.dataset.columns import meaning
from sakuga.report.charts import Ticks, bars, columns
from sakuga.report.counts import Bar
from sakuga.report.meaning import CHARTS
from sakuga.report.numbers import Numbers

Group = Literal["composition", "taxonomy", "timing", "footage", "bias"]

_SCORES: Ticks = [(place * 4, f"{place / 5:.1f}") for place in range(6)]


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart. tall: columns instead of bars; ticks: of a scale with more columns than labels.

    told: what is said where nothing is counted though nothing is null.
    """

    name: str
    title: str
    more: str
    group: Group
    noun: str = "shots"
    tall: bool = False
    ticks: Ticks | None = None
    told: str = ""


FIGURES = (
    Figure("length", "Length of a shot", "in keyframes", "composition"),
    Figure("words", "Length of a description", "in words", "composition"),
    Figure("beauty", "Aesthetic score", "shares overlap", "composition"),
    Figure("taste", "Aesthetic score, spread", "share of the shots", "composition", tall=True,
           ticks=_SCORES),
    Figure("dynamic", "How lively a shot is", "keyframes ÷ frames", "composition"),
    Figure("resolution", "Resolution", "height in pixels", "composition"),
    Figure("aspect", "Aspect", "width to height as shown", "composition"),
    Figure("rating", "Rating", "the highest of four scores", "composition"),
    Figure("text", "Text", "shots that bear any, and of what kind", "composition"),
    Figure("time", "Time", "", "taxonomy"),
    Figure("venue", "Venue", "", "taxonomy"),
    Figure("media", "Media", "", "taxonomy"),
    Figure("filming", "Filming", "the paper's text: objective", "taxonomy"),
    Figure("composition", "Composition", "", "taxonomy"),
    Figure("character", "Character", "", "taxonomy"),
    Figure("scores", "Dynamic score", "share of the shots", "timing", tall=True, ticks=_SCORES),
    Figure("timing", "Timing", "the hold most frames stand in", "timing"),
    Figure("holds", "Holds", "frames for which a drawing stands", "timing", "drawings", tall=True),
    Figure("camera", "Camera", "how it moves", "timing"),
    Figure("boundaries", "How shots begin", "", "timing"),
    Figure("confidence", "Confidence", "of cuts, fades and dissolves", "timing", "boundaries",
           tall=True),
    Figure("seconds", "Length on screen", "in seconds", "timing", tall=True),
    Figure("sources", "Sources", "the platform a film comes from", "footage"),
    Figure("licences", "Licences", "as the source states them", "footage"),
    Figure("decades", "Years", "of films whose own tags tell them", "footage", tall=True,
           told="No film's own tags tell its year."),
    Figure("subjects", "What tags are about", "share of all tags", "bias", "tags"),
    Figure("regions", "Region", "of films whose own tags tell it", "bias",
           told="No film's own tags tell where it is from."),
)  # fmt: skip

ALWAYS = ("ones", "twos", "threes", "hold", "mixed")  # of the timings; rarer ones where there are


def figures(numbers: Numbers, group: Group) -> str:
    """The figures of one group. Where a column is null throughout, it is said who fills it."""
    if not numbers.totals.shots:
        return '<p class="empty">There is nothing to count yet.</p>'
    made = [_figure(figure, numbers) for figure in FIGURES if figure.group == group]
    return f'<div class="charts">{"".join(made)}</div>'


def rows_of(figure: Figure, numbers: Numbers) -> Sequence[Bar]:
    """The bars that are drawn."""
    rows = numbers.charts[figure.name]
    return [r for r in rows if r.count or r.label in ALWAYS] if figure.name == "timing" else rows


def why_empty(figure: Figure, numbers: Numbers) -> str:
    """Why there is nothing to draw, as a sentence; empty where there is."""
    column = CHARTS.get(figure.name, "")
    if column and not numbers.known.get(figure.name):
        if not numbers.totals.published:
            return "Not known yet: no rows are published."
        return f"Not known by this profile: {who_knows(column)}."
    if any(bar.count for bar in numbers.charts[figure.name]):
        return ""
    return figure.told or (f"No {figure.noun} to count." if not column else "")


def who_knows(column: str) -> str:
    """`lite, paper or modern fills it`."""
    *first, last = meaning(column).profiles
    return f"{', '.join(first)} or {last} fills it" if first else f"{last} fills it"


def _figure(figure: Figure, numbers: Numbers) -> str:
    why = why_empty(figure, numbers)
    rows = rows_of(figure, numbers)
    if why:
        drawn = f'<p class="unknown">{escape(why)}</p>'
    elif figure.tall:
        drawn = columns(figure.title, rows, figure.noun, figure.ticks)
    else:
        drawn = bars(figure.title, rows, figure.noun)
    return (
        f"<figure><figcaption><b>{escape(figure.title)}</b> "
        f"<small>{escape(figure.more)}</small></figcaption>{drawn}{_key(drawn)}"
        f"{_of_how_many(figure, numbers)}</figure>"
    )


def _key(drawn: str) -> str:
    if 'class="theirs"' not in drawn:
        return ""
    return '<p class="key"><i class="ours"></i>here <i class="theirs"></i>Sakuga-42M</p>'


def _of_how_many(figure: Figure, numbers: Numbers) -> str:
    """Said where a chart speaks of a part of the shots only."""
    known, whole = numbers.known.get(figure.name), numbers.totals.published
    if figure.name in ("decades", "regions"):
        known, whole = sum(b.count for b in numbers.charts[figure.name]), numbers.totals.shots
    if not known or known == whole:
        return ""
    return f'<p class="key">known of {known:,} of {whole:,} shots</p>'
