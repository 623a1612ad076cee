"""`sakuga train` as users run it: killed and resumed, on two ranks, from a built dataset."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

import sakuga
from sakuga.core.encode import VideoFormat, VideoWriter
from sakuga.train import journal
from sakuga.train.packed import open_pack
from sakuga.train.packing import shrunk
from tests.builds import CLI, run
from tests.held import stopped
from tests.packs import NETS, QUICK, random_pack
from tests.ranks import ALONE, ENV, TWO, kill_after, start

SETTINGS = [f"--set={value}" for value in (*NETS["viclip"], *QUICK, "schedule.every=2")]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_pack(tmp_path_factory.mktemp("packs") / "pack").folder


def given(pack: Path, run: Path, *flags: str) -> list[str]:
    """What follows `sakuga train`."""
    return ["contrastive", str(pack), "--out", str(run), *SETTINGS, *flags]


def command(pack: Path, run: Path, *flags: str) -> list[str]:
    return [*CLI, "train", *given(pack, run, *flags)]


def finish(pack: Path, run: Path, *flags: str) -> list[float]:
    done = subprocess.run(
        command(pack, run, *flags), env=ENV, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    return losses(run)


def losses(run: Path) -> list[float]:
    return [line["loss"] for line in journal.read(run)]


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_a_run_killed_goes_on_with_the_losses_of_one_that_was_not(
    pack: Path, tmp_path: Path
) -> None:
    more = "--set=schedule.steps=12"
    expected = finish(pack, tmp_path / "whole", more)
    assert len(expected) == 12
    kill_after(5, tmp_path / "killed", ALONE, *given(pack, tmp_path / "killed", more))
    assert finish(pack, tmp_path / "killed", more, "--resume") == expected


@pytest.mark.slow
def test_two_ranks_go_on_where_one_stopped(pack: Path, tmp_path: Path) -> None:
    expected = finish(pack, tmp_path / "whole")
    kill_after(3, tmp_path / "two", ALONE, *given(pack, tmp_path / "two"))
    done = start(TWO, *given(pack, tmp_path / "two", "--resume"))
    assert done.returncode == 0, done.stderr
    assert losses(tmp_path / "two") == pytest.approx(expected, rel=1e-4)


@pytest.fixture
def shards(tmp_path: Path) -> str:
    """Sixty clips in two shards, of which some have no caption."""
    form = VideoFormat(preset="ultrafast")
    with VideoWriter(tmp_path / "film.mp4", 640, 360, form) as writer:
        for grey in range(24):
            writer.write(np.full((360, 640, 3), 5 * grey, np.uint8))
    film = tmp_path / "film.mp4"
    for shard in range(2):
        with tarfile.open(tmp_path / f"shard-{shard:03}.tar", "w") as tar:
            for clip in range(30):
                tar.add(film, f"{clip}.mp4")
                caption = f"clip {clip} of {shard}".encode() if clip % 7 else b""
                head = tarfile.TarInfo(f"{clip}.txt")
                head.size = len(caption)
                tar.addfile(head, io.BytesIO(caption))
    return str(tmp_path / "shard-{000..001}.tar")


def pack_of(shards: str, to: Path) -> subprocess.Popen[str]:
    whole = [*CLI, "train", "pack", shards, "--out", str(to), "--json"]
    return subprocess.Popen(
        whole, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_packing_killed_goes_on_and_two_at_once_make_one_pack(shards: str, tmp_path: Path) -> None:
    packing = ("train", "pack", shards, "--out", tmp_path / "pack")
    stopped(signal.SIGKILL, "sakuga.train.packed:Writer.add", 5, *packing)
    lines = tmp_path / "pack.unfinished" / "clips.jsonl"
    assert sum("kept" in json.loads(line) for line in lines.read_bytes().splitlines()) == 5
    assert not (tmp_path / "pack").exists()
    with pack_of(shards, tmp_path / "pack") as one, pack_of(shards, tmp_path / "pack") as other:
        told = [json.loads(each.communicate()[0]) for each in (one, other)]
    assert told[0] == told[1]
    assert told[0] | {"pack": ""} == {"pack": "", "clips": 50, "left_out": {"no_caption": 10}}
    whole, found = tmp_path / "whole", open_pack(tmp_path / "pack")
    with pack_of(shards, whole) as alone:
        alone.communicate()
    expected = open_pack(whole)
    assert found.fingerprint == expected.fingerprint
    assert (tmp_path / "pack" / "frames.bin").read_bytes() == (whole / "frames.bin").read_bytes()


def test_it_trains_on_shards(shards: str, tmp_path: Path) -> None:
    assert (
        len(
            finish(
                Path(shards.replace("{000..001}", "001")),
                tmp_path / "run",
                "--set=schedule.steps=3",
            )
        )
        == 3
    )


def test_a_dry_run_as_json(pack: Path, tmp_path: Path) -> None:
    flags = ("--dry-run", "--json")
    done = subprocess.run(
        command(pack, tmp_path / "run", *flags), env=ENV, capture_output=True, text=True
    )
    assert json.loads(done.stdout)["steps"] == 6
    assert not (tmp_path / "run").exists()


def test_it_trains_on_a_dataset_that_was_built(reel: Path, tmp_path: Path) -> None:
    """Its clips lie in one split or another by their films: here, in whichever holds most."""
    out = tmp_path / "built"
    run(out, reel, profile="lite", workers=0)
    shots = sakuga.open(str(out))
    split = max(("train", "validation", "test"), key=lambda name: len(shots.split(name)))
    worthy = [row for row in shots.split(split) if row.keyframes >= 8 and row.text_description]
    done = subprocess.run(
        [*CLI, "train", "contrastive", str(out), "--out", str(tmp_path / "run"), *SETTINGS,
         "--set=schedule.batch=2", "--set=schedule.steps=2", "--split", split, "--json"],
        env=ENV, capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["clips"] == len(worthy) >= 2
    assert "Packing frames into" in done.stderr
    made = open_pack(tmp_path / "run" / "pack")
    by_id = {row.id: row for row in worthy}
    for number, name in enumerate(made.ids):
        row = by_id[name]
        assert made.captions[number] == row.text_description
        assert made.keyframes(number) == min(16, row.keyframes)
        shown = shots.frames(row, count=made.keyframes(number), how="uniform")
        assert np.array_equal(made.frames(number), shrunk(shown, round(16 * 8 / 7)))
