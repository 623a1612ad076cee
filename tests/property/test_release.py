"""What import and export make of any row of the release, told again in plain Python."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from sakuga.core.store import Store
from sakuga.dataset.exports import export
from sakuga.dataset.release.columns import CLASSES, RATINGS, SCHEMA, SPLITS, TAXONOMY, file_of
from sakuga.dataset.release.importing import Imported, import_release
from sakuga.dataset.release.record import Annotation
from tests.releases import address, clock, digest

MISSING = ("", "nan", "NaN", "  ")
TEXT = {name for name in SCHEMA.names if SCHEMA.field(name).type == pa.string()}

missing = st.sampled_from([None, *MISSING])
times = st.integers(0, 40_000_000).map(clock)
late_times = st.integers(40_000_000, 50_000_000).map(clock)
bad_times = st.sampled_from(["1:2:3", "00:61:00.000", "00:00:01.2345", "soon", "-00:00:01.000"])
scores = st.floats(0, 1) | st.none() | st.just(float("nan")) | st.sampled_from([1.5, -0.1])
counts = st.integers(0, 9999).map(float) | st.none() | st.just(float("nan")) | st.just(2.5)
words = st.text(st.sampled_from("abc_é'\"\\☃"), min_size=1, max_size=6)
tags = st.lists(words, max_size=4).flatmap(
    lambda some: st.sampled_from([" ", "  "]).map(lambda space: space.join(some))
)
sizes = st.builds(
    "{}{}{}".format,
    st.decimals(0, 3000, places=2) | st.integers(0, 99),
    st.sampled_from(["", " "]),
    st.sampled_from(["MB", "KB", "mb", "B", "GB", "MiB"]),
)


def mostly(good: st.SearchStrategy[Any], *warts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The good ones nine times of ten."""
    return st.integers(0, 9).flatmap(lambda n: good if n else st.one_of(*warts))


def labels(axis: str) -> st.SearchStrategy[str]:
    """A class as the release tells it, and how it tells it wrongly."""
    right = [f"{name}(label: {number})" for name, number in CLASSES[axis].items()]
    typos = [text.replace("label", "lable") for text in right]
    cased = [text.capitalize() for text in right]
    return st.sampled_from([*right, *typos, *cased, "others(label: 7)", "purple(label: 0)"])


def rows() -> st.SearchStrategy[dict[str, Any]]:
    """Rows of few clips and videos, so that they meet; with every wart."""
    return st.fixed_dictionaries(
        {
            "identifier": st.builds("{}:{}".format, st.integers(1, 4), st.integers(0, 3)) | missing,
            "hash_identifier": mostly(
                st.integers(0, 9).map(lambda n: digest(str(n))),
                st.sampled_from([None, "nan", "0123", digest("0").upper()]),
            ),
            "url_link": mostly(st.integers(0, 3).map(address), missing, st.just("film.mp4")),
            "scene_start_time": mostly(times, bad_times, missing),
            "scene_end_time": mostly(late_times, times, bad_times, missing),
            "frame_number": counts,
            "key_frame_number": counts,
            "anime_tags": tags | missing,
            "user_tags": tags | missing,
            "text_description": st.text(max_size=30) | missing,
            "aesthetic_score": scores,
            "dynamic_score": scores,
            "rating": st.sampled_from([*RATINGS, "General", "safe"]) | missing,
            "text_prob": scores,
            "width": st.integers(-1, 4000) | st.none(),
            "height": st.integers(-1, 4000) | st.none(),
            "file_ext": st.sampled_from(["mp4", ".MP4", "webm"]) | missing,
            "file_size": sizes | missing,
            "fps": st.sampled_from([29.97, 24000 / 1001, 0.0, float("nan"), None]),
            **{column: labels(axis) | missing for axis, column in TAXONOMY.items()},
        }
    )


def normal(row: dict[str, Any]) -> dict[str, Any] | str:
    """A row as it comes back, or why it does not; docs/release.md says the same."""
    told = {name: _text(value) if name in TEXT else value for name, value in row.items()}
    told = {name: None if value != value else value for name, value in told.items()}
    clip = (told["hash_identifier"] or "").lower()
    if not clip:
        return "no_id"
    if not re.fullmatch("[0-9a-f]{64}", clip):
        return "bad_id"
    if told["url_link"] is None:
        return "no_url"
    ends = [told["scene_start_time"], told["scene_end_time"]]
    good = [t is None or re.fullmatch(r"\d\d:[0-5]\d:[0-5]\d\.\d{3}", t) for t in ends]
    if not all(good):
        return "bad_time"
    if None in ends:
        return "no_time"
    if ends[0] >= ends[1]:
        return "no_length" if ends[0] == ends[1] else "end_before_start"
    for name in ("aesthetic_score", "dynamic_score", "text_prob"):
        told[name] = told[name] if told[name] is not None and 0 <= told[name] <= 1 else None
    for name in ("frame_number", "key_frame_number"):
        told[name] = told[name] if told[name] is not None and told[name] % 1 == 0 else None
    for name in ("width", "height"):
        told[name] = told[name] if told[name] is not None and told[name] > 0 else None
    for name in ("anime_tags", "user_tags"):
        told[name] = " ".join(told[name].split()) if told[name] else None
    told["hash_identifier"] = clip
    told["rating"] = next((r for r in RATINGS if r == (told["rating"] or "").lower()), None)
    told["file_ext"] = (told["file_ext"] or "").lower().lstrip(".") or None
    told["file_size"] = _size(told["file_size"])
    told["fps"] = told["fps"] or None
    for axis, column in TAXONOMY.items():
        told[column] = _label(axis, told[column])
    return told


