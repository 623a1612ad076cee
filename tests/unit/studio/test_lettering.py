"""`studio.lettering` and `studio.lettered`: text, and the truth about where it stands."""

import json
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from sakuga.studio import Camera, Encoding, Film, Shot, draw, frames, lettered

from .films import one, still

SIZE = (320, 180)
LOSSLESS = Encoding("ffv1", container="mkv", pixel_format="bgr0")


def _first(film: Film):
    return next(iter(frames(film)))


def _changed(with_text: Film, without: Film) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what differs, in pixels."""
    a, b = _first(with_text)[0], _first(without)[0]
    x, y, w, h = cv2.boundingRect(cv2.absdiff(a, b).max(axis=2))
    return x, y, x + w, y + h


def _pixels(box: tuple[float, float, float, float]) -> tuple[int, ...]:
    return tuple(round(side * size) for side, size in zip(box, SIZE * 2, strict=True))


@pytest.mark.parametrize("kind", ["subtitle", "logo"])
def test_a_box_is_what_the_strokes_fill(kind):
    plain = one(still(), SIZE)
    written = {
        "subtitle": one(still(text="What a day!"), SIZE),
        "logo": replace(plain, logo="SAKU"),
    }[kind]
    [letters] = _first(written)[1].letters
    assert letters.kind == kind
    assert np.abs(np.subtract(_pixels(letters.box), _changed(written, plain))).max() <= 1


def test_a_sign_s_words_stand_on_its_board():
    shot = still(framing="wide")
    board = _changed(one(replace(shot, sign="BAKERY"), SIZE), one(shot, SIZE))
    [letters] = _first(one(replace(shot, sign="BAKERY"), SIZE))[1].letters
    left, top, right, bottom = _pixels(letters.box)
    assert letters.kind == "drawn"
    assert board[0] < left < right < board[2]
    assert board[1] < top < bottom < board[3]
    assert right - left > 0.6 * (board[2] - board[0])


def test_a_sign_moves_against_the_camera():
    shot = still(framing="wide", sign="INN", camera=Camera("pan", dx=2.0))
    lefts = [truth.letters[0].box[0] for _, truth in frames(one(shot, SIZE))]
    assert np.diff(lefts) * SIZE[0] == pytest.approx([-2.0] * 23)


def test_credits_roll_up_and_leave_the_picture():
    shot = Shot(1, 150, "credits", text="Directed by\nMika Aalto")
    tops = [
        next((t.box[1] for t in truth.letters if t.words == "Directed by"), None)
        for _, truth in frames(one(shot, SIZE))
    ]
    seen = [top for top in tops if top is not None]
    assert all(later <= earlier for earlier, later in pairwise(seen))
    assert seen[0] > 0.4 and seen[-1] == 0.0
    assert tops[-1] is None


def test_a_logo_stands_over_transitions_too():
    film = replace(one(still(), SIZE), fade_in=4, logo="TV9")
    assert all(truth.letters[-1].kind == "logo" for _, truth in frames(film))


def test_the_page_tells_each_text_once_while_it_stands(tmp_path):
    film = replace(one(still(text="Let's go!"), SIZE), fade_out=6, logo="TV9")
    draw(film, tmp_path / "film.mkv", LOSSLESS)
    letters = json.loads((tmp_path / "film.json").read_text())["letters"]
    assert {t["kind"]: (t["start"], t["end"]) for t in letters} == {
        "subtitle": (0, 18),  # a fade mixes the last six frames
        "logo": (0, 24),
    }


def test_a_lettered_film_has_every_kind_of_text_and_shots_without():
    told = [truth for _, truth in frames(lettered(1, *SIZE, frames=6, logo=True))]
    kinds = {text.kind for truth in told for text in truth.letters}
    bare = {t.shot for t in told if all(text.kind == "logo" for text in t.letters)}
    assert kinds == {"logo", "subtitle", "credits", "drawn"}
    assert len(bare) >= 6
