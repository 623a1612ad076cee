"""Filter a dataset, count it, look at its rows: python examples/look_into_a_dataset.py DIR"""

# ruff: noqa: T201

from __future__ import annotations

import sys

import pyarrow.compute as pc

import sakuga


def main(folder: str) -> None:
    shots = sakuga.open(folder)
    print(f"{len(shots)} shots, {len(shots.subset('small'))} of them in the paper's small subset")

    calm = shots.where(camera="static", timing={"twos", "threes"}, keyframes=sakuga.between(8))
    print(f"{len(calm)} with a still camera, on twos or threes, of 8 drawings or more")
    for row in calm:
        print(f"  {row.url} {row.start}-{row.end}: holds {row.holds[:8].tolist()} ...")

    busy = shots.where(pc.field("dynamic_score") > 0.5, short=False)
    print(busy.sql("select camera, count(*) from shots group by camera order by 2 desc").fetchall())


if __name__ == "__main__":
    main(sys.argv[1])
