"""The timesheet predictor is learned, compared, saved and used again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from sakuga.core.errors import RequestError
from sakuga.models.timesheet import Timesheet, joined
from sakuga.train.timesheet.clips import Clips, from_arrays, from_npz
from sakuga.train.timesheet.fit import fit, probabilities
from sakuga.train.timesheet.learning import (
    CARD,
    WEIGHTS,
    TimesheetRecipe,
    learn,
    together,
    train_timesheet,
)
from sakuga.train.timesheet.predict import TimesheetPredictor

SMALL = TimesheetRecipe(hidden=(32, 32, 16), epochs=40, batch=64, learning_rate=3e-3, rounds=50)


def arrays(films: int = 60, shots: int = 5, seed: int = 0) -> dict[str, Any]:
    """Clips whose class shows in one direction of the clip's vector, and nowhere else."""
    random = np.random.default_rng(seed)
    count = films * shots
    label = random.choice(3, count, p=[0.6, 0.25, 0.15])
    video = random.normal(size=(count, 12)).astype(np.float32)
    video[:, 0] += 3.0 * (label - 1)
    film = np.repeat(np.arange(films), shots)
    names = np.array(["train", "train", "train", "validation", "test"])
    return {
        "video": video,
        "text": random.normal(size=(count, 6)).astype(np.float32),
        "label": label,
        "split": names[film % 5],
        "group": film.astype(str),
    }


@pytest.fixture(scope="module")
def clips() -> Clips:
    return from_arrays(arrays())


@pytest.fixture(scope="module")
def folder(clips: Clips, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("run")
    train_timesheet(clips, str(made), SMALL, encoder={"recipe": "a fake"})
    return made


def named(folder: Path) -> dict[str, Any]:
    report = json.loads((folder / "report.json").read_text())
    return {row["name"]: row for row in report["predictors"]}


def test_what_shows_in_the_picture_is_learned_and_what_does_not_is_not(folder: Path) -> None:
    rows = named(folder)
    assert list(rows) == ["video and text", "video only", "text only", "majority"]
    assert rows["video only"]["gain"]["low"] > 0.3
    assert rows["video and text"]["gain"]["low"] > 0.3
    assert rows["text only"]["gain"]["low"] < 0.15
    assert rows["majority"]["gain"] == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_figures_are_those_of_the_saved_predictor_on_the_test_clips(
    folder: Path, clips: Clips
) -> None:
    predict, test = TimesheetPredictor(str(folder)).load(), clips.of("test")
    told = predict(clips.video[test], clips.text[test])
    right = [("ones", "twos", "threes").index(p.timing) for p in told] == clips.true[test]
    assert named(folder)["video and text"]["accuracy"]["value"] == pytest.approx(right.mean())
    assert all(p.probability == max(p.probabilities) for p in told)
    assert all(sum(p.probabilities) == pytest.approx(1) for p in told)
    assert np.sum(named(folder)["video and text"]["confusion"]) == len(test)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(
    clips: Clips, folder: Path, tmp_path: Path
) -> None:
    torch.rand(7)  # what was drawn before does not matter
    train_timesheet(clips, str(tmp_path / "again"), SMALL, encoder={"recipe": "a fake"})
    for name in (WEIGHTS, CARD, "report.json", "report.md"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
    train_timesheet(clips, str(tmp_path / "other"), replace(SMALL, seed=1))
    assert (tmp_path / "other" / WEIGHTS).read_bytes() != (folder / WEIGHTS).read_bytes()


def test_learning_leaves_the_random_numbers_of_others_alone(clips: Clips) -> None:
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    learn(clips, replace(SMALL, epochs=1, rounds=1))
    assert torch.equal(torch.rand(3), wanted)


def test_the_card_says_how_it_was_made(folder: Path, clips: Clips) -> None:
    card = json.loads((folder / CARD).read_text())
    assert card["recipe"]["hidden"] == [32, 32, 16]
    assert card["encoder"] == {"recipe": "a fake"}
    assert (card["video_width"], card["text_width"]) == (12, 6)
    assert sum(card["clips"]["train"].values()) == len(clips.of("train"))
    losses = [validation for _, validation in card["losses"]]
    assert losses[card["best_epoch"]] == min(losses)


def test_learning_stops_when_validation_gets_no_better(clips: Clips) -> None:
    run = learn(clips, replace(SMALL, epochs=500, patience=4, rounds=1))
    assert len(run.net.losses) == run.net.best + 5 < 500


def test_shift_and_scale_of_the_inputs_do_not_matter(clips: Clips) -> None:
    train, held = clips.of("train"), clips.of("validation")
    told, brief = [], replace(SMALL, epochs=5)  # roundings grow with every step
    for scale, shift in ((1.0, 0.0), (0.01, 5.0)):
        x = (clips.video * scale + shift).astype(np.float32)
        net = fit((x[train], clips.true[train]), (x[held], clips.true[held]), brief).net
        told.append(probabilities(net, x[held]))
    np.testing.assert_allclose(*told, atol=0.02)


def test_a_column_that_never_varies_is_no_trouble(clips: Clips) -> None:
    still = np.full((len(clips), 1), 0.3, np.float32)
    run = learn(replace(clips, text=still), replace(SMALL, epochs=2, rounds=1))
    assert all(torch.isfinite(p).all() for p in run.net.net.parameters())


def test_weights_let_a_rare_class_be_told(clips: Clips) -> None:
    blurred = np.random.default_rng(0).normal(size=clips.video.shape) * 2 + clips.video
    hazy = replace(clips, video=blurred.astype(np.float32))
    counts = {
        way: np.array(learn(hazy, replace(SMALL, class_weights=way)).figures[0].confusion).sum(0)
        for way in ("none", "balanced")
    }
    assert counts["balanced"][2] > counts["none"][2]


def test_vectors_are_joined_as_the_net_joins_them(clips: Clips) -> None:
    wanted = joined(torch.from_numpy(clips.video), torch.from_numpy(clips.text))
    np.testing.assert_allclose(together(clips.video, clips.text), wanted.numpy(), atol=1e-6)


def test_a_text_that_tells_the_timing_is_hidden_unless_kept() -> None:
    table = arrays()
    table["text"] = np.eye(3, dtype=np.float32)[table["label"]]  # "on twos"
    table["telling"] = np.ones(len(table["label"]), bool)
    clips = from_arrays(table)
    gains = {
        way: {r.name: r.gain.value for r in learn(clips, replace(SMALL, telling=way)).figures}
        for way in ("hide", "keep")
    }
    assert gains["hide"]["text only"] == 0
    assert gains["keep"]["text only"] > 0.5


def test_the_page_says_that_texts_were_shown_that_tell() -> None:
    table = {**arrays(), "telling": np.ones(300, bool)}
    for way, words in (("hide", "was hidden"), ("keep", "figures with text mislead")):
        run = learn(from_arrays(table), replace(SMALL, telling=way, epochs=1, rounds=1))
        assert words in run.page


def test_camera_features_are_a_predictor_of_their_own() -> None:
    table = arrays()
    table["motion"] = np.eye(3, dtype=np.float32)[table["label"]]
    rows = {row.name: row for row in learn(from_arrays(table), SMALL).figures}
    assert rows["camera"].macro_f1.value == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.pop("group"), "no array 'group'"),
        (lambda t: t["video"].__setitem__((3, 1), np.nan), r"video: 1 of 300 vectors hold NaN"),
        (lambda t: t.update(text=t["text"][:5]), r"text: \(5, 6\), for 300 clips"),
        (lambda t: t.update(label=t["label"] + 1), "label"),
        (lambda t: t.update(label=np.zeros(300, int)), "every clip to learn from is on ones"),
        (lambda t: t.update(split=np.full(300, "train")), "in the split 'validation'"),
        (lambda t: t.update(split=np.full(300, "dev")), "'dev' is none of"),
        (lambda t: t.update(group=np.full(300, "one film")), "has clips in train and in valid"),
        (lambda t: t.update(telling=np.zeros(2, bool)), "one for each clip"),
    ],
)
def test_what_no_predictor_can_be_made_of_is_refused(change: Any, message: str) -> None:
    table = arrays()
    change(table)
    with pytest.raises(RequestError, match=message):
        from_arrays(table)


