"""`sakuga evaluate retrieval` on builds with vectors: what it counts, says and refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sakuga.build.add import add, stage_of
from sakuga.build.pipeline import Request
from sakuga.cli import app
from sakuga.core.errors import RequestError
from sakuga.core.records import Embeddings, Row
from sakuga.evaluate.page import html, markdown
from sakuga.evaluate.pairs import read_pairs
from sakuga.evaluate.ranked import queries
from sakuga.evaluate.retrieval import evaluate
from tests.builds import built, once, run

TOLD = ["describe.use=template"]


def embed(out: Path, encoder: str) -> None:
    add(stage_of("embed", f"tests.backends:{encoder}"), Request(str(out), workers=0), remake=True)


@pytest.fixture(scope="session")
def embedded(shared: Path, reel: Path) -> Path:
    """A described build of four films, with vectors; not to be written to."""

    def make(folder: Path) -> None:
        run(folder, *(reel / name for name in ("a.mp4", "b.webm", "c.mkv", "d.mp4")),
            overrides=TOLD, workers=0)  # fmt: skip
        embed(folder, "Encoder")

    return once(shared / "embedded", make)


@pytest.fixture
def out(embedded: Path, tmp_path: Path) -> Path:
    """One's own copy."""
    return Path(shutil.copytree(embedded, tmp_path / "out"))


def test_a_model_that_knows_every_pair_finds_all(out: Path) -> None:
    embed(out, "Oracle")
    made, _, _ = evaluate(str(out), "all", keyframes=1)
    captions = [row.text_description for row in built(out).rows(Row)]
    alike = len(captions) - len(set(captions))
    assert (made.pairs, made.gallery, made.galleries, made.tail) == (12, 12, 1, 0)
    assert bool(made.duplicates) == bool(alike)
    for each in (*made.found.text_to_video, *made.found.video_to_text):
        assert each.share == 1.0 or alike


def test_a_model_that_gives_all_the_same_scores_no_more_than_chance(out: Path) -> None:
    embed(out, "Constant")
    made, _, _ = evaluate(str(out), "all", keyframes=1)
    for each in (*made.found.text_to_video, *made.found.video_to_text):
        assert each.share <= each.chance and each.low <= each.share


def test_clips_that_take_no_part_are_counted_with_why(out: Path) -> None:
    counts = [row.keyframes for row in built(out).rows(Row)]
    most = max(counts)
    pairs = read_pairs(str(out), "all", most)
    assert len(pairs.ids) == counts.count(most)
    assert pairs.left_out == {f"under {most} keyframes": 12 - counts.count(most)}


def test_pairs_hold_each_clip_s_own_vectors_caption_and_classes(embedded: Path) -> None:
    pairs = read_pairs(str(embedded), "all", 1)
    made = {row.id: row for row in built(embedded).rows(Embeddings)}
    rows = {row.id: row for row in built(embedded).rows(Row)}
    assert pairs.ids == sorted(rows)
    for n, clip in enumerate(pairs.ids):
        assert pairs.clip[n].tolist() == made[clip].clip_vector.tolist()
        assert pairs.text[n].tolist() == made[clip].text_vector.tolist()
        assert pairs.captions[n] == rows[clip].text_description
        assert pairs.classes["timing"][n] == rows[clip].timing_class
    assert pairs.encoder["recipe"] == "tests.backends:Encoder"


def test_the_tail_and_the_size_of_the_gallery_are_told(embedded: Path) -> None:
    made, _, _ = evaluate(str(embedded), "all", 5, 1)
    assert (made.gallery, made.galleries, made.tail) == (5, 2, 2)
    assert "2 clips fill no gallery" in markdown(made)
    assert "The paper's galleries have 2,560 pairs" in markdown(made)


def test_the_page_shows_the_paper_s_numbers_and_ranked_clips_with_pictures(embedded: Path) -> None:
    made, pairs, ranks = evaluate(str(embedded), "all", keyframes=1)
    ranked = queries(str(embedded), pairs, ranks)
    assert len(ranked) == 6
    assert [q.rank for q in ranked] == sorted(q.rank for q in ranked)
    for query in ranked:
        scores = [hit.score for hit in query.hits]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) == 5 + (query.hits[-1].rank > 5)
        assert all(hit.picture is not None for hit in query.hits)
        assert [hit.rank for hit in query.hits if hit.right] == [query.rank]
    page = html(made, ranked)
    assert page.count("data:image/jpeg") == sum(len(query.hits) for query in ranked)
    for number in ("22.4", "35.5", "57.1", "80.5"):
        assert number in page and number in markdown(made)


def test_captions_are_escaped_on_the_page(embedded: Path) -> None:
    import dataclasses

    made, pairs, ranks = evaluate(str(embedded), "all", keyframes=1)
    pairs = dataclasses.replace(pairs, captions=["<script>alert(1)</script>"] * 12)
    assert "<script" not in html(made, queries(str(embedded), pairs, ranks))


def test_a_build_without_vectors_is_told_which_command_makes_them(out: Path) -> None:
    shutil.rmtree(out / "tables" / "embeddings")
    with pytest.raises(RequestError, match=r"no clip has its vectors yet; .*: sakuga embed"):
        evaluate(str(out), "all")


def test_a_build_without_descriptions_is_told_which_profiles_describe(
    reel: Path, tmp_path: Path
) -> None:
    run(tmp_path / "out", reel / "a.mp4", workers=0)
    embed(tmp_path / "out", "Encoder")
    with pytest.raises(RequestError, match=r"3 with no description; .*the profiles lite"):
        evaluate(str(tmp_path / "out"), "all", keyframes=1)


def test_vectors_older_than_their_build_are_refused(out: Path, reel: Path) -> None:
    films = [reel / name for name in ("a.mp4", "b.webm", "c.mkv", "d.mp4")]
    run(out, *films, overrides=[*TOLD, "sample.every=2"], remake=("sample",), workers=0)
    with pytest.raises(RequestError, match=r"the vectors are older than its samples; make them"):
        evaluate(str(out), "all")


def test_a_split_without_clips_and_one_that_is_none_are_refused(out: Path) -> None:
    for file in (out / "dataset").glob("test-*.parquet"):
        file.unlink()
    with pytest.raises(RequestError, match=r"no clip stands in the split test; .*--split all"):
        evaluate(str(out))
    with pytest.raises(RequestError, match=r"--split tset: must be one of train"):
        evaluate(str(out), "tset")


def test_the_command_prints_json_and_writes_the_page(embedded: Path, tmp_path: Path) -> None:
    asked = ["evaluate", "retrieval", str(embedded), "--split", "all", "--keyframes", "1"]
    page = tmp_path / "new" / "page.html"
    done = CliRunner().invoke(app, [*asked, "--json", "--out", str(page)])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["pairs"] == 12
    assert [each["k"] for each in told["found"]["text_to_video"]] == [1, 5, 10]
    assert page.read_text().startswith("<!doctype html>")
    said = CliRunner().invoke(app, asked)
    assert said.exit_code == 0 and "ViCLIP-200M" in said.stdout and "35.5" in said.stdout
