"""`cli.timing`: generated keyframes are shown to the encoder and the predictor as clips were."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

from sakuga.build.add import stage_of
from sakuga.cli import app
from sakuga.cli.timing import encoder_of, predicting, shown, shown_caption
from sakuga.core.errors import RequestError
from sakuga.core.recipe import plain
from sakuga.dataset.expand import holds
from sakuga.dataset.exposure_sheet import read_xdts
from sakuga.models.contrastive import viclip_encoder
from sakuga.train.timesheet.clips import from_arrays
from sakuga.train.timesheet.learning import CARD, TimesheetRecipe, train_timesheet

QUICK = TimesheetRecipe(hidden=(8, 8, 8), epochs=30, learning_rate=0.01, rounds=5)
PICTURES = np.random.default_rng(3).integers(0, 256, (8, 40, 72, 3), dtype=np.uint8)
OTHERS = np.zeros((8, 40, 72, 3), np.uint8)


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run's folder with a tiny ViCLIP of random weights."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("run")
    net = viclip_encoder("tiny", image=64, frames=8)
    save_file(
        {name: tensor.contiguous().clone() for name, tensor in net.state_dict().items()},
        folder / "model.safetensors",
    )
    return folder


def _stage(net: Path) -> Any:
    fields = [f"embed.checkpoint={net}/model.safetensors", "embed.size=tiny"]
    return stage_of("embed", "viclip", [*fields, "embed.device=cpu"])


@pytest.fixture(scope="module")
def learn(net: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A predictor that knows PICTURES for threes and OTHERS for ones, whatever the caption."""

    def learned(width: int = 0) -> Path:
        stage = _stage(net)
        encode = stage.use.load()
        each = [
            made.clip for made in encode([shown(p, stage.use, None) for p in (PICTURES, OTHERS)])
        ]
        label = np.arange(40) % 2
        video = np.stack([each[n] for n in label])
        video = np.pad(video, ((0, 0), (0, width)))
        clips = from_arrays(
            {
                "video": video,
                "text": np.zeros_like(video),
                "label": np.where(label == 0, 2, 0),
                "split": np.repeat(["train", "validation", "test", "train"], 10),
                "group": np.repeat(["a", "b", "c", "d"], 10),
            }
        )
        out = tmp_path_factory.mktemp("timesheet")
        train_timesheet(clips, str(out), QUICK, plain(stage))
        return out

    return learned


@pytest.fixture(scope="module")
def run(learn: Callable[..., Path]) -> Path:
    return learn()


def test_keyframes_are_timed_by_the_encoder_and_the_predictor(run: Path) -> None:
    time = predicting(str(run), None, "", [])
    told, other = time(PICTURES), time(OTHERS)
    assert (told.timing, other.timing, told.by) == ("threes", "ones", "predicted")
    assert told.probabilities is not None
    assert sum(told.probabilities) == pytest.approx(1, abs=1e-5)
    assert holds(8, told.timing).sum() == 24


def test_a_film_is_timed_from_picture_to_sheet(run: Path, net: Path, tmp_path: Path) -> None:
    Image.radial_gradient("L").save(tmp_path / "a.png")
    small = ("width=64", "height=32", "steps=1", "device=cpu")
    words = [str(tmp_path / "a.png"), "--out", str(tmp_path), "--caption", "a girl runs"]
    words += ["--timesheet", str(run), "--encoder", str(net), "--model", "tiny", "--json"]
    words += [word for each in small for word in ("--set", f"generate.{each}")]
    told = CliRunner().invoke(app, ["generate", *words, "--set", "embed.device=cpu"])
    assert told.exit_code == 0
    [made] = json.loads(told.stdout)["made"]
    page = json.loads(Path(made["page"]).read_text())["timing"]
    assert (made["timed_by"], page["by"], page["caption"]) == ("predicted",) * 2 + ("a girl runs",)
    chances = dict(zip(("ones", "twos", "threes"), page["probabilities"], strict=True))
    assert made["timing"] == page["class"] == max(chances, key=chances.__getitem__)
    sheet = read_xdts(Path(made["xdts"]).read_bytes())
    assert np.bincount(sheet.drawings)[1:].tolist() == holds(8, made["timing"]).tolist()


def test_what_was_asked_is_told_with_the_result(run: Path) -> None:
    facts = predicting(str(run), None, "a girl runs", [])(PICTURES).page()
    assert (facts["caption"], facts["predictor"]) == ("a girl runs", run.name)
    assert facts["encoder"]["checkpoint"] == "model.safetensors"  # no path of this machine
    assert len(facts["predictor_sha256"]) == 64
    assert json.loads(json.dumps(facts)) == facts


def test_a_caption_counts(run: Path) -> None:
    without = predicting(str(run), None, "", [])(PICTURES)
    told = predicting(str(run), None, "a girl runs", [])(PICTURES)
    assert without.notes == ("no caption: timed by the keyframes alone",)
    assert told.notes == ()
    assert told.probabilities != without.probabilities


