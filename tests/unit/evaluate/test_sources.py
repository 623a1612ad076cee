"""Clips from datasets, folders, films, GIFs and pictures; what can't be one is counted."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sakuga.core.errors import ItemError, RequestError
from sakuga.evaluate.clips import Clip, Clips, choose, shaped
from sakuga.evaluate.pictures import frame_of, frames_of_gif
from sakuga.evaluate.sources import open_source
from tests.films import pictures, write
from tests.unit.dataset.reels import build, draw_reel
from tests.unit.evaluate.sides import blobs

SMALL = Clips(frames=4, height=16, width=24)


def read(where: Path, clips: Clips = SMALL) -> tuple[dict[str, np.ndarray], Counter[str]]:
    """Every clip of a source by its name, and what is left out."""
    source, left_out = open_source(str(where)), Counter[str]()
    found: dict[str, np.ndarray] = {}
    for made in source.read(source.refs(clips, left_out), clips):
        if isinstance(made, Clip):
            found[made.ref.name] = made.pixels
        else:
            left_out[made.reason] += 1
    return found, +left_out


def test_every_kind_of_clip_is_read(tmp_path: Path) -> None:
    from PIL import Image

    frames = [np.ascontiguousarray(p[..., ::-1]) for p in pictures(12, 96, 64)]
    write(tmp_path / "a.mp4", pictures(12, 96, 64))
    write(tmp_path / "b.webm", pictures(12, 96, 64), codec="libvpx-vp9",
          options={"deadline": "realtime", "cpu-used": "8"})  # fmt: skip
    images = [Image.fromarray(frame) for frame in frames]
    images[0].save(tmp_path / "c.gif", save_all=True, append_images=images[1:], duration=80)
    for n, image in enumerate(images):
        (tmp_path / "more" / "d").mkdir(parents=True, exist_ok=True)
        image.save(tmp_path / "more" / "d" / f"{n}.png")
    found, left_out = read(tmp_path)
    assert sorted(found) == ["a", "b", "c", "more/d"]
    assert not left_out
    for name, pixels in found.items():
        assert pixels.shape == (4, 16, 24, 3) and pixels.dtype == np.uint8
        apart = np.abs(pixels.astype(int) - found["more/d"]).mean()
        assert apart < (12 if name != "more/d" else 0.1), name


def test_frames_are_spread_over_a_clip_or_its_first(tmp_path: Path) -> None:
    from PIL import Image

    for n in range(11):  # 2 comes before 10
        Image.new("RGB", (24, 16), (20 * n, 0, 0)).save(tmp_path / f"frame{n}.png")
    spread, _ = read(tmp_path)
    first, _ = read(tmp_path, Clips(frames=4, height=16, width=24, take="first"))
    assert spread["."][:, 0, 0, 0].tolist() == [0, 60, 140, 200]
    assert first["."][:, 0, 0, 0].tolist() == [0, 20, 40, 60]


def test_a_film_is_cut_into_spans(tmp_path: Path) -> None:
    write(tmp_path / "film.mp4", pictures(30, 96, 64))
    clips = Clips(frames=4, span=7, height=16, width=24)
    found, left_out = read(tmp_path / "film.mp4", clips)
    assert sorted(found) == ["film#0", "film#1", "film#2", "film#3"]
    assert left_out == {"ends of files shorter than the span": 1}
    whole, _ = read(tmp_path / "film.mp4", Clips(frames=30, height=16, width=24))
    assert np.array_equal(found["film#2"], whole["film"][[14, 16, 18, 20]])


def test_what_is_no_clip_is_counted(tmp_path: Path) -> None:
    blobs(tmp_path, 2)
    (tmp_path / "torn.mp4").write_bytes((tmp_path / "0.mp4").read_bytes()[:300])
    (tmp_path / "text.gif").write_text("no picture", encoding="utf-8")
    write(tmp_path / "one.mp4", pictures(1, 96, 64))
    found, left_out = read(tmp_path)
    assert sorted(found) == ["0", "1"]
    assert left_out == {"unrecognised": 1, "unreadable": 1, "too_few_frames": 1}


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA", "L", "CMYK", "1", "I;16"])
def test_pictures_of_every_kind_become_rgb(mode: str, tmp_path: Path) -> None:
    from PIL import Image

    name = tmp_path / ("a.tif" if mode in ("CMYK", "I;16") else "a.png")
    if mode == "I;16":
        Image.fromarray(np.full((6, 5), 65535, np.uint16)).save(name)
    else:
        Image.new("RGB", (5, 6), "white").convert(mode).save(name)
    assert frame_of(name).shape == (6, 5, 3)
    assert frame_of(name).min() >= 254


def test_alpha_is_laid_upon_white(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(tmp_path / "a.png")
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.save(tmp_path / "b.gif", transparency=0)
    assert frame_of(tmp_path / "a.png").min() == 255
    assert next(frames_of_gif(tmp_path / "b.gif")).min() == 255


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (300, 7), (64, 64)])
def test_any_size_becomes_the_one_that_is_asked_for(size: tuple[int, int]) -> None:
    picture = np.full((*size, 3), 90, np.uint8)
    made = shaped(picture, Clips(height=32, width=48))
    assert made.shape == (32, 48, 3) and (made == 90).all()


def test_the_middle_is_kept_not_stretched() -> None:
    picture = np.zeros((40, 120, 3), np.uint8)
    picture[:, 40:80] = 255
    assert shaped(picture, Clips(height=40, width=40)).min() == 255


def test_captions_stand_beside_or_in_one_file(tmp_path: Path) -> None:
    blobs(tmp_path, 3)
    (tmp_path / "0.txt").write_text("a square\n", encoding="utf-8")
    (tmp_path / "captions.json").write_text(json.dumps({"1.mp4": "blobs"}), encoding="utf-8")
    refs = open_source(str(tmp_path)).refs(SMALL, Counter())
    assert {ref.name: ref.caption for ref in refs} == {"0": "a square", "1": "blobs", "2": None}
    (tmp_path / "captions.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(RequestError, match=r"captions\.json"):
        open_source(str(tmp_path)).refs(SMALL, Counter())


def test_what_generate_writes_bears_the_name_of_its_picture(tmp_path: Path) -> None:
    from PIL import Image

    write(tmp_path / "fox.generated.mp4", pictures(8, 96, 64))
    (tmp_path / "fox.generated").mkdir()
    Image.new("RGB", (9, 9)).save(tmp_path / "fox.generated" / "A_0001.png")
    write(tmp_path / "hen.mp4", pictures(8, 96, 64))
    write(tmp_path / "hen.webm", pictures(8, 96, 64), codec="libvpx-vp9",
          options={"deadline": "realtime", "cpu-used": "8"})  # fmt: skip
    names = [ref.name for ref in open_source(str(tmp_path)).refs(SMALL, Counter())]
    assert sorted(names) == ["fox", "hen.mp4", "hen.webm"]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dataset")
    draw_reel(folder / "films", ["one.mp4", "two.mkv"])
    build(folder / "built", [folder / "films" / name for name in ("one.mp4", "two.mkv")])
    return folder / "built"


def test_a_datasets_clips_are_its_keyframes(dataset: Path) -> None:
    found, left_out = read(dataset, Clips(frames=8, height=16, width=24))
    assert len(found) == 6 and not left_out
    _, left_out = read(dataset, Clips(frames=17, height=16, width=24))
    assert left_out == {"under 17 keyframes": 6}


def test_a_film_that_is_gone_is_counted(dataset: Path) -> None:
    films = dataset.parent / "films"
    films.rename(films.with_name("away"))
    try:
        found, left_out = read(dataset, Clips(frames=8, height=16, width=24))
    finally:
        films.with_name("away").rename(films)
    assert not found and left_out == {"no_footage": 6}


def test_clips_of_the_same_name_are_taken_together(tmp_path: Path) -> None:
    a, b = (open_source(str(blobs(tmp_path / x, 14, 50 * n))) for n, x in enumerate("ab"))
    one, other = choose([a, b], Clips(count=9))
    assert [ref.name for ref in one.refs] == [ref.name for ref in other.refs]
    assert len(one.refs) == 9 and one.left_out["more than are measured"] == 5
    again = choose([a, b], Clips(count=9, seed=1))[0]
    assert [ref.name for ref in again.refs] != [ref.name for ref in one.refs]


@pytest.mark.parametrize(("made", "said"), [(None, "there is no dataset"), (0, "holds no clip")])
def test_a_source_of_nothing_is_refused(made: int | None, said: str, tmp_path: Path) -> None:
    folder = tmp_path / "some"
    if made is not None:
        folder.mkdir()
    with pytest.raises(RequestError, match=said):
        open_source(str(folder))


def test_too_few_clips_are_refused_with_what_to_do(tmp_path: Path) -> None:
    a, b = (open_source(str(blobs(tmp_path / x, n))) for x, n in (("a", 9), ("b", 7)))
    with pytest.raises(RequestError, match=r"b: 7 clips can be measured and 8 .* clips.span"):
        choose([a, b], Clips())


def test_a_drawing_is_held_as_its_timing_says(dataset: Path) -> None:
    clips = Clips(frames=8, height=16, width=24)
    source = open_source(str(dataset))
    made = [c for c in source.read(source.refs(clips, Counter()), clips) if isinstance(c, Clip)]
    held = {"ones": 1, "twos": 2, "threes": 3}[str(made[0].ref.timing)]
    assert len(made[0].moving("timing")) == 8 * held
    assert len(made[0].moving("repeat")) == 16 and len(made[0].moving("none")) == 8
    bare = Clip(type(made[0].ref)("a", "a"), made[0].pixels)
    with pytest.raises(ItemError, match="no timing class"):
        bare.moving("timing")
