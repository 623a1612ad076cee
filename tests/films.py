"""Small films for the tests, good and hostile, written packet by packet where it matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
TICKS = 40  # of 1/1000 s: 25 frames a second
MILLISECONDS = Fraction(1, 1000)


def pictures(count: int, width: int = 128, height: int = 96, seed: int = 0) -> Iterator[Image]:
    """(H, W, 3) uint8 BGR: a scene of blobs, a moving square, the frame's number in a corner."""
    random = np.random.default_rng(seed)
    scene = random.integers(40, 200, (6, 8, 3), dtype=np.uint8)
    scene = cv2.resize(scene, (width, height), interpolation=cv2.INTER_CUBIC)
    for number in range(count):
        picture = scene.copy()
        left, top = (7 * number) % max(1, width - 24), (3 * number) % max(1, height - 24)
        cv2.rectangle(picture, (left, top), (left + 20, top + 20), (30, 220, 240), -1)
        cv2.putText(picture, str(number), (2, height - 4), 0, 0.8, (255, 255, 255), 2)
        yield picture


def write(
    path: Path,
    images: Sequence[Image] | Iterator[Image],
    codec: str = "libx264",
    pixels: str = "yuv420p",
    options: Mapping[str, str] | None = None,
    pts: Sequence[int] | None = None,
    gop: int = 12,
    rotation: int = 0,
    audio: bool = False,
    muxer: Mapping[str, str] | None = None,
) -> Path:
    """Encode pictures; `pts` are in milliseconds, one every 40 by default."""
    fast = {"libx264": {"preset": "ultrafast", "bf": "2"}, "libx265": X265, "libsvtav1": AV1}
    with av.open(str(path), "w", options=dict(muxer or {})) as container:
        stream: Any = None
        for number, image in enumerate(images):
            if stream is None:
                stream = container.add_stream(codec, rate=25)
                stream.options = {**fast.get(codec, {}), **(options or {})}
                stream.width, stream.height = image.shape[1], image.shape[0]
                stream.pix_fmt, stream.time_base = pixels, MILLISECONDS
                stream.codec_context.time_base = MILLISECONDS
                stream.codec_context.gop_size = gop
                stream.codec_context.thread_count = 1
                if rotation:
                    stream.set_display_rotation(rotation)
                sound = add_sound(container) if audio else None
            frame = av.VideoFrame.from_ndarray(image, format="bgr24").reformat(format=pixels)
            frame.pts = pts[number] if pts else number * TICKS
            frame.time_base = MILLISECONDS
            container.mux(stream.encode(frame))
        if stream is not None:
            container.mux(stream.encode(None))
            if sound:
                beep(container, sound)
    return path


X265 = {"preset": "ultrafast", "x265-params": "log-level=none:pools=1:frame-threads=1"}
AV1 = {"preset": "12", "svtav1-params": "lp=1"}


def add_sound(container: Any) -> Any:
    """A sound track, to be filled by `beep`."""
    return container.add_stream("aac", rate=44100, layout="mono")


def beep(container: Any, stream: Any, frames: int = 20) -> None:
    """Half a second of it."""
    for number in range(frames):
        wave = np.sin(np.arange(1024, dtype=np.float32) / 9)[None]
        frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 44100, number * 1024
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def remux(
    source: Path,
    path: Path,
    change: Callable[[int, Any], None],
    muxer: Mapping[str, str] | None = None,
) -> Path:
    """Copy the packets of the video stream; `change(number, packet)` may alter each."""
    with av.open(str(source)) as old, av.open(str(path), "w", options=dict(muxer or {})) as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for number, packet in enumerate(old.demux(video=0)):
            if packet.size:
                change(number, packet)
                packet.stream = stream
                new.mux(packet)
    return path


def decode(path: Path, stream: int = 0) -> list[tuple[int | None, Any]]:
    """What PyAV alone gives, from the first frame to the last: PTS and every plane's bytes."""
    with av.open(str(path)) as container:
        return [(f.pts, planes(f)) for f in container.decode(container.streams.video[stream])]


def planes(frame: Any) -> list[Any]:
    """A frame's planes as arrays, without PyAV's own conversion: a copy, row by row."""
    wide = frame.format.components[0].bits > 8
    out = []
    for plane in frame.planes:
        rows = np.frombuffer(bytes(plane), np.uint16 if wide else np.uint8)
        rows = rows.reshape(plane.height, plane.line_size // (1 + wide))
        out.append(rows[:, : plane.width].copy())
    return out
