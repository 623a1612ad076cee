"""`build.tag.pixels`: each word by its definition, and none that says more."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.tag import Tag
from sakuga.build.tag.pixels import Pixels, seen_in
from sakuga.build.tag.pixels.words import WORDS
from sakuga.core.images import from_jpeg, to_jpeg
from sakuga.core.records import Samples
from sakuga.studio import Character, Encoding, Film, Role, Shot, frames

THRESHOLD = 0.35
ALL = {
    "morning": Shot(1, 1, "meadow", "morning", roles=()),
    "night": Shot(2, 1, "city", "night", roles=()),
    "close": Shot(
        3, 1, "room", "day", framing="close",
        roles=(Role(Character("A", "girl", "long", "red", "dress", "blue", "white", "yellow")),),
    ),
}  # fmt: skip


def drawn(name: str, size: tuple[int, int] = (854, 480)) -> np.ndarray:
    return next(frames(Film(1, (ALL[name],), *size)))[0].copy()


def said(picture: np.ndarray) -> set[str]:
    """The words a clip of this one picture gets, after JPEG."""
    seen = seen_in(from_jpeg(to_jpeg(picture)))
    return {tag.name for tag in seen if tag.score >= THRESHOLD}


def plain(bgr: tuple[int, int, int], size: tuple[int, int] = (480, 854)) -> np.ndarray:
    return np.full((*size, 3), bgr, np.uint8)


def with_thing(picture: np.ndarray) -> np.ndarray:
    """Something many-coloured in the middle, on a tenth of the picture."""
    for number, colour in enumerate(((40, 60, 230), (230, 120, 20), (30, 200, 240))):
        cv2.rectangle(picture, (340 + 60 * number, 150), (400 + 60 * number, 330), colour, -1)
    return picture


def grey(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)


def barred(picture: np.ndarray, top: float = 0.0, side: float = 0.0) -> np.ndarray:
    height, width = picture.shape[:2]
    rows, columns = round(top * height), round(side * width)
    made = np.zeros_like(picture)
    made[rows : height - rows, columns : width - columns] = picture[
        rows : height - rows, columns : width - columns
    ]
    return made


@pytest.mark.parametrize("name", ALL)
def test_an_ordinary_picture_gets_no_word_of_want_of_colour_or_of_bars(name):
    never = {"greyscale", "monochrome", "spot_color", "lineart", "letterboxed", "pillarboxed"}
    assert not said(drawn(name)) & never


@pytest.mark.parametrize("name", ["morning", "close"])
def test_a_picture_made_grey_is_greyscale_and_monochrome(name):
    assert {"greyscale", "monochrome"} <= said(grey(drawn(name)))


def test_a_picture_toned_in_one_hue_is_monochrome_and_not_greyscale():
    sepia = (grey(drawn("close")) * np.array([0.45, 0.72, 1.0])).astype(np.uint8)
    assert "monochrome" in said(sepia)
    assert "greyscale" not in said(sepia)


def test_one_small_colour_in_a_grey_picture_is_a_spot():
    picture = grey(drawn("close"))
    cv2.circle(picture, (200, 200), 50, (30, 30, 220), -1)
    assert "spot_color" in said(picture)
    assert "greyscale" not in said(picture)


@pytest.mark.parametrize("top", [0.05, 0.12, 0.2])
def test_even_bars_above_and_below_are_a_letterbox(top):
    assert "letterboxed" in said(barred(drawn("morning"), top=top))


@pytest.mark.parametrize("side", [0.06, 0.125, 0.2])
def test_even_bars_at_the_sides_are_a_pillarbox(side):
    assert "pillarboxed" in said(barred(drawn("morning"), side=side))


def test_bars_that_differ_are_none():
    picture = drawn("morning")
    picture[:60], picture[-20:] = 0, 0
    assert "letterboxed" not in said(picture)


def test_a_title_on_black_has_no_bars():
    title = next(frames(Film(1, (Shot(1, 1, "title", text="Part Two"),), 854, 480)))[0]
    assert not said(title) & {"letterboxed", "pillarboxed"}
    assert {"black_background", "simple_background"} <= said(title)


def test_bars_are_no_part_of_the_picture():
    inside = said(with_thing(plain((250, 250, 250))))
    assert {"white_background"} <= inside
    assert inside <= said(barred(with_thing(plain((250, 250, 250))), top=0.1))


@pytest.mark.parametrize(
    ("bgr", "word"),
    [
        ((252, 252, 252), "white_background"), ((6, 6, 6), "black_background"),
        ((128, 128, 128), "grey_background"), ((60, 60, 220), "red_background"),
        ((60, 190, 70), "green_background"), ((220, 120, 50), "blue_background"),
        ((60, 220, 240), "yellow_background"), ((190, 190, 60), "aqua_background"),
        ((200, 80, 140), "purple_background"), ((180, 90, 240), "pink_background"),
        ((40, 80, 120), "brown_background"), ((40, 140, 240), "orange_background"),
    ],
)  # fmt: skip
def test_a_flat_colour_all_round_is_a_background_by_its_name(bgr, word):
    words = said(with_thing(plain(bgr)))
    assert "simple_background" in words
    assert {w for w in words if w.endswith("_background")} == {"simple_background", word}


def test_a_colour_between_two_names_gets_neither():
    words = said(with_thing(plain((100, 100, 200))))  # of low saturation: rose, salmon, red?
    assert not {w for w in words if w.endswith(("_background", "_theme"))} - {
        "simple_background", "red_background", "red_theme",
    }  # fmt: skip
    assert not {w for w in said(with_thing(plain((170, 205, 60)))) if w.endswith("_theme")}


def test_lines_on_white_are_lineart_and_a_filled_shape_is_not():
    paper = plain((255, 255, 255))
    for radius in (60, 110, 160):
        cv2.circle(paper, (427, 240), radius, (10, 10, 10), 4)
    assert {"lineart", "greyscale", "white_background"} <= said(paper)
    cv2.circle(paper, (427, 240), 160, (10, 10, 10), -1)
    assert "lineart" not in said(paper)


def test_dark_is_told_by_the_light_end_of_the_picture():
    assert "dark" in said((drawn("night") * 0.35).astype(np.uint8))
    assert "dark" not in said(drawn("morning"))


def test_nothing_is_said_of_a_blank_frame():
    assert seen_in(plain((0, 0, 0))) == seen_in(plain((255, 255, 255))) == []


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**31), st.sampled_from([1, 20, 255]))
def test_any_picture_gets_known_words_with_scores_from_0_to_1(height, width, seed, contrast):
    picture = np.random.default_rng(seed).integers(0, contrast + 1, (height, width, 3), np.uint8)
    tags = seen_in(picture)
    assert {tag.name for tag in tags} <= WORDS.keys()
    assert all(0 < tag.score <= 1 and tag.kind == "general" for tag in tags)


def test_every_word_has_its_definition_written():
    docs = [getattr(word, "func", word).__doc__ for word in WORDS.values()]
    assert all(docs)


@pytest.mark.parametrize("word", ["night", "outdoors", "sky", "1girl", "sketch", "no_humans"])
def test_words_that_pixels_do_not_prove_are_not_there(word):
    assert word not in WORDS


def test_a_letterboxed_studio_film_is_told_through_the_room():
    film = Film(1, (ALL["morning"],), 640, 360)
    image = next(frames(film, Encoding(letterbox=0.24).letterbox))[0]
    clip = Samples("c", "v", [0], [to_jpeg(image)])
    [row] = Tag(Pixels()).load()([(clip,)])
    assert "letterboxed" in {tag.name for tag in row.samples[0].tags if tag.score >= THRESHOLD}
