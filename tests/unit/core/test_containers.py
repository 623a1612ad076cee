"""Each container is told by its first bytes, has a reader, and none of them opens other files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from sakuga.build.collect import Collect
from sakuga.core.containers import CONTAINERS, FORMATS, HEAD, claims, kind_of
from sakuga.core.errors import TooLarge, Unrecognised
from sakuga.core.video import VideoReader
from tests.films import pictures, write

WRITTEN = [  # name, codec, kind, how the muxer is asked
    ("a.mp4", "libx264", "mp4", {}),
    ("a.m4v", "libx264", "mp4", {"format": "mp4"}),
    ("a.mov", "libx264", "quicktime", {}),
    ("brand.mp4", "libx264", "quicktime", {"format": "mov"}),
    ("a.3gp", "libx264", "mp4", {}),
    ("a.mkv", "libx264", "matroska", {}),
    ("a.webm", "libvpx-vp9", "webm", {}),
    ("a.avi", "mpeg4", "avi", {}),
    ("a.ts", "libx264", "mpegts", {"format": "mpegts"}),
    ("a.m2ts", "libx264", "mpegts", {"format": "mpegts", "mpegts_m2ts_mode": "1"}),
    ("a.mxf", "mpeg2video", "mxf", {}),
    ("a.flv", "flv", "flv", {}),
    ("a.wmv", "wmv2", "asf", {"format": "asf"}),
    ("a.mpg", "mpeg2video", "mpeg", {"format": "mpeg"}),
    ("a.vob", "mpeg2video", "mpeg", {"format": "vob"}),
    ("a.m2v", "mpeg2video", "mpegvideo", {"format": "mpeg2video"}),
    ("a.ivf", "libvpx-vp9", "ivf", {}),
    ("a.nut", "mpeg4", "nut", {}),
    ("a.y4m", "wrapped_avframe", "y4m", {"format": "yuv4mpegpipe"}),
    ("a.ogv", "vp8", "ogg", {"format": "ogg"}),
    ("a.gif", "gif", "gif", {}),
    ("a.apng", "apng", "apng", {}),
]
FORMS = {"gif": "bgr8", "apng": "rgb24"}


def written(folder: Path, name: str, codec: str, how: dict[str, str], frames: int = 12) -> Path:
    how = dict(how)
    form: Any = how.pop("format", None)
    encoder = {"vp8": "libvpx"}.get(codec, codec)
    with av.open(str(folder / name), "w", format=form, options=how) as container:
        stream: Any = container.add_stream(encoder, rate=25)
        stream.width, stream.height = 128, 96
        stream.pix_fmt = FORMS.get(codec, "yuv420p")
        stream.codec_context.gop_size = 12
        stream.codec_context.max_b_frames = 2 * (codec in ("libx264", "mpeg2video"))
        for image in pictures(frames):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            container.mux(stream.encode(frame.reformat(format=stream.pix_fmt)))
        container.mux(stream.encode(None))
    return folder / name


@pytest.mark.parametrize(("name", "codec", "kind", "how"), WRITTEN, ids=[w[0] for w in WRITTEN])
def test_what_is_written_is_recognised_and_read(
    tmp_path: Path, name: str, codec: str, kind: str, how: dict[str, str]
) -> None:
    path = written(tmp_path, name, codec, how)
    assert kind_of(path.read_bytes()[:HEAD]) == kind
    assert Collect().wants(kind) is not CONTAINERS[kind].animated
    assert Collect(animated=True).wants(kind)
    with VideoReader(str(path)) as reader:
        stream = reader.describe()
        assert (stream.width, stream.height) == (128, 96)
        assert len(list(reader.frames())) == 12
    assert claims(str(path)) is not CONTAINERS[kind].animated


@pytest.mark.parametrize(("name", "codec", "kind", "how"), WRITTEN, ids=[w[0] for w in WRITTEN])
def test_a_frame_that_is_sought_is_the_frame_that_was_read(
    tmp_path: Path, name: str, codec: str, kind: str, how: dict[str, str]
) -> None:
    path = written(tmp_path, name, codec, how, frames=60)
    with VideoReader(str(path)) as reader:
        whole = [(f.pts, f.plane(0).copy()) for f in reader.frames()]
        pts = np.array([-1 if at is None else at for at, _ in whole])
        for numbers in ([39], [3], [30, 34, 35, 36], [11, 59], [47], [24, 25]):
            found = {f.index: f.plane(0).copy() for f in reader.frames_at(numbers, pts)}
            assert list(found) == numbers
            assert all(np.array_equal(found[n], whole[n][1]) for n in numbers), kind


def test_a_recording_that_begins_inside_a_packet_is_recognised(tmp_path: Path) -> None:
    whole = written(tmp_path, "a.ts", "mpeg2video", {"format": "mpegts"})
    (tmp_path / "b.ts").write_bytes(whole.read_bytes()[77:])
    assert kind_of((tmp_path / "b.ts").read_bytes()[:HEAD]) == "mpegts"
    with VideoReader(str(tmp_path / "b.ts")) as reader:
        assert len(list(reader.frames())) > 5


class Late:
    """A container whose reader stumbles at its end, as PyAV's does over streams that came late."""

    def __init__(self, container: Any) -> None:
        self._container = container

    def __getattr__(self, name: str) -> Any:
        return getattr(self._container, name)

    def demux(self, stream: Any) -> Any:
        yield from self._container.demux(stream)
        raise IndexError("list index out of range")


