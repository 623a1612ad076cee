"""Animated WebP, which FFmpeg does not read: its frames as a lossless film in memory."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from typing import Any, Final

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame

from sakuga.core.containers import HEAD, kind_of
from sakuga.core.errors import TooLarge, Unrecognised
from sakuga.core.pulse import beat

KIND: Final = "animated_webp"
_MILLISECOND: Final = Fraction(1, 1000)
_AT_ONCE: Final = 1 << 26  # pixels that are decoded before they are written


def film_of(file: Any, most: int) -> BytesIO | None:
    """An animated WebP as FFV1 in NUT, with the times of its frames; None if it is none.

    most: pixels that a frame may have; raises TooLarge above, Unrecognised if no frame decodes.
    """
    head = file.read(HEAD)
    if kind_of(head) != KIND:
        return None
    width, height = (1 + int.from_bytes(head[at : at + 3], "little") for at in (24, 27))
    if width * height > most:
        raise TooLarge(f"{width}x{height} pixels; the limit is 8192x4352")
    content = np.frombuffer(head + file.read(), np.uint8)
    film = _written(_frames(content, max(1, _AT_ONCE // (width * height))))
    if film is None:
        raise Unrecognised("no frame of the animation decodes")
    return film


def _frames(content: Any, at_once: int) -> Iterator[tuple[Any, int]]:
    """Each frame, whole, (H, W, 3) BGR or (H, W, 4) with alpha, and its milliseconds."""
    start, before = 0, cv2.utils.logging.getLogLevel()
    while True:
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        try:
            _, animation = cv2.imdecodeanimation(content, start, at_once)
        except cv2.error:
            return
        finally:
            cv2.utils.logging.setLogLevel(before)
        yield from zip(animation.frames, animation.durations, strict=True)
        start += len(animation.frames)
        if len(animation.frames) < at_once:
            return


def _written(frames: Iterator[tuple[Any, int]]) -> BytesIO | None:
    film, stream, time = BytesIO(), None, 0
    with av.open(film, "w", format="nut") as container:
        for picture, milliseconds in frames:
            stream = stream or _stream(container, picture.shape[1], picture.shape[0])
            alpha = picture.shape[2] == 4
            frame = VideoFrame.from_ndarray(picture, format="bgra" if alpha else "bgr24")
            frame = frame.reformat(format="bgra", threads=1)
            frame.pts, frame.time_base = time, _MILLISECOND
            container.mux(stream.encode(frame))
            time += max(1, int(milliseconds))
            beat()
        if stream is None:
            return None
        container.mux(stream.encode(None))
    film.seek(0)
    return film


def _stream(container: Any, width: int, height: int) -> Any:
    stream = container.add_stream("ffv1", rate=1000)
    stream.width, stream.height, stream.pix_fmt = width, height, "bgra"
    stream.time_base = stream.codec_context.time_base = _MILLISECOND
    stream.codec_context.thread_count = 1
    return stream
