"""The card: its head is what the libraries expect, its text is what the rows hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sakuga.core.records import Row
from sakuga.core.schema import schema_of
from sakuga.dataset.front import feature, licence, to_yaml
from tests.unit.dataset.makers import PIXELS, publish, row, seen

ROWS = [seen(n) for n in range(40)] + [row(n, split="test") for n in range(40, 50)]

words = st.text(max_size=12) | st.sampled_from(["on", "no", "1e3", "int64", "a: b", "- x", "~"])
scalars = words | st.integers() | st.booleans()
keys = st.text("abcdefgh_", min_size=1, max_size=8).filter(lambda key: key not in ("y", "n"))


def nesting(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(keys, inner, min_size=1, max_size=4) | st.lists(
        scalars | st.dictionaries(keys, inner, min_size=1, max_size=3), min_size=1, max_size=4
    )


def text_of(folder: Path, *parts: list[Row], stages: Any = None) -> str:
    publish(folder, *parts, **({"stages": stages} if stages else {}))
    return (folder / "dataset" / "README.md").read_text(encoding="utf-8")


def head_of(text: str) -> dict[str, Any]:
    return yaml.safe_load(text.split("---\n")[1])


@given(st.dictionaries(keys, st.recursive(scalars, nesting, max_leaves=12), min_size=1, max_size=5))
def test_what_is_written_as_yaml_is_read_back(value: dict[str, Any]) -> None:
    assert yaml.safe_load(to_yaml(value)) == value


def test_features_are_those_that_datasets_itself_would_write() -> None:
    from datasets import Features

    schema = schema_of(Row)
    ours = [{"name": field.name, **feature(field.type)} for field in schema]
    assert ours == Features.from_arrow_schema(schema)._to_yaml_list()


@pytest.mark.parametrize(
    "kind",
    [
        pa.list_(pa.struct([pa.field("name", pa.string()), pa.field("score", pa.float32())])),
        pa.list_(pa.list_(pa.int32())),
        pa.struct([pa.field("tags", pa.list_(pa.string()))]),
        pa.binary(),
    ],
)
def test_types_that_a_row_may_get_one_day_are_written_as_datasets_does(kind: pa.DataType) -> None:
    from datasets import Features

    told = Features.from_arrow_schema(pa.schema([pa.field("x", kind)]))._to_yaml_list()
    assert [{"name": "x", **feature(kind)}] == told


def test_the_hub_s_own_library_reads_the_head(tmp_path: Path) -> None:
    from huggingface_hub import DatasetCard

    data = DatasetCard(text_of(tmp_path, ROWS)).data
    assert data.license == "other"
    assert data.language == ["en"]
    assert data.size_categories == ["n<1K"]
    assert data.task_categories == ["video-classification", "text-to-video"]
    assert data.configs is not None
    [config] = data.configs
    assert [each["split"] for each in config["data_files"]] == ["train", "test"]


def test_the_head_counts_rows_and_bytes(tmp_path: Path) -> None:
    told = head_of(text_of(tmp_path, ROWS))["dataset_info"]
    assert {each["name"]: each["num_examples"] for each in told["splits"]} == {
        "train": 40,
        "test": 10,
    }
    files = (tmp_path / "dataset").glob("*.parquet")
    assert told["download_size"] == sum(path.stat().st_size for path in files)


def test_what_no_model_saw_claims_no_language_and_no_text(tmp_path: Path) -> None:
    head = head_of(text_of(tmp_path, [row(n) for n in range(9)]))
    assert head["language"] == ["zxx"]
    assert head["task_categories"] == ["video-classification"]
    assert head["license"] == "unknown"


@pytest.mark.parametrize(
    ("licences", "told"),
    [
        ({}, {"license": "unknown"}),
        ({None: 3}, {"license": "unknown"}),
        ({"CC0-1.0": 3}, {"license": "cc0-1.0"}),
        ({"CC0-1.0": 3, None: 1}, {"license": "other", "license_name": "see the column licence"}),
        ({"B": 3, "A": 1}, {"license": "other", "license_name": "A, B"}),
        ({"our own": 1}, {"license": "other", "license_name": "our own"}),
    ],
)
def test_the_licence_is_what_the_sources_state(
    licences: dict[str | None, int], told: dict[str, str]
) -> None:
    assert licence(licences) == told


def test_the_text_shows_what_is_in_the_rows(tmp_path: Path) -> None:
    text = text_of(tmp_path, ROWS)
    assert "| train | 40 | 6 |" in text
    assert "| **all** | 50 | 8 |" in text
    assert "| short: under 12 | 8 | 16.0% | 23.0% |" in text
    assert "| night | 40 | 100.0% | 23.0% |" in text
    assert "| `aesthetic_score` | 10 | 20.0% | --profile paper or modern |" in text
    for name in schema_of(Row).names:
        assert f"| `{name}` |" in text


def test_recipes_stand_in_it_with_their_versions(tmp_path: Path) -> None:
    text = text_of(tmp_path, ROWS)
    assert 'keyframes: {"recipe": "types:Room", "threshold": 0.5, "version": 3}' in text


def test_a_column_that_nothing_made_names_no_table(tmp_path: Path) -> None:
    text = text_of(tmp_path, [row(1)], stages=PIXELS)
    [line] = [line for line in text.splitlines() if line.startswith("| `anime_tags` | list")]
    assert line.endswith("| - | 0.0% |")
    [line] = [line for line in text.splitlines() if line.startswith("| `holds` | list")]
    assert line.endswith("| keyframes | 100.0% |")


def test_what_sources_say_can_t_break_out_of_a_cell(tmp_path: Path) -> None:
    hostile = "free | <script>\n# no"
    text = text_of(tmp_path, [row(1, licence=hostile, codec="h264|`x`")])
    assert "free \\| \\<script\\> \\# no" in text
    assert "h264\\|\\`x\\`" in text
    assert head_of(text)["license_name"] == hostile


def test_a_dataset_without_rows_has_a_card(tmp_path: Path) -> None:
    text = text_of(tmp_path, [])
    assert "configs" not in head_of(text)
    assert "| **all** | 0 | 0 | 0 | 0 | 0.00 |" in text
