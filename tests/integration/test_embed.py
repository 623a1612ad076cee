"""`sakuga embed`: vectors beside a build that is there, and in a whole one."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sakuga.build.add import add, stage_of
from sakuga.build.pipeline import Request, rooms_of
from sakuga.cli import app
from sakuga.core.errors import RequestError
from sakuga.core.records import Clip, Description, Embeddings, Keyframes, Samples
from tests.backends import unit
from tests.builds import built, once, run
from tests.tiny.towers import write_run

ENCODER = "tests.backends:Encoder"
TOLD = ["describe.use=template"]


@pytest.fixture
def out(shared: Path, reel: Path, tmp_path: Path) -> Path:
    """A described build of two films, one's own copy."""

    def make(folder: Path) -> None:
        run(folder, reel / "a.mp4", reel / "b.webm", overrides=TOLD, workers=0)

    return Path(shutil.copytree(once(shared / "described", make), tmp_path / "out"))


def embed(out: Path, *overrides: str, use: str = ENCODER, remake: bool = False):
    stage = stage_of("embed", use, [f"embed.{each}" for each in overrides])
    return add(stage, Request(str(out), workers=0), remake)


def vectors(out: Path) -> dict[str, Embeddings]:
    return {row.id: row for row in built(out).rows(Embeddings)}


def test_every_clip_has_the_vector_of_its_samples_and_of_its_own_description(out: Path) -> None:
    made = embed(out)
    assert (made.rows, made.failures) == ({"embed": 6}, 0)
    found = vectors(out)
    samples = {row.id: row for row in built(out).rows(Samples)}
    texts = {row.id: row.text for row in built(out).rows(Description)}
    assert found.keys() == {clip.id for clip in built(out).rows(Clip)}
    for clip, row in found.items():
        assert row.frames.tolist() == samples[clip].frames
        letters = np.bincount([ord(letter) % 4 for letter in texts[clip]], minlength=4)
        assert np.allclose(row.text_vector, unit(letters + 0.1))


def test_what_is_added_is_what_a_whole_build_makes(out: Path, reel: Path, tmp_path: Path) -> None:
    embed(out)
    whole = tmp_path / "whole"
    films = reel / "a.mp4", reel / "b.webm"
    run(whole, *films, overrides=[*TOLD, f"embed.use={ENCODER}"], workers=0)
    assert built(out).tables().keys() == built(whole).tables().keys()
    for name, table in built(out).tables().items():
        assert table.equals(built(whole).tables()[name]), name


