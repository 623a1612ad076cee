"""Surrounds, overlays, damage and kinds of picture: what they do to pixels and to the truth."""

from __future__ import annotations

import av
import cv2
import numpy as np
import pytest

from sakuga.core.video import VideoReader
from sakuga.studio.sequence import NEW, REPEAT
from sakuga.studio.wear import KINDS, wear
from sakuga.studio.wear.damage import FILM_DAMAGES
from sakuga.studio.wear.encodings import ENCODINGS
from sakuga.studio.wear.look import Setting
from sakuga.studio.wear.overlay import OVERLAYS
from sakuga.studio.wear.picture import PICTURES, ink, pq
from sakuga.studio.wear.surround import SURROUNDS
from sakuga.studio.wear.tape import TAPE_DAMAGES

from .films import film

SIZE = (128, 96)
DAMAGES = {**FILM_DAMAGES, **TAPE_DAMAGES}


def dressed(make, seed=4):
    return make(Setting(SIZE, 24.0, 48, np.random.default_rng(seed)))


def picture(seed=1) -> np.ndarray:
    few = np.random.default_rng(seed).integers(60, 200, (6, 8, 3), dtype=np.uint8)
    return cv2.resize(few, SIZE, interpolation=cv2.INTER_CUBIC)


def pictures(path) -> list[np.ndarray]:
    with VideoReader(str(path)) as reader:
        return [frame.bgr() for frame in reader.frames()]


@pytest.mark.parametrize("name", sorted(set(SURROUNDS) - {"picture_in_picture"}))
@pytest.mark.parametrize("seed", [1, 2])
def test_a_surround_bears_the_film_pixel_for_pixel(name, seed):
    look, image = dressed(SURROUNDS[name], seed), picture()
    for n in (0, 7):
        whole = look.apply(image, n)
        assert whole.shape[0] % 2 == 0 and whole.shape[1] % 2 == 0
        left, top = cv2.minMaxLoc(cv2.matchTemplate(whole, image, cv2.TM_SQDIFF))[2]
        assert np.array_equal(whole[top : top + SIZE[1], left : left + SIZE[0]], image)


@pytest.mark.parametrize("name", ["animated_border", "player"])
def test_a_moving_surround_moves_over_a_still_film(name):
    look, image = dressed(SURROUNDS[name]), picture()
    assert not np.array_equal(look.apply(image, 0), look.apply(image, 25))


@pytest.mark.parametrize("name", [*SURROUNDS, *OVERLAYS, *DAMAGES])
def test_a_look_leaves_its_picture_alone_and_gives_the_same_again(name):
    make = {**SURROUNDS, **OVERLAYS, **DAMAGES}[name]
    look, again, image = dressed(make), dressed(make), picture()
    for n in (0, 20, 5):
        first = look.apply(image, n)
        assert np.array_equal(image, picture())
        assert np.array_equal(first, again.apply(image, n))
        assert not look.alike or np.array_equal(first, look.apply(image, n + 1))


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_shows_and_covers_little(name):
    look, image = dressed(OVERLAYS[name]), picture()
    covered = [np.any(look.apply(image, n) != image, axis=2).mean() for n in range(48)]
    assert 0 < max(covered) < 0.5


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_spares_what_is_drawn(name):
    look, image = dressed(DAMAGES[name]), picture()
    changes = [np.abs(look.apply(image, n).astype(int) - image).mean() for n in range(48)]
    assert 0 < max(changes) < (100 if name == "low_light" else 20)


@pytest.mark.parametrize("name", ["subtitles", "timecode", "karaoke", "grain_strong", "player"])
def test_nothing_over_a_film_makes_a_new_picture(tmp_path, name):
    plain = wear(film(), tmp_path / "plain.mkv", ["ffv1"], 2)
    worn = wear(film(), tmp_path / "worn.mkv", [name, "ffv1"], 2)
    assert (worn.states, worn.cel_states, worn.cuts) == (plain.states, plain.cel_states, plain.cuts)
    before, after = pictures(tmp_path / "plain.mkv"), pictures(tmp_path / "worn.mkv")
    assert len(before) == len(after)
    assert before[0].shape != after[0].shape or not all(map(np.array_equal, before, after))


