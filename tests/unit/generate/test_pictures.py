"""`generate.pictures`: whatever Pillow reads becomes upright 8-bit RGB, or a line that says why."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from sakuga.core.errors import ItemError, RequestError, TooLarge, Unreadable
from sakuga.generate.fitting import fitted
from sakuga.generate.pictures import Read, TooSmall, find, read

RED, BLUE = (255, 0, 0), (0, 0, 255)


def _halves(width: int = 40, height: int = 20) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def _saved(image: Image.Image, file: Path, **how: Any) -> Path:
    image.save(file, **how)
    return file


def _sides(read_: Read) -> tuple[list[int], list[int]]:
    """The colours near the left and the right edge, in the middle of the height."""
    row = read_.pixels[read_.pixels.shape[0] // 2]
    return row[4].tolist(), row[-5].tolist()


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "gif", "tga", "ppm", "jp2", "webp"])
def test_kinds_of_file_are_read_alike(tmp_path: Path, suffix: str) -> None:
    how = {"lossless": True} if suffix == "webp" else {}
    assert _sides(read(_saved(_halves(), tmp_path / f"a.{suffix}", **how))) == ([*RED], [*BLUE])


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [("P", "png"), ("CMYK", "jpg"), ("CMYK", "tiff"), ("YCbCr", "jpg"), ("RGBA", "tiff")],
)
def test_modes_of_colour_become_rgb(tmp_path: Path, mode: str, suffix: str) -> None:
    told = read(_saved(_halves().convert(mode), tmp_path / f"a.{suffix}", quality=100))
    for found, wanted in zip(_sides(told), (RED, BLUE), strict=True):
        assert np.abs(np.array(found) - wanted).max() <= 6


@pytest.mark.parametrize(("mode", "value", "level"), [("L", 77, 77), ("1", 1, 255)])
def test_greys_become_rgb(tmp_path: Path, mode: str, value: int, level: int) -> None:
    told = read(_saved(Image.new(mode, (20, 20), value), tmp_path / "a.png"))
    assert told.pixels.shape == (20, 20, 3)
    assert np.unique(told.pixels).tolist() == [level]


def test_sixteen_bits_are_reduced_and_that_is_told(tmp_path: Path) -> None:
    numbers = np.full((20, 20), 65535 // 2, np.uint16)
    told = read(_saved(Image.fromarray(numbers), tmp_path / "a.png"))
    assert (np.unique(told.pixels).tolist(), told.notes) == ([127], ("16 bits reduced to 8 bits",))


def test_fractions_up_to_one_are_a_whole_range(tmp_path: Path) -> None:
    numbers = np.linspace(0, 1, 400, dtype=np.float32).reshape(20, 20)
    told = read(_saved(Image.fromarray(numbers), tmp_path / "a.tiff"))
    assert (told.pixels.min(), told.pixels.max()) == (0, 255)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_picture_with_nan_is_refused(tmp_path: Path, bad: float) -> None:
    numbers = np.full((20, 20), 0.5, np.float32)
    numbers[3, 4] = bad
    with pytest.raises(Unreadable, match=r"a\.tiff: it holds NaN or infinity"):
        read(_saved(Image.fromarray(numbers), tmp_path / "a.tiff"))


@pytest.mark.parametrize("values", [(-1.0, 1.0), (0.0, 3000.0)])
def test_values_of_no_known_range_are_refused(tmp_path: Path, values: tuple[float, float]) -> None:
    numbers = np.linspace(*values, 400, dtype=np.float32).reshape(20, 20)
    with pytest.raises(Unreadable, match="no known range"):
        read(_saved(Image.fromarray(numbers), tmp_path / "a.tiff"))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_is_laid_over_the_background_and_that_is_told(
    tmp_path: Path, mode: str
) -> None:
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0)).convert("LA" if mode == "LA" else "RGBA")
    if mode == "P":
        image = Image.new("P", (20, 20), 0)
        image.info["transparency"] = 0
    file = _saved(image, tmp_path / "a.png")
    assert np.unique(read(file).pixels).tolist() == [255]
    told = read(file, background=(10, 20, 30))
    assert told.pixels[0, 0].tolist() == [10, 20, 30]
    assert told.notes == ("transparency laid over #0a141e",)


def test_half_transparency_mixes(tmp_path: Path) -> None:
    file = _saved(Image.new("RGBA", (20, 20), (0, 0, 0, 128)), tmp_path / "a.png")
    assert np.unique(read(file).pixels).tolist() == [127]


@pytest.mark.parametrize("turned", range(1, 9))
def test_pictures_stand_upright_whatever_exif_says(tmp_path: Path, turned: int) -> None:
    undo = {
        2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE",
        6: "ROTATE_90", 7: "TRANSVERSE", 8: "ROTATE_270",
    }  # fmt: skip
    image = _halves()
    if turned in undo:
        image = image.transpose(getattr(Image.Transpose, undo[turned]))
    exif = Image.Exif()
    exif[0x0112] = turned
    told = read(_saved(image, tmp_path / "a.png", exif=exif))
    assert (told.pixels.shape, _sides(told)) == ((20, 40, 3), ([*RED], [*BLUE]))


def test_of_an_animation_the_first_frame_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE)]
    told = read(_saved(frames[0], tmp_path / "a.gif", save_all=True, append_images=frames[1:]))
    assert (told.pixels[5, 5].tolist(), told.notes) == ([*RED], ("the first of 2 frames",))


def test_a_damaged_colour_profile_is_left_aside_and_told(tmp_path: Path) -> None:
    told = read(_saved(_halves(), tmp_path / "a.png", icc_profile=b"none"))
    assert _sides(told) == ([*RED], [*BLUE])
    assert told.notes == ("its colour profile is damaged and was left aside",)


def test_an_srgb_profile_changes_nothing(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    told = read(_saved(_halves(), tmp_path / "a.png", icc_profile=profile))
    assert (_sides(told), told.notes) == (([*RED], [*BLUE]), ())


@pytest.mark.parametrize("size", [(1, 1), (15, 400), (400, 15)])
def test_a_picture_too_small_is_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(TooSmall, match=r"a\.png: .* too small to be drawn from"):
        read(_saved(Image.new("RGB", size), tmp_path / "a.png"))


@pytest.mark.parametrize("side", [13_000, 20_000])
def test_a_picture_too_large_is_refused_before_it_is_decoded(tmp_path: Path, side: int) -> None:
    with pytest.raises(TooLarge, match="over 150,000,000 pixels"):
        read(_saved(Image.new("1", (side, side)), tmp_path / "a.png"))


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0"])
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(Unreadable, match=r"a\.png: "):
        read(tmp_path / "a.png")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_picture_that_may_not_be_read_is_told_as_the_system_says(tmp_path: Path) -> None:
    file = _saved(_halves(), tmp_path / "a.png")
    file.chmod(0)
    with pytest.raises(Unreadable, match=r"a\.png: Permission denied"):
        read(file)


def test_a_picture_that_is_gone_is_told_as_the_system_says(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"a\.png: No such file"):
        read(tmp_path / "a.png")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["png", "jpg", "gif", "tiff", "bmp", "webp"]),
    cut=st.floats(0, 1),
    place=st.floats(0, 0.999),
    value=st.integers(0, 255),
)
def test_a_damaged_file_is_a_picture_or_an_item_error(
    tmp_path: Path, kind: str, cut: float, place: float, value: int
) -> None:
    file = _saved(_halves(), tmp_path / f"a.{kind}")
    content = bytearray(file.read_bytes())
    content[int(place * len(content))] = value
    file.write_bytes(content[: int(cut * len(content)) or None])
    try:
        assert read(file).pixels.shape[2] == 3
    except ItemError as error:
        assert str(error).startswith("a.")


def test_folders_give_their_pictures_by_suffix_with_their_place_as_name(tmp_path: Path) -> None:
    more = ("notes.txt", ".hidden.png", ".git/d.png", "b.generated/A_0001.png")
    for name in ("b.png", "a.JPG", "sub/c.webp", *more):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [p.name for p in find([str(tmp_path)])] == ["a", "b", "sub/c"]


def test_a_picture_given_twice_is_found_once(tmp_path: Path) -> None:
    file = _saved(_halves(), tmp_path / "a.png")
    assert len(find([str(file), str(tmp_path), str(file)])) == 1


def test_two_pictures_of_one_name_are_refused(tmp_path: Path) -> None:
    files = [_saved(_halves(), tmp_path / name) for name in ("a.png", "A.jpg")]
    with pytest.raises(RequestError, match="would both be named"):
        find([str(file) for file in files])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none.png", "no such file or folder"),
        ("empty", "no picture in this folder"),
        ("pipe", "neither a file nor a folder"),
    ],
)
def test_nothing_there_is_said(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RequestError, match=told):
        find([str(tmp_path / name)])


@given(
    wide=st.integers(16, 300), tall=st.integers(16, 300),
    width=st.integers(8, 100), height=st.integers(8, 100),
)  # fmt: skip
def test_a_cropped_picture_fills_the_size(wide: int, tall: int, width: int, height: int) -> None:
    plain = Read(np.full((tall, wide, 3), 9, np.uint8))
    done = fitted(plain, width, height, "crop")
    assert done.pixels.shape == (height, width, 3)
    assert np.unique(done.pixels).tolist() == [9]


@given(
    wide=st.integers(16, 300), tall=st.integers(16, 300),
    width=st.integers(8, 100), height=st.integers(8, 100),
)  # fmt: skip
def test_a_padded_picture_is_whole_with_bars(wide: int, tall: int, width: int, height: int) -> None:
    plain = Read(np.full((tall, wide, 3), 9, np.uint8))
    done = fitted(plain, width, height, "pad", (1, 1, 1)).pixels
    inside = np.argwhere((done == 9).all(-1))
    scale = min(width / wide, height / tall)
    whole = [max(1, round(tall * scale)), max(1, round(wide * scale))]
    assert done.shape == (height, width, 3)
    assert (inside.max(0) - inside.min(0) + 1).tolist() == whole


def test_what_was_done_to_the_size_is_told() -> None:
    plain = Read(np.zeros((100, 400, 3), np.uint8))
    assert fitted(plain, 100, 100).notes == ("400 x 100 resized to 100 x 100, 75% of it cut off",)
    assert fitted(plain, 100, 100, "pad").notes == ("400 x 100 resized to 100 x 100, with bars",)
    small = Read(np.zeros((16, 16, 3), np.uint8))
    assert fitted(small, 160, 160).notes[1] == "enlarged 10 times: it will be soft"


def test_a_picture_of_the_right_size_is_left_alone() -> None:
    exact = Read(np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8))
    assert fitted(exact, 30, 20) is exact
