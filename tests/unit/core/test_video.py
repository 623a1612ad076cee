"""Frames come in order, whole, under exact numbers: PyAV alone, without seeking, is the oracle."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from sakuga.core import video
from sakuga.core.errors import NoFrames, NoVideo, TooLarge, Unreadable, Unrecognised
from sakuga.core.video import VideoReader
from sakuga.studio import Encoding, draw, film
from tests.films import decode, pictures, remux, write

PLAYLIST = b"ffconcat version 1.0\nfile b.mp4\n"  # FFmpeg would follow it
H264 = {"preset": "veryfast", "bf": "3", "refs": "4"}
OPEN = {"preset": "veryfast", "x264-params": "open-gop=1:bframes=3:b-adapt=0"}
HEVC = "log-level=none:pools=1:bframes=4:b-adapt=0"
VP9 = {"deadline": "realtime", "cpu-used": "6", "lag-in-frames": "10", "auto-alt-ref": "1"}
UNEVEN = [n * 40 + (n * n * 7) % 31 for n in range(40)]

FILMS: dict[str, dict[str, Any]] = {
    "h264.mp4": {"options": H264},
    "h264_one_key.mp4": {"options": H264, "gop": 250},
    "h264_open_gop.mp4": {"options": OPEN},
    "h264_open_gop.mkv": {"options": OPEN},
    "h264_uneven.mkv": {"options": H264, "pts": UNEVEN},
    "h264_uneven.mp4": {"options": H264, "pts": UNEVEN},
    "h264_starts_late.mkv": {"options": H264, "pts": [5000 + 40 * n for n in range(40)]},
    "h264_fragments.mp4": {"options": H264, "muxer": {"movflags": "frag_keyframe+empty_moov"}},
    "hevc_open_gop.mkv": {"codec": "libx265", "options": {"x265-params": f"{HEVC}:open-gop=1"}},
    "hevc_open_gop.mp4": {"codec": "libx265", "options": {"x265-params": f"{HEVC}:open-gop=1"}},
    "hevc_layers.mkv": {
        "codec": "libx265",
        "options": {"x265-params": f"{HEVC}:temporal-layers=3:b-pyramid=1"},
    },
    "hevc_10_bit.mkv": {"codec": "libx265", "pixels": "yuv420p10le"},
    "vp9.webm": {"codec": "libvpx-vp9", "options": VP9},
    "vp9.mp4": {"codec": "libvpx-vp9", "options": VP9},
    "av1.mp4": {"codec": "libsvtav1"},
    "av1.mkv": {"codec": "libsvtav1"},
    "mpeg4.mp4": {"codec": "mpeg4", "options": {"bf": "2"}},
    "ffv1_444.mkv": {"codec": "ffv1", "pixels": "yuv444p"},
}


class Drawn:
    """Films drawn once, and what PyAV alone makes of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[str, list[tuple[int | None, list[NDArray[Any]]]]] = {}

    def path(self, name: str) -> Path:
        path = self.folder / name
        if not path.exists():
            write(path, pictures(40), **FILMS[name])
        return path

    def truth(self, name: str) -> list[tuple[int | None, list[NDArray[Any]]]]:
        if name not in self._seen:
            self._seen[name] = decode(self.path(name))
        return self._seen[name]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    return Drawn(tmp_path_factory.mktemp("films"))


