"""`sakuga import` and `sakuga export`: what they print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq

from tests.releases import row, write_rows
from tests.unit.cli.test_requests import refused, run


def test_import_and_export_say_what_they_made(tmp_path: Path) -> None:
    (path,) = write_rows(tmp_path, val=[row(0), row(1)])
    made = run("import", path, "--out", tmp_path / "out")
    assert made.exit_code == 0, made.output
    assert "2 rows: 2 clips of 1 source." in made.stdout
    written = run("export", "sakuga42m", tmp_path / "out", "--to", tmp_path / "back")
    assert written.exit_code == 0, written.output
    assert written.stdout == f"{tmp_path}/back/sakugadataset_val.parquet: 2 rows\n"
    assert pq.read_table(tmp_path / "back" / "sakugadataset_val.parquet").num_rows == 2


def test_failed_rows_are_listed_and_end_with_3(tmp_path: Path) -> None:
    (path,) = write_rows(tmp_path, val=[row(0), row(1, url_link=None, fps=60.0), row(2, fps=60.0)])
    made = run("import", path, "--out", tmp_path / "out")
    assert made.exit_code == 3
    assert "1 row failed:" in made.stdout
    assert "no_url" in made.stdout
    assert "1 clip: frames and times come to another rate" in made.stdout


def test_import_prints_json(tmp_path: Path) -> None:
    (path,) = write_rows(tmp_path, val=[row(0), row(1, file_size="\x1b[31m", url_link=None)])
    made = run("import", path, "--out", tmp_path / "out", "--json")
    assert made.exit_code == 3
    told = json.loads(made.stdout)
    assert (told["rows"], told["clips"], told["failures"]) == (2, 1, {"no_url": 1})


def test_export_prints_json(tmp_path: Path) -> None:
    run("import", *write_rows(tmp_path, val=[row(0)]), "--out", tmp_path / "out")
    made = run("export", "sakuga42m", tmp_path / "out", "--to", tmp_path / "back", "--json")
    told = json.loads(made.stdout)
    assert told["files"] == {"sakugadataset_val.parquet": 1}


def test_wrong_requests_are_refused(tmp_path: Path) -> None:
    (path,) = write_rows(tmp_path, val=[row(0)])
    refused(
        run("import", tmp_path / "no.parquet", "--out", tmp_path / "o"), "there is no such file"
    )
    refused(run("import", path, "--out", path), "this is a file", "name a folder")
    refused(run("export", "xdtss", tmp_path, "--to", tmp_path / "o"), "there is no export 'xdtss'")
    refused(run("export", "sakuga42m", tmp_path, "--to", path), f"--to {path}: this is a file")
    refused(run("export", "sakuga42m", tmp_path, "--to", tmp_path / "o"), "no dataset is here")