def test_a_loss_that_is_no_number_is_told(clips: Clips) -> None:
    with pytest.raises(RequestError, match="lower learning_rate"):
        learn(clips, replace(SMALL, learning_rate=1e30))


def test_clips_are_read_from_a_file_of_arrays(tmp_path: Path, clips: Clips) -> None:
    np.savez(tmp_path / "clips.npz", **arrays())
    assert np.array_equal(from_npz(tmp_path / "clips.npz").video, clips.video)


def test_a_file_that_would_be_executed_or_is_cut_short_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "objects.npz", **{**arrays(), "group": np.array([{}] * 300, object)})
    (tmp_path / "cut.npz").write_bytes((tmp_path / "objects.npz").read_bytes()[:500])
    for name in ("objects.npz", "cut.npz", "none.npz"):
        with pytest.raises(RequestError, match="not a NumPy file"):
            from_npz(tmp_path / name)


def test_a_predictor_that_is_not_there_or_cut_short_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"not there; .sakuga train timesheet"):
        TimesheetPredictor(str(tmp_path)).load()
    (tmp_path / CARD).write_bytes((folder / CARD).read_bytes())
    (tmp_path / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:900])
    with pytest.raises(RequestError, match=WEIGHTS):
        TimesheetPredictor(str(tmp_path)).load()
    (tmp_path / CARD).write_text("{}")
    with pytest.raises(RequestError, match="no card"):
        TimesheetPredictor(str(tmp_path)).load()


@pytest.mark.parametrize(("video", "text"), [((2, 11), (2, 6)), ((2, 12), (3, 6)), ((12,), (6,))])
def test_vectors_of_another_encoder_are_refused(
    folder: Path, video: tuple[int, ...], text: tuple[int, ...]
) -> None:
    predict = TimesheetPredictor(str(folder)).load()
    with pytest.raises(RequestError, match="use the encoder"):
        predict(np.ones(video, np.float32), np.ones(text, np.float32))


def test_no_clips_have_no_classes(folder: Path) -> None:
    predict = TimesheetPredictor(str(folder)).load()
    assert predict(np.empty((0, 12), np.float32), np.empty((0, 6), np.float32)) == []


def test_the_saved_net_is_the_plain_net_of_models(folder: Path) -> None:
    from safetensors.torch import load_file

    net = Timesheet(width=18, hidden=(32, 32, 16))
    net.load_state_dict(load_file(folder / WEIGHTS))
    assert torch.isfinite(net(torch.zeros(1, 18))).all()


def test_a_predictor_that_is_shown_nothing_is_not_called_better_than_the_majority() -> None:
    blind = arrays()
    blind["video"] = np.random.default_rng(1).normal(size=blind["video"].shape)
    quick = TimesheetRecipe(hidden=(8, 8, 8), epochs=3, rounds=100)
    said = "do not show that the predictor is better than the majority"
    assert any(said in note for note in learn(from_arrays(blind), quick).notes)
    assert not any(said in note for note in learn(from_arrays(arrays()), SMALL).notes)
