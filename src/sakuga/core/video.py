"""Reading video: probe, decode planes, fetch frames by exact PTS. The only reader through PyAV.

Frame numbers count the frames that the decoder gives, from 0, in presentation order. Times are
never computed from them: a file may have a variable frame rate, or no timestamps at all.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import islice
from typing import Any

import av
import av.error
import av.logging
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from sakuga.core import webp
from sakuga.core.alpha import GROUNDS, fitted, ground_for, may_be_clear, over, with_alpha
from sakuga.core.containers import FORMATS
from sakuga.core.errors import NoFrames, NoVideo, TooLarge, Unreadable, Unrecognised
from sakuga.core.files import open_file
from sakuga.core.frame import GRAY, PLANAR, Frame
from sakuga.core.hevc import Slices
from sakuga.core.pulse import beat

MAX_PIXELS = 8192 * 4352  # of one frame; 8K and a little
REORDER = 16  # frames by which decoding order may run ahead of presentation (H.264, HEVC: at most)
BACK = (0, 4, REORDER, 4 * REORDER, 16 * REORDER)  # frames to seek back by, until a keyframe comes
QUANTISERS = {"export_side_data": "venc_params"}
_PLANAR = PLANAR | GRAY
FASTEST = 240  # frames a second; a rate above is a mistake of the file's writer
RATE_OFF = 1.5  # times the rate that a file's own count of frames says: the named one is wrong
TIMED = 4096  # packets by which a rate is measured where the container names none that can be
SKIPPING = frozenset({"h264", "hevc"})  # decoders that may pass over single frames and stay exact

# No Python callback for FFmpeg's log: a decoder's thread would wait in it for the interpreter's
# lock, while whoever closes the decoder holds that lock and waits for the thread.
av.logging.set_level(None)


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
    ground: str = "none"


class VideoReader:
    """An open file and its chosen stream; a context manager.

    quantisers: have H.264 and HEVC frames tell theirs, the former at a few percent of the time of
    decoding.
    ground: the grey that transparent parts are laid over, 0 to 255; None where nothing is
    transparent.
    Without `stream`, the first one that the container marks as default is taken, cover art never.
    Raises Unreadable, Unrecognised, NoVideo, NoFrames (no decoder) or TooLarge.
    """

    def __init__(
        self,
        url: str,
        stream: int | None = None,
        threads: int | None = None,
        quantisers: bool = False,
    ) -> None:
        self._url, self._index, self._quantisers = url, stream, quantisers
        self._threads = threads or decode_threads()
        self.damaged = 0
        self.ground: int | None = None
        self._start()
        if may_be_clear(self._context.pix_fmt) or self._context is not self._stream.codec_context:
            self.ground = ground_for(self._decoded())
            self.damaged = 0
            self._restart()

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

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
        described = _describe(self._container, self._stream, self._choices, rotation, first)
        self._restart()
        rate = described.frame_rate or self._measured_rate()
        described = replace(described, ground=GROUNDS[self.ground], frame_rate=rate)
        self._restart()
        return described

    def frames(self) -> Iterator[Frame]:
        """Every frame from here on, in presentation order; broken packets are only counted."""
        index = 0
        for packet in self._packets():
            told = partial(self._slices.like_h264, packet) if packet and self._slices else None
            for frame in self._decode(packet):
                yield Frame(frame, index, told, self._seen(frame))
                index += 1

    def frames_at(self, numbers: Sequence[int], pts: NDArray[np.int64]) -> Iterator[Frame]:
        """The frames of the given ascending numbers; `pts` are those of all frames of the file.

        Seeks where the file's timestamps are exact and ascending, else reads through. A frame that
        can't be found again is left out: compare `Frame.index` with what was asked for. Frames come
        in their order, but for those that only reading through found: they come last.
        """
        if not len(numbers):
            return
        left = set(numbers)
        if pts[0] >= 0 and not np.any(np.diff(pts) <= 0):
            self._seek_before(numbers[0], pts)
            for frame in self._until({int(pts[n]): n for n in numbers}):
                left.discard(frame.index)
                yield frame
        if left:
            self._restart()
            yield from (frame for frame in self.frames() if frame.index in left)

    def _until(self, wanted: dict[int, int]) -> Iterator[Frame]:
        """Frames by PTS, from here to the last. What no other is coded from is not even decoded."""
        context = self._context
        skipping = context.codec.name in SKIPPING
        for packet in self._packets():
            needed = not skipping or packet is None or packet.pts is None or packet.pts in wanted
            context.skip_frame = "DEFAULT" if needed else "NONREF"
            for frame in self._decode(packet):
                if frame.pts in wanted:
                    yield Frame(frame, wanted[frame.pts], picture=self._seen(frame))
                if frame.pts is not None and frame.pts >= max(wanted):
                    return

    def _measured_rate(self) -> Fraction:
        """The mean rate of the packets' own stamps, from here on; 0 where they tell none."""
        packets = (p for p in islice(self._packets(), TIMED) if p is not None)
        stamps = sorted({p.pts for p in packets if p.pts is not None})
        if len(stamps) < 2:
            return Fraction(0)
        rate = (len(stamps) - 1) / ((stamps[-1] - stamps[0]) * self.time_base)
        usual = min(
            (Fraction(round(rate * n), n) for n in (1, Fraction(1001, 1000))), key=_off(rate)
        )
        doubt = 2 / Fraction(stamps[-1] - stamps[0])  # the first and the last stamp are rounded
        rate = usual if _off(rate)(usual) <= doubt else rate.limit_denominator(1001)
        return rate if rate <= FASTEST else Fraction(0)

    def _decoded(self) -> Iterator[VideoFrame]:
        for packet in self._packets():
            yield from self._decode(packet)

    def _packets(self) -> Iterator[Any]:
        """Packets, the last of them empty or None: it makes the decoder give what it holds back."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, IndexError):  # PyAV's, after the last, where streams came late
                return
            except av.error.FFmpegError:
                self.damaged += 1
                yield None
                return
            beat()
            yield packet

    def _decode(self, packet: Any) -> list[VideoFrame]:
        try:
            return self._context.decode(packet)
        except (av.error.FFmpegError, ValueError):
            self.damaged += 1
            return []

    def _seen(self, frame: VideoFrame) -> VideoFrame:
        """Laid over the ground, and fitted to the first size and format where those change."""
        picture = frame if self.ground is None else over(frame, self.ground)
        same = (picture.width, picture.height) == self._size
        if same and (picture.format.name == self._format or picture.format.name not in _PLANAR):
            return picture
        return fitted(picture, *self._size, self._format)

    def _seek_before(self, number: int, pts: NDArray[np.int64]) -> None:
        """To a codec keyframe that is shown at or before a frame; to the start where none is found.

        In mp4 a seek goes by decoding time, and may end at a keyframe that is shown after it. In
        what has no index (MPEG-PS, MPEG-TS) it may end anywhere.
        """
        for back in BACK:
            at = int(pts[max(0, number - back)])
            self._seek(at)
            first = next(self._packets(), None)
            if first is None or first.pts is None or not first.is_keyframe:
                continue
            if first.pts <= pts[number]:
                return self._seek(at)
        return self._restart()

    def _seek(self, pts: int) -> None:
        with suppress(av.error.FFmpegError):
            self._container.seek(pts, stream=self._stream)
            if self._context is not self._stream.codec_context:
                self._context.flush_buffers()

    def _start(self) -> None:
        with ExitStack() as opened:
            self._container = _open(self._url, opened)
            self._stream, self._choices = _choose(self._container, self._index)
            context: Any = self._stream.codec_context
            if context is None:
                raise NoFrames("no decoder for the codec of its video stream")
            if context.width * context.height > MAX_PIXELS:
                raise TooLarge(f"{context.width}x{context.height} pixels; the limit is 8192x4352")
            self._size = context.width, context.height
            self._format = context.pix_fmt if context.pix_fmt in _PLANAR else "yuv420p"
            limit = {"max_pixels": str(MAX_PIXELS)}
            context.options = limit | (QUANTISERS if self._quantisers else {})
            self._context = with_alpha(self._stream, limit) or context
            told = self._quantisers and context.codec.name == "hevc"
            self._slices = Slices(context.extradata) if told else None
            context.thread_count = self._threads
            context.thread_type = "AUTO" if self._threads > 1 else "NONE"
            self._opened = opened.pop_all()

    def _restart(self) -> None:
        """Open the file anew: only so are frames counted as they were the first time."""
        self._opened.close()
        self._start()


def can_decode(codec: str) -> bool:
    """True where this build of FFmpeg has a decoder of that name."""
    try:
        return bool(av.Codec(codec, "r").is_decoder)
    except ValueError:
        return False


def decode_threads() -> int:
    """Threads for one decoder: this process's share, as the engine set it; 1 if nobody did."""
    return int(os.environ.get("SAKUGA_THREADS", "1"))