def test_keyframes_are_the_middle_of_equal_parts_decoded_from_the_film(out: Path) -> None:
    embed(out, "keyframes=3")
    keys = {row.id: row.frames for row in built(out).rows(Keyframes)}
    for clip, row in vectors(out).items():
        assert len(row.frames) == 3 and set(row.frames.tolist()) <= set(keys[clip].tolist())
        edges = np.arange(4) * len(keys[clip]) // 3
        assert row.frames.tolist() == [keys[clip][(a + b - 1) // 2] for a, b in pairwise(edges)]


def test_a_clip_with_fewer_keyframes_repeats_its_last(out: Path) -> None:
    embed(out, "keyframes=500")
    keys = {row.id: row.frames for row in built(out).rows(Keyframes)}
    for clip, row in vectors(out).items():
        assert row.frames.tolist()[-1] == keys[clip][-1] and len(row.frames) == 500


def test_a_film_that_is_gone_costs_its_own_clips_alone(reel: Path, tmp_path: Path) -> None:
    films = tmp_path / "films"
    films.mkdir()
    for name in ("a.mp4", "b.webm"):
        shutil.copy(reel / name, films / name)
    run(tmp_path / "out", films, workers=0)
    (films / "b.webm").unlink()
    made = embed(tmp_path / "out", "keyframes=2")
    assert (made.rows["embed"], made.failures) == (3, 3)
    reasons = {f.reason for f in built(tmp_path / "out").failures().values()}
    assert reasons == {"unreadable"}
    assert all(len(row.text_vector) == 0 for row in vectors(tmp_path / "out").values())


@pytest.mark.parametrize("change", ["cut short", "another film of the same length"])
def test_a_film_that_is_another_by_now_costs_its_clips_and_is_not_taken_for_it(
    change: str, reel: Path, tmp_path: Path
) -> None:
    film = Path(shutil.copy(reel / "b.webm", tmp_path / "b.webm"))
    run(tmp_path / "out", film, reel / "a.mp4", overrides=TOLD, workers=0)
    embed(tmp_path / "out", "keyframes=2")
    before = vectors(tmp_path / "out")
    content = bytearray(film.read_bytes())
    content[-1] ^= 1
    film.write_bytes(content[: len(content) // 2] if change == "cut short" else content)
    made = embed(tmp_path / "out", "keyframes=2", remake=True)
    left = vectors(tmp_path / "out")
    assert (len(before), len(left), made.failures) == (6, 3, 3)
    assert {f.reason for f in built(tmp_path / "out").failures().values()} == {"no_footage"}
    for clip, row in left.items():
        assert np.array_equal(row.clip_vector, before[clip].clip_vector)


def test_a_vector_that_is_none_is_a_failure(out: Path) -> None:
    made = embed(out, "broken=true")
    assert (made.rows["embed"], made.failures) == (0, 6)
    assert {f.reason for f in built(out).failures().values()} == {"bad_output"}


def test_asked_again_nothing_is_made(out: Path) -> None:
    embed(out)
    before = built(out).files()
    assert embed(out).made == 0
    assert built(out).files() == before


def test_another_encoder_s_vectors_are_replaced_only_when_asked(out: Path) -> None:
    embed(out)
    with pytest.raises(RequestError, match=r"of another recipe: .*; add --remake"):
        embed(out, "keyframes=2")
    assert embed(out, "keyframes=2", remake=True).rows == {"embed": 6}
    assert {len(row.frames) for row in vectors(out).values()} == {2}


def test_vectors_follow_a_build_whose_samples_changed(out: Path, reel: Path) -> None:
    embed(out)
    films = reel / "a.mp4", reel / "b.webm"
    run(out, *films, overrides=[*TOLD, "sample.every=2"], remake=("sample",), workers=0)
    assert embed(out).made == len(built(out).store.parts("samples"))
    samples = {row.id: row.frames for row in built(out).rows(Samples)}
    assert {clip: row.frames.tolist() for clip, row in vectors(out).items()} == samples


def test_vectors_without_a_build_are_refused_with_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"no build has been here; make one with: sakuga build"):
        embed(tmp_path / "nowhere")


def test_no_profile_makes_vectors_unless_it_says_so(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text('[caption]\nuse = "none"\n[aesthetic]\nuse = "none"\n')
    for profile in ("lite", "paper", "modern", str(own)):
        assert "embed" not in [stage.name for stage in rooms_of(profile).stages]


def test_the_command_counts_what_it_made(out: Path) -> None:
    asked = ["embed", str(out), "--encoder", ENCODER, "--workers", "0", "--json"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["clips"], told["failures"], told["encoder"]) == (6, 0, ENCODER)


def test_the_folder_of_a_finished_training_is_an_encoder(out: Path, tmp_path: Path) -> None:
    net = write_run(folder(tmp_path / "run"))
    asked = ["embed", str(out), "--encoder", str(net), "--workers", "0", "--json"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["clips"] == 6
    assert {len(row.frames) for row in vectors(out).values()} == {8}
    store = built(out).store
    facts = [store.facts(part)["sakuga.recipe"] for part in store.parts("embeddings")]
    assert all(str(tmp_path) not in told for told in facts)
    moved = shutil.move(net, tmp_path / "moved")
    assert embed(out, use=str(moved)).made == 0
    with pytest.raises(RequestError, match=r"run: no such folder"):
        embed(out, use=str(net))


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_an_encoder_that_is_not_there_is_named_with_those_that_are(out: Path) -> None:
    with pytest.raises(RequestError, match=r"'clop': no such backend; did you mean 'clip'"):
        embed(out, use="clop")
    with pytest.raises(RequestError, match=r"no such file; name one, or one of viclip-200m"):
        embed(out, "checkpoint='/nowhere/net.pth'", use="viclip")
