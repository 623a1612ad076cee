"""The runs of a scaling measurement on disk, so that one that was stopped goes on (Figure 7).

OUT/scaling.json    what is measured; another measurement has no business here
OUT/points.jsonl    a line each run, as it ends
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sakuga.core.errors import RequestError
from sakuga.evaluate.scaling import Point

FACTS, RUNS = "scaling.json", "points.jsonl"


def runs_of(out: Path, facts: dict[str, Any]) -> list[Point]:
    """The runs that a folder holds; none where a measurement begins.

    facts: what is measured, as JSON-ready data. Raises RequestError where the folder's differ.
    """
    page = out / FACTS
    if page.exists():
        if json.loads(page.read_text(encoding="utf-8")) != json.loads(json.dumps(facts)):
            raise RequestError(
                f"{out} holds a measurement of another recipe or dataset; choose another --out"
            )
    else:
        out.mkdir(parents=True, exist_ok=True)
        page.write_text(json.dumps(facts, indent=2), encoding="utf-8")
    if not (out / RUNS).exists():
        return []
    text = (out / RUNS).read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:  # killed as it wrote a line
        (out / RUNS).write_text(whole, encoding="utf-8")
    return [Point(**json.loads(line)) for line in whole.splitlines()]


def keep(out: Path, run: Point) -> None:
    """One run more."""
    with (out / RUNS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(run)) + "\n")
