"""`generate.run` and `.results`: each picture's film, sheet and page; whole, or not at all."""

from __future__ import annotations

import dataclasses
import json
import resource
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from sakuga.core.errors import BadOutput, RequestError
from sakuga.core.records import Timing
from sakuga.dataset.exposure_sheet import read_csv, read_xdts
from sakuga.generate.pictures import find
from sakuga.generate.run import (
    Failed,
    Made,
    Timed,
    Wanted,
    asked,
    check_free,
    check_timed,
    generate,
)
from tests.unit.generate.fakes import FORMAT, SMALL, Roller


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of two."""
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    Image.linear_gradient("L").rotate(90).save(folder / "a.png")
    Image.radial_gradient("L").save(folder / "sub" / "b.png")
    return folder


def _run(pictures: Path, timing: Timing = "twos", **wanted: Any) -> list[Made | Failed]:
    out = wanted.pop("out", str(pictures.parent / "out"))
    prompts = find([str(pictures)])
    return list(generate(prompts, Roller(), asked(timing), Wanted(out, **wanted)))


def _names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def _content(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in _names(folder)}


def test_each_picture_has_its_film_sheet_and_page_under_its_name(pictures: Path) -> None:
    _run(pictures)
    ends = ("csv", "json", "mp4", "xdts")
    stems = ("a.generated", "sub/b.generated")
    assert _names(pictures.parent / "out") == [f"{s}.{e}" for s in stems for e in ends]


@pytest.mark.parametrize(("timing", "hold"), [("ones", 1), ("twos", 2), ("threes", 3)])
def test_each_keyframe_is_held_as_its_class_says(pictures: Path, timing: Timing, hold: int) -> None:
    made = _run(pictures, timing)[0]
    assert isinstance(made, Made)
    drawings = tuple(np.repeat([1, 2, 3, 4], hold).tolist())
    assert read_xdts(Path(made.xdts).read_bytes()).drawings == drawings
    assert read_csv(Path(made.csv).read_bytes()).drawings == drawings
    assert (made.timing, made.timed_by, made.frames) == (timing, "asked", 4 * hold)


def test_moments_are_held_as_asked_and_said_to_be_no_keyframes(pictures: Path) -> None:
    draw, out = Roller(kind="moments"), str(pictures.parent / "out")
    made, _ = generate(find([str(pictures)]), draw, asked("twos"), Wanted(out))
    assert isinstance(made, Made) and made.frames == 8
    assert [note for note in made.notes if "evenly spaced in time, not from keyframes" in note]
    assert not any("evenly spaced" in note for note in _run(pictures, out=out + "2")[0].notes)


@pytest.mark.parametrize(("fps", "near"), [(7, "threes"), (12, "twos"), (25, "ones")])
def test_moments_are_timed_by_no_predictor(pictures: Path, fps: int, near: str) -> None:
    draw = Roller(kind="moments", format=dataclasses.replace(FORMAT, fps=fps))
    out = pictures.parent / "out"
    guessed = generate(
        find([str(pictures)]), draw, lambda _: Timed("ones", "predicted"), Wanted(str(out))
    )
    with pytest.raises(RequestError, match=rf"^m learned .* {fps} a second, .*--timing {near}, or"):
        next(guessed)
    assert not out.exists()
    check_timed(draw, "asked")
    check_timed(Roller(), "predicted")


def test_the_film_shows_what_its_sheet_says_at_24_frames_a_second(pictures: Path) -> None:
    made = _run(pictures, "threes", keep=True)[0]
    assert isinstance(made, Made)
    drawn = [np.asarray(Image.open(file), np.int16) for file in made.drawings]
    sheet = read_xdts(Path(made.xdts).read_bytes())
    with av.open(made.film) as film:
        stream = film.streams.video[0]
        frames = [f.to_ndarray(format="rgb24").astype(np.int16) for f in film.decode(stream)]
        assert stream.average_rate == 24
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
    for frame, number in zip(frames, sheet.drawings, strict=True):
        gaps = [np.abs(frame - one).mean() for one in drawn]
        assert int(np.argmin(gaps)) == number - 1
        assert min(gaps) < 4


def test_a_sheet_and_a_page_say_that_they_are_of_something_generated(pictures: Path) -> None:
    made = _run(pictures)[0]
    assert isinstance(made, Made)
    assert read_xdts(Path(made.xdts).read_bytes()).name == "a (generated)"
    page = json.loads(Path(made.page).read_text())
    assert page["generated"] is True
    assert page["digitalSourceType"].endswith("/trainedAlgorithmicMedia")
    assert page["timing"] == {"class": "twos", "by": "asked", "probabilities": None}
    assert (
        page["notes"] == made.notes == ["256 x 256 resized to 64 x 32, 50% of it cut off", "rolled"]
    )


def test_the_same_request_writes_the_same_bytes_in_whatever_order(
    pictures: Path, tmp_path: Path
) -> None:
    _run(pictures, out=str(tmp_path / "one"), keep=True)
    prompts = find([str(pictures)])[::-1]
    list(generate(prompts, Roller(), asked("twos"), Wanted(str(tmp_path / "two"), keep=True)))
    assert _content(tmp_path / "one") == _content(tmp_path / "two")


def test_a_bad_picture_costs_itself_alone(pictures: Path) -> None:
    (pictures / "a.png").write_bytes(b"none")
    bad, made = _run(pictures)
    assert isinstance(bad, Failed)
    assert (bad.reason, bad.message) == ("unreadable", "a.png: no picture of a kind that is known")
    assert isinstance(made, Made)


def test_keyframes_that_are_no_pictures_are_told_with_the_name(pictures: Path) -> None:
    Image.new("RGB", (64, 32)).save(pictures / "a.png")
    bad = _run(pictures)[0]
    assert bad == Failed(str(pictures / "a.png"), "bad_output", "a.png: the net gave NaN")
    assert "a.generated.mp4" not in _names(pictures.parent / "out")


def test_a_timing_that_fails_costs_the_picture(pictures: Path) -> None:
    def time(_: np.ndarray) -> Timed:
        raise BadOutput("no vector")

    results = list(generate(find([str(pictures)]), Roller(), time, Wanted(str(pictures / "o"))))
    assert [type(each) for each in results] == [Failed, Failed]


def test_what_is_there_is_refused_before_anything_is_drawn(pictures: Path) -> None:
    _run(pictures)
    prompts = find([str(pictures)])
    with pytest.raises(RequestError, match=r"a\.generated\.mp4 is there; add --overwrite"):
        check_free(prompts, Wanted(str(pictures.parent / "out")))
    check_free(prompts, Wanted(str(pictures.parent / "out"), overwrite=True))


def test_replacing_leaves_no_keyframe_of_the_film_before(pictures: Path) -> None:
    out = pictures.parent / "out"
    _run(pictures, keep=True)
    (out / "a.generated" / "notes.txt").write_text("mine")
    shorter = Roller(SMALL, dataclasses.replace(FORMAT, keyframes=2))
    wanted = Wanted(str(out), keep=True, overwrite=True)
    list(generate(find([str(pictures)]), shorter, asked("ones"), wanted))
    kept = [p.name for p in sorted((out / "a.generated").iterdir())]
    assert kept == ["A_0001.png", "A_0002.png", "notes.txt"]
    list(generate(find([str(pictures)]), shorter, asked("ones"), Wanted(str(out), overwrite=True)))
    assert [p.name for p in (out / "a.generated").iterdir()] == ["notes.txt"]
    assert not (out / "sub" / "b.generated").exists()


def _noisy(file: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (32, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(file)


@pytest.mark.parametrize("limit", [100, 1_000, 5_000])
def test_a_full_disk_leaves_what_was_there_and_nothing_torn(pictures: Path, limit: int) -> None:
    _noisy(pictures / "a.png")
    out = pictures.parent / "out"
    _run(pictures)
    before = _content(out)
    _noisy(pictures / "sub" / "b.png")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(OSError):
            _run(pictures, "threes", overwrite=True, keep=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert _content(out) == before


def test_an_interruption_leaves_what_was_made_and_nothing_torn(pictures: Path) -> None:
    calls: list[None] = []

    def stop(*_: Any) -> None:
        calls.append(None)
        if len(calls) == 2:
            raise KeyboardInterrupt

    out = pictures.parent / "out"
    films = generate(find([str(pictures)]), Roller(), asked("ones"), Wanted(str(out)), stop)
    next(films)
    with pytest.raises(KeyboardInterrupt):
        next(films)
    assert [p for p in _names(out) if "sub" in p] == []
    assert not list(out.rglob(".*"))


def test_progress_is_told_in_steps_of_all_pictures(pictures: Path) -> None:
    told: list[tuple[str, float, int]] = []
    prompts, wanted = find([str(pictures)]), Wanted(str(pictures.parent / "out"))
    list(generate(prompts, Roller(), asked("ones"), wanted, advance=lambda *a: told.append(a)))
    assert told == [("draw", n, 4) for n in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    "name", ["é ü.png", "a<b>&\"c'.png", "two\nlines.png", "\udcff.png", "a.b.c.png"]
)
def test_names_of_every_kind_are_kept(pictures: Path, name: str) -> None:
    (pictures / "a.png").rename(pictures / name)
    made = next(each for each in _run(pictures, keep=True) if Path(each.prompt).name == name)
    assert isinstance(made, Made)
    assert Path(made.film).name == name[:-4] + ".generated.mp4"
    assert json.loads(Path(made.page).read_text())["prompt"]["name"].endswith(".png")
