"""The net of a finished training as an encoder: what its run says, and runs that can't be taken."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sakuga.build.add import stage_of
from sakuga.build.embed import Shown, Vectors
from sakuga.build.embed.finished import read_run
from sakuga.build.embed.trained import Trained
from sakuga.core.errors import RequestError
from sakuga.core.recipe import plain
from sakuga.dataset.pick import pick
from sakuga.evaluate.table2 import name
from sakuga.models.weights import averaged, read
from sakuga.train.contrastive.loop import train
from sakuga.train.contrastive.transforms import resized
from sakuga.train.contrastive.vectors import net_of_run, vectors
from sakuga.train.recipe import as_plain
from tests.packs import NETS, quick, random_pack
from tests.tiny.towers import SIDE, write_run

CLIPS = 15


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A finished run of random weights."""
    folder = tmp_path / "run"
    folder.mkdir()
    return write_run(folder)


def clip() -> Shown:
    pictures = np.random.default_rng(0).integers(0, 256, (8, SIDE, SIDE, 3), np.uint8)
    return Shown(np.arange(8, dtype=np.int32), list(pictures), "a fox runs")


@pytest.mark.parametrize("family", NETS)
def test_a_run_gives_the_vectors_that_its_training_scores_it_by(
    family: str, tmp_path: Path
) -> None:
    import torch

    pack, run = random_pack(tmp_path / "pack", CLIPS), tmp_path / "run"
    recipe = quick(family, "schedule.steps=1", "schedule.unmasked=0")
    train(recipe, pack, run)
    found = stage_of("embed", str(run)).use
    assert (found.side, found.keyframes) == (16, 8)

    def seen(n: int) -> Shown:
        frames = torch.from_numpy(pack.frames(n)[pick(pack.keyframes(n), 8, "middle")])
        rgb = resized(frames.permute(0, 3, 1, 2), found.side).permute(0, 2, 3, 1).numpy()
        return Shown(np.arange(8, dtype=np.int32), list(rgb[..., ::-1]), pack.captions[n])

    made = list(found.load()(map(seen, range(CLIPS))))
    clips, texts = vectors(net_of_run(recipe, run), recipe, pack)
    for each, of_clip, of_text in zip(made, clips, texts, strict=True):
        assert isinstance(each, Vectors) and each.text is not None
        assert np.allclose(each.clip, of_clip, atol=1e-5)
        assert np.allclose(each.text, of_text, atol=1e-5)


def test_provenance_is_the_training_s_recipe_and_the_weights_hash_and_no_path(run: Path) -> None:
    change(run, lambda page: page["recipe"]["net"].update(start=f"{run}/begun/from.pth"))
    told = plain(Trained(str(run)))
    assert str(run) not in json.dumps(told)
    assert len(told["net"]["weights"]) == 64 and told["net"]["steps"] == 7
    assert told["net"]["made_by"]["net"]["start"] == "from.pth"
    assert set(told["net"]["made_by"]) == set(as_plain(quick()))
    assert name(told) == f"Trained viclip tiny {told['net']['weights'][:8]}"


def test_a_run_that_was_moved_is_the_same_and_other_weights_are_another(
    run: Path, tmp_path: Path
) -> None:
    moved = Path(shutil.copytree(run, tmp_path / "moved"))
    assert Trained(str(run)) == Trained(str(moved))
    assert hash(Trained(str(run))) == hash(Trained(str(moved)))
    assert pickle.loads(pickle.dumps(Trained(str(run)))) == Trained(str(run))
    (moved / "model.safetensors").write_bytes(b"other")
    assert Trained(str(run)) != Trained(str(moved))


def test_wise_ft_with_what_the_run_began_from(run: Path, tmp_path: Path) -> None:
    import torch

    start = tmp_path / "start.pth"
    tensors = read(run / "model.safetensors")
    torch.save({k: v + 0.01 * torch.randn_like(v) for k, v in tensors.items()}, start)
    change(run, lambda page: page["recipe"]["net"].update(start=str(start)))
    blended = stage_of("embed", str(run), ["embed.blend=start", "embed.share=0.25"]).use
    [made] = blended.load()([clip()])
    save(averaged(tensors, read(start), 0.25), run / "model.safetensors")
    [mean] = Trained(str(run)).load()([clip()])
    assert isinstance(made, Vectors) and isinstance(mean, Vectors)
    assert np.allclose(made.clip, mean.clip, atol=1e-5)
    told = plain(blended)
    assert told["other"].startswith("start.pth ") and str(tmp_path) not in json.dumps(told)
    assert ", 0.25 of it blended with start.pth " in name(told)


