"""`sakuga generate`: what is asked, what is printed, and how it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner, Result

from sakuga.cli import app
from sakuga.cli.ending import end
from sakuga.cli.generate import HowTimed, check_timing, colour, recipe_of
from sakuga.core.errors import RequestError
from sakuga.dataset.exposure_sheet import read_xdts
from sakuga.models.public import SVD
from sakuga.models.svd_format import KEY
from tests.tiny.hub import offline
from tests.tiny.svd import svd_cache, write_svd
from tests.unit.generate.fakes import write_certificate

SMALL = ("width=64", "height=32", "steps=2", "keyframes=3", "device=cpu")
SETS = [word for each in SMALL for word in ("--set", f"generate.{each}")]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_svd(tmp_path_factory.mktemp("svd"))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of a good picture and one of a pixel."""
    folder = tmp_path / "in"
    folder.mkdir()
    Image.radial_gradient("L").save(folder / "a.png")
    Image.new("RGB", (1, 1)).save(folder / "dot.png")
    return folder


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["generate", *map(str, words), *SETS])


def test_what_is_made_is_printed_with_its_notes(pictures: Path, model: Path) -> None:
    out = pictures.parent / "out"
    told = run(pictures / "a.png", "--out", out, "--model", model, "--timing", "twos")
    assert told.exit_code == 0
    first, note, last = told.stdout.splitlines()
    assert first == f"{out}/a.generated.mp4: on twos, 3 drawings of 64 x 32, 6 frames"
    assert note == "  256 x 256 resized to 64 x 32, 50% of it cut off"
    assert re.match(r"1 film in [\d:]+, marked", last)
    with av.open(f"{out}/a.generated.mp4") as film:
        assert len(list(film.decode(video=0))) == 6


def test_json_is_all_that_is_printed_and_bad_pictures_end_with_three(
    pictures: Path, model: Path
) -> None:
    out = pictures.parent / "out"
    told = run(
        pictures, "--out", out, "--model", model, "--timing", "ones", "--keyframes", "--json"
    )  # fmt: skip
    assert told.exit_code == 3
    found = json.loads(told.stdout)
    [made], [failed] = found["made"], found["failed"]
    assert (made["frames"], made["timed_by"], len(made["drawings"])) == (3, "asked", 3)
    assert (made["width"], made["height"]) == (64, 32)
    assert all(Path(made[name]).exists() for name in ("film", "xdts", "csv", "page"))
    assert (failed["reason"], failed["prompt"]) == ("too_small", str(pictures / "dot.png"))
    assert read_xdts(Path(made["xdts"]).read_bytes()).drawings == (1, 2, 3)


def test_the_same_command_gives_the_same_bytes(pictures: Path, model: Path) -> None:
    def made(name: str) -> list[bytes]:
        out = pictures.parent / name
        words = ("--model", model, "--timing", "ones", "--seed", 5, "--keyframes")
        assert run(pictures / "a.png", "--out", out, *words).exit_code == 0
        return [p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()]

    assert made("one") == made("two")


