"""Co-occurrence: counts against a naive count, NPMI at its ends, proposals that classify takes."""

from __future__ import annotations

import json
import math
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sakuga.build.classify import Classify, taxonomy_text
from sakuga.core.errors import RequestError
from sakuga.core.store import Part, Store
from sakuga.dataset.release.record import Annotation
from sakuga.dataset.taxonomy import read_lists
from sakuga.report.cooccurrence import write_cooccurrence
from sakuga.report.npmi import npmi, pmi, tables
from sakuga.report.order import clustered
from sakuga.report.pairs import Counted, count_pairs, place_of
from sakuga.report.propose import as_file, check, class_terms, propose
from tests.tables import filled
from tests.unit.report.rows import known_row, unknown, write_rows

Clips = list[list[str] | None]
tags = st.sampled_from("abcdefghij")
clips = st.lists(st.none() | st.lists(tags, max_size=8), max_size=30)
CLASSES = {"first": [("a",), ("b", "c")], "second": [("j",), ("zzz",)], "none": []}


def counted(clips: Clips, classes: dict[str, list[tuple[str, ...]]], most: int = 4000) -> Counted:
    """Counted in batches of seven clips."""
    batches = [clips[n : n + 7] for n in range(0, len(clips), 7)]
    kind = pa.list_(pa.string())
    return count_pairs(lambda: (pa.array(batch, kind) for batch in batches), dict(classes), most)


@given(clips)
def test_counts_are_those_of_a_naive_count(clips: Clips) -> None:
    found = counted(clips, CLASSES)
    rows = [set(clip) for clip in clips if clip is not None]
    for row in rows:
        row |= {c for c, terms in CLASSES.items() if any(set(t) <= row for t in terms)}
    assert found.clips == len(rows)
    for name in found.names:
        assert found.count(name) == sum(name in row for row in rows)
    for a, b in combinations(range(len(found.names)), 2):
        together = sum({found.names[a], found.names[b]} <= row for row in rows)
        assert found.together[place_of(a, b)] == together
        assert found.matrix([a, b])[0, 1] == found.matrix([b, a])[0, 1] == together


@given(clips)
def test_the_table_holds_every_pair_that_stands_together_with_its_measures(clips: Clips) -> None:
    found = counted(clips, {})
    rows = [set(clip) for clip in clips if clip is not None]
    listed = [row for table in tables(found) for row in table.to_pylist()]
    expected = {pair for row in rows for pair in combinations(sorted(row), 2)}
    assert {tuple(sorted((r["tag_a"], r["tag_b"]))) for r in listed} == expected
    assert len(listed) == len(expected)
    for row in listed:
        a, b = (sum(row[tag] in clip for clip in rows) / len(rows) for tag in ("tag_a", "tag_b"))
        both = row["count"] / len(rows)
        assert row["pmi"] == pytest.approx(math.log2(both / (a * b)), abs=1e-9)
        wanted = 1.0 if both == 1 else row["pmi"] / -math.log2(both)
        assert row["npmi"] == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize(
    ("together", "a", "b", "value"),
    [
        (0, 5, 5, -1.0),  # never together
        (0, 0, 5, -1.0),  # one does not occur
        (2, 4, 5, 0.0),  # as chance would have it: 0.2 = 0.4 x 0.5
        (4, 4, 4, 1.0),  # never apart
        (10, 10, 10, 1.0),  # both in every clip
        (5, 10, 5, 0.0),  # one in every clip tells nothing
    ],
)
def test_npmi_at_its_ends(together: int, a: int, b: int, value: float) -> None:
    assert float(npmi(together, a, b, 10)) == pytest.approx(value, abs=1e-12)


def test_pmi_is_in_bits() -> None:
    assert float(pmi(4, 4, 4, 16)) == 2.0
    assert float(pmi(0, 4, 4, 16)) == -math.inf


def test_rare_tags_are_left_out_and_counted() -> None:
    found = counted([["a", "b"], ["a", "c"], ["a", "b"]], {}, most=2)
    assert (found.names, found.left_out) == (("a", "b"), 1)
    assert found.together.tolist() == [2]


@settings(max_examples=30)
@given(st.integers(1, 12), st.randoms())
def test_groups_stand_side_by_side_whatever_their_order_was(size: int, random: object) -> None:
    groups = [n % 3 for n in range(size)]
    random.shuffle(groups)  # pyright: ignore
    likeness = np.array([[1.0 if a == b else -0.5 for a in groups] for b in groups])
    order = clustered(likeness)
    ordered = [groups[n] for n in order]
    assert sorted(order) == list(range(size))
    assert sum(a != b for a, b in pairwise(ordered)) == len(set(groups)) - 1