def _text(value: str | None) -> str | None:
    return None if value is None or value.strip() in MISSING else value.strip()


def _size(told: str | None) -> str | None:
    found = re.fullmatch(r"([\d.]+) ?(B|KB|MB|GB)", (told or "").upper())
    if not found:
        return None
    units = {"B": 1, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000}
    count = round(Decimal(found[1]) * units[found[2]])
    if count % 10_000 == 0:
        return f"{Decimal(count) / 1_000_000:.2f}MB"
    return f"{Decimal(count) / 1000:.2f}KB" if count % 10 == 0 else f"{count}B"


def _label(axis: str, told: str | None) -> str | None:
    for name, number in CLASSES[axis].items():
        if (told or "").lower().replace("lable", "label") == f"{name}(label: {number})":
            return f"{'Others' if name == 'others' else name}(label: {number})"
    return None


def imported(folder: Path, splits: dict[str, list[dict[str, Any]]]) -> Imported:
    """Write files of these splits, the leaked index among their columns, and import them."""
    paths: list[str] = []
    for split, listed in splits.items():
        table = pa.Table.from_pylist(listed, SCHEMA)
        index = pa.array(range(len(listed)), pa.int64())
        paths.append(str(folder / file_of(split)))
        pq.write_table(table.append_column("__index_level_0__", index), paths[-1])
    return import_release(paths, str(folder / "out"))


def expected(
    splits: dict[str, list[dict[str, Any]]],
) -> tuple[dict[str, list[dict[str, Any]]], Counter[str]]:
    """What the export of the import holds, and what failed for which reason."""
    failures: Counter[str] = Counter()
    first: dict[str, tuple[dict[str, Any], list[Any]]] = {}
    kept: dict[str, list[dict[str, Any]]] = {split: [] for split in SPLITS}
    for split in (split for split in SPLITS if split in splits):
        for row in splits[split]:
            made = normal(row)
            if isinstance(made, str):
                failures[made] += 1
                continue
            unread = [(n, row[n]) for n in SCHEMA.names if _unread(row[n], made[n])]
            known = first.setdefault(made["hash_identifier"], (made, unread))
            if known != (made, unread):
                failures["contradiction"] += 1
            elif made in kept[split]:
                failures["duplicate"] += 1
            else:
                kept[split].append(made)
    return {split: listed for split, listed in kept.items() if listed}, failures


def _unread(given: Any, made: Any) -> bool:
    gone = given is None or given != given or (isinstance(given, str) and _text(given) is None)
    return made is None and not gone


def key(row: dict[str, Any]) -> str:
    return row["hash_identifier"]


def releases() -> st.SearchStrategy[dict[str, list[dict[str, Any]]]]:
    """Files of some splits, in which rows of one pool stand, some more than once."""
    pools = st.lists(rows(), min_size=1, max_size=6)
    return pools.flatmap(
        lambda pool: st.dictionaries(
            st.sampled_from(SPLITS), st.lists(st.sampled_from(pool), max_size=6), min_size=1
        )
    )


@settings(max_examples=60, deadline=None)
@given(releases())
def test_every_row_comes_back_normal_or_is_counted(
    splits: dict[str, list[dict[str, Any]]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        told = imported(folder, splits)
        wanted, failures = expected(splits)
        assert told.failures == failures
        assert told.rows == told.clips + told.repeats + sum(failures.values())
        assert told.rows == sum(map(len, splits.values()))
        if not told.clips:
            return
        written = export("sakuga42m", str(folder / "out"), str(folder / "back"))
        back = {
            split: pq.read_table(folder / "back" / file_of(split)).to_pylist()
            for split in SPLITS
            if file_of(split) in written.files
        }
        assert {split: sorted(listed, key=key) for split, listed in back.items()} == {
            split: sorted(listed, key=key) for split, listed in wanted.items()
        }


@settings(max_examples=25, deadline=None)
@given(st.lists(rows(), min_size=1, max_size=8))
def test_what_an_export_wrote_comes_back_unchanged(listed: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not imported(folder, {"val": listed}).clips:
            return
        export("sakuga42m", str(folder / "out"), str(folder / "one"))
        again = import_release([str(folder / "one" / file_of("val"))], str(folder / "again"))
        export("sakuga42m", str(folder / "again"), str(folder / "two"))
        assert again.failures == {}
        assert again.unread == {}
        one, two = (pq.read_table(folder / each / file_of("val")) for each in ("one", "two"))
        assert one.equals(two)


@settings(max_examples=25, deadline=None)
@given(st.lists(rows(), min_size=1, max_size=8))
def test_what_could_not_be_read_is_kept_word_for_word(listed: list[dict[str, Any]]) -> None:
    listed = [row | {"hash_identifier": digest(str(n))} for n, row in enumerate(listed)]
    with tempfile.TemporaryDirectory() as name:
        imported(Path(name), {"test": listed})
        store = Store(str(Path(name) / "out"))
        kept = {
            a.id: a.unread
            for p in store.parts("annotations")
            for a in store.read_part(p, Annotation)
        }
        made = {row["hash_identifier"]: (row, normal(row)) for row in listed}
        good = {clip: each for clip, each in made.items() if not isinstance(each[1], str)}
        assert kept.keys() == good.keys()
        for clip, (row, normalised) in good.items():
            lost = {n: row[n] for n in SCHEMA.names if _unread(row[n], normalised[n])}
            told = dict(text.split("=", 1) for text in kept[clip])
            assert told.keys() == lost.keys()
            for column, value in lost.items():
                assert (
                    (told[column] == _text(value))
                    if column in TEXT
                    else float(told[column]) == value
                )
