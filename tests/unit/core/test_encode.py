"""`core.encode`: what is written is what is read, in number, time and form."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from sakuga.core.encode import VideoFormat, VideoWriter, fitting_pixel_format

NTSC_FILM = Fraction(24000, 1001)
WAYS = [
    ("h264", "mp4", "yuv420p"), ("h264", "mkv", "yuv444p"), ("h264", "mkv", "yuv420p10le"),
    ("hevc", "mp4", "yuv420p"), ("hevc", "mkv", "yuv420p10le"), ("vp9", "webm", "yuv420p"),
    ("vp9", "mp4", "yuv420p"), ("av1", "mkv", "yuv420p"), ("av1", "mp4", "yuv420p10le"),
    ("av1", "webm", "yuv420p"), ("ffv1", "mkv", "bgr0"),
    ("vp8", "webm", "yuv420p"), ("mpeg2", "mkv", "yuv420p"), ("mpeg4", "avi", "yuv420p"),
    ("mjpeg", "mkv", "yuvj420p"), ("prores", "mkv", "yuv422p10le"), ("png", "mov", "rgba"),
]  # fmt: skip


def _images(count: int, width: int, height: int) -> list[np.ndarray]:
    random = np.random.default_rng(5)
    base = random.integers(0, 255, (height, width, 3), dtype=np.uint8)
    return [np.roll(base, 3 * index, axis=1) for index in range(count)]


def _write(path: Path, form: VideoFormat, pts: list[int | Fraction] | None = None, size=(64, 48)):
    images = _images(len(pts) if pts else 20, *size)
    with VideoWriter(path, *size, form) as writer:
        for index, image in enumerate(images):
            writer.write(image, pts[index] if pts else None)
    return images


def _read(path: Path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        decoded = list(container.decode(stream))
        times = [frame.pts * stream.time_base for frame in decoded]
        return (stream.average_rate, stream.sample_aspect_ratio), decoded, times


@pytest.mark.parametrize(("codec", "container", "pixels"), WAYS)
def test_every_frame_comes_back_at_its_time(tmp_path, codec, container, pixels):
    path = tmp_path / f"film.{container}"
    _write(path, VideoFormat(codec, rate=NTSC_FILM, pixel_format=pixels, threads=1))
    (rate, _), decoded, times = _read(path)
    assert len(decoded) == 20
    assert decoded[0].format.name == pixels
    assert rate == NTSC_FILM
    tick = 0 if container == "mp4" else Fraction(1, 1000)  # Matroska counts milliseconds
    assert all(abs(time - index / NTSC_FILM) <= tick for index, time in enumerate(times))


@pytest.mark.parametrize("codec", ["h264", "hevc", "vp9", "av1"])
def test_variable_times_are_kept_exactly_in_mp4(tmp_path, codec):
    pts = [0, 1, 4, Fraction(11, 2), 9, 30]
    _write(tmp_path / "film.mp4", VideoFormat(codec, rate=NTSC_FILM, threads=1), pts)
    assert _read(tmp_path / "film.mp4")[2] == [Fraction(at) / NTSC_FILM for at in pts]


@pytest.mark.parametrize("codec", ["h264", "hevc", "vp9", "av1", "ffv1"])
def test_odd_sizes_are_kept(tmp_path, codec):
    path = tmp_path / "film.mkv"
    _write(path, VideoFormat(codec, threads=1), size=(71, 49))
    _, decoded, _ = _read(path)
    assert {(frame.width, frame.height) for frame in decoded} == {(71, 49)}


def test_odd_sizes_need_whole_chroma_only_where_the_encoder_says_so():
    assert fitting_pixel_format("h264", "yuv420p", 853, 479) == "yuv444p"
    assert fitting_pixel_format("hevc", "yuv420p10le", 853, 480) == "yuv444p10le"
    assert fitting_pixel_format("h264", "yuv420p", 854, 480) == "yuv420p"
    assert fitting_pixel_format("vp9", "yuv420p", 853, 479) == "yuv420p"


def test_a_lossless_file_has_the_very_pixels(tmp_path):
    form = VideoFormat("ffv1", pixel_format="bgr0", threads=1)
    images = _write(tmp_path / "film.mkv", form, size=(71, 49))
    decoded = _read(tmp_path / "film.mkv")[1]
    for image, frame in zip(images, decoded, strict=True):
        assert np.array_equal(frame.to_ndarray(format="bgr24"), image)


@pytest.mark.parametrize("container", ["mp4", "mkv"])
@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_rotation_and_sample_aspect_are_marked(tmp_path, container, rotation):
    path = tmp_path / f"film.{container}"
    _write(path, VideoFormat(rotation=rotation, sample_aspect=Fraction(8, 9), threads=1))
    (_, aspect), decoded, _ = _read(path)
    assert decoded[0].rotation % 360 == rotation % 360
    assert aspect == Fraction(8, 9)


def test_a_lower_bit_rate_makes_a_smaller_file(tmp_path):
    for name, rate in (("high", 2_000_000), ("low", 60_000)):
        _write(tmp_path / f"{name}.mp4", VideoFormat(bit_rate=rate, threads=1), list(range(60)))
    assert (tmp_path / "low.mp4").stat().st_size < (tmp_path / "high.mp4").stat().st_size / 3


def test_nothing_is_left_when_writing_fails(tmp_path):
    with (
        pytest.raises(RuntimeError),
        VideoWriter(tmp_path / "film.mp4", 64, 48, VideoFormat(threads=1)) as writer,
    ):
        writer.write(_images(1, 64, 48)[0])
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_when_the_encoder_refuses(tmp_path):
    form = VideoFormat("vp9", pixel_format="yuv420p10le")
    with pytest.raises(ValueError), VideoWriter(tmp_path / "film.mkv", 64, 48, form) as writer:
        writer.write(_images(1, 64, 48)[0])
    assert list(tmp_path.iterdir()) == []


def test_the_file_has_its_name_only_when_it_is_whole(tmp_path):
    path = tmp_path / "film.mp4"
    with VideoWriter(path, 64, 48, VideoFormat(threads=1)) as writer:
        writer.write(_images(1, 64, 48)[0])
        assert not path.exists()
    assert [path] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "form", "word"),
    [("film.txt", VideoFormat(), "container"), ("film.mp4", VideoFormat("divx"), "codec")],
)
def test_unknown_forms_are_named(tmp_path, name, form, word):
    with pytest.raises(ValueError, match=word):
        VideoWriter(tmp_path / name, 64, 48, form)


def test_pictures_must_fit_and_times_must_ascend(tmp_path):
    with VideoWriter(tmp_path / "film.mp4", 64, 48, VideoFormat(threads=1)) as writer:
        image = _images(1, 64, 48)[0]
        with pytest.raises(ValueError, match="picture"):
            writer.write(image[:, :32])
        writer.write(image, 3)
        with pytest.raises(ValueError, match="pts"):
            writer.write(image, 3)


def test_tags_are_read_back_and_the_index_stands_first(tmp_path):
    path = tmp_path / "film.mp4"
    tags = {"title": "a <b> & ü", "digitalSourceType": "http://example.org/x", "maker.seed": "7"}
    with VideoWriter(path, 64, 48, VideoFormat(threads=1), tags) as writer:
        for image in _images(3, 64, 48):
            writer.write(image)
    with av.open(str(path)) as container:
        assert tags.items() <= container.metadata.items()
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_fields_are_flagged_and_keep_their_colours_apart(tmp_path):
    blue = np.full((64, 64, 3), (255, 0, 0), np.uint8)
    blue[1::2] = (0, 0, 255)
    form = VideoFormat("h264", 4, interlaced=True, threads=1)
    with VideoWriter(tmp_path / "film.mkv", 64, 64, form) as writer:
        writer.write(blue)
    [frame] = _read(tmp_path / "film.mkv")[1]
    chroma = frame.to_ndarray(format="yuv420p")[64:]
    assert frame.interlaced_frame
    assert np.ptp(chroma) > 100  # mixed rows would be purple everywhere


def test_a_header_may_claim_another_rate_beside_right_stamps(tmp_path):
    path = tmp_path / "film.mkv"
    _write(path, VideoFormat(nominal_rate=Fraction(1000), threads=1))
    (rate, _), _, times = _read(path)
    assert rate == 1000
    assert all(abs(time - Fraction(n, 24)) <= Fraction(1, 1000) for n, time in enumerate(times))


def test_alpha_and_deep_pictures_are_taken_as_they_are(tmp_path):
    images = _images(1, 64, 48)
    clear = np.dstack([images[0], images[0][..., 0]])
    with VideoWriter(tmp_path / "a.mov", 64, 48, VideoFormat("png", pixel_format="rgba")) as writer:
        writer.write(clear)
    assert np.array_equal(_read(tmp_path / "a.mov")[1][0].to_ndarray(format="bgra"), clear)
    with VideoWriter(tmp_path / "b.mkv", 64, 48, VideoFormat("h264", threads=1)) as writer:
        with pytest.raises(ValueError, match="float32"):
            writer.write(images[0].astype(np.float32))
        writer.write(images[0].astype(np.uint16) * 257)
    assert len(_read(tmp_path / "b.mkv")[1]) == 1
