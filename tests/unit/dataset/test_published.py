"""An open dataset: the same rows whichever way they are read."""

from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import sakuga
from sakuga.core.errors import RequestError
from sakuga.core.records import Row
from sakuga.core.schema import to_table
from sakuga.core.store import Store
from sakuga.dataset.published import Dataset
from sakuga.dataset.subsets import in_small
from sakuga.dataset.where import between
from tests.unit.dataset.makers import publish, row, seen

TRAIN = [(seen if n % 4 else row)(n) for n in range(80)]
TEST = [row(n, split="test") for n in range(80, 100)]
ROWS = [*TRAIN, *TEST]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> str:
    return publish(tmp_path_factory.mktemp("published"), ROWS[:50], ROWS[50:])


@pytest.fixture(scope="module")
def shots(here: str) -> Dataset:
    return sakuga.open(here)


@pytest.fixture
def memory() -> Iterator[str]:
    yield "memory://published"
    fsspec.filesystem("memory").rm("/published", recursive=True)


def same(found: Any, told: list[Row]) -> bool:
    return to_table(Row, found).equals(to_table(Row, told))


VIEWS: list[tuple[Callable[[Dataset], Dataset], Callable[[Row], bool]]] = [
    (lambda d: d, lambda _: True),
    (lambda d: d.split("train"), lambda r: r.split == "train"),
    (lambda d: d.split("test"), lambda r: r.split == "test"),
    (lambda d: d.split("validation"), lambda _: False),
    (lambda d: d.subset("small"), lambda r: in_small(r.id)),
    (lambda d: d.subset("aesthetic"), lambda r: (r.aesthetic_score or 0) > 0.9),
    (lambda d: d.where(timing="twos"), lambda r: r.timing == "twos"),
    (lambda d: d.where(timing="twos").where(camera="pan"),
     lambda r: (r.timing, r.camera) == ("twos", "pan")),
    (lambda d: d.split("train").where(anime_tags="smoke", keyframes=between(8)),
     lambda r: "smoke" in (r.anime_tags or []) and r.keyframes >= 8),
    (lambda d: d.where(pc.field("frames") > 10**9), lambda _: False),
]  # fmt: skip


@pytest.mark.parametrize(("view", "told"), VIEWS)
def test_rows_arrow_polars_duckdb_and_the_count_agree(
    shots: Dataset, view: Callable[[Dataset], Dataset], told: Callable[[Row], bool]
) -> None:
    part, expected = view(shots), [r for r in ROWS if told(r)]
    ids = [r.id for r in expected]
    assert same(part, expected)
    assert len(part) == len(ids)
    assert part.arrow().equals(to_table(Row, expected))
    frame = part.polars().collect()
    assert frame["id"].to_list() == ids
    assert frame["holds"].to_list() == [r.holds.tolist() for r in expected]
    assert sorted(part.duckdb().project("id").fetchall()) == sorted((i,) for i in ids)
    assert part.sql("select count(*), sum(frames) from shots").fetchall() == [
        (len(ids), sum(r.frames for r in expected) if ids else None)
    ]


def test_fields_come_back_as_they_were_published(shots: Dataset) -> None:
    published = TRAIN[5]
    found = shots[published.id]
    for field in dataclasses.fields(Row):
        mine, other = getattr(found, field.name), getattr(published, field.name)
        assert np.array_equal(mine, other) if isinstance(other, np.ndarray) else mine == other


def test_a_row_is_found_by_the_beginning_of_its_id(shots: Dataset) -> None:
    assert shots[TRAIN[3].id[:12]].id == TRAIN[3].id
    with pytest.raises(RequestError, match="no clip"):
        shots["z" * 64]
    with pytest.raises(RequestError, match="more than one clip"):
        shots[""]
    with pytest.raises(RequestError, match="no clip"):
        shots.split("test")[TRAIN[3].id]


def test_chosen_columns_alone_are_read_with_their_types(shots: Dataset) -> None:
    chosen = shots.where(camera="pan").select("id", "frame_rate", "holds")
    first, told = next(iter(chosen)), next(r for r in ROWS if r.camera == "pan")
    assert (first.id, first.frame_rate) == (told.id, told.frame_rate)
    assert np.array_equal(first.holds, told.holds)
    assert not hasattr(first, "camera")
    assert chosen.arrow().column_names == ["id", "frame_rate", "holds"]
    assert chosen.polars().collect().columns == ["id", "frame_rate", "holds"]
    assert chosen.duckdb().columns == ["id", "frame_rate", "holds"]
    with pytest.raises(RequestError, match="did you mean 'holds'"):
        shots.select("hold")


def test_batches_are_as_small_as_asked_for_and_in_order(shots: Dataset) -> None:
    batches = list(shots.batches(7))
    assert max(batch.num_rows for batch in batches) <= 7
    assert [i for batch in batches for i in batch["id"].to_pylist()] == [r.id for r in ROWS]


def test_it_travels_to_another_process(shots: Dataset) -> None:
    part = shots.where(timing="twos").split("train").select("id")
    len(part)
    again = pickle.loads(pickle.dumps(part))
    assert [r.id for r in again] == [r.id for r in part]