def _open(url: str, opened: ExitStack) -> Any:
    """The container; it, and the file that it reads from, are closed with `opened`."""
    options = {"format_whitelist": FORMATS}
    try:
        file = opened.enter_context(open_file(url)) if "://" in url else url
        return opened.enter_context(av.open(file, options=options, metadata_errors="ignore"))
    except (av.error.InvalidDataError, av.error.EOFError, av.error.ArgumentError) as error:
        with open_file(url) as file:
            film = webp.film_of(file, MAX_PIXELS)
        if film is not None:
            return opened.enter_context(av.open(film, options=options))
        raise Unrecognised(
            f"no video container, or one cut short before its index: {error.strerror}"
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
        frame_rate=_rate(s, duration),
        time_base=s.time_base or Fraction(1, 1000),
        duration=duration,
        pixel_format=context.pix_fmt or "unknown",
        bit_depth=first.bits,
        colour_range={1: "limited", 2: "full"}.get(int(context.color_range or 0), "unknown"),
    )


def _off(rate: Fraction) -> Callable[[Fraction], Fraction]:
    """How far another rate is from this one, as a share of it."""
    return lambda other: abs(other / rate - 1)


def _rate(s: VideoStream, duration: float | None) -> Fraction:
    """The rate that the container names; 0 where it names none, or one that can't be.

    A Matroska file may name a wrong one beside right stamps: its tick, or twice what its own count
    of frames says.
    """
    named = s.average_rate or s.guessed_rate or Fraction(0)
    tagged = s.metadata.get("NUMBER_OF_FRAMES", "")
    frames = s.frames or (int(tagged) if tagged.isdecimal() else 0)
    counted = frames / duration if frames > 1 and duration else float(named)
    wrong = counted and not 1 / RATE_OFF < named / counted < RATE_OFF
    return Fraction(0) if named > FASTEST or wrong else named