def test_the_public_model_is_drawn_with_from_a_cache_offline(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline(monkeypatch, svd_cache(tmp_path / "cache"))
    out = tmp_path / "out"
    assert run(pictures / "a.png", "--out", out, "--timing", "ones").exit_code == 0
    page = json.loads((out / "a.generated.json").read_text())
    assert page["model"]["name"] == f"{SVD.repo}@{SVD.revision}"


def test_the_public_model_that_is_nowhere_is_told_with_whose_terms_to_accept(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline(monkeypatch, tmp_path / "cache")
    told = run(pictures / "a.png", "--out", tmp_path / "out", "--timing", "ones")
    assert told.exit_code == 2
    assert f"accept its terms on https://huggingface.co/{SVD.repo}" in told.stderr
    assert not (tmp_path / "out").exists()


def test_a_lora_changes_what_is_drawn_and_is_named(
    pictures: Path, model: Path, tmp_path: Path
) -> None:
    unet = load_file(model / "unet" / "diffusion_pytorch_model.safetensors")
    name = next(n for n in unet if n.endswith("attn1.to_q.weight")).removesuffix(".weight")
    wide, tall = unet[f"{name}.weight"].shape[1], unet[f"{name}.weight"].shape[0]
    lora = tmp_path / "style.safetensors"
    torch.manual_seed(0)
    pair = {f"unet.{name}.lora_A.weight": torch.randn(4, wide)}
    save_file({**pair, f"unet.{name}.lora_B.weight": torch.randn(tall, 4)}, lora)
    words = (pictures / "a.png", "--model", model, "--timing", "ones", "--keyframes")
    assert run(*words, "--out", tmp_path / "plain").exit_code == 0
    assert run(*words, "--out", tmp_path / "styled", "--lora", lora).exit_code == 0
    first, second = (
        Image.open(tmp_path / each / "a.generated" / "A_0003.png") for each in ("plain", "styled")
    )
    assert first.tobytes() != second.tobytes()
    page = json.loads((tmp_path / "styled" / "a.generated.json").read_text())
    assert page["model"]["lora"] == "style.safetensors"
    assert page["settings"]["lora"] == "style.safetensors"


def test_a_model_of_moments_is_timed_as_asked_with_a_note_and_never_by_a_predictor(
    pictures: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(model, tmp_path / "m")
    page = tmp_path / "m" / "unet" / "config.json"
    clips = {"frames": 3, "width": 64, "height": 32, "fps": 12, "motion": 127, "kind": "moments"}
    page.write_text(json.dumps(json.loads(page.read_text()) | {KEY: clips}))
    words = (pictures / "a.png", "--out", tmp_path / "out", "--model", tmp_path / "m")

    def never(_: Any) -> Any:
        raise AssertionError("nothing is to be drawn")

    monkeypatch.setattr("sakuga.cli.timing.predicting", lambda *_: never)
    told = run(*words, "--timesheet", "run")
    assert told.exit_code == 2 and "say --timing twos" in " ".join(told.stderr.split())
    assert not (tmp_path / "out").exists()
    told = run(*words, "--timing", "twos")
    assert told.exit_code == 0 and "evenly spaced in time, not from keyframes" in told.stdout
    notes = json.loads((tmp_path / "out" / "a.generated.json").read_text())["notes"]
    assert any("not from keyframes" in note for note in notes)


def test_results_are_signed_where_a_certificate_is_given(
    pictures: Path, model: Path, tmp_path: Path
) -> None:
    c2pa = pytest.importorskip("c2pa")
    chain, key = write_certificate(tmp_path)
    signing = ("--c2pa-cert", chain, "--c2pa-key", key)
    words = (pictures / "a.png", "--out", tmp_path / "out", "--model", model, "--timing", "ones")
    assert run(*words, *signing).exit_code == 0
    with c2pa.Reader(str(tmp_path / "out" / "a.generated.mp4")) as reader:
        assert reader.get_validation_state() == "Valid"


def test_results_that_are_there_are_replaced_only_if_asked(pictures: Path, model: Path) -> None:
    out = pictures.parent / "out"
    words = (pictures / "a.png", "--out", out, "--model", model, "--timing", "ones")
    assert run(*words).exit_code == 0
    refused = run(*words)
    assert (refused.exit_code, "add --overwrite" in refused.stderr) == (2, True)
    assert run(*words, "--overwrite").exit_code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "--timing auto needs a predictor"),
        (("--timing", "twos", "--timesheet", "run"), "--timing twos asks no predictor"),
        (("--timing", "twos", "--caption", "a girl"), "--timing twos asks no predictor"),
        (("--timesheet", "nowhere"), "sakuga train timesheet"),
        (("--timing", "ones", "--background", "red"), "write it as #ffffff"),
        (("--timing", "ones", "--c2pa-key", "k.pem"), "go together"),
        (("--timing", "ones", "--seed", "-1"), "seed"),
        (("--timing", "ones", "--set", "generate.step=2"), "did you mean 'steps'"),
        (("--timing", "ones", "--set", "generate.motion_bucket=256"), "less than or equal to 255"),
        (("--timing", "ones", "--set", "svd.steps=2"), "no such room"),
        (("--timing", "ones", "--model", "no/such/folder"), "no such folder"),
        (("--timing", "ones", "--lora", "none.safetensors"), "no LoRA file that can be read"),
        (("--timing", "ones", "none.png"), "no such file or folder"),
    ],
)
def test_what_cannot_be_done_is_refused_and_nothing_is_written(
    pictures: Path, model: Path, words: tuple[str, ...], told: str
) -> None:
    out = pictures.parent / "out"
    models = () if "--model" in words else ("--model", model)
    refused = run(pictures / "a.png", "--out", out, *models, *words)
    assert refused.exit_code == 2
    assert told in refused.stderr
    assert not out.exists()


def test_every_flag_of_the_recipe_reaches_it() -> None:
    recipe: Any = recipe_of({"model": "m", "lora": "l", "seed": 3}, ["generate.motion_bucket=9"])
    assert (recipe.model, recipe.lora, recipe.seed, recipe.motion_bucket) == ("m", "l", 3, 9)


def test_a_timing_is_asked_for_or_predicted() -> None:
    check_timing(HowTimed.twos, None, None, None)
    check_timing(HowTimed.auto, "run", "net", "a girl")
    with pytest.raises(RequestError):
        check_timing(HowTimed.ones, None, "net", None)


def test_a_colour_is_three_numbers() -> None:
    assert colour("#0a14FF") == (10, 20, 255)


def test_nothing_of_the_nets_is_imported_to_refuse_a_request() -> None:
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from sakuga.cli import app\n"
        "CliRunner().invoke(app, ['generate', 'none.png', '--out', 'o', '--timing', 'ones'])\n"
        "print(sorted({'torch', 'diffusers', 'transformers', 'c2pa'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, check=True
    )
    assert done.stdout.strip() == "[]"


def test_an_interruption_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert end(KeyboardInterrupt(), "generate") == 130
    assert "name the pictures that are left, or add --overwrite" in capsys.readouterr().err
