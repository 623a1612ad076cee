"""A dataset in other libraries, lazily: Polars and DuckDB, if they are installed."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import pyarrow.dataset as pads

from sakuga.core.errors import RequestError

VIEW = "shots"  # the name of the rows in SQL


def polars_frame(rows: pads.Dataset, names: Sequence[str], files: Sequence[str]) -> Any:
    """A lazy frame of these columns; of `files` where they say it all, by Polars' own reader."""
    polars = _needed("polars")
    if files:
        return polars.scan_parquet(list(files)).select(list(names))
    # Its own filters stay out of Arrow's hands, which treats null in another way.
    return polars.scan_pyarrow_dataset(rows, allow_pyarrow_filter=False).select(list(names))


def duckdb_relation(rows: pads.Dataset, names: Sequence[str], connection: Any = None) -> Any:
    """A relation of these columns, in a connection in which the rows are named VIEW."""
    connection = connection or _needed("duckdb").connect()
    connection.register(VIEW, rows)
    quoted = ", ".join(f'"{name}"' for name in names)
    return connection.sql(f"select {quoted} from {VIEW}")


def duckdb_query(rows: pads.Dataset, query: str) -> Any:
    """A query's relation."""
    connection = _needed("duckdb").connect()
    connection.register(VIEW, rows)
    return connection.sql(query)


def _needed(package: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise RequestError(
            f"this needs {package}: pip install 'sakuga[dataset]', or read it with arrow()"
        ) from error
