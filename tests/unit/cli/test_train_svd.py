"""`sakuga train svd` as users run it: films, a dataset, a net, a query; told before it is begun."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from sakuga.cli import app
from sakuga.models.public import SVD
from sakuga.train import journal
from tests.packs import SVD_QUICK
from tests.ranks import ALONE, TWO, kill_after, start
from tests.tiny.hub import offline
from tests.unit.dataset.reels import build, draw_reel

SETS = [f"--set={value}" for value in (*SVD_QUICK, "schedule.batch=2")]
CPU = ["--profile", "svd-cpu"]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two films, three clips of 16 keyframes each."""
    films = tmp_path_factory.mktemp("films")
    draw_reel(films, ["one.mp4", "two.mkv"])
    root = tmp_path_factory.mktemp("built")
    build(root, [films / "one.mp4", films / "two.mkv"])
    return root


def sakuga(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["train", "svd", *map(str, words), *SETS])


@pytest.fixture(scope="module")
def run(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "run"
    done = sakuga(dataset, "--out", out, *CPU, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["result"] == [str(out / "pipeline")]
    return out


def test_a_dataset_of_films_becomes_a_net_with_its_lineage(run: Path) -> None:
    table = pq.read_table(run / "pipeline" / "lineage.parquet")
    assert table.num_rows == 6 and len(set(table["video"].to_pylist())) == 2
    card = (run / "pipeline" / "README.md").read_text()
    assert "6 clips of 2 videos from the dataset" in card and "query" not in card
    assert len(journal.read(run)) == 6


def test_adapters_on_what_answers_a_query_name_it_in_their_card(
    dataset: Path, run: Path, tmp_path: Path
) -> None:
    asked = "camera=pan keyframes>=8"
    start = ["--set", f"net.start={run / 'pipeline'}", "--set", "net.rank=2"]
    done = sakuga(
        dataset, "--out", tmp_path, *CPU, "--lora", "--query", asked, *start,
        "--set", "schedule.steps=2", "--set", "schedule.batch=1",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    card = (tmp_path / "lora" / "README.md").read_text()
    assert f"those that answer the query `{asked}`" in card
    table = pq.read_table(tmp_path / "lora" / "lineage.parquet")
    assert 0 < table.num_rows < 6


def test_a_pack_made_beforehand_is_trained_on_and_knows_its_query(
    dataset: Path, tmp_path: Path
) -> None:
    asked = ["--query", "keyframes>=8"]
    pack = ["train", "pack", dataset, "--out", tmp_path / "pack", *CPU, *asked, "--json", *SETS]
    done = CliRunner().invoke(app, list(map(str, pack)))
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["clips"] == 6
    once = ["--set", "schedule.steps=1"]
    done = sakuga(tmp_path / "pack", "--out", tmp_path / "run", *CPU, *asked, *once)
    assert done.exit_code == 0, done.output
    card = (tmp_path / "run" / "pipeline" / "README.md").read_text()
    assert "those that answer the query `keyframes>=8`" in card


def test_a_pack_of_smaller_pictures_is_refused_with_what_packs_it(
    run: Path, tmp_path: Path
) -> None:
    words = ["train", "svd", run / "pack", "--out", tmp_path, *CPU, *SETS, "--set=clips.width=128"]
    done = CliRunner().invoke(app, list(map(str, words)))
    assert done.exit_code == 2
    assert "6 of its 6 clips were packed too small" in done.stderr
    assert "would be blown up: what covers 128 x 16 is wanted" in done.stderr
    assert "sakuga train pack DIR --out PACK --profile svd-cpu" in done.stderr


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shard of two films that say nothing of themselves."""
    films = tmp_path_factory.mktemp("films")
    draw_reel(films, ["one.mp4", "two.mkv"])
    with tarfile.open(films / "s-0.tar", "w") as tar:
        for name in ("one.mp4", "two.mkv"):
            tar.add(films / name, name)
    return films / "s-0.tar"


def test_shards_are_trained_on_and_the_card_says_where_their_clips_are_from(
    shards: Path, tmp_path: Path
) -> None:
    done = sakuga(shards, "--out", tmp_path, *CPU, "--set", "schedule.steps=1")
    assert done.exit_code == 0, done.output
    table = pq.read_table(tmp_path / "pipeline" / "lineage.parquet")
    assert table["source_group"].to_pylist() == ["s-0.tar/one", "s-0.tar/two"]
    card = (tmp_path / "pipeline" / "README.md").read_text()
    assert "2 clips of 2 videos from the dataset `s-0.tar`" in card
    assert "Timing: not known of 2 of these clips" in card
    assert "# Frames of cartoons" in card and "finetuned on 8 frames of" in card


def test_a_dry_run_counts_the_clips_of_shards(shards: Path, tmp_path: Path) -> None:
    done = sakuga(shards, "--out", tmp_path / "run", *CPU, "--dry-run", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["clips"] == 2


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--query", "cat"], "--query 'cat': shards have no columns"),
        (["--split", "test"], "split 'test': shards have no splits"),
        (["--set", "clips.fps=timing"], "clips.fps = 'timing': shards tell no timing class"),
        (["--set", "clips.motion=dynamic"], "no dynamic score\n  set clips.motion = 127"),
    ],
)
def test_what_shards_cannot_give_is_refused_before_a_frame_is_decoded(
    flags: list[str], message: str, dry: list[str], shards: Path, tmp_path: Path
) -> None:
    done = sakuga(shards, "--out", tmp_path / "run", *CPU, *flags, *dry)
    assert done.exit_code == 2
    assert message in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_dry_run_tells_what_it_takes_and_writes_nothing(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = sakuga(dataset, "--out", out, *CPU, "--dry-run", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert not out.exists()
    assert (found["clips"], found["steps"], found["batch"]) == (6, 6, 2)
    assert found["latents"] == [2, 8, 8, 4, 8]
    assert found["parameters"] == found["learning"] > 1_000_000
    assert found["memory"]["AdamW's moments"] == 8 * found["learning"]
    assert found["memory"]["a step, with its gradients"] > 4 * found["learning"]
    assert found["peak"] == sum(found["memory"].values())
    assert found["seconds"] > 0
    assert found["checkpoint"] == 16 * found["learning"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--query", "zeppelin"], "no clip of the train split answers it"),
        (["--set", "clips.frames=17", "--set", "clips.packed=17"], "none of its 6 clips has 17"),
        (["--profile", "cpu"], "there are: svd, svd-lora, svd-cpu"),
        (["--set", "net.start=nowhere"], "no such folder"),
    ],
)
def test_what_cannot_be_is_told_before_any_frame_is_decoded(
    words: list[str], message: str, dataset: Path, tmp_path: Path
) -> None:
    profile = [] if "--profile" in words else CPU
    done = sakuga(dataset, "--out", tmp_path / "run", *profile, *words)
    assert done.exit_code == 2
    assert message in " ".join(done.output.split())
    assert not list(tmp_path.rglob("frames.bin"))


@pytest.mark.parametrize("more", [[], ["--lora"]])
def test_the_public_model_that_is_nowhere_is_told_with_whose_terms_to_accept(
    more: list[str], dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline(monkeypatch, tmp_path / "cache")
    words = ["train", "svd", str(dataset), "--out", str(tmp_path / "run"), *more]
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 2
    assert f"accept its terms on https://huggingface.co/{SVD.repo}" in told.stderr
    assert not (tmp_path / "run").exists()


def test_lora_and_query_are_of_svd_alone(dataset: Path, tmp_path: Path) -> None:
    words = ["train", "contrastive", str(dataset), "--out", str(tmp_path / "run"), "--lora"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2 and "--lora and --query are of train svd" in done.output


def test_a_killed_run_goes_on_to_the_same_losses(run: Path, tmp_path: Path) -> None:
    """Each in a process of its own, with as many threads: sums of other threads round otherwise."""

    def given(out: str, *more: str) -> list[str]:
        given = ["svd", str(run / "pack"), "--out", str(tmp_path / out)]
        return [*given, *CPU, *SETS, "--set=schedule.every=1", *more]

    kill_after(3, tmp_path / "killed", ALONE, *given("killed"))
    for words in (given("killed", "--resume"), given("whole")):
        done = start(ALONE, *words)
        assert done.returncode == 0, done.stderr
    killed, whole = (
        [each["loss"] for each in journal.read(tmp_path / out)] for out in ("killed", "whole")
    )
    assert len(whole) == 6 and killed == whole


@pytest.mark.slow
def test_two_ranks_have_the_losses_of_one(run: Path, tmp_path: Path) -> None:
    done = start(TWO, "svd", str(run / "pack"), "--out", str(tmp_path), *CPU, *SETS)
    assert done.returncode == 0, done.stderr
    found, alone = ([each["loss"] for each in journal.read(at)] for at in (tmp_path, run))
    assert found == pytest.approx(alone, rel=1e-3)
    assert (tmp_path / "pipeline" / "README.md").exists()


def test_a_pack_of_other_clips_is_not_taken_for_the_answer_to_a_query(
    run: Path, tmp_path: Path
) -> None:
    done = sakuga(run / "pack", "--out", tmp_path, *CPU, "--query", "smoke")
    assert done.exit_code == 2 and "a pack of other clips" in " ".join(done.output.split())
