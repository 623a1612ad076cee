"""`sakuga export sakuga42m`: what is written, from imported tables and from a dataset."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sakuga.build.publish import split_of
from sakuga.core.errors import RequestError
from sakuga.core.records import Row, Taxonomy
from sakuga.core.schema import to_table
from sakuga.dataset.exports import export
from sakuga.dataset.release.columns import SCHEMA, SPLITS, TAXONOMY, file_of
from sakuga.dataset.release.importing import import_release
from sakuga.dataset.subsets import in_small
from tests.releases import digest, row, write_rows
from tests.tables import filled


def exported(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Split -> the rows of its file."""
    told = export("sakuga42m", str(folder / "out"), str(folder / "back"))
    found = {s: pq.read_table(folder / "back" / file_of(s)) for s in SPLITS if _is(folder, s)}
    assert told.files == {file_of(split): table.num_rows for split, table in found.items()}
    return {split: table.to_pylist() for split, table in found.items()}


def _is(folder: Path, split: str) -> bool:
    return (folder / "back" / file_of(split)).exists()


def published(folder: Path, rows: list[Row]) -> None:
    """A dataset as a build publishes it."""
    (folder / "out" / "dataset").mkdir(parents=True)
    for split in {each.split for each in rows}:
        table = to_table(Row, [each for each in rows if each.split == split])
        pq.write_table(table, folder / "out" / "dataset" / f"{split}-00000.parquet")


def shot(number: int = 0, **known: Any) -> Row:
    """A row of ours."""
    base = {"id": digest(str(number)), "split": "train", "video": digest("film"), "index": number}
    return filled(Row, **(base | {"url": "film.mkv", "frame_rate": Fraction(24)} | known))


def test_good_rows_come_back_as_they_were(tmp_path: Path) -> None:
    splits = {"train_full": [row(0), row(1)], "train_small": [row(1)], "val": [row(2)]}
    import_release(write_rows(tmp_path, **splits), str(tmp_path / "out"))
    back = exported(tmp_path)
    assert back.keys() == splits.keys()
    for split, rows in splits.items():
        assert sorted(back[split], key=str) == sorted(rows, key=str)


def test_the_files_have_the_columns_of_the_release(tmp_path: Path) -> None:
    import_release(write_rows(tmp_path, val=[row()]), str(tmp_path / "out"))
    exported(tmp_path)
    schema = pq.read_schema(tmp_path / "back" / file_of("val"))
    assert schema.equals(SCHEMA)
    assert len(schema) == 25


def test_clips_of_a_file_without_a_split_get_ours(tmp_path: Path) -> None:
    rows = [row(n * 8, aesthetic_score=0.95 if n % 2 else None) for n in range(60)]
    (path,) = write_rows(tmp_path, val=rows)
    other = Path(path).rename(tmp_path / "mine.parquet")
    import_release([str(other)], str(tmp_path / "out"))
    ours = {"train": "train_full", "validation": "val", "test": "test"}
    wanted: dict[str, set[str]] = {}
    for n, each in enumerate(rows):
        clip = each["hash_identifier"]
        split = ours[split_of(digest(f"sakugabooru:{100_000 + n}"))]
        wanted.setdefault(split, set()).add(clip)
        if split == "train_full" and in_small(clip):
            wanted.setdefault("train_small", set()).add(clip)
        if split == "train_full" and n % 2:
            wanted.setdefault("train_aesthetic", set()).add(clip)
    found = exported(tmp_path)
    assert {s: {r["hash_identifier"] for r in rows} for s, rows in found.items()} == wanted


def test_a_row_of_ours_is_told_as_the_release_would(tmp_path: Path) -> None:
    ours = shot(
        3,
        url="https://example.org/film.mkv",
        start_seconds=1.5,
        end_seconds=3723.0041,
        frames=60,
        keyframes=20,
        anime_tags=["solo", "long hair"],
        user_tags=["on the roof", "smoke"],
        text_description="A door opens.",
        aesthetic_score=0.95,
        dynamic_score=1 / 3,
        rating="questionable",
        text_probability=0.25,
        width=1280,
        height=720,
        container="matroska",
        file_bytes=1_614_999,
        frame_rate=Fraction(24000, 1001),
        taxonomy=Taxonomy("daylight", "others", "sketch", "looking_away", "full_body", "solo"),
        split="validation",
    )
    published(tmp_path, [ours])
    assert exported(tmp_path) == {
        "val": [
            {
                "identifier": f"{digest('film')}:3",
                "hash_identifier": digest("3"),
                "url_link": "https://example.org/film.mkv",
                "scene_start_time": "00:00:01.500",
                "scene_end_time": "01:02:03.004",
                "frame_number": 60.0,
                "key_frame_number": 20.0,
                "anime_tags": "solo long_hair",
                "user_tags": "on_the_roof smoke",
                "text_description": "A door opens.",
                "aesthetic_score": 0.95,
                "dynamic_score": 1 / 3,
                "rating": "questionable",
                "text_prob": 0.25,
                "width": 1280,
                "height": 720,
                "file_ext": "mkv",
                "file_size": "1.61MB",
                "fps": 24000 / 1001,
                "Taxonomy_Time": "daylight(label: 0)",
                "Taxonomy_Venue": "Others(label: -1)",
                "Taxonomy_Media": "sketch(label: 0)",
                "Taxonomy_Filming": "looking_away(label: 1)",
                "Taxonomy_Composition": "full_body(label: 0)",
                "Taxonomy_Character": "solo(label: 1)",
            }
        ]
    }