def same(ours: Any, theirs: list[NDArray[Any]]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


def read_at(
    path: Path, numbers: list[int], pts: NDArray[np.int64], threads: int = 1
) -> dict[int, list[Any]]:
    with VideoReader(str(path), threads=threads) as reader:
        return {f.index: [p.copy() for p in f.planes()] for f in reader.frames_at(numbers, pts)}


@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize("threads", [1, 2])
def test_all_frames_come_in_order_and_bit_for_bit(drawn: Drawn, name: str, threads: int) -> None:
    truth = drawn.truth(name)
    assert len(truth) == 40
    with VideoReader(str(drawn.path(name)), threads=threads) as reader:
        for number, frame in enumerate(reader.frames()):
            assert (frame.index, frame.pts) == (number, truth[number][0])
            assert same(frame.planes(), truth[number][1])
        assert number == 39
        assert reader.damaged == 0


@pytest.mark.parametrize("name", FILMS)
def test_a_frame_that_was_sought_is_the_frame_that_was_read(drawn: Drawn, name: str) -> None:
    truth = drawn.truth(name)
    pts = np.array([p for p, _ in truth])
    chosen = random.Random(name)  # the name is the seed
    wanted = [[n] for n in range(0, 40, 3)] + [[11], [12], [13], [39], [0, 39], list(range(40))]
    wanted += [sorted(chosen.sample(range(40), 4)) for _ in range(8)]
    for turn, numbers in enumerate(wanted):
        found = read_at(drawn.path(name), numbers, pts, threads=1 + turn % 3)
        assert list(found) == numbers
        assert all(same(found[n], truth[n][1]) for n in numbers)


def test_a_seek_doesn_t_read_from_the_start(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    monkeypatch.setattr(video, "beat", lambda: read.append(1))
    for name in ("h264.mp4", "h264_open_gop.mp4", "h264_open_gop.mkv", "vp9.webm", "av1.mp4"):
        pts = np.array([p for p, _ in drawn.truth(name)])
        for number in (24, 34, 35):
            read.clear()
            assert list(read_at(drawn.path(name), [number], pts)) == [number]
            assert len(read) < 22


@pytest.mark.parametrize(
    "times",
    [
        [None, None, None, 20, 60, 100, 140, 180, 220, 260],
        [0, 40, 80, 60, 60, 200, 160, 240, 280, 320],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ],
    ids=["missing", "backward", "all the same"],
)
def test_frames_are_found_without_usable_times(tmp_path: Path, times: list[int | None]) -> None:
    film = write(tmp_path / "a.mkv", pictures(10), options={"bf": "0"}, gop=4)

    def change(number: int, packet: Any) -> None:
        given = times[number]
        shift = 20 - 3 * 40 if times[0] is None else 0
        packet.pts = packet.pts + shift if times[0] is None else given
        packet.dts = packet.pts if times[0] is None else number - 10**6

    broken = remux(film, tmp_path / "b.mkv", change, {"avoid_negative_ts": "disabled"})
    truth = decode(broken)
    assert [p for p, _ in truth] == times
    assert all(same(a, b) for (_, a), (_, b) in zip(truth, decode(film), strict=True))
    pts = np.array([-1 if p is None else p for p in times])
    found = read_at(broken, [0, 3, 4, 9], pts)
    assert list(found) == [0, 3, 4, 9]
    assert all(same(found[n], truth[n][1]) for n in found)


def test_a_stream_without_any_times_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video, "FORMATS", "h264")
    film = write(tmp_path / "a.mkv", pictures(10), options=H264)
    raw = remux(film, tmp_path / "a.h264", lambda *_: None)
    with VideoReader(str(raw)) as reader:
        frames = [(f.index, f.pts) for f in reader.frames()]
    assert frames == [(n, None) for n in range(10)]
    assert list(read_at(raw, [2, 7], np.full(10, -1))) == [2, 7]


@pytest.mark.parametrize("options", [{"bf": "0"}, H264], ids=["no B-frames", "B-frames"])
def test_an_edit_list_leaves_out_what_it_says(tmp_path: Path, options: dict[str, str]) -> None:
    film = write(tmp_path / "a.mp4", pictures(30), options=options)

    def earlier(_: int, packet: Any) -> None:
        shift = int(Fraction(1, 10) / packet.time_base)
        packet.pts, packet.dts = packet.pts - shift, packet.dts - shift

    edited = remux(film, tmp_path / "b.mp4", earlier, {"avoid_negative_ts": "disabled"})
    truth = decode(edited)
    assert len(truth) == 27
    pts = np.array([p for p, _ in truth])
    found = read_at(edited, [0, 1, 13, 26], pts)
    assert list(found) == [0, 1, 13, 26]
    assert all(same(found[n], truth[n][1]) for n in found)


@pytest.mark.parametrize(
    ("pixels", "codec", "bits", "chroma"),
    [
        ("yuv420p", "ffv1", 8, (48, 64)),
        ("yuv422p", "libx264", 8, (96, 64)),
        ("yuv444p", "libx264", 8, (96, 128)),
        ("yuvj420p", "mjpeg", 8, (48, 64)),
        ("yuv420p10le", "libx264", 10, (48, 64)),
        ("yuv422p10le", "prores_ks", 10, (96, 64)),
        ("yuv444p12le", "ffv1", 12, (96, 128)),
    ],
)
def test_planes_are_the_decoder_s_own(
    tmp_path: Path, pixels: str, codec: str, bits: int, chroma: tuple[int, int]
) -> None:
    film = write(tmp_path / "a.mkv", pictures(2), codec, pixels)
    (_, truth), *_ = decode(film)
    with VideoReader(str(film)) as reader:
        frame = next(reader.frames())
        assert frame.bits == bits
        assert [p.shape for p in frame.planes()] == [(96, 128), chroma, chroma]
        assert same(frame.planes(), truth)


@pytest.mark.parametrize(
    ("pixels", "bits"),
    [("bgr0", 8), ("yuva420p", 8), ("yuv411p", 8), ("yuv420p16le", 16), ("rgb48le", 16)],
)
def test_other_pixels_become_planes_of_8_bits(tmp_path: Path, pixels: str, bits: int) -> None:
    film = write(tmp_path / "a.mkv", pictures(2), "ffv1", pixels)
    plain = write(tmp_path / "b.mkv", pictures(2), "ffv1", "yuv420p")
    (_, truth), *_ = decode(plain)
    with VideoReader(str(film)) as reader:
        assert reader.describe().bit_depth == bits
        frame = next(reader.frames())
        assert [(p.shape, p.dtype) for p in frame.planes()] == [(t.shape, t.dtype) for t in truth]
        for ours, theirs in zip(frame.planes(), truth, strict=True):
            assert abs(float(ours.mean()) - float(theirs.mean())) < 3


@pytest.mark.parametrize(("pixels", "grey"), [("gray", 128), ("gray10le", 512)])
def test_grey_film_has_colourless_planes(tmp_path: Path, pixels: str, grey: int) -> None:
    film = write(tmp_path / "a.mkv", pictures(1), "ffv1", pixels)
    with VideoReader(str(film)) as reader:
        y, u, v = next(reader.frames()).planes()
    assert same([y], decode(film)[0][1])
    assert u.shape == v.shape == (48, 64)
    assert set(np.unique(u)) | set(np.unique(v)) == {grey}
    assert u.dtype == y.dtype


def test_odd_sizes_keep_their_last_row_and_column(tmp_path: Path) -> None:
    film = write(tmp_path / "a.mkv", pictures(1, 127, 95), "libx264", "yuv444p")
    with VideoReader(str(film)) as reader:
        assert [p.shape for p in next(reader.frames()).planes()] == [(95, 127)] * 3
    film = write(tmp_path / "b.webm", pictures(1, 127, 95), "libvpx-vp9", "yuv420p")
    with VideoReader(str(film)) as reader:
        shapes = [p.shape for p in next(reader.frames()).planes()]
    assert shapes == [(95, 127), (48, 64), (48, 64)]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_upright_is_what_a_viewer_sees(tmp_path: Path, rotation: int) -> None:
    """The mark turns counter-clockwise: the stored picture's upper right goes to the left."""
    picture = np.full((96, 128, 3), 40, np.uint8)
    picture[:32, 96:] = 220  # bright: the upper right corner as stored
    film = write(tmp_path / "a.mp4", [picture] * 2, rotation=rotation)
    with VideoReader(str(film)) as reader:
        described = reader.describe()
        shown = next(reader.frames()).upright()
    assert described.rotation == rotation
    assert (described.height, described.width) == shown.shape[:2]
    bright = {0: (0, -1), 90: (0, 0), 180: (-1, 0), 270: (-1, -1)}[rotation]
    corners = {(y, x) for y in (0, -1) for x in (0, -1) if shown[y, x].mean() > 128}
    assert corners == {bright}


def two_streams(path: Path, default: int | None, cover: int | None = None) -> Path:
    """Two video streams, of 1 and of 3 frames; the second is 64x48."""
    with av.open(str(path), "w") as container:
        streams: list[Any] = []
        for number, (width, height) in enumerate([(128, 96), (64, 48)]):
            stream: Any = container.add_stream("mjpeg", rate=25)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
            if default is not None:
                stream.disposition = av.stream.Disposition(int(number == default))
            if cover == number:
                stream.disposition = av.stream.Disposition.attached_pic
            streams.append(stream)
        for stream, count in zip(streams, (1, 3), strict=True):
            for image in pictures(count, stream.width, stream.height):
                frame = av.VideoFrame.from_ndarray(image, format="bgr24")
                container.mux(stream.encode(frame.reformat(format="yuvj420p")))
            container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(("default", "chosen"), [(0, 0), (1, 1)])
def test_the_default_stream_is_chosen(tmp_path: Path, default: int, chosen: int) -> None:
    film = two_streams(tmp_path / "a.mkv", default)
    with VideoReader(str(film)) as reader:
        found = reader.describe()
    assert (found.stream, found.video_streams, found.width) == (chosen, 2, (128, 64)[chosen])
    with VideoReader(str(film), stream=1 - chosen) as reader:
        assert reader.describe().stream == 1 - chosen
    with pytest.raises(NoVideo, match="index 7"):
        VideoReader(str(film), stream=7)


def test_cover_art_is_no_video_stream(tmp_path: Path) -> None:
    film = two_streams(tmp_path / "a.mp4", None, cover=0)
    with VideoReader(str(film)) as reader:
        found = reader.describe()
        assert len(list(reader.frames())) == 3
    assert (found.video_streams, found.width) == (1, 64)


def test_describing_leaves_the_reader_at_the_first_frame(drawn: Drawn) -> None:
    for name in ("h264.mp4", "h264_starts_late.mkv", "h264_fragments.mp4", "av1.mkv"):
        with VideoReader(str(drawn.path(name))) as reader:
            found = reader.describe()
            assert len(list(reader.frames())) == 40
        assert (found.width, found.height, found.video_streams) == (128, 96, 1)
        assert found.frame_rate == 25


def test_a_film_cut_short_gives_what_is_left(tmp_path: Path) -> None:
    for name, muxer in (("a.mp4", {"movflags": "faststart"}), ("a.mkv", {})):
        whole = write(tmp_path / name, pictures(40), options=H264, muxer=muxer)
        truth = decode(whole)
        content = whole.read_bytes()
        whole.write_bytes(content[: len(content) * 6 // 10])
        with VideoReader(str(whole)) as reader:
            frames = [(f.pts, [p.copy() for p in f.planes()]) for f in reader.frames()]
        assert 15 < len(frames) < 40
        right = [same(f[1], t[1]) for f, t in zip(frames, truth, strict=False)]
        assert right.count(False) <= 2  # the last ones may refer to what is gone


def test_frames_that_change_size_are_scaled_to_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video, "FORMATS", "h264")
    small, large = tmp_path / "s.h264", tmp_path / "l.h264"
    write(small, pictures(3, 64, 48))
    write(large, pictures(3, 128, 96))
    both = tmp_path / "both.h264"
    both.write_bytes(large.read_bytes() + small.read_bytes())
    with VideoReader(str(both)) as reader:
        assert {f.planes()[0].shape for f in reader.frames()} == {(96, 128)}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", Unrecognised),
        (b"\x00\xff\x13\x37" * 999, Unrecognised),
        (b"text\n", Unrecognised),
        (PLAYLIST, Unrecognised),
    ],
    ids=["empty", "noise", "text", "playlist"],
)
def test_what_is_no_video_says_so(tmp_path: Path, content: bytes, error: type[Exception]) -> None:
    """And not where it lies: pages that are handed on repeat what is said."""
    write(tmp_path / "b.mp4", pictures(2))
    (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(error) as said:
        VideoReader(str(tmp_path / "a.mp4"))
    assert str(tmp_path) not in str(said.value)


def test_what_can_t_be_opened_says_so(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.mp4", tmp_path):
        with pytest.raises(Unreadable):
            VideoReader(str(path))


def test_a_film_without_frames_says_so(tmp_path: Path) -> None:
    film = write(tmp_path / "a.mkv", pictures(4), options={"bf": "0"})

    def garble(_: int, packet: Any) -> None:
        memoryview(packet)[:] = bytes(packet.size)

    with pytest.raises(NoFrames), VideoReader(str(remux(film, tmp_path / "b.mkv", garble))) as r:
        r.describe()


def test_a_codec_that_nobody_knows_says_so(tmp_path: Path) -> None:
    film = write(tmp_path / "a.mp4", pictures(2))
    content = film.read_bytes()
    assert content.count(b"avc1") >= 1
    film.write_bytes(content.replace(b"avc1", b"zzz9"))
    with pytest.raises(NoFrames, match="no decoder"):
        VideoReader(str(film))


def test_a_frame_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = write(tmp_path / "a.mp4", pictures(1))
    monkeypatch.setattr(video, "MAX_PIXELS", 128 * 96 - 1)
    with pytest.raises(TooLarge, match="128x96"):
        VideoReader(str(film))


def test_an_object_in_a_bucket_is_read_like_a_file(drawn: Drawn) -> None:
    import fsspec

    with fsspec.open("memory://films/video.mp4", "wb") as file:
        file.write(drawn.path("h264.mp4").read_bytes())
    with VideoReader("memory://films/video.mp4") as reader:
        pts = np.array([f.pts for f in reader.frames()])
        [frame] = reader.frames_at([30], pts)
        assert same(frame.planes(), drawn.truth("h264.mp4")[30][1])


def test_planes_live_as_long_as_they_are_held(drawn: Drawn) -> None:
    with VideoReader(str(drawn.path("h264.mp4"))) as reader:
        held = [frame.planes() for frame in reader.frames()]
    assert all(same(p, t) for p, (_, t) in zip(held, drawn.truth("h264.mp4"), strict=True))


def test_h264_tells_its_quantiser_when_asked(tmp_path: Path) -> None:
    fine, coarse = (quantisers(tmp_path / f"{crf}.mp4", Encoding(crf=crf)) for crf in (18, 36))
    told = [[q for q in each if q is not None] for each in (fine, coarse)]
    assert [len(each) for each in told] == [12, 12]
    assert 12 < np.mean(told[1]) - np.mean(told[0]) < 24  # crf is 18 apart


def test_other_codecs_tell_none(tmp_path: Path) -> None:
    assert set(quantisers(tmp_path / "a.webm", Encoding("vp9", 32, "webm"))) == {None}


def quantisers(path: Path, encoding: Encoding) -> list[float | None]:
    draw(film(3, 1, 160, 96, shot_frames=(12, 13)), path, encoding)
    with VideoReader(str(path), quantisers=True) as reader:
        return [frame.quantiser() for frame in reader.frames()]


NTSC = Fraction(24000, 1001)


@pytest.mark.parametrize(
    ("nominal", "stamps", "count", "rate"),
    [
        (25, 25, None, 25),
        (1000, 25, None, 25),
        (1000, NTSC, None, NTSC),
        (50, 25, 40, 25),
        (25, 25, 40, 25),
        (50, 25, None, 50),  # nothing tells that it is wrong, short of reading all
        (1000, 500, None, 0),
    ],
)
def test_a_rate_that_can_t_be_is_measured_instead(
    tmp_path: Path, nominal: int, stamps: Fraction, count: int | None, rate: Fraction
) -> None:
    named, tick = tmp_path / "a.mkv", Fraction(1, 1000)
    with av.open(str(named), "w") as container:
        stream: Any = container.add_stream("ffv1", rate=nominal)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        stream.time_base = stream.codec_context.time_base = tick
        if count:
            stream.metadata["NUMBER_OF_FRAMES"] = str(count)
        for number, image in enumerate(pictures(40)):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24").reformat(format="yuv420p")
            frame.pts, frame.time_base = round(1000 * number / stamps), tick
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with VideoReader(str(named)) as reader:
        assert reader.describe().frame_rate == rate
