"""The release's files, many of them: stopped at any moment, and a million rows in little memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from sakuga.dataset.release.columns import SCHEMA, SPLITS, TAXONOMY, file_of
from tests.builds import CLI, once
from tests.costs import MAIN, STATUS, cost
from tests.held import stopped
from tests.releases import write_release

ROWS = 3_000
GROWTH = 1.25  # of the peak of memory, from 100,000 rows to a million; the allocator strays by 1.1

posix = pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX")


@pytest.fixture(scope="module")
def release(shared: Path) -> Path:
    """The five files, of a size that an import works on for a while."""
    return once(shared / "release", lambda folder: write_release(folder, ROWS))


@pytest.fixture(scope="module")
def whole(shared: Path, release: Path) -> Path:
    """What an import that nobody stops makes of them."""

    def make(folder: Path) -> None:
        assert run("import", *release.glob("*.parquet"), "--out", folder) == 3

    return once(shared / "release-imported", make)


def run(*arguments: Any) -> int:
    """The exit code of a command."""
    return subprocess.run([*CLI, *map(str, arguments)], capture_output=True, timeout=120).returncode


def tables(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.parquet")}


@posix
@pytest.mark.parametrize(("number", "how"), [(40, signal.SIGINT), (20, signal.SIGKILL)])
def test_a_stopped_import_is_not_there_and_comes_to_the_same(
    tmp_path: Path, release: Path, whole: Path, number: int, how: signal.Signals
) -> None:
    files = list(release.glob("*.parquet"))
    importing = ("import", *files, "--out", tmp_path / "out")
    ended, _ = stopped(how, "sakuga.core.store:Store.write_table", number, *importing)
    assert ended == (130 if how == signal.SIGINT else -signal.SIGKILL)
    assert not (tmp_path / "out" / "tables").exists()
    if how == signal.SIGINT:
        assert not (tmp_path / "out" / ".importing-tables").exists()
    assert run("import", *files, "--out", tmp_path / "out") == 3
    assert not (tmp_path / "out" / ".importing-tables").exists()
    assert tables(tmp_path / "out") == tables(whole)


@posix
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize(
    ("where", "number", "there"),
    [
        ("pyarrow.parquet:ParquetWriter.write_table", 1, 0),
        ("sakuga.dataset.release.exporting:move", 2, 2),
    ],
)
def test_a_stopped_export_leaves_no_half_file(
    tmp_path: Path, whole: Path, where: str, number: int, there: int, how: signal.Signals
) -> None:
    exporting = ("export", "sakuga42m", whole, "--to", tmp_path / "back")
    ended, _ = stopped(how, where, number, *exporting)
    assert ended == (130 if how == signal.SIGINT else -signal.SIGKILL)
    found = list((tmp_path / "back").glob("*.parquet"))
    assert len(found) == there and all(pq.read_table(file).num_rows for file in found)
    assert run(*exporting) == 0
    left = sorted(p.name for p in (tmp_path / "back").iterdir())
    assert left == sorted(map(file_of, SPLITS))


def test_a_generated_release_comes_back_as_sql_would_have_it(
    tmp_path: Path, release: Path, whole: Path
) -> None:
    assert run("export", "sakuga42m", whole, "--to", tmp_path) == 0
    for split in SPLITS:
        compare(release / file_of(split), tmp_path / file_of(split))


@pytest.mark.slow
@pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells the peak of memory")
def test_a_million_rows_come_back_in_the_memory_of_a_tenth(tmp_path: Path) -> None:
    peaks: dict[tuple[str, int], float] = {}
    for rows in (100_000, 1_000_000):
        given, out, back = (tmp_path / f"{name}-{rows}" for name in ("given", "out", "back"))
        files = write_release(given, rows)
        peaks["import", rows] = peak("import", *files, "--out", out)
        peaks["export", rows] = peak("export", "sakuga42m", out, "--to", back)
        told = json.loads((out / ".imported").read_bytes())["imported"]
        assert told["rows"] == told["clips"] + told["repeats"] + sum(told["failures"].values())
        for split in SPLITS:
            compare(given / file_of(split), back / file_of(split))
    for what in ("import", "export"):
        assert peaks[what, 1_000_000] < GROWTH * peaks[what, 100_000], peaks


def peak(*arguments: Any) -> float:
    """Megabytes that a command had in memory at most."""
    took = cost(MAIN, *arguments)
    assert took.code in (0, 3)
    return took.megabytes


def compare(given: Path, back: Path) -> None:
    """Both hold the same rows, once those given are made normal; in SQL."""
    columns = ", ".join(f"{normal(name)} AS {name}" for name in SCHEMA.names)
    wanted = (
        f"SELECT {columns} FROM '{given}' "
        "WHERE url_link IS NOT NULL AND scene_end_time <> 'nan' AND scene_start_time <> 'nan'"
    )
    found = f"SELECT * FROM '{back}'"
    with duckdb.connect() as database:
        for one, other in ((wanted, found), (found, wanted)):
            differing = f"SELECT count(*) FROM (({one}) EXCEPT ALL ({other}))"
            assert database.sql(differing).fetchall() == [(0,)]
    assert pq.read_schema(back).equals(SCHEMA)


def normal(name: str) -> str:
    """What becomes of a column of a generated release."""
    if name in TAXONOMY.values():
        spelt = f"replace(lower({name}), 'lable', 'label')"
        return f"nullif(replace({spelt}, 'others', 'Others'), '')"
    if SCHEMA.field(name).type == "double":
        return f"nullif({name}::VARCHAR, 'nan')::DOUBLE"  # Parquet's statistics hide NaN from isnan
    return f"nullif({name}, '')" if SCHEMA.field(name).type == "string" else name