def save(tensors: dict[str, Any], file: Path) -> None:
    from safetensors.torch import save_file

    save_file(tensors, file)


def test_a_run_that_began_from_nothing_has_no_start_to_be_blended_with(run: Path) -> None:
    with pytest.raises(RequestError, match=r"blend = 'start': .* began from nothing; name another"):
        Trained(str(run), blend="start")


def change(run: Path, how: Callable[[Any], Any]) -> None:
    page = json.loads((run / "run.json").read_text())
    how(page)
    (run / "run.json").write_text(json.dumps(page))


def cut(run: Path) -> None:
    text = (run / "run.json").read_text()
    (run / "run.json").write_text(text[: len(text) // 2])


def unfinished(run: Path) -> None:
    (run / "run.json").unlink()
    (run / "checkpoints").mkdir()


BROKEN: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no folder": (shutil.rmtree, "no such folder; name the one of a sakuga train contrastive"),
    "not finished": (unfinished, "not finished; go on with: sakuga train contrastive DIR"),
    "no run": (lambda run: (run / "run.json").unlink(), "no run.json is in it; name the folder"),
    "page cut short": (cut, "run.json is cut short or no run's"),
    "page of another thing": (lambda run: (run / "run.json").write_text("[]"), "it is no table"),
    "page without a net": (
        lambda run: change(run, lambda page: page["recipe"].pop("net")),
        "another version of sakuga: it has no 'net'; take the net alone with",
    ),
    "later version": (
        lambda run: change(run, lambda page: page["recipe"]["net"].update(version=2)),
        r"another version of sakuga: \[net\] is version 2, not 1; take the net alone with",
    ),
    "family not known": (
        lambda run: change(run, lambda page: page["recipe"]["net"].update(family="clop")),
        "family 'clop' is not known",
    ),
    "size not known": (
        lambda run: change(run, lambda page: page["recipe"]["net"].update(size="huge")),
        "size = 'huge': Input should be 'l14', 'b16' or 'tiny'",
    ),
    "no weights": (lambda run: (run / "model.safetensors").unlink(), "model.safetensors is gone"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_run_that_can_t_be_taken_is_refused_in_a_line(case: str, run: Path) -> None:
    damage, said = BROKEN[case]
    damage(run)
    with pytest.raises(RequestError, match=said) as error:
        stage_of("embed", f"{run}/")
    assert "\n" not in str(error.value) and str(run) in str(error.value)


def test_weights_cut_short_or_of_another_model_are_said_in_a_line(run: Path) -> None:
    file = run / "model.safetensors"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1000])
    with pytest.raises(RequestError, match=r"model\.safetensors") as error:
        Trained(str(run)).load()
    assert "\n" not in str(error.value)
    file.write_bytes(whole)
    change(run, lambda page: page["recipe"]["net"].update(family="videomamba", size="nano"))
    with pytest.raises(RequestError, match="holds another model") as error:
        Trained(str(run)).load()
    assert "\n" not in str(error.value)


def test_steps_and_the_net_s_section_are_read(run: Path) -> None:
    made = read_run(str(run))
    assert Trained(str(run)).net == made
    assert (made.steps, made.net["size"], made.start) == (7, "tiny", "")


def test_without_a_folder_it_can_be_named_but_not_used() -> None:
    nothing = stage_of("embed", "trained").use
    assert nothing.needs.modules
    for used in (nothing.check, nothing.load):
        with pytest.raises(RequestError, match="run = '': name the folder of a run: --encoder RUN"):
            used()


def test_a_name_that_is_no_folder_is_still_a_backend() -> None:
    assert type(stage_of("embed", "clip").use).__name__ == "Clip"
    with pytest.raises(RequestError, match="did you mean 'clip'"):
        stage_of("embed", "clop")
