"""`build.text.comic`: the comic text detector, from a hub cache in its true format."""

import numpy as np
import pytest

from sakuga.build.text.comic import MODEL, Comic, found, squared
from sakuga.core.errors import BadOutput, RequestError
from sakuga.core.needs import prepare
from tests.tiny.comic import comic
from tests.tiny.hub import hub_cache, offline

SIDE = 64
#                  x   y   w   h   block English Japanese
BLOCKS = np.array([
    [16, 8, 16, 8, 0.9, 1.0, 0.2],
    [17, 8, 16, 8, 0.8, 1.0, 0.2],  # the same again
    [48, 24, 8, 8, 0.7, 0.3, 0.9],
    [32, 16, 8, 8, 0.3, 1.0, 1.0],  # no block
    [8, 24, 8, 8, 0.9, 0.3, 0.3],  # a block of nothing
], np.float32)  # fmt: skip


def recipe() -> Comic:
    return Comic()


def cached(tmp_path, monkeypatch, content: bytes) -> Comic:
    made = recipe()
    offline(monkeypatch, hub_cache(tmp_path, made.repo, made.revision, {MODEL: content}))
    return made


def picture(light: int, shape: tuple[int, int] = (32, 64)) -> np.ndarray:
    return np.full((*shape, 3), light, np.uint8)


def test_blocks_come_back_in_shares_of_the_picture_the_surest_first(tmp_path, monkeypatch):
    [seen] = cached(tmp_path, monkeypatch, comic(BLOCKS)).load()([picture(255)])
    sides = np.array([(box.left, box.top, box.right, box.bottom) for box in seen.boxes])
    # 64 wide and 32 high fills the square's upper half: shares of 64 across and of 32 down
    right = np.array([(0.125, 0.125, 0.375, 0.375), (0.6875, 0.625, 0.8125, 0.875)])
    assert np.abs(sides - right).max() < 1e-6
    assert [box.score for box in seen.boxes] == pytest.approx([0.9, 0.63])
    assert seen.probability == pytest.approx(0.9)


def test_each_picture_gets_its_own(tmp_path, monkeypatch):
    find = cached(tmp_path, monkeypatch, comic(BLOCKS)).load()
    given = list(find(picture(n, (32, 64)) for n in (255, 0, 255, 0, 0)))
    assert [len(one.boxes) for one in given] == [2, 0, 2, 0, 0]
    assert [one.probability for one in given] == pytest.approx([0.9, 0, 0.9, 0, 0])


def test_a_picture_is_shown_as_rgb_in_the_upper_left_of_a_black_square():
    shown = squared(np.full((10, 40, 3), (255, 102, 0), np.uint8), 20)
    assert shown.shape == (3, 20, 20)
    assert np.abs(shown[:, :5] - np.array([0, 0.4, 1])[:, None, None]).max() < 1e-6
    assert not shown[:, 5:].any()


def test_a_tall_picture_fills_the_height():
    seen = found(BLOCKS[:1], (64, 32), SIDE, 0.4, 0.35)
    assert (seen.boxes[0].left, seen.boxes[0].right) == pytest.approx((0.25, 0.75))
    assert (seen.boxes[0].top, seen.boxes[0].bottom) == pytest.approx((0.0625, 0.1875))


def test_a_block_that_reaches_out_of_the_picture_is_cut_at_its_edge():
    block = np.array([[0, 0, 40, 40, 0.9, 1, 0]], np.float32)
    [box] = found(block, (32, 64), SIDE, 0.4, 0.35).boxes
    assert (box.left, box.top) == (0, 0)
    assert box.bottom == pytest.approx(20 / 32)


def test_blocks_that_are_no_numbers_are_bad_output():
    with pytest.raises(BadOutput, match="no numbers"):
        found(BLOCKS * np.nan, (32, 64), SIDE, 0.4, 0.35)


def test_another_model_under_its_name_is_refused(tmp_path, monkeypatch):
    made = cached(tmp_path, monkeypatch, comic(BLOCKS[:, :6]))
    with pytest.raises(RequestError, match="gives 6 columns"):
        made.load()


def test_without_weights_and_network_it_says_what_to_fetch(tmp_path, monkeypatch):
    offline(monkeypatch, tmp_path)
    with pytest.raises(RequestError, match=r"about 95 MB.*hf download mayocream/comic"):
        prepare([_Stage(recipe())])


class _Stage:
    name = "text"

    def __init__(self, use: Comic) -> None:
        self.use = use
