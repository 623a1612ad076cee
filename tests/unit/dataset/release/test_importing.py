"""`sakuga import`: what becomes of rows, files and folders."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sakuga.build.publish import split_of
from sakuga.core.errors import RequestError
from sakuga.core.lock import alone
from sakuga.core.records import Failure, Source
from sakuga.core.store import Store
from sakuga.dataset.release.columns import NEEDED, SCHEMA, split_of_file
from sakuga.dataset.release.importing import IMPORTED, IMPORTING, Imported, import_release
from sakuga.dataset.release.record import Annotation
from tests.releases import address, digest, row, write_rows


def imported(folder: Path, **splits: list[dict[str, Any]]) -> Imported:
    return import_release(write_rows(folder, **splits), str(folder / "out"))


def read(folder: Path, record: Any) -> list[Any]:
    store = Store(str(folder / "out"))
    table = {Source: "sources", Annotation: "annotations"}[record]
    return [each for part in store.parts(table) for each in store.read_part(part, record)]


def failures(folder: Path) -> list[Failure]:
    store = Store(str(folder / "out"))
    return [f for part in store.parts("annotations") for f in store.read_failures(part)]


def test_a_row_is_read_with_all_it_tells(tmp_path: Path) -> None:
    given = row(
        11,
        Taxonomy_Time="daylight(lable: 0)",
        Taxonomy_Venue=None,
        rating="Sensitive",
        user_tags="effects  smoke",
    )
    imported(tmp_path, val=[given])
    (found,) = read(tmp_path, Annotation)
    assert found == Annotation(
        id=digest("11"),
        source=digest(address(1))[:16],
        source_group=digest("sakugabooru:100001")[:16],
        url=address(1),
        splits=["val"],
        identifier="100001:3",
        post=100001,
        clip=3,
        start_ms=1500,
        end_ms=4000,
        frames=60,
        keyframes=20,
        anime_tags=["no_humans", "solo", "indoors", "open_mouth", "sunlight"],
        user_tags=["effects", "smoke"],
        text_description="A door opens, and smoke drifts into the room.",
        aesthetic_score=0.5,
        dynamic_score=1 / 3,
        rating="sensitive",
        text_probability=0.125,
        width=1280,
        height=720,
        file_ext="mp4",
        file_bytes=1_610_000,
        fps=24.0,
        fps_doubtful=False,
        time="daylight",
        venue=None,
        media="others",
        filming="others",
        composition="others",
        character="others",
        unread=[],
    )


def test_a_source_is_ready_to_be_fetched(tmp_path: Path) -> None:
    rows = [row(0, user_tags="smoke effects"), row(1, user_tags="effects debris"), row(9)]
    imported(tmp_path, train_full=rows)
    first = next(s for s in read(tmp_path, Source) if s.url == address(0))
    assert first == Source(
        id=digest(address(0))[:16],
        part=first.part,
        video=None,
        url=address(0),
        platform="sakugabooru",
        kind="not fetched",
        group="sakugabooru:100000",
        bytes=0,
        modified=0,
        licence=None,
        user_tags=["smoke", "effects", "debris"],
        duplicate_of=None,
        skipped=None,
    )
    assert len(read(tmp_path, Source)) == 2


def test_a_source_that_is_only_a_name_is_skipped(tmp_path: Path) -> None:
    imported(tmp_path, val=[row(url_link="film.mp4")])
    (source,) = read(tmp_path, Source)
    assert (source.platform, source.skipped) == ("file", "only a name")


def test_both_tables_have_the_same_parts_about_the_same_sources(tmp_path: Path) -> None:
    imported(tmp_path, train_full=[row(n) for n in range(40)], val=[row(n) for n in range(40, 50)])
    store = Store(str(tmp_path / "out"))
    assert len(store.parts("sources")) == 7
    for one, other in zip(store.parts("sources"), store.parts("annotations"), strict=True):
        sources = store.read_part(one, Source)
        assert {s.part for s in sources} == {one.number} == {other.number}
        assert {s.id for s in sources} == {a.source for a in store.read_part(other, Annotation)}


def test_clips_of_one_video_stand_in_one_split_of_ours(tmp_path: Path) -> None:
    imported(tmp_path, train_full=[row(0)], val=[row(1)], test=[row(2)])
    found = read(tmp_path, Annotation)
    assert {s for a in found for s in a.splits} == {"train_full", "val", "test"}
    assert len({a.source_group for a in found}) == 1
    (source,) = read(tmp_path, Source)
    assert split_of(digest(source.group)) == split_of(found[0].source_group)


def test_a_clip_in_several_files_is_one_row_with_all_its_splits(tmp_path: Path) -> None:
    told = imported(tmp_path, train_small=[row(0)], train_full=[row(1), row(0)], val=[row(2)])
    splits = {a.id: a.splits for a in read(tmp_path, Annotation)}
    assert splits[digest("0")] == ["train_full", "train_small"]
    assert (told.rows, told.clips, told.repeats, told.failures) == (4, 3, 1, {})


def test_a_row_twice_in_one_file_is_counted_as_a_duplicate(tmp_path: Path) -> None:
    told = imported(tmp_path, val=[row(0), row(1), row(0)])
    assert (told.clips, told.failures) == (2, {"duplicate": 1})
    assert "row 2: equals sakugadataset_val.parquet, row 0" in failures(tmp_path)[0].message


def test_two_rows_that_disagree_on_a_clip_are_told(tmp_path: Path) -> None:
    told = imported(tmp_path, val=[row(0)], test=[row(0, rating="explicit", url_link=address(7))])
    assert told.failures == {"contradiction": 1}
    assert "differs in url, rating" in failures(tmp_path)[0].message
    assert [a.splits for a in read(tmp_path, Annotation)] == [["val"]]


@pytest.mark.parametrize(
    ("wart", "reason"),
    [
        ({"hash_identifier": None}, "no_id"),
        ({"hash_identifier": "12ab"}, "bad_id"),
        ({"url_link": "nan"}, "no_url"),
        ({"scene_start_time": ""}, "no_time"),
        ({"scene_end_time": "4.0"}, "bad_time"),
        ({"scene_end_time": "00:00:01.000"}, "end_before_start"),
        ({"scene_end_time": "00:00:01.500"}, "no_length"),
    ],
)
def test_a_row_that_can_not_be_used_is_a_failure(
    tmp_path: Path, wart: dict[str, Any], reason: str
) -> None:
    told = imported(tmp_path, val=[row(0), row(1, **wart)])
    assert told.failures == {reason: 1}
    (failure,) = failures(tmp_path)
    assert (failure.stage, failure.reason) == ("import", reason)
    assert failure.message.startswith("sakugadataset_val.parquet, row 1: ")
    assert told.examples == {reason: failure.message}


def test_rows_that_all_fail_are_all_counted(tmp_path: Path) -> None:
    told = imported(tmp_path, val=[row(n, url_link=None) for n in range(5)])
    assert (told.clips, told.sources, told.failures) == (0, 0, {"no_url": 5})
    assert len(failures(tmp_path)) == 5


def test_a_garbled_value_is_null_and_kept(tmp_path: Path) -> None:
    told = imported(tmp_path, val=[row(file_size="big", aesthetic_score=7.0, rating="safe")])
    (found,) = read(tmp_path, Annotation)
    assert (found.file_bytes, found.aesthetic_score, found.rating) == (None, None, None)
    assert found.unread == ["aesthetic_score=7", "rating=safe", "file_size=big"]
    assert told.unread == {"aesthetic_score": 1, "rating": 1, "file_size": 1}


@pytest.mark.parametrize(
    ("fps", "frames", "doubtful"),
    [
        (24000 / 1001, 60.0, False),
        (24.0, 59.0, False),
        (29.97, 60.0, True),
        (None, 60.0, False),
        (29.97, None, False),
    ],
)
def test_a_wrong_rate_is_told(
    tmp_path: Path, fps: float | None, frames: float | None, doubtful: bool
) -> None:
    told = imported(tmp_path, val=[row(fps=fps, frame_number=frames)])
    (found,) = read(tmp_path, Annotation)
    assert (found.fps, found.fps_doubtful) == (fps, doubtful)
    assert told.fps_doubtful == doubtful


def test_unknown_and_missing_columns_are_told(tmp_path: Path) -> None:
    path = str(tmp_path / "val.parquet")
    table = pa.Table.from_pylist([row()], SCHEMA).drop_columns(["rating", "fps"])
    pq.write_table(table.append_column("mood", pa.array(["calm"])), path)
    told = import_release([path], str(tmp_path / "out"))
    assert told.missing == {"val.parquet": ["rating", "fps"]}
    assert told.ignored == {"val.parquet": ["mood"]}
    (found,) = read(tmp_path, Annotation)
    assert (found.rating, found.fps, found.splits) == (None, None, ["val"])


@pytest.mark.parametrize("column", NEEDED)
def test_a_file_without_a_needed_column_is_refused(tmp_path: Path, column: str) -> None:
    path = str(tmp_path / "val.parquet")
    pq.write_table(pa.Table.from_pylist([row()], SCHEMA).drop_columns([column]), path)
    with pytest.raises(RequestError, match=f"no column {column}"):
        import_release([path], str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_columns_of_other_types_are_read(tmp_path: Path) -> None:
    table = pa.Table.from_pylist([row(7)], SCHEMA)
    for place, field in enumerate(SCHEMA):
        kind = pa.large_string() if field.type == pa.string() else pa.string()
        table = table.set_column(place, field.name, table[field.name].cast(kind))
    imported(tmp_path / "one", val=[row(7)])
    pq.write_table(table, tmp_path / "sakugadataset_val.parquet")
    import_release([str(tmp_path / "sakugadataset_val.parquet")], str(tmp_path / "out"))
    assert read(tmp_path, Annotation) == read(tmp_path / "one", Annotation)


def test_a_column_of_lists_is_refused_by_its_file(tmp_path: Path) -> None:
    path = str(tmp_path / "val.parquet")
    table = pa.Table.from_pylist([row()], SCHEMA)
    pq.write_table(table.set_column(7, "anime_tags", pa.array([["a"]])), path)
    with pytest.raises(RequestError, match=r"val\.parquet: a column of list"):
        import_release([path], str(tmp_path / "out"))


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("sakugadataset_train_full.parquet", "train_full"),
        ("sakugadataset_train_aesthetic.parquet", "train_aesthetic"),
        ("SakugaDataset_Train_Small (1).parquet", "train_small"),
        ("val-00000-of-00002.parquet", "val"),
        ("validation.parquet", "val"),
        ("train.parquet", "train_full"),
        ("a/test/clips.parquet", None),
        ("interval.parquet", None),
        ("train_tiny.parquet", None),
    ],
)
def test_a_file_is_known_by_its_name(name: str, split: str | None) -> None:
    assert split_of_file(name) == split


def test_the_same_import_again_changes_nothing(tmp_path: Path) -> None:
    first = imported(tmp_path, val=[row(0), row(1, url_link=None)])
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*.parquet")}
    again = imported(tmp_path, val=[row(0), row(1, url_link=None)])
    assert (again.made, again.clips, again.failures) == (False, first.clips, first.failures)
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*.parquet")} == before


def test_the_order_in_which_files_are_named_does_not_matter(tmp_path: Path) -> None:
    paths = write_rows(tmp_path, val=[row(0)], train_full=[row(1)])
    import_release(paths, str(tmp_path / "out"))
    assert not import_release(paths[::-1], str(tmp_path / "out")).made


def test_other_files_in_the_same_folder_are_refused(tmp_path: Path) -> None:
    imported(tmp_path, val=[row(0)])
    with pytest.raises(RequestError, match="holds the import of other files"):
        imported(tmp_path, val=[row(1)])


def test_a_folder_with_a_build_is_refused(tmp_path: Path) -> None:
    imported(tmp_path, val=[row(0)])
    (tmp_path / "out" / IMPORTED).unlink()
    with pytest.raises(RequestError, match="holds the sources of a build"):
        imported(tmp_path, val=[row(0)])


def test_a_folder_in_which_another_is_at_work_is_refused(tmp_path: Path) -> None:
    with (
        alone(Store(str(tmp_path / "out")), None),
        pytest.raises(RequestError, match="another build is at work"),
    ):
        imported(tmp_path, val=[row(0)])


def test_what_a_stopped_import_left_is_replaced(tmp_path: Path) -> None:
    imported(tmp_path, val=[row(0), row(1, url_link=None)])
    (tmp_path / "out" / IMPORTED).unlink()
    (tmp_path / "out" / IMPORTING).touch()
    assert imported(tmp_path, val=[row(5)]).made
    assert [a.id for a in read(tmp_path, Annotation)] == [digest("5")]
    assert failures(tmp_path) == []
    assert not (tmp_path / "out" / IMPORTING).exists()


def test_a_bucket_is_written_as_a_folder_is(tmp_path: Path) -> None:
    paths = write_rows(tmp_path, val=[row(0), row(9), row(1, url_link=None)])
    import_release(paths, "memory://imported")
    store = Store("memory://imported")
    rows = [a.id for p in store.parts("annotations") for a in store.read_part(p, Annotation)]
    assert sorted(rows) == sorted([digest("0"), digest("9")])
    assert sum(len(store.read_failures(p)) for p in store.parts("annotations")) == 1
    assert not import_release(paths, "memory://imported").made


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"", "can't be read as Parquet"), (b"PAR1 no", "can't be read as Parquet")],
)
def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "val.parquet"
    path.write_bytes(content)
    with pytest.raises(RequestError, match=what):
        import_release([str(path)], str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_file_is_refused_or_read_whole(tmp_path: Path, seed: int) -> None:
    (path,) = write_rows(tmp_path, val=[row(n, text_description=digest(str(n))) for n in range(99)])
    chance, content = random.Random(seed), bytearray(Path(path).read_bytes())
    at = chance.randrange(len(content) - 20)
    content[at : at + 20] = chance.randbytes(20)
    Path(path).write_bytes(content)
    try:
        told = import_release([path], str(tmp_path / "out"))
        assert told.rows == told.clips + told.repeats + sum(told.failures.values()) == 99
    except RequestError as error:
        assert "fetch it again" in str(error)
        assert list((tmp_path / "out").rglob("*.parquet")) == []


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="there is no such file"):
        import_release([str(tmp_path / "no.parquet")], str(tmp_path / "out"))
    with pytest.raises(RequestError, match="this is a folder; name its files"):
        import_release([str(tmp_path)], str(tmp_path / "out"))
