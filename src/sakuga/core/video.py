"""Reading video: probe, decode planes, fetch frames by exact PTS. The only reader through PyAV.

Frame numbers count the frames that the decoder gives, from 0, in presentation order. Times are
never computed from them: a file may have a variable frame rate, or no timestamps at all.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

import av
import av.error
import av.logging
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from sakuga.core.errors import NoFrames, NoVideo, TooLarge, Unreadable, Unrecognised
from sakuga.core.files import open_file
from sakuga.core.pulse import beat

MAX_PIXELS = 8192 * 4352  # of one frame; 8K and a little
PLANAR = frozenset(
    f"yuv{j}{c}p{b}"
    for j in ("", "j")
    for c in ("420", "422", "444")
    for b in ("", "10le", "12le")
    if not (j and b)
)
GRAY = frozenset({"gray", "gray10le", "gray12le"})

Plane = NDArray[np.uint8] | NDArray[np.uint16]

av.logging.set_level(av.logging.PANIC)


@dataclass(frozen=True, slots=True)
class Stream:
    """What a container says about its chosen video stream; fields as in `records.Video`."""

    container: str
    codec: str
    stream: int
    video_streams: int
    width: int
    height: int
    rotation: int
    sample_aspect: Fraction
    frame_rate: Fraction
    time_base: Fraction
    duration: float | None
    pixel_format: str
    bit_depth: int
    colour_range: str


class Frame:
    """One decoded frame; its planes are views that live as long as the frame does."""

    __slots__ = ("_frame", "index")

    def __init__(self, frame: VideoFrame, index: int) -> None:
        self._frame = frame
        self.index = index

    @property
    def pts(self) -> int | None:
        """Presentation time in ticks of the stream's time base, or None where the file has none."""
        return self._frame.pts

    @property
    def damaged(self) -> bool:
        """True where the decoder concealed an error."""
        return self._frame.is_corrupt

    @property
    def bits(self) -> int:
        """Bits a sample: 8 gives uint8 planes, more gives uint16."""
        return self._frame.format.components[0].bits

    def planes(self) -> tuple[Plane, Plane, Plane]:
        """Y (H, W), U and V (at their own subsampled size), without a copy where possible."""
        frame = self._frame
        if frame.format.name in GRAY:
            (y,) = _views(frame)
            return y, *_no_colour(frame)
        if frame.format.name not in PLANAR:
            frame = self._frame = frame.reformat(format="yuv420p")
        y, u, v = _views(frame)
        return y, u, v

    def bgr(self) -> NDArray[np.uint8]:
        """The picture as stored, not rotated: (H, W, 3) uint8 BGR."""
        return cast("NDArray[np.uint8]", self._frame.to_ndarray(format="bgr24"))

    def upright(self) -> NDArray[np.uint8]:
        """The picture as shown, rotation applied, sample aspect not: (H, W, 3) uint8 BGR."""
        return np.ascontiguousarray(np.rot90(self.bgr(), self._frame.rotation // 90))


def _views(frame: VideoFrame) -> tuple[Plane, ...]:
    wide = frame.format.components[0].bits > 8
    kind = np.uint16 if wide else np.uint8
    return tuple(
        cast(Plane, np.frombuffer(cast(Any, plane), kind)).reshape(
            -1, plane.line_size // (1 + wide)
        )[: plane.height, : plane.width]
        for plane in frame.planes
    )


def _no_colour(frame: VideoFrame) -> tuple[Plane, Plane]:
    bits = frame.format.components[0].bits
    kind = np.uint16 if bits > 8 else np.uint8
    size = (frame.height + 1) // 2, (frame.width + 1) // 2
    middle = cast(Plane, np.full(size, 1 << (bits - 1), kind))
    return middle, middle


class VideoReader:
    """An open file and its chosen stream; a context manager.

    Without `stream`, the first one that the container marks as default is taken, cover art never.
    Raises Unreadable, Unrecognised, NoVideo or TooLarge.
    """

    def __init__(self, url: str, stream: int | None = None, threads: int | None = None) -> None:
        self._container = _open(url)
        try:
            self._stream, self._choices = _choose(self._container, stream)
            context = self._stream.codec_context
            if context.width * context.height > MAX_PIXELS:
                raise TooLarge(f"{context.width}x{context.height} pixels; the limit is 8192x4352")
            context.thread_count = threads or decode_threads()
            context.thread_type = "AUTO" if context.thread_count > 1 else "NONE"
        except BaseException:
            self._container.close()
            raise
        self.damaged = 0

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    @property
    def time_base(self) -> Fraction:
        """Seconds a tick of every PTS here."""
        return self._stream.time_base or Fraction(1, 1000)

    def describe(self) -> Stream:
        """What the container says, with the rotation that the first frame carries.

        Raises NoFrames where nothing decodes. Leaves the reader at the start.
        """
        first = next(iter(self.frames()), None)
        if first is None:
            raise NoFrames("no frame of the video stream decodes")
        rotation = first._frame.rotation % 360  # pyright: ignore[reportPrivateUsage]
        self._rewind()
        return _describe(self._container, self._stream, self._choices, rotation, first)

    def frames(self) -> Iterator[Frame]:
        """Every frame from here on, in presentation order; broken packets are only counted."""
        index = 0
        for packet in self._packets():
            for frame in self._decode(packet):
                yield Frame(frame, index)
                index += 1

    def frames_at(self, numbers: Sequence[int], pts: NDArray[np.int64]) -> Iterator[Frame]:
        """The frames of the given ascending numbers; `pts` are those of all frames of the file.

        Seeks where the file's timestamps are exact and ascending, else reads through. A frame that
        can't be found again is left out: compare `Frame.index` with what was asked for.
        """
        if not len(numbers):
            return
        left = set(numbers)
        if pts[0] >= 0 and not np.any(np.diff(pts) <= 0):
            for frame in self._seek_each({int(pts[n]): n for n in numbers}):
                left.discard(frame.index)
                yield frame
        if left:
            self._rewind()
            yield from (frame for frame in self.frames() if frame.index in left)

    def _seek_each(self, wanted: dict[int, int]) -> Iterator[Frame]:
        """Frames by PTS, ascending. Frames that no other is coded from are not even decoded."""
        self._seek(min(wanted))
        context = self._stream.codec_context
        for packet in self._packets():
            needed = packet.pts is None or packet.pts in wanted
            context.skip_frame = "DEFAULT" if needed else "NONREF"
            for frame in self._decode(packet):
                if frame.pts in wanted:
                    yield Frame(frame, wanted[frame.pts])
                if frame.pts is not None and frame.pts >= max(wanted):
                    context.skip_frame = "DEFAULT"
                    return

    def _packets(self) -> Iterator[Any]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.error.FFmpegError:
                self.damaged += 1
                return
            beat()
            yield packet

    def _decode(self, packet: Any) -> list[VideoFrame]:
        try:
            return packet.decode()
        except (av.error.FFmpegError, ValueError):
            self.damaged += 1
            return []

    def _rewind(self) -> None:
        self._seek(self._stream.start_time or 0)

    def _seek(self, pts: int) -> None:
        """To the last codec keyframe at or before a PTS, or to the start where that fails."""
        self._stream.codec_context.skip_frame = "DEFAULT"
        with contextlib.suppress(av.error.FFmpegError):
            self._container.seek(pts, stream=self._stream)


def can_decode(codec: str) -> bool:
    """True where this build of FFmpeg has a decoder of that name."""
    try:
        return bool(av.Codec(codec, "r").is_decoder)
    except ValueError:
        return False


def decode_threads() -> int:
    """Threads for one decoder: this process's share, as the engine set it; 1 if nobody did."""
    return int(os.environ.get("SAKUGA_THREADS", "1"))


def _open(url: str) -> Any:
    try:
        return av.open(open_file(url) if "://" in url else url, metadata_errors="ignore")
    except (av.error.InvalidDataError, av.error.EOFError) as error:
        raise Unrecognised(
            f"no video container, or one cut short before its index: {error}"
        ) from error
    except (OSError, av.error.FFmpegError) as error:
        raise Unreadable(str(error)) from error


def _choose(container: Any, index: int | None) -> tuple[VideoStream, int]:
    real = [s for s in container.streams.video if not s.disposition & s.disposition.attached_pic]
    if not real:
        raise NoVideo("no video stream (cover art is not counted)")
    if index is not None:
        real_of_index = [s for s in real if s.index == index]
        if not real_of_index:
            raise NoVideo(f"no video stream at index {index}")
        return real_of_index[0], len(real)
    default = [s for s in real if s.disposition & s.disposition.default]
    return (default or real)[0], len(real)


def _describe(container: Any, s: VideoStream, choices: int, rotation: int, first: Frame) -> Stream:
    context = s.codec_context
    turned = rotation in (90, 270)
    duration = (
        float(s.duration * s.time_base)
        if s.duration and s.time_base
        else container.duration / 1e6
        if container.duration
        else None
    )
    return Stream(
        container=container.format.name,
        codec=context.name,
        stream=s.index,
        video_streams=choices,
        width=context.height if turned else context.width,
        height=context.width if turned else context.height,
        rotation=rotation,
        sample_aspect=s.sample_aspect_ratio or Fraction(1),
        frame_rate=s.average_rate or s.guessed_rate or Fraction(0),
        time_base=s.time_base or Fraction(1, 1000),
        duration=duration,
        pixel_format=context.pix_fmt or "unknown",
        bit_depth=first.bits,
        colour_range={1: "limited", 2: "full"}.get(int(context.color_range or 0), "unknown"),
    )
