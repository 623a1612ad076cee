"""Pictures in, a video file out, one at a time: the only writer that imports av.

Built on PyAV (BSD-3-Clause), which carries FFmpeg and the encoders.
"""

# PyAV leaves the type of its packets open:
# pyright: reportUnknownMemberType=false
from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final

import av
import numpy as np
from av.container import OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

Image = NDArray[np.uint8]

ENCODERS: Final = {
    "h264": "libx264",
    "hevc": "libx265",
    "vp9": "libvpx-vp9",
    "av1": "libsvtav1",
    "ffv1": "ffv1",
}
"""What each codec is written with; ffv1 is lossless."""

CONTAINERS: Final = {"mp4": "mp4", "mkv": "matroska", "webm": "webm", "mov": "mov"}
_SPEEDS: Final = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow")
_TICKS_PER_FRAME: Final = 512  # so that a frame may stand between two beats of the rate


@dataclass(frozen=True, slots=True)
class VideoFormat:
    """How a file is written. Recipe of `VideoWriter`.

    crf: the codec's own quality scale (H.264 and HEVC 0 to 51, VP9 and AV1 0 to 63), lower is
    better; bit_rate: bits a second, instead of crf when given; pixel_format: `yuv420p`,
    `yuv444p`, `yuv420p10le`, ... ; rotation: degrees counter-clockwise, a mark in the file's
    header only; preset: x264's names, translated for the other codecs; threads: 0 is all cores.
    """

    codec: str = "h264"
    crf: int = 23
    rate: Fraction = Fraction(24)
    pixel_format: str = "yuv420p"
    preset: str = "veryfast"
    bit_rate: int | None = None
    rotation: int = 0
    sample_aspect: Fraction = Fraction(1)
    keyframe_interval: int = 250
    threads: int = 0
    options: tuple[tuple[str, str], ...] = field(default=())


def fitting_pixel_format(codec: str, pixel_format: str, width: int, height: int) -> str:
    """The nearest pixel format that the encoder takes at this size.

    Odd sizes have no whole 4:2:0 chroma sample at the edge: libx264 and libx265 refuse them, so
    they are written as 4:4:4. libvpx, SVT-AV1 and ffv1 round up by themselves.
    """
    odd = width % 2 or height % 2
    if odd and codec in ("h264", "hevc"):
        return pixel_format.replace("yuv420p", "yuv444p")
    return pixel_format