@pytest.mark.parametrize(("name", "alike"), [("grain_strong", True), ("vhs", False)])
def test_a_repeat_bears_the_stock_s_damage_again_but_not_the_tape_s(tmp_path, name, alike):
    truth = wear(film(size=SIZE), tmp_path / "film.mkv", ["repeats_48", name, "ffv1"], 5)
    images = pictures(tmp_path / "film.mkv")
    pairs = [n for n in range(1, len(images)) if truth.source[n] == truth.source[n - 1]]
    assert pairs and all(truth.states[n] == REPEAT for n in pairs)
    assert {np.array_equal(images[n], images[n - 1]) for n in pairs} == {alike}


@pytest.mark.parametrize("name", ENCODINGS)
def test_every_encoding_keeps_every_frame(tmp_path, name):
    source = film(size=SIZE)
    truth = wear(source, tmp_path / "film", [name], 3)
    with av.open(str(tmp_path / truth.file)) as container:
        images = [x.to_ndarray(format="bgr24") for x in container.decode(video=0)]
    assert len(images) == len(truth.states) == len(source.frames)
    if not ENCODINGS[name].alpha:
        off = [np.abs(a.astype(int) - b).mean() for a, b in zip(images, source.frames, strict=True)]
        assert np.mean(off) < 30


@pytest.mark.parametrize("name", ["alpha_png", "alpha_ffv1"])
def test_ink_lies_on_transparency(tmp_path, name):
    source = film()
    truth = wear(source, tmp_path / "film", [name], 3)
    with av.open(str(tmp_path / truth.file)) as container:
        image = next(container.decode(video=0)).to_ndarray(format="bgra")
    assert np.array_equal(image, ink(source.frames[0]))


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("full_range", (2, 1, 1)), ("full_range_untagged", (0, 2, 2)), ("bt601", (1, 6, 6)),
        ("bt601_untagged", (0, 2, 2)), ("bt709_untagged", (0, 2, 2)), ("hdr_pq", (1, 9, 16)),
    ],
)  # fmt: skip
def test_colours_are_tagged_or_not(tmp_path, name, tags):
    encoding = "x265_crf22" if name == "hdr_pq" else "x264_crf16"
    wear(film(), tmp_path / "film.mkv", [name, encoding], 1)
    with av.open(str(tmp_path / "film.mkv")) as container:
        words = container.streams.video[0].codec_context
        assert (words.color_range, words.colorspace, words.color_trc) == tags


def test_hdr_keeps_order_and_puts_white_at_203_candela():
    grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=2)
    levels = pq(grey).astype(int)
    assert np.all(np.diff(levels[:, 0, 1]) >= 0)
    assert abs(levels[255, 0, 1] / 65535 - 0.5807) < 0.002
    assert np.ptp(levels[200, 0]) < 300  # grey stays grey


def test_a_rotated_film_stands_upright_again(tmp_path):
    source = film(size=SIZE)
    wear(source, tmp_path / "film.mp4", ["rotated", "x264_crf16"], 1)
    with VideoReader(str(tmp_path / "film.mp4")) as reader:
        stored, upright = next((f.bgr().shape, f.upright()) for f in reader.frames())
    assert stored[:2] == SIZE
    assert np.abs(upright.astype(int) - source.frames[0]).mean() < 8


@pytest.mark.parametrize("name", [name for name in PICTURES if name.startswith("scaled")])
def test_a_scaled_film_has_the_height_of_its_name(tmp_path, name):
    wear(film((2,), (1,)), tmp_path / "film.mkv", [name, "x264_ultrafast"], 1)
    assert pictures(tmp_path / "film.mkv")[0].shape[0] == int(name.removeprefix("scaled_"))


@pytest.mark.parametrize("name", [name for name, family in KINDS.items() if family == "picture"])
def test_every_kind_of_picture_keeps_every_frame(tmp_path, name):
    codecs = PICTURES[name].codecs
    encoding = "x265_crf22" if codecs and "h264" not in codecs else "x264_crf20"
    truth = wear(film((4, 4), (2, 1)), tmp_path / "film", [name, encoding], 1)
    assert len(pictures(tmp_path / truth.file)) == len(truth.states)
    assert truth.states[0] == NEW and name in " ".join(truth.wears)
