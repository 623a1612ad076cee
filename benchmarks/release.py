"""Importing and exporting the release's schema: memory and rows a second, beside pandas."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.costs import MAIN, Cost, cost
from tests.releases import write_release

from benchmarks.table import Line

FEW, MANY = 100_000, 1_000_000
_PANDAS = """
import sys, pandas
read = pandas.concat([pandas.read_parquet(file) for file in sys.argv[1:]])
for end in ("scene_start_time", "scene_end_time"):
    read[end] = pandas.to_timedelta(read[end].replace(["", "nan"], None))
read = read.drop_duplicates("hash_identifier")
"""


def measure(rows: int, folder: Path) -> dict[str, Cost]:
    """The costs of a release with so many clips."""
    files = write_release(folder / "given", rows)
    out, back = folder / "out", folder / "back"
    return {
        "import": cost(MAIN, "import", *files, "--out", out),
        "export": cost(MAIN, "export", "sakuga42m", out, "--to", back),
        "pandas": cost(_PANDAS, *files),
    }


def lines() -> Iterator[Line]:
    """The table; what each run took goes to standard error."""
    found: dict[int, dict[str, Cost]] = {}
    for rows in (FEW, MANY):
        with tempfile.TemporaryDirectory() as folder:
            found[rows] = measure(rows, Path(folder))
        for what, each in found[rows].items():
            if each.code not in (0, 3):  # generated rows hold some that fail
                raise RuntimeError(f"{what} ended with {each.code}")
            told = f"{each.seconds:.1f} s, {each.cpu_seconds:.1f} CPU s, {each.megabytes:.0f} MB"
            print(f"- {rows:,} clips, {what}: {told}", file=sys.stderr)
    few, many = found[FEW], found[MANY]
    for what in ("import", "export"):
        ratio = many[what].megabytes / few[what].megabytes
        yield Line(f"peak of {what}, a million / a tenth", ratio, "<=", 1.2)
        rate = MANY / many[what].cpu_seconds
        yield Line(f"clips a CPU second, {what}", rate, ">=", 10_000)
    ratio = many["import"].megabytes / many["pandas"].megabytes
    yield Line("peak of import / peak of reading with pandas", ratio, "<=", 0.25)
