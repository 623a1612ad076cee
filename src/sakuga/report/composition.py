"""Figure 4 as one PNG: every chart of composition and taxonomy, ours beside the paper's shares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sakuga.report.charts import percent
from sakuga.report.counts import Bar
from sakuga.report.figures import FIGURES, Figure, rows_of, why_empty
from sakuga.report.numbers import Numbers
from sakuga.report.plots import INK, LINE, OURS, SOFT, THEIRS, as_png, new_figure, plain_text

COLUMNS = 3
ROWS = 5  # for which there is room, so that bars are of one height
GROUPS = ("composition", "taxonomy")


def figure_4(numbers: Numbers) -> bytes:
    """The picture; a chart of a column that is null throughout says who fills it."""
    chosen = [figure for figure in FIGURES if figure.group in GROUPS]
    lines = math.ceil(len(chosen) / COLUMNS)
    picture = new_figure(5.2 * COLUMNS, 2.75 * lines + 0.9)
    for number, figure in enumerate(chosen):
        axes = picture.add_subplot(lines, COLUMNS, number + 1)
        axes.set_title(figure.title, loc="left", fontsize=12, fontweight="bold", color=INK, pad=7)
        _draw(axes, figure, numbers)
    shots = f"{numbers.totals.shots:,} shots"
    picture.suptitle(f"Composition of {shots}", x=0.012, ha="left", fontsize=17, color=INK)
    _key(picture)
    picture.tight_layout(rect=(0, 0, 1, 0.99), h_pad=1.6, w_pad=2.2)
    return as_png(picture)


def _draw(axes: Any, figure: Figure, numbers: Numbers) -> None:
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_xticks([])
    why = why_empty(figure, numbers) if numbers.totals.shots else "There is nothing to count yet."
    if why:
        axes.set_yticks([])
        axes.text(0, 0.8, why, color=SOFT, fontsize=9.5, transform=axes.transAxes, wrap=True)
        return
    rows = rows_of(figure, numbers)
    if figure.tall:
        _columns(axes, figure, rows)
        return
    most = max([1.0, *(max(row.share, row.paper or 0) for row in rows)])
    axes.set_xlim(0, most * 1.16)
    axes.set_ylim(max(len(rows), ROWS) - 0.45, -0.6)
    axes.set_yticks(range(len(rows)), [plain_text(row.label) for row in rows], fontsize=9.5)
    axes.tick_params(axis="y", length=0, labelcolor=SOFT)
    axes.axvline(0, color=LINE, linewidth=1)
    for place, row in enumerate(rows):
        paired = row.paper is not None
        _bar(
            axes,
            place - 0.16 * paired,
            0.42,
            row.share,
            OURS,
            INK,
            percent(row.share) if row.count else "-",
        )
        if row.paper is not None:
            _bar(axes, place + 0.24, 0.28, row.paper, THEIRS, SOFT, percent(row.paper))


def _columns(axes: Any, figure: Figure, rows: Sequence[Bar]) -> None:
    axes.bar([n + 0.5 for n in range(len(rows))], [r.share for r in rows], 0.8, color=OURS)
    axes.axhline(0, color=SOFT, linewidth=1)
    ticks = figure.ticks or [(n, row.label) for n, row in enumerate(rows)]
    axes.set_xticks([n for n, _ in ticks], [label for _, label in ticks], fontsize=9.5)
    axes.tick_params(length=0, labelcolor=SOFT)
    axes.set_yticks([axes.get_ylim()[1] / 2], [f"{axes.get_ylim()[1] / 2:.0f}%"], fontsize=8.5)
    axes.grid(axis="y", color=LINE)
    axes.set_axisbelow(True)


def _bar(
    axes: Any, y: float, height: float, share: float, colour: str, ink: str, told: str
) -> None:
    axes.barh(y, share, height, color=colour)
    size = 9.0 if height > 0.3 else 7.5
    axes.annotate(
        told, (share, y), (4, 0), textcoords="offset points", va="center", fontsize=size, color=ink
    )


def _key(picture: Any) -> None:
    from matplotlib.patches import Patch

    handles = [Patch(color=OURS, label="here"), Patch(color=THEIRS, label="Sakuga-42M")]
    picture.legend(
        handles=handles,
        loc="upper right",
        ncols=2,
        frameon=False,
        fontsize=11,
        labelcolor=SOFT,
    )
