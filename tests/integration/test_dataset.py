"""What is published is read without our code, and holds what the paper's dataset holds."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import polars
import pyarrow.parquet as pq

import sakuga
from sakuga.core.records import Row
from sakuga.dataset.frames import ClipFrames
from tests.builds import built
from tests.unit.dataset.reels import truth

PAPER = {  # Table 1 and §3.2 -> our columns
    "Hash256 identifier": ("id",),
    "URL link": ("url",),
    "splitting boundary": ("start", "end", "start_seconds", "end_seconds"),
    "anime tags": ("anime_tags",),
    "user tags": ("user_tags",),
    "text description": ("text_description",),
    "aesthetic score": ("aesthetic_score",),
    "dynamic score": ("dynamic_score",),
    "ratings": ("ratings",),
    "taxonomy": ("taxonomy",),
    "text probability": ("text_probability",),
    "meta information": ("video", "width", "height", "frame_rate", "codec", "file_bytes"),
}
BEYOND_PIXELS = (
    *("anime_tags", "text_description", "aesthetic_score", "ratings", "taxonomy"),
    "text_probability",
)


def test_polars_and_duckdb_read_every_row(finished: Path) -> None:
    files = str(finished / "dataset" / "*.parquet")
    rows = {row.id: row for row in built(finished).rows(Row)}
    shots = polars.read_parquet(files)
    assert set(shots["id"]) == set(rows)
    assert shots["holds"].list.sum().to_list() == shots["frames"].to_list()
    query = f"select id, list_sum(holds), \"end\" - start from '{files}' order by id"
    for key, held, frames in duckdb.sql(query).fetchall():
        assert held == frames == rows[key].frames


def test_the_paper_s_twelve_attributes_are_there(finished: Path) -> None:
    assert len(PAPER) == 12
    [file, *_] = (finished / "dataset").glob("*.parquet")
    schema = pq.read_schema(file)
    for columns in PAPER.values():
        assert set(columns) <= set(schema.names)


def test_what_lite_can_t_know_is_null_and_says_so(finished: Path) -> None:
    for file in (finished / "dataset").glob("*.parquet"):
        table = pq.read_table(file)
        for name in table.column_names:
            known = table[name].null_count < len(table)
            said = table.schema.field(name).metadata[b"sakuga.from"].decode()
            assert known == (not said.startswith("nothing") and name != "licence"), name
        assert [n for n in BEYOND_PIXELS if table[n].null_count < len(table)] == []


def test_no_path_of_this_machine_is_in_it(finished: Path, reel: Path) -> None:
    for file in (finished / "dataset").iterdir():
        assert str(reel).encode() not in file.read_bytes()
    for row in built(finished).rows(Row):
        assert str(reel) not in str(row)


def test_it_opens_and_gives_the_rows_that_were_built(finished: Path) -> None:
    told = {row.id: row for row in built(finished).rows(Row)}
    shots = sakuga.open(finished)
    assert {row.id for row in shots} == set(told)
    assert sum(len(shots.split(name)) for name in ("train", "validation", "test")) == len(told)
    for row in shots:
        assert np.array_equal(row.holds, told[row.id].holds)
        assert row.frame_rate == told[row.id].frame_rate


def test_frames_of_every_film_are_those_that_it_shows(finished: Path, reel: Path) -> None:
    """H.264, VP9, HEVC and a variable frame rate, by seeking, to the bit."""
    shots = sakuga.open(finished)
    rows = {row.id: row for row in shots}
    shown = {path.name: truth(path) for path in reel.iterdir() if path.name != "broken.mp4"}
    made = list(shots.each_frames(count=4, short="repeat", how="random"))
    assert sorted(each.id for each in made) == sorted(rows)
    for each in made:
        assert isinstance(each, ClipFrames), each
        row = rows[each.id]
        assert row.start <= each.numbers[0] <= each.numbers[-1] < row.end
        for number, picture in zip(each.numbers.tolist(), each.pixels, strict=True):
            assert np.array_equal(picture, shown[row.url][number])


def test_the_build_s_samples_are_the_frames_that_they_say(finished: Path, reel: Path) -> None:
    shots = sakuga.open(finished)
    rows = {row.id: row for row in shots}
    shown = {path.name: truth(path) for path in reel.iterdir() if path.name != "broken.mp4"}
    for each in shots.each_frames(count=1, origin="samples"):
        assert isinstance(each, ClipFrames), each
        told = shown[rows[each.id].url][int(each.numbers[0])]
        assert np.abs(each.pixels[0].astype(int) - told).mean() < 6  # as JPEG keeps it


def test_shots_of_one_film_stand_in_one_split(finished: Path) -> None:
    splits: dict[str, set[str]] = {}
    for file in (finished / "dataset").glob("*.parquet"):
        for row in pq.read_table(file, columns=["video", "split"]).to_pylist():
            assert file.name.startswith(row["split"])
            splits.setdefault(row["video"], set()).add(row["split"])
    assert all(len(of) == 1 for of in splits.values())
