"""`build.text.rapidocr`: what the detector in RapidOCR's package finds, offline and in silence."""

import logging
import socket

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.build.text import FindText
from sakuga.build.text.rapidocr import RapidOcr, probability
from sakuga.core.errors import RequestError
from sakuga.core.images import to_jpeg
from sakuga.core.needs import prepare
from sakuga.core.records import Samples
from sakuga.studio import Film, Shot, frames

pytest.importorskip("rapidocr")
SIZE = (640, 360)


@pytest.fixture(scope="module")
def find():
    return RapidOcr(device="cpu").load()


def drawn(**changes: object):
    """A first frame and the text in it."""
    shot = Shot(5, 1, "meadow", "day", framing="wide", **changes)  # type: ignore[arg-type]
    image, truth = next(frames(Film(1, (shot,), *SIZE)))
    return image, [text.box for text in truth.letters]


@pytest.mark.parametrize("changes", [{"text": "I knew you would come."}, {"sign": "BAKERY"}])
def test_text_is_found_where_it_stands(find, changes):
    image, [box] = drawn(**changes)
    [seen] = find([image])
    [one] = seen.boxes
    assert (one.left, one.top, one.right, one.bottom) == pytest.approx(box, abs=0.03)
    assert seen.probability > 0.5
    assert 0.5 <= one.score <= 1


def test_a_drawing_without_text_bears_none(find):
    assert [(one.probability, list(one.boxes)) for one in find([drawn()[0]])] == [(0.0, [])]


def test_a_large_shape_is_no_line_of_text(find):
    picture = np.full((360, 640, 3), 235, np.uint8)
    cv2.circle(picture, (320, 180), 130, (40, 40, 40), 9)
    [seen] = find([picture])
    assert not seen.boxes


def test_pictures_may_differ_in_size_and_each_gets_its_own(find):
    written = drawn(text="Wait for me!")[0]
    pictures = [
        written, drawn()[0], cv2.resize(written, (1024, 576)), np.zeros((5, 7, 3), np.uint8),
        np.zeros((9, 900, 3), np.uint8),
    ]  # fmt: skip
    assert [bool(one.boxes) for one in find(pictures)] == [True, False, True, False, False]


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_probability_rises_with_the_score_and_stays_in_0_to_1(one, other):
    low, high = sorted((one, other))
    assert 0 <= probability(low) <= probability(high) <= 1


def test_it_works_without_network_and_says_nothing(monkeypatch, capfd):
    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("it asked for the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    list(RapidOcr(device="cpu").load()([drawn()[0]]))
    logging.getLogger("RapidOCR").info("not to be heard")
    assert capfd.readouterr() == ("", "")


def test_threads_are_as_many_as_the_process_may_use(monkeypatch):
    from sakuga.build.text import rapidocr

    monkeypatch.setenv("SAKUGA_THREADS", "1")
    engine = rapidocr._detector(RapidOcr(device="cpu")).args[0]
    assert engine.cfg.EngineConfig.onnxruntime.intra_op_num_threads == 1


def test_a_model_that_the_package_does_not_bring_is_refused_with_what_it_brings():
    stage = FindText(RapidOcr(model="PP-OCRv9_det.onnx"))
    with pytest.raises(RequestError, match=r"no such detector, but PP-OCRv6_det_small.onnx"):
        prepare([stage])


def test_the_room_gives_a_row_for_each_clip():
    images = [drawn(text="Wait for me!")[0], drawn()[0]]
    clips = [(Samples(f"{n}", "v", [n], [to_jpeg(image)]),) for n, image in enumerate(images)]
    rows = list(FindText(RapidOcr(device="cpu")).load()(clips))
    assert [bool(row.samples[0].boxes) for row in rows] == [True, False]
