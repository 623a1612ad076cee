"""Croissant: valid to its own library, which reads the rows through it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from sakuga.core.records import Row
from sakuga.core.schema import schema_of
from sakuga.dataset.columns import nested
from tests.unit.dataset.makers import publish, row, seen

# rdflib, which mlcroissant reads JSON-LD with, warns of its own classes.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ROWS = [seen(n) for n in range(12)] + [row(n, split="test") for n in range(12, 18)]
RECOMMENDED = "datePublished"  # left out: the same rows are to give the same bytes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("croissant")
    publish(root, ROWS)
    return root / "dataset"


@pytest.fixture(scope="module")
def plain(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "croissant.json").read_text(encoding="utf-8"))


def test_it_is_valid_but_for_the_date_that_we_leave_out(folder: Path) -> None:
    import mlcroissant

    issues = mlcroissant.Dataset(folder / "croissant.json").metadata.ctx.issues
    assert not issues.errors
    assert all(RECOMMENDED in warning for warning in issues.warnings)
    assert len(issues.warnings) <= 1


def test_rows_are_read_through_it(folder: Path) -> None:
    import mlcroissant

    found = list(mlcroissant.Dataset(folder / "croissant.json").records("clips"))
    by_id = {each["clips/id"].decode(): each for each in found}
    assert set(by_id) == {r.id for r in ROWS}
    for told in ROWS:
        one = by_id[told.id]
        assert one["clips/frames"] == told.frames
        assert one["clips/split"].decode() == told.split
        assert list(one["clips/holds"]) == told.holds.tolist()
        assert one["clips/aesthetic_score"] == told.aesthetic_score
        tags = one["clips/anime_tags"]
        assert (tags and [tag.decode() for tag in tags]) == told.anime_tags
        time = one["clips/taxonomy"]["clips/taxonomy/time"]
        assert (time and time.decode()) == (told.taxonomy and told.taxonomy.time)
        explicit = one["clips/ratings"]["clips/ratings/explicit"]
        assert explicit == (told.ratings and told.ratings.explicit)


def test_splits_are_told(folder: Path) -> None:
    import mlcroissant

    found = mlcroissant.Dataset(folder / "croissant.json").records("splits")
    assert [each["splits/name"] for each in found] == ["train", "test"]


def test_every_file_has_its_hash_and_size(folder: Path, plain: dict[str, Any]) -> None:
    files = [each for each in plain["distribution"] if each["@type"] == "cr:FileObject"]
    assert [each["name"] for each in files] == ["train-00000.parquet", "test-00000.parquet"]
    for each in files:
        content = (folder / each["contentUrl"]).read_bytes()
        assert each["sha256"] == hashlib.sha256(content).hexdigest()
        assert each["contentSize"] == f"{len(content)} B"


def test_every_column_and_every_field_in_one_is_described(plain: dict[str, Any]) -> None:
    [clips] = [each for each in plain["recordSet"] if each["@id"] == "clips"]
    ids: set[str] = set()
    for field in clips["field"]:
        for each in (field, *field.get("subField", [])):
            ids.add(each["@id"].removeprefix("clips/").replace("/", "."))
            assert each["description"]
            assert "subField" in each or each["dataType"].partition(":")[0] in ("sc", "cr")
    assert ids == set(nested(schema_of(Row)))


def test_licence_citation_and_responsible_use_are_told(plain: dict[str, Any]) -> None:
    assert plain["license"][0] == "CC0-1.0"
    assert "2405.07425" in plain["citeAs"]
    assert any("types:Room" in line for line in plain["rai:dataPreprocessingProtocol"])
    for name in ("dataBiases", "dataLimitations", "personalSensitiveInformation"):
        assert plain[f"rai:{name}"]


def test_the_same_rows_give_the_same_bytes_and_others_another_version(
    folder: Path, plain: dict[str, Any], tmp_path: Path
) -> None:
    publish(tmp_path / "again", ROWS[:5], ROWS[5:])
    for path in folder.iterdir():
        assert (tmp_path / "again" / "dataset" / path.name).read_bytes() == path.read_bytes()
    publish(tmp_path / "other", ROWS[1:])
    other = json.loads((tmp_path / "other" / "dataset" / "croissant.json").read_text())
    assert other["version"] != plain["version"]


def test_a_dataset_without_rows_is_valid_too(tmp_path: Path) -> None:
    import mlcroissant

    publish(tmp_path, [])
    issues = mlcroissant.Dataset(tmp_path / "dataset" / "croissant.json").metadata.ctx.issues
    assert not issues.errors
