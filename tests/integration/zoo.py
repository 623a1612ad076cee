"""What users' folders hold: a file for each way in which footage is odd or broken."""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from sakuga.studio import Encoding, draw, film
from tests.films import Image, add_sound, beep, pictures, remux, write

LONG = "l" * 240 + ".mp4"
FOREIGN = "動画 – ünïcode 🎬.mkv"
PLAIN = {"preset": "veryfast", "bf": "3"}


def make(folder: Path) -> None:
    """Fill a folder with all of them."""
    for name, maker in ZOO.items():
        maker(folder / name)
    (folder / "loop").symlink_to(folder, target_is_directory=True)


def _empty(path: Path) -> None:
    path.touch()


def _noise(path: Path) -> None:
    path.write_bytes(b"\x00" + np.random.default_rng(1).bytes(50_000))


def _text(path: Path) -> None:
    path.write_text("this is no film\n" * 50)


def _names_another(path: Path) -> None:
    """A playlist that FFmpeg would follow to another film."""
    path.write_text("ffconcat version 1.0\nfile one_shot.mp4\n")


def _cut_short(share: float, muxer: dict[str, str] | None = None) -> Callable[[Path], None]:
    def maker(path: Path) -> None:
        write(path, pictures(40), options=PLAIN, muxer=muxer)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

    return maker


def _sound_only(path: Path) -> None:
    with av.open(str(path), "w") as container:
        beep(container, add_sound(container))


def _plain(frames: int, **more: Any) -> Callable[[Path], None]:
    size = more.pop("width", 128), more.pop("height", 96)
    seed = more.pop("seed", frames)
    return lambda path: write(path, pictures(frames, *size, seed), **more) and None


def _black(frames: int, width: int = 128, height: int = 96) -> Callable[[Path], None]:
    picture: Image = np.zeros((height, width, 3), np.uint8)
    return lambda path: write(path, [picture] * frames) and None


def _claims(side: int) -> Callable[[Path], None]:
    """The header says that frames are square and huge; the stream itself does not say."""

    def maker(path: Path) -> None:
        write(path, pictures(3, 320, 256), "ffv1", "yuv420p")
        content = path.read_bytes()
        for element, size in ((b"\xb0\x82", 320), (b"\xba\x82", 256)):
            assert content.count(element + size.to_bytes(2)) == 1
            content = content.replace(element + size.to_bytes(2), element + side.to_bytes(2))
        path.write_bytes(content)

    return maker


def _uneven(path: Path) -> None:
    drawn = film(5, 2, 160, 96, shot_frames=(20, 24), transitions=0)
    draw(drawn, path, Encoding(container="mkv", vfr=True))
    path.with_suffix(".json").unlink()


def _backward(path: Path) -> None:
    times = [0, 40, 80, 60, 60, 200, 160, 240, *range(280, 1440, 40)]

    def change(number: int, packet: Any) -> None:
        packet.pts, packet.dts = times[number], number - 10**6

    _remuxed(path, change)


def _missing(path: Path) -> None:
    def change(_: int, packet: Any) -> None:
        packet.pts -= 100
        packet.dts -= 100

    _remuxed(path, change)


def _remuxed(path: Path, change: Callable[[int, Any], None]) -> None:
    whole = write(
        path.with_name("whole.mkv"), pictures(30, seed=len(path.name)), options={"bf": "0"}
    )
    remux(whole, path, change, {"avoid_negative_ts": "disabled"})
    whole.unlink()


def _streams(
    counts: tuple[int, int], default: int | None, cover: int | None
) -> Callable[[Path], None]:
    """Two video streams, 128x96 and 64x48."""

    def maker(path: Path) -> None:
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
            for stream, count in zip(streams, counts, strict=True):
                for image in pictures(count, stream.width, stream.height):
                    frame = av.VideoFrame.from_ndarray(image, format="bgr24")
                    container.mux(stream.encode(frame.reformat(format="yuvj420p")))
                container.mux(stream.encode(None))

    return maker


