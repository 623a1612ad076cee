"""The report: a dataset as one self-contained page and as JSON, with the same numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from sakuga.report.tables import Json


def write_report(
    folder: str,
    out: str | None = None,
    max_shots: int = 60,
    advance: Callable[[int, int], None] = lambda *_: None,
) -> tuple[str, dict[str, Json]]:
    """Write FOLDER/report/index.html and report.json, or `out` and the same name with .json.

    Returns the page's address and what the JSON holds. `advance` is told how many of the shown
    films are drawn. Raises RequestError where no build has been.
    """
    from sakuga.report.numbers import count
    from sakuga.report.page import page, plain
    from sakuga.report.pictures import take_pictures
    from sakuga.report.shots import choose_shots, in_order, read_shots
    from sakuga.report.tables import Tables

    tables = Tables(folder)
    numbers = count(tables)
    chosen = read_shots(tables, choose_shots(tables, max_shots))
    pictures = take_pictures(tables, chosen, advance)
    shown = in_order(shot for shot in chosen if shot.clip.id in pictures)
    numbers_json = plain(numbers, shown)
    text = page(numbers, shown, pictures)
    if out is None:
        tables.store.write_bytes(("report", "index.html"), text.encode())
        tables.store.write_bytes(("report", "report.json"), _json(numbers_json))
        return tables.store.path("report", "index.html"), numbers_json
    path = Path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    path.with_suffix(".json").write_bytes(_json(numbers_json))
    return out, numbers_json


def _json(value: dict[str, Json]) -> bytes:
    return json.dumps(value, indent=1).encode()


__all__ = ["write_report"]
