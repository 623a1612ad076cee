"""The published files in other libraries, without our code: without_sakuga.py DIR/dataset"""

# ruff: noqa: T201

from __future__ import annotations

import sys

import datasets
import duckdb
import polars


def main(folder: str) -> None:
    frame = polars.scan_parquet(f"{folder}/*.parquet")
    print(frame.group_by("timing").len().sort("timing").collect())

    query = f"select camera, round(avg(list_avg(holds)), 2) from '{folder}/*.parquet' group by 1"
    print(duckdb.sql(query).fetchall())

    for name, split in datasets.load_dataset(folder).items():
        print(name, len(split), split[0]["keyframe_numbers"][:5])


if __name__ == "__main__":
    main(sys.argv[1])