def _changes_size(path: Path) -> None:
    """An H.264 stream that becomes smaller on its way."""
    raw = path.with_name("raw.h264")
    parts = []
    for width, height in ((128, 96), (64, 48)):
        write(raw, pictures(20, width, height), options={"bf": "0"})
        parts.append(raw.read_bytes())
    raw.write_bytes(b"".join(parts))
    with av.open(str(raw)) as old, av.open(str(path), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for number, packet in enumerate(p for p in old.demux(video=0) if p.size):
            packet.time_base = Fraction(1, 25)
            packet.pts = packet.dts = number
            packet.stream = stream
            new.mux(packet)
    raw.unlink()


def _garbled(path: Path) -> None:
    """Whole, but for some bytes in its middle."""
    write(path, pictures(40, seed=77), options=PLAIN)
    content = bytearray(path.read_bytes())
    for place in np.random.default_rng(3).integers(2000, len(content) - 4000, 40):
        content[place] ^= 0xFF
    path.write_bytes(content)


def _no_frame_decodes(path: Path) -> None:
    def garble(_: int, packet: Any) -> None:
        memoryview(packet)[:] = bytes(packet.size)

    _remuxed(path, garble)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


ZOO: dict[str, Callable[[Path], object]] = {
    "empty.mp4": _empty,
    "noise.mp4": _noise,
    "text.mkv": _text,
    "notes.txt": _text,
    "playlist.mkv": _names_another,
    "no_index.mp4": _cut_short(0.6),
    "cut_short.mp4": _cut_short(0.6, {"movflags": "faststart"}),
    "cut_short.mkv": _cut_short(0.6),
    "header_only.mkv": _cut_short(0.02),
    "sound_only.mp4": _sound_only,
    "sound_only.mkv": _sound_only,
    "one_frame.mp4": _plain(1),
    "two_frames.mkv": _plain(2),
    "one_shot.mp4": _plain(50),
    "with_sound.mp4": _plain(24, audio=True),
    "black.mp4": _black(30),
    "8k.mp4": _black(1, 7680, 4320),
    "claims_12000.mkv": _claims(12000),
    "claims_16384.mkv": _claims(16384),
    "tiny.mkv": _plain(20, width=16, height=16, codec="ffv1"),
    "uneven.mkv": _uneven,
    "backward.mkv": _backward,
    "missing_times.mkv": _missing,
    "two_streams.mkv": _streams((5, 8), 1, None),
    "cover.mp4": _streams((1, 9), None, 0),
    "only_cover.mp4": _streams((1, 0), None, 0),
    "rotated.mp4": _plain(21, rotation=90),
    "10_bit.mkv": _plain(22, codec="libx265", pixels="yuv420p10le"),
    "444.mp4": _plain(23, pixels="yuv444p"),
    "422.mkv": _plain(25, pixels="yuv422p"),
    "rgb.mkv": _plain(26, codec="ffv1", pixels="bgr0"),
    "grey.mkv": _plain(27, codec="ffv1", pixels="gray"),
    "odd.webm": _plain(
        28, codec="libvpx-vp9", width=127, height=95, options={"deadline": "realtime"}
    ),
    "changes_size.mkv": _changes_size,
    "garbled.mp4": _garbled,
    "no_frame_decodes.mkv": _no_frame_decodes,
    FOREIGN: _plain(29),
    LONG: _plain(31),
    "a'b\"<c>&;$(x).mp4": _plain(32),
    "twin_1.mp4": _plain(33),
    "twin_2.mp4": _plain(33),
    "self.mp4": lambda path: path.symlink_to(path.name),
    "dangling.mp4": lambda path: path.symlink_to("nowhere"),
    "pipe.mp4": _pipe,
    "folder.mp4": lambda path: path.mkdir(),
}
