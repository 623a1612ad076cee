"""What is seen of a frame: exact colours, transparent pictures over a ground, sizes that change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sakuga.core import video
from sakuga.core.video import VideoReader
from tests.films import pictures, write

COLOURS = ((200, 40, 60), (30, 190, 70), (60, 50, 210), (128, 128, 128))  # RGB
BT601, BT709, BT2020, CONSTANT, UNTOLD, RESERVED = 6, 1, 9, 10, 2, 3
KR_KB = {BT601: (0.299, 0.114), BT709: (0.2126, 0.0722), BT2020: (0.2627, 0.0593)}


def encoded(colour: Sequence[int], matrix: int, full: bool) -> list[int]:
    """Y, U and V of 8 bits of an RGB colour, by H.273's own formulae."""
    kr, kb = KR_KB[matrix]
    red, green, blue = (c / 255 for c in colour)
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    chroma = (blue - luma) / (2 - 2 * kb), (red - luma) / (2 - 2 * kr)
    scale = (255, 0, 255) if full else (219, 16, 224)
    return [round(scale[1] + scale[0] * luma), *(round(128 + scale[2] * c) for c in chroma)]


def flat_film(
    path: Path, size: tuple[int, int], values: Sequence[int], tag: int, full: bool
) -> Path:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv444p"
        context = stream.codec_context
        context.colorspace, context.color_range = tag, 2 if full else 1
        frame = av.VideoFrame(*size, "yuv444p")
        for plane, value in zip(frame.planes, values, strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        frame.colorspace, frame.color_range = tag, 2 if full else 1
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize(
    ("size", "tag", "meant"),
    [
        ((640, 480), UNTOLD, BT601),
        ((1280, 544), UNTOLD, BT709),
        ((960, 720), UNTOLD, BT709),
        ((640, 480), BT709, BT709),
        ((1280, 720), BT601, BT601),
        ((1280, 720), BT2020, BT2020),
        ((640, 480), CONSTANT, BT2020),
        ((640, 480), RESERVED, BT601),
    ],
)
def test_colours_are_those_that_were_encoded(
    tmp_path: Path, size: tuple[int, int], tag: int, meant: int, full: bool
) -> None:
    for colour in COLOURS:
        path = flat_film(tmp_path / "a.mkv", size, encoded(colour, meant, full), tag, full)
        with VideoReader(str(path)) as reader:
            seen = next(reader.frames()).bgr()[0, 0, ::-1]
        assert np.abs(seen.astype(int) - colour).max() <= 3


def inked(count: int, ink: int, opaque: bool = False) -> Iterator[NDArray[np.uint8]]:
    """(96, 128, 4) uint8 RGBA: a square of ink that moves over nothing; the first frame is bare."""
    for number in range(count):
        layers = np.zeros((96, 128, 4), np.uint8)
        layers[..., 3] = 255 * opaque
        if number:
            layers[20:60, 10 + number : 50 + number] = (ink, ink, ink, 255)
        yield layers


def layered(path: Path, codec: str, form: str, images: Iterator[NDArray[np.uint8]]) -> Path:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 128, 96, form
        if codec.startswith("libvpx"):
            stream.options = {"auto-alt-ref": "0", "deadline": "realtime", "cpu-used": "6"}
        stream.codec_context.time_base = stream.time_base = Fraction(1, 25)
        for number, image in enumerate(images):
            frame = av.VideoFrame.from_ndarray(image, format="rgba").reformat(format=form)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


LAYERED = [
    ("a.mkv", "ffv1", "yuva420p"),
    ("a.mkv", "ffv1", "yuva444p"),
    ("a.mov", "qtrle", "argb"),
    ("a.mov", "png", "rgba"),
    ("a.mov", "prores_ks", "yuva444p10le"),
    ("a.apng", "apng", "rgba"),
]


@pytest.mark.parametrize(("name", "codec", "form"), LAYERED)
@pytest.mark.parametrize(("ink", "ground"), [(0, "white"), (230, "dark")])
def test_ink_on_nothing_is_seen(
    tmp_path: Path, name: str, codec: str, form: str, ink: int, ground: str
) -> None:
    path = layered(tmp_path / name, codec, form, inked(4, ink))
    behind = {"white": 255, "dark": 40}[ground]
    with VideoReader(str(path)) as reader:
        assert reader.describe().ground == ground
        for number, frame in enumerate(reader.frames()):
            picture, luma = frame.bgr().astype(int), frame.plane(0).astype(int)
            assert np.abs(picture[80, 100] - behind).max() <= 4
            assert abs(luma[80, 100] - (16 + behind * 219 / 255)) <= 3
            if number:
                assert np.abs(picture[40, 30] - ink).max() <= 4
                assert abs(luma[40, 30] - (16 + ink * 219 / 255)) <= 3
        assert reader.damaged == 0
        assert number == 3


def test_a_picture_without_a_clear_part_is_left_as_it_is(tmp_path: Path) -> None:
    path = layered(tmp_path / "a.mkv", "ffv1", "yuva420p", inked(3, 200, opaque=True))
    with VideoReader(str(path)) as reader:
        assert reader.describe().ground == "none"
        assert len(list(reader.frames())) == 3


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
def test_a_seek_in_a_webm_with_alpha_finds_the_frames_that_were_read(
    tmp_path: Path, codec: str
) -> None:
    path = layered(tmp_path / "a.webm", codec, "yuva420p", inked(40, 0))
    with VideoReader(str(path)) as reader:
        assert reader.ground == 255
        whole = [(f.pts, f.bgr()) for f in reader.frames()]
        pts = np.array([p for p, _ in whole])
        for number in (30, 7, 12):
            [frame] = reader.frames_at([number], pts)
            assert np.array_equal(frame.bgr(), whole[number][1])
    assert len(whole) == 40
    assert whole[10][1][40, 40].max() < 16
    assert whole[10][1][90, 120].min() > 240


def test_what_is_laid_over_a_ground_is_still_turned(tmp_path: Path) -> None:
    path = tmp_path / "a.mov"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("png", rate=25)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "rgba"
        stream.set_display_rotation(90)
        for image in inked(2, 0):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgba")))
        container.mux(stream.encode(None))
    with VideoReader(str(path)) as reader:
        assert reader.describe().rotation == 90
        assert next(reader.frames()).upright().shape == (128, 96, 3)


def joined(tmp_path: Path, first: tuple[int, int], then: tuple[int, int], **how: str) -> Path:
    """An H.264 stream whose size, or format, changes after 3 frames: a bright disc on grey."""
    content = b""
    for number, (width, height) in enumerate((first, then)):
        disc = np.full((height, width, 3), 90, np.uint8)
        cv2.circle(disc, (width // 2, height // 2), height // 4, (250, 250, 250), -1)
        part = tmp_path / f"{number}.h264"
        write(part, [disc] * 3, pixels=how.get("pixels", "yuv420p") if number else "yuv420p")
        content += part.read_bytes()
    (tmp_path / "both.h264").write_bytes(content)
    return tmp_path / "both.h264"


@pytest.mark.parametrize("then", [(192, 256), (128, 48), (64, 48), (640, 360)])
def test_a_disc_stays_round_where_the_size_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: tuple[int, int]
) -> None:
    monkeypatch.setattr(video, "FORMATS", "h264")
    with VideoReader(str(joined(tmp_path, (256, 192), then))) as reader:
        frames = list(reader.frames())
    assert [f.plane(0).shape for f in frames] == [(192, 256)] * 6
    assert [f.plane(1).shape for f in frames] == [(96, 128)] * 6
    assert frames[5].bgr().shape == (192, 256, 3)
    picture = frames[5].plane(0)
    rows, columns = (np.flatnonzero((picture > 170).any(axis=a)) for a in (1, 0))
    assert abs(len(rows) - len(columns)) <= 2
    assert abs(rows.mean() - 95.5) <= 2
    assert abs(columns.mean() - 127.5) <= 2
    if then != (64, 48):  # of the same shape: no bars
        assert picture[0, 0] <= 17


def test_planes_keep_their_format_where_the_file_s_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video, "FORMATS", "h264")
    film = joined(tmp_path, (256, 192), (256, 192), pixels="yuv444p10le")
    with VideoReader(str(film)) as reader:
        frames = list(reader.frames())
    assert {(f.plane(0).dtype, f.plane(1).shape) for f in frames} == {(np.dtype("u1"), (96, 128))}
    assert abs(float(frames[0].plane(0).mean()) - float(frames[5].plane(0).mean())) < 2


def test_an_opaque_film_is_not_laid_over_anything(tmp_path: Path) -> None:
    with VideoReader(str(write(tmp_path / "a.mp4", pictures(2)))) as reader:
        assert (reader.ground, reader.describe().ground) == (None, "none")
