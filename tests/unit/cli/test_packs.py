"""For which trainer a pack is, and which part of what."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sakuga.cli import app
from sakuga.cli.generation import _Packed
from sakuga.cli.packs import trainer_of
from sakuga.core.errors import RequestError
from sakuga.evaluate.clips import Clips
from sakuga.train import lineage
from sakuga.train.packed import writing
from tests.packs import random_pack

FOLDER = Path(__file__).parents[3] / "profiles" / "train"


@pytest.mark.parametrize(
    ("text", "trainer"),
    [
        ("[clips]\nwidth = 64", "svd"),
        ('[net]\ntrain = "lora"', "svd"),
        ("[noise]", "svd"),
        ("[noise]\nmean = 1.0", "svd"),
        ("[schedule]\nsteps = 9\ndenoise = 5", "svd"),
        ("[schedule]\nsteps = 9", "contrastive"),
        ('[net]\nsize = "tiny"', "contrastive"),
        ("[clips]\nmask = 0.5\nflip = false", "contrastive"),
        ("", "contrastive"),
    ],
)
def test_a_file_is_svds_where_it_says_what_svd_alone_has(
    text: str, trainer: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    assert trainer_of(str(file)) == trainer


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.toml")), ids=lambda file: file.stem)
def test_a_profile_and_its_copy_are_of_one_trainer(file: Path) -> None:
    assert trainer_of(str(file)) == trainer_of(file.stem)


def test_without_a_profile_it_is_contrastive_and_an_unknown_name_is_told_all() -> None:
    assert trainer_of(None) == "contrastive"
    with pytest.raises(RequestError, match="there are: cpu, small, paper, svd, svd-lora, svd-cpu"):
        trainer_of("svdd")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack of a test split, of clips without captions, 20 pixels high."""
    made = {"side": 20, "cover": None, "split": "test", "query": None}
    with writing(tmp_path / "made", made) as writer:
        writer.add("ab", "", np.zeros((8, 20, 24, 3), np.uint8))
    return tmp_path / "made"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["contrastive", "--set=net.image=16"], "1 of its 1 clips have no caption"),
        (["contrastive"], "packed too small, one at 24 x 20"),
        (["pack", "--set=net.image=16", "--dry-run"], "--dry-run: of training"),
        (["pack", "--set=net.image=16", "--resume"], "--resume: of training"),
        (["pack", "--query", "cat"], "pack for it: --profile svd"),
        (["contrastive", "--split", "validation"], "split 'validation'"),
    ],
)
def test_what_a_pack_cannot_give_contrastive_is_refused(
    words: list[str], message: str, pack: Path, tmp_path: Path
) -> None:
    name, *flags = words
    out = ["--out", str(tmp_path / "run")]
    done = CliRunner().invoke(app, ["train", name, str(pack), *out, *flags])
    assert done.exit_code == 2
    assert message in done.stderr


SVD = ["--profile", "svd-cpu", "--set=clips.width=24", "--set=clips.height=16"]
SVD += ["--set=schedule.batch=1"]


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "no lineage.parquet can be read from it"),
        (["--split", "validation"], "is a pack of test"),
        (["--query", "cat"], "is a pack of other clips"),
        (["--set=clips.width=64"], "would be blown up: what covers 64 x 16 is wanted"),
    ],
)
def test_what_a_pack_cannot_give_svd_is_refused(
    flags: list[str], message: str, dry: list[str], pack: Path, tmp_path: Path
) -> None:
    words = ["train", "svd", str(pack), "--out", str(tmp_path / "run"), *SVD, *flags, *dry]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2
    assert message in done.stderr


def test_of_a_pack_of_shards_evaluation_knows_films_and_no_timing(tmp_path: Path) -> None:
    pack = random_pack(tmp_path / "pack", clips=2)
    places = ("s.tar/1", "s.tar/2")
    told = zip(pack.ids, places, strict=True)
    lineage.write_plain([{"id": id, "source_group": place} for id, place in told], pack.folder)
    refs = _Packed(str(pack.folder)).refs(Clips(frames=8), Counter())
    assert [(ref.film, ref.timing) for ref in refs] == [(place, None) for place in places]
