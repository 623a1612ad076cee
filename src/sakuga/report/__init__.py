"""The report: a dataset as one self-contained page and as JSON, with the same numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sakuga.report.tables import Json

if TYPE_CHECKING:
    from sakuga.report.cooccurrence import Together

FIGURE_4 = "figure4.png"


def write_report(
    folder: str,
    out: str | None = None,
    max_shots: int = 60,
    advance: Callable[[int, int], None] = lambda *_: None,
    together: Together | None = None,
    png: bool = False,
) -> tuple[str, dict[str, Json]]:
    """Write FOLDER/report/index.html and report.json, or `out` and the same name with .json.

    Returns the page's address and what the JSON holds. `advance` is told how many of the shown
    films are drawn; `together` is what `write_cooccurrence` found, to be shown too; with `png`,
    figure4.png is drawn beside the page. Raises RequestError where no build has been.
    """
    from sakuga.report.composition import figure_4
    from sakuga.report.numbers import count
    from sakuga.report.page import page, plain
    from sakuga.report.pictures import take_pictures
    from sakuga.report.plots import require_matplotlib
    from sakuga.report.shots import choose_shots, in_order, read_shots
    from sakuga.report.tables import Tables

    if png:
        require_matplotlib("--png")
    tables = Tables(folder)
    numbers = count(tables)
    figure = figure_4(numbers) if png else None
    chosen = read_shots(tables, choose_shots(tables, max_shots))
    pictures = take_pictures(tables, chosen, advance)
    shown = in_order(shot for shot in chosen if shot.clip.id in pictures)
    numbers_json = plain(numbers, shown, together)
    text = page(numbers, shown, pictures, together)
    if out is None:
        tables.store.write_bytes(("report", "index.html"), text.encode())
        tables.store.write_bytes(("report", "report.json"), _json(numbers_json))
        if figure is not None:
            tables.store.write_bytes(("report", FIGURE_4), figure)
        return tables.store.path("report", "index.html"), numbers_json
    path = Path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    path.with_suffix(".json").write_bytes(_json(numbers_json))
    if figure is not None:
        path.with_name(FIGURE_4).write_bytes(figure)
    return out, numbers_json


def _json(value: dict[str, Json]) -> bytes:
    return json.dumps(value, indent=1).encode()


__all__ = ["write_report"]