def test_what_a_profile_does_not_know_stays_null(tmp_path: Path) -> None:
    published(tmp_path, [shot(frame_rate=Fraction(0))])
    (found,) = exported(tmp_path)["train_full"]
    nulls = {name for name, value in found.items() if value is None}
    assert nulls == {
        *("scene_start_time", "scene_end_time", "anime_tags", "user_tags", "text_description"),
        *("aesthetic_score", "rating", "text_prob", "fps"),
        *TAXONOMY.values(),
    }


def test_a_dataset_of_the_first_version_is_read(tmp_path: Path) -> None:
    published(tmp_path, [shot(taxonomy=None)])
    path = tmp_path / "out" / "dataset" / "train-00000.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["rating", "taxonomy"]), path)
    (found,) = exported(tmp_path)["train_full"]
    assert (found["rating"], found["Taxonomy_Time"]) == (None, None)


def test_the_subsets_are_those_of_the_dataset(tmp_path: Path) -> None:
    rows = [shot(n, aesthetic_score=n / 200) for n in range(200)]
    rows += [shot(n, aesthetic_score=0.99, split="test") for n in range(200, 240)]
    published(tmp_path, rows)
    found = {
        split: [r["hash_identifier"] for r in made] for split, made in exported(tmp_path).items()
    }
    train = [r for r in rows if r.split == "train"]
    assert found["train_full"] == [r.id for r in train]
    assert found["train_small"] == [r.id for r in train if in_small(r.id)]
    assert found["train_aesthetic"] == [r.id for r in train if (r.aesthetic_score or 0) > 0.9]
    assert found["test"] == [r.id for r in rows if r.split == "test"]
    assert "val" not in found


def test_a_folder_that_was_imported_and_then_built_exports_what_was_built(tmp_path: Path) -> None:
    import_release(write_rows(tmp_path, val=[row()]), str(tmp_path / "out"))
    published(tmp_path, [shot(5)])
    assert exported(tmp_path).keys() == {"train_full"}


def test_a_build_without_any_row_does_not_hide_what_was_imported(tmp_path: Path) -> None:
    import_release(write_rows(tmp_path, val=[row()]), str(tmp_path / "out"))
    published(tmp_path, [])
    (tmp_path / "out" / "dataset" / "README.md").touch()
    assert exported(tmp_path).keys() == {"val"}


def test_files_of_an_earlier_export_are_replaced(tmp_path: Path) -> None:
    import_release(write_rows(tmp_path / "a", val=[row()]), str(tmp_path / "one"))
    export("sakuga42m", str(tmp_path / "one"), str(tmp_path / "back"))
    published(tmp_path, [shot(5)])
    assert exported(tmp_path).keys() == {"train_full"}
    assert sorted(p.name for p in (tmp_path / "back").iterdir()) == [file_of("train_full")]


def test_the_release_itself_is_not_written_over(tmp_path: Path) -> None:
    (path,) = write_rows(tmp_path / "back", val=[row()])
    import_release([path], str(tmp_path / "out"))
    before = Path(path).read_bytes()
    with pytest.raises(RequestError, match="no export wrote it; choose another --to"):
        export("sakuga42m", str(tmp_path / "out"), str(tmp_path / "back"))
    assert Path(path).read_bytes() == before


def test_a_folder_without_anything_to_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no dataset is here"):
        export("sakuga42m", str(tmp_path), str(tmp_path / "back"))


def test_an_import_of_which_nothing_is_left_is_refused(tmp_path: Path) -> None:
    import_release(write_rows(tmp_path, val=[row(url_link=None)]), str(tmp_path / "out"))
    with pytest.raises(RequestError, match="there are no rows to export"):
        export("sakuga42m", str(tmp_path / "out"), str(tmp_path / "back"))


def test_tables_of_another_version_are_refused(tmp_path: Path) -> None:
    import_release(write_rows(tmp_path, val=[row()]), str(tmp_path / "out"))
    (path,) = (tmp_path / "out" / "tables" / "annotations").iterdir()
    pq.write_table(pq.read_table(path).append_column("more", pa.array([1])), path)
    with pytest.raises(RequestError, match="import it again"):
        export("sakuga42m", str(tmp_path / "out"), str(tmp_path / "back"))
    assert list((tmp_path / "back").rglob("*")) == []


def test_an_unknown_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="did you mean 'sakuga42m'"):
        export("sakuga-42m", str(tmp_path), str(tmp_path / "back"))


def test_a_bucket_is_written_as_a_folder_is(tmp_path: Path) -> None:
    import_release(write_rows(tmp_path, val=[row(0)], test=[row(1)]), "memory://some")
    told = export("sakuga42m", "memory://some", "memory://back")
    import_release([f"memory://back/{name}" for name in told.files], "memory://again")
    again = export("sakuga42m", "memory://again", str(tmp_path / "back"))
    assert again.files == told.files == {file_of("val"): 1, file_of("test"): 1}
    assert pq.read_table(tmp_path / "back" / file_of("val")).to_pylist() == [row(0)]