def test_a_stream_that_comes_late_costs_no_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "a.ts", "mpeg2video", {"format": "mpegts"})
    opened = av.open
    monkeypatch.setattr("sakuga.core.video.av.open", lambda *a, **k: Late(opened(*a, **k)))
    monkeypatch.setattr(Late, "__enter__", lambda self: self, raising=False)
    monkeypatch.setattr(Late, "__exit__", lambda self, *_: self.close(), raising=False)
    with VideoReader(str(path)) as reader:
        assert len(list(reader.frames())) == 12
        assert reader.damaged == 0


@pytest.mark.parametrize(
    ("name", "codec", "kind"),
    [("a.ogg", "flac", "ogg audio"), ("a.wma", "wmav2", "wma"), ("a.m4a", "aac", "m4a")],
)
def test_sound_alone_is_no_video(tmp_path: Path, name: str, codec: str, kind: str) -> None:
    forms: Any = {"a.wma": "asf", "a.m4a": "ipod"}
    with av.open(str(tmp_path / name), "w", format=forms.get(name)) as container:
        stream: Any = container.add_stream(codec, rate=44100, layout="stereo")
        stream.bit_rate = 128000
        form = "s16" if codec == "flac" else "fltp"
        frame = av.AudioFrame(format=form, layout="stereo", samples=1024)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert kind_of((tmp_path / name).read_bytes()[:HEAD]) == kind
    assert not Collect().wants(kind)


def animated_webp(path: Path, frames: int, side: int = 48) -> Path:
    """A black square that goes right over nothing, 40 and 80 ms in turn."""
    animation: Any = cv2.Animation()
    animation.frames = [
        cv2.rectangle(np.zeros((side, 64, 4), np.uint8), (n, 10), (n + 9, 19), (0, 0, 0, 255), -1)
        for n in range(frames)
    ]
    animation.durations = np.array([40 + 40 * (n % 2) for n in range(frames)], np.int32)
    assert cv2.imwriteanimation(str(path), animation, [cv2.IMWRITE_WEBP_QUALITY, 101])
    return path


def test_an_animated_webp_is_read_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = animated_webp(tmp_path / "a.webp", 12)
    assert kind_of(path.read_bytes()[:HEAD]) == "animated_webp"
    assert not Collect().wants("animated_webp")
    assert Collect(animated=True).wants("animated_webp")
    seen: list[list[Any]] = []
    for at_once in (1 << 26, 64 * 48 * 5):
        monkeypatch.setattr("sakuga.core.webp._AT_ONCE", at_once)
        with VideoReader(str(path)) as reader:
            assert reader.describe().ground == "white"
            seen.append([(float(f.pts * reader.time_base), f.bgr()) for f in reader.frames()])
            [frame] = reader.frames_at([7], np.arange(12))
            assert np.array_equal(frame.bgr(), seen[-1][7][1])
    assert [round(1000 * at) for at, _ in seen[0]] == [
        0,
        40,
        120,
        160,
        240,
        280,
        360,
        400,
        480,
        520,
        600,
        640,
    ]
    assert all(np.array_equal(a, b) for (_, a), (_, b) in zip(*seen, strict=True))
    for number, (_, picture) in enumerate(seen[0]):
        assert picture[15, number + 5].max() == 0
        assert picture[15, number + 15].min() == 255


def test_a_webp_that_is_damaged_or_too_large_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = animated_webp(tmp_path / "a.webp", 4)
    monkeypatch.setattr("sakuga.core.video.MAX_PIXELS", 64 * 48 - 1)
    with pytest.raises(TooLarge):
        VideoReader(str(path))
    monkeypatch.undo()
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(Unrecognised):
        VideoReader(str(path))


def test_a_still_png_is_no_animation(tmp_path: Path) -> None:
    still = write(tmp_path / "a.png", pictures(1), "png", "rgb24", muxer={"update": "1"})
    assert kind_of(still.read_bytes()[:HEAD]) == "png"


PLAYLISTS = {
    "concat": "ffconcat version 1.0\nfile {film}\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{film}\n#EXT-X-ENDLIST\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
    "<Period><AdaptationSet><Representation><BaseURL>{film}</BaseURL></Representation>"
    "</AdaptationSet></Period></MPD>",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    "asx": '<asx version="3.0"><entry><ref href="{film}"/></entry></asx>',
}


@pytest.mark.parametrize("kind", PLAYLISTS)
@pytest.mark.parametrize("suffix", [".mp4", ".ts", ".mpd", ".m3u8"])
def test_a_playlist_opens_no_other_file(tmp_path: Path, kind: str, suffix: str) -> None:
    film = write(tmp_path / "b.mp4", pictures(2))
    (tmp_path / f"a{suffix}").write_text(PLAYLISTS[kind].format(film=film))
    with pytest.raises(Unrecognised):
        VideoReader(str(tmp_path / f"a{suffix}"))


def test_only_what_the_table_names_may_read() -> None:
    named = set(FORMATS.split(","))
    assert named == {container.demuxer for container in CONTAINERS.values()}
    assert not named & {"concat", "hls", "dash", "sdp", "rtsp", "image2", "lavfi", "tty", "imf"}