LISTS = read_lists(
    """
    [time.daylight]
    says = ["day", "sunlight"]
    hints = ["blue_sky", "noon", "lantern"]
    [time.night]
    says = ["night", "moon + dark"]
    """,
    "lists",
)
SKY = [
    *[["day", "sunlight", "blue_sky", "bird"]] * 30,
    *[["night", "lantern", "owl"]] * 20,
    *[["moon", "dark", "owl"]] * 10,
    *[["cat"]] * 40,
]


def test_the_file_is_held_against_the_dataset() -> None:
    found = counted([*SKY], dict(class_terms(LISTS)))  # type: ignore[arg-type]
    verdicts = {f.tag: (f.name, f.verdict, f.better) for f in check(found, LISTS)}
    assert verdicts["day"] == ("daylight", "fits", None)
    assert verdicts["noon"] == ("daylight", "absent", None)
    assert verdicts["lantern"] == ("daylight", "contradicts", "night")
    assert verdicts["moon"] == ("night", "fits", None)


def test_what_goes_with_a_class_is_proposed_for_it() -> None:
    found = counted([*SKY], dict(class_terms(LISTS)))  # type: ignore[arg-type]
    proposed = {(f.name, f.tag): f for f in propose(found, LISTS)}
    assert set(proposed) == {("daylight", "bird"), ("night", "owl")}
    assert proposed["night", "owl"].together == 30


def test_the_proposed_file_is_one_that_classify_takes(tmp_path: Path) -> None:
    hostile = [['night", "', "night\x00", "ni ght", "näh't", "night", "owl\\"]] * 9
    found = counted([*SKY, *hostile], dict(class_terms(LISTS)))  # type: ignore[arg-type]
    file = tmp_path / "proposed.toml"
    findings = [*check(found, LISTS), *propose(found, LISTS)]
    file.write_text(as_file(LISTS, findings, found.clips), encoding="utf-8")
    Classify(file=str(file))
    lists = read_lists(file.read_text(encoding="utf-8"), "proposed")
    assert ("bird",) in lists["time"]["daylight"].hints
    assert ("lantern",) not in lists["time"]["daylight"].hints
    assert {"owl", "owl\\", "näh't"} <= set(lists["time"]["night"].tags)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("built")
    rng = np.random.default_rng(1)
    write_rows(str(root), (known_row(n, rng) for n in range(600)))
    return root


def test_the_files_are_written(built: Path) -> None:
    made = write_cooccurrence(str(built), taxonomy_text(), "taxonomy.toml")
    assert [Path(file).exists() for file in made.files] == [True] * 5
    pairs = pq.read_table(made.files[0]).to_pylist()
    assert len(pairs) == made.pairs
    assert max(pairs, key=lambda p: p["npmi"])["npmi"] > 0.8
    assert Path(made.files[2]).read_bytes().startswith(b"\x89PNG")
    told = json.loads(Path(made.files[3]).read_text())
    assert len(told) == len(made.findings)
    assert {f.tag for f in made.findings if f.verdict == "proposed"} >= {"dog"}
    Classify(file=made.files[4])


def test_an_imported_release_is_counted_too(tmp_path: Path) -> None:
    rows = [
        filled(Annotation, id=str(n), anime_tags=["night", "moon"] if n % 2 else None)
        for n in range(8)
    ]
    with Store(str(tmp_path)).writing(Part("annotations", 0, "0" * 16), Annotation, {}) as out:
        out.add(rows, ())
    made = write_cooccurrence(str(tmp_path), taxonomy_text(), "taxonomy.toml")
    assert (made.clips, made.tags, made.pairs) == (4, 2, 1)


def test_a_dataset_without_tags_is_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    write_rows(str(tmp_path), (unknown(known_row(n, rng)) for n in range(9)))
    with pytest.raises(RequestError, match=r"no clip has tags.*build with --profile"):
        write_cooccurrence(str(tmp_path), taxonomy_text(), "taxonomy.toml")


def test_a_machine_without_matplotlib_is_told_what_to_install(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(RequestError, match=r"pip install 'sakuga\[report\]'"):
        write_cooccurrence(str(built), taxonomy_text(), "taxonomy.toml")
