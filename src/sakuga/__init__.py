"""Cartoon footage in; a captioned, scored, timed dataset of shots and drawings out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from sakuga.dataset.published import Dataset
    from sakuga.dataset.where import Between

__version__ = "0.1.0"
__all__ = ["__version__", "between", "open"]


def open(folder: str | PathLike[str], footage: str | Iterable[str] = ()) -> Dataset:
    """A finished dataset, to be filtered, counted, read as rows, Arrow, Polars or SQL.

    folder: a build's folder or the one of its Parquet files; a path or an address such as s3://.
    footage: folders that hold the films, where the build that knows them is not at hand: only
    frames need them. Raises RequestError where no dataset is.
    """
    import os

    from sakuga.dataset.published import open_dataset

    return open_dataset(os.fspath(folder), footage)


def between(low: Any = None, high: Any = None) -> Between:
    """Values from `low` and under `high`, either may be left out: `where(frames=between(24))`."""
    from sakuga.dataset.where import between

    return between(low, high)