@pytest.mark.parametrize(
    ("caption", "telling", "text", "noted"),
    [
        ("a girl runs", "hide", "a girl runs", False),
        ("animated on twos", "hide", None, True),
        ("animated on twos", "keep", "animated on twos", False),
        ("  ", "hide", None, True),
        ("  ", "keep", None, True),
    ],
)
def test_a_caption_is_hidden_as_it_was_in_training(
    caption: str, telling: str, text: str | None, noted: bool
) -> None:
    found, notes = shown_caption(caption, telling)
    assert (found, bool(notes)) == (text, noted)


def test_an_encoder_sees_as_many_keyframes_as_of_a_clip(net: Path) -> None:
    seen = shown(PICTURES, _stage(net).use, None)
    assert seen.frames.tolist() == list(range(8))
    assert [picture.shape for picture in seen.pictures] == [(64, 64, 3)] * 8
    assert shown(PICTURES[:3], _stage(net).use, None).frames.tolist() == [0, 1, 2, 2, 2, 2, 2, 2]


def test_an_encoder_of_samples_sees_those_in_bgr() -> None:
    encoder = stage_of("embed", "tests.backends:Encoder").use
    red = np.zeros((13, 4, 4, 3), np.uint8)
    red[..., 0] = 255
    seen = shown(red, encoder, None)
    assert seen.frames.tolist() == [0, 12]
    assert np.unique(np.stack(list(seen.pictures)).reshape(-1, 3), axis=0).tolist() == [[0, 0, 255]]


def test_the_net_may_have_moved_to_another_run(run: Path, net: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "model.safetensors").write_bytes((net / "model.safetensors").read_bytes())
    card = json.loads((run / CARD).read_text())["encoder"]
    for given in (moved, moved / "model.safetensors"):
        stage = encoder_of(card, str(given), [])
        assert Path(stage.use.checkpoint) == moved / "model.safetensors"
        assert (stage.use.size, stage.use.keyframes) == ("tiny", 8)


def test_a_net_that_is_gone_is_told_with_how_to_name_it(net: Path) -> None:
    made = plain(_stage(net))
    made["use"]["checkpoint"] = "/gone/model.safetensors"
    with pytest.raises(
        RequestError, match=r"/gone/model.safetensors, which is not there.*--encoder"
    ):
        encoder_of(made, None, [])


def test_a_field_of_the_encoder_may_be_changed(net: Path) -> None:
    stage = encoder_of(plain(_stage(net)), None, ["embed.device=cpu", "embed.batch=3"])
    assert (stage.use.device, stage.use.batch) == ("cpu", 3)


@pytest.mark.parametrize(
    ("made", "given", "told"),
    [
        (None, None, "learned from a file of vectors; say --encoder NAME"),
        ({"use": {"recipe": "mine:Own", "version": 1}}, None, "learned from mine:Own; say"),
        (
            {"use": {"recipe": "sakuga.build.embed.clip:Clip", "version": 1}},
            "siglip2",
            "learned from sakuga.build.embed.clip:Clip, version 1, not",
        ),
        (
            {"use": {"recipe": "sakuga.build.embed.clip:Clip", "version": 9}},
            None,
            "version 9, not .*version 1; learn it anew",
        ),
        (None, "clipp", "no such backend; did you mean 'clip'"),
    ],
)
def test_another_encoder_is_refused(
    made: dict[str, Any] | None, given: str | None, told: str
) -> None:
    with pytest.raises(RequestError, match=told):
        encoder_of(made, given, [])


def test_an_encoder_of_ones_own_is_taken_by_name() -> None:
    made = plain(stage_of("embed", "tests.backends:Encoder"))
    assert (
        encoder_of(made, "tests.backends:Encoder", []).use
        == encoder_of(None, "tests.backends:Encoder", []).use
    )


def test_a_folder_without_a_net_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"no model\.safetensors in it"):
        encoder_of(None, str(tmp_path), [])


def test_vectors_of_another_width_are_refused(learn: Callable[..., Path]) -> None:
    wider = learn(width=3)
    with pytest.raises(RequestError, match="use the encoder that it was learned with"):
        predicting(str(wider), None, "", [])


def test_an_encoder_that_gives_no_numbers_is_refused_before_anything_is_drawn(
    run: Path, net: Path, tmp_path: Path
) -> None:
    weights = load_file(net / "model.safetensors")
    weights["vision_encoder.proj"].fill_(3e38)  # numbers, but what comes out of them is none
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(RequestError, match=r"the encoder does not serve: .*NaN.*--encoder"):
        predicting(str(run), str(tmp_path), "", [])


def test_a_run_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="sakuga train timesheet DIR --out RUN"):
        predicting(str(tmp_path), None, "", [])