def test_a_bucket_is_read_as_a_folder_is(memory: str) -> None:
    publish(memory, ROWS)
    for address in (memory, f"{memory}/dataset"):
        remote = sakuga.open(address)
        assert same(remote, ROWS)
        twos = [r.id for r in ROWS if r.timing == "twos"]
        part = remote.where(timing="twos")
        assert part.polars().collect()["id"].to_list() == twos
        assert len(part.duckdb().fetchall()) == len(twos)


def test_the_folder_of_the_files_is_a_dataset_too(here: str) -> None:
    assert same(sakuga.open(Path(here, "dataset")), ROWS)


def test_a_dataset_without_rows_is_one(tmp_path: Path) -> None:
    empty = sakuga.open(publish(tmp_path, []))
    for part in (empty, sakuga.open(tmp_path / "dataset"), empty.subset("aesthetic")):
        assert (len(part), list(part), part.arrow().num_rows) == (0, [], 0)
        assert part.polars().collect().columns == part.schema.names
        assert part.sql("select count(*) from shots").fetchall() == [(0,)]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: folder / "nowhere", "no dataset is here; `sakuga build"),
        (lambda folder: folder, "no dataset is here"),
        (lambda folder: _file(folder), "this is a file"),
        (lambda _: "nosuch://bucket", "Protocol not known"),
        (lambda folder: _unfinished(folder), "its build is not finished"),
    ],
)
def test_where_no_dataset_is_it_says_what_to_do(
    tmp_path: Path, make: Callable[[Path], Any], said: str
) -> None:
    with pytest.raises(RequestError, match=said):
        sakuga.open(make(tmp_path))


def _file(folder: Path) -> Path:
    (folder / "film.mkv").write_bytes(b"film")
    return folder / "film.mkv"


def _unfinished(folder: Path) -> Path:
    (folder / "tables" / "clips").mkdir(parents=True)
    return folder


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda d: d.split("val"), "did you mean 'validation'"),
        (lambda d: d.subset("smal"), "did you mean 'small'"),
        (lambda d: d.where(camra="pan"), "did you mean 'camera'"),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_one(
    shots: Dataset, ask: Callable[[Dataset], Dataset], said: str
) -> None:
    with pytest.raises(RequestError, match=said):
        ask(shots)


def test_a_subset_of_what_nobody_judged_says_which_profile_does(tmp_path: Path) -> None:
    lite = sakuga.open(publish(tmp_path, TEST))
    with pytest.raises(RequestError, match=r"null in every row.*--profile paper or modern"):
        lite.subset("aesthetic")
    assert len(lite.subset("small")) == sum(in_small(r.id) for r in TEST)


def test_adding_footage_moves_no_clip_in_or_out_of_small(tmp_path: Path) -> None:
    few = {r.id for r in sakuga.open(publish(tmp_path / "few", TRAIN)).subset("small")}
    many = {r.id for r in sakuga.open(publish(tmp_path / "many", TEST, TRAIN)).subset("small")}
    assert few == many - {r.id for r in TEST}


def test_columns_that_came_later_are_null_and_those_of_others_stay(tmp_path: Path) -> None:
    address = publish(tmp_path, TEST)
    store, name = Store(address), "test-00000.parquet"
    table = store.read_table(("dataset", name)).drop_columns(["captions", "rating"])
    more = table.append_column("mood", pa.array(["calm"] * len(table)))
    store.write_table(("dataset", name), more, {})
    old = sakuga.open(address)
    assert same(old, TEST)
    assert old.polars().collect()["rating"].to_list() == [None] * len(TEST)
    assert old.where(mood="calm").select("id", "mood").arrow()["mood"].to_pylist() == ["calm"] * 20
    store.write_table(("dataset", name), table.drop_columns(["holds"]), {})
    with pytest.raises(RequestError, match=r"lacks holds; build it again"):
        list(sakuga.open(address))


@pytest.mark.parametrize("package", ["polars", "duckdb"])
def test_a_missing_library_is_named_with_the_line_that_installs_it(
    shots: Dataset, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(RequestError, match=rf"needs {package}: pip install 'sakuga\[dataset\]'"):
        shots.polars() if package == "polars" else shots.sql("select 1")


_HELD = """
import sys, pyarrow, sakuga
shots = sakuga.open(sys.argv[1])
print(max(pyarrow.total_allocated_bytes() for _ in shots.batches(50)))
"""


def test_rows_are_read_a_few_at_a_time(tmp_path: Path) -> None:
    """What Arrow holds while rows are gone through is a row group or two of the file's forty.

    In a process apart: others' memory would be counted here.
    """
    many = [seen(n, text_description="A long description. " * 100) for n in range(4000)]
    address = publish(tmp_path, many)
    path = Path(address, "dataset", "train-00000.parquet")
    whole = pq.read_table(path)
    pq.write_table(whole, path, row_group_size=100)
    words = [sys.executable, "-c", _HELD, address]
    held = int(subprocess.run(words, capture_output=True, check=True).stdout)
    assert 0 < held < whole.nbytes / 18  # two of forty, and what the columns themselves take


def test_it_says_what_it_is(shots: Dataset, here: str) -> None:
    assert repr(shots) == f"Dataset({here}/dataset)"
    text = repr(shots.split("test").where(timing="twos"))
    assert "test-00000.parquet" in text
    assert 'timing == "twos"' in text