class VideoWriter:
    """Writes pictures to a video file; the file appears under its name only when it is whole.

    >>> with VideoWriter(path, 854, 480, VideoFormat(rate=Fraction(24000, 1001))) as writer:
    ...     for image in images:
    ...         writer.write(image)
    """

    def __init__(
        self, path: Path, width: int, height: int, form: VideoFormat, tags: Mapping[str, str] = {}
    ) -> None:
        """path: its suffix names the container; width, height: pixels; tags: the container's own.

        An MP4 or MOV with tags keeps names of any kind, and begins with its index, for the web.
        Raises ValueError when codec or container is unknown. An encoder that refuses the
        combination says so (av.error.FFmpegError) at the first picture.
        """
        self.path, self.form, self.size = path, form, (width, height)
        self.frames = 0
        self._temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
        self._last_ticks = -1
        self._reformat = VideoReformatter()
        self._container = _open(self._temporary, tags)
        try:
            self._stream = _add_stream(self._container, width, height, form)
        except BaseException:
            self._discard()
            raise

    def write(self, image: Image, pts: Fraction | int | None = None) -> None:
        """Add one picture.

        image: (height, width, 3) uint8 BGR; pts: its time in frames of the rate (a Fraction may
        stand between two), greater than the one before. None: right after the one before.
        """
        if image.shape != (self.size[1], self.size[0], 3):
            raise ValueError(f"picture is {image.shape}, the film is {self.size} (width, height)")
        ticks = self._ticks(pts)
        frame = self._reformat.reformat(
            av.VideoFrame.from_ndarray(image, format="bgr24"),
            format=self._stream.codec_context.pix_fmt,
            dst_colorspace=1,  # BT.709, as the stream is marked
            interpolation="AREA",
        )
        frame.pts, frame.time_base = ticks, self._time_base
        self._container.mux(self._stream.encode(frame))
        self._last_ticks = ticks
        self.frames += 1

    def close(self) -> None:
        """Write what the encoder still holds, and give the file its name."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        self._temporary.replace(self.path)

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._discard()

    @property
    def _time_base(self) -> Fraction:
        return 1 / (self.form.rate * _TICKS_PER_FRAME)

    def _ticks(self, pts: Fraction | int | None) -> int:
        if pts is None:
            return self._last_ticks + _TICKS_PER_FRAME if self._last_ticks >= 0 else 0
        ticks = round(pts * _TICKS_PER_FRAME)
        if ticks <= self._last_ticks:
            raise ValueError(f"pts {pts} does not come after the picture before it")
        return ticks

    def _discard(self) -> None:
        self._container.close()
        self._temporary.unlink(missing_ok=True)


def _open(path: Path, tags: Mapping[str, str]) -> OutputContainer:
    form = CONTAINERS.get(path.suffix.lstrip("."))
    if form is None:
        raise ValueError(f"container {path.suffix!r} is unknown: use one of {list(CONTAINERS)}")
    options = {"fflags": "+bitexact"}
    if tags and form in ("mp4", "mov"):
        options["movflags"] = "+faststart+use_metadata_tags"
    container = av.open(str(path), "w", format=form, options=options)
    container.metadata.update(tags)
    return container


def _add_stream(
    container: OutputContainer, width: int, height: int, form: VideoFormat
) -> VideoStream:
    if form.codec not in ENCODERS:
        raise ValueError(f"codec {form.codec!r} is unknown: use one of {list(ENCODERS)}")
    if form.codec == "av1":
        os.environ.setdefault("SVT_LOG", "1")  # or SVT-AV1 tells its settings on every file
    stream = container.add_stream(ENCODERS[form.codec], rate=form.rate, options=_options(form))
    assert isinstance(stream, VideoStream)
    context = stream.codec_context
    context.width, context.height = width, height
    context.pix_fmt = fitting_pixel_format(form.codec, form.pixel_format, width, height)
    context.time_base = 1 / (form.rate * _TICKS_PER_FRAME)
    stream.time_base = context.time_base
    context.gop_size = form.keyframe_interval
    context.thread_count = form.threads
    context.bit_rate = form.bit_rate or 0
    context.sample_aspect_ratio = form.sample_aspect
    _mark_colours(context)
    if form.rotation:
        stream.set_display_rotation(form.rotation)
    return stream


def _mark_colours(context: VideoCodecContext) -> None:
    """BT.709, limited range: what players assume of a modern file."""
    context.color_primaries = context.color_trc = context.colorspace = 1
    context.color_range = 1


def _options(form: VideoFormat) -> dict[str, str]:
    """The encoder's own words for quality and speed."""
    speed = _SPEEDS.index(form.preset)
    by_codec = {
        "h264": {"preset": form.preset},
        "hevc": {"preset": form.preset, "x265-params": _x265(form)},
        "vp9": {"deadline": "realtime" if speed < 4 else "good", "cpu-used": str(8 - speed)},
        "av1": {"preset": str(11 - speed), "svtav1-params": f"lp={form.threads}"},
        "ffv1": {"level": "3"},
    }
    options = by_codec[form.codec]
    if form.codec != "ffv1" and form.bit_rate is None:
        options["crf"] = str(form.crf)
    return {**options, **dict(form.options)}


def _x265(form: VideoFormat) -> str:
    pools = f":pools={form.threads}" if form.threads else ""
    return f"log-level=error:keyint={form.keyframe_interval}{pools}"
