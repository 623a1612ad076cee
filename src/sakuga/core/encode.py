"""Pictures in, a video file out, one at a time: the only writer that imports av.

Built on PyAV (BSD-3-Clause), which carries FFmpeg and the encoders.
"""

# PyAV leaves the type of its packets open:
# pyright: reportUnknownMemberType=false
from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, cast

import av
import numpy as np
from av.container import OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from sakuga.core.codecs import (
    CONTAINERS,
    ENCODERS,
    QUANTISED,
    VideoFormat,
    fitting_pixel_format,
    options_of,
)

Image = NDArray[np.uint8]
_LAYOUTS = {("uint8", 3): "bgr24", ("uint8", 4): "bgra", ("uint16", 3): "bgr48le"}
_QUANTISER = 118  # FFmpeg's lambda for a quantiser of 1
_CODED_BY_QUANTISER, _FIELDS_APART = 0x2, 0x2004_0000  # flags: qscale; ildct and ilme


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
            self._stream = _add_stream(
                self._container, path.suffix.lstrip("."), (width, height), form
            )
        except BaseException:
            self._discard()
            raise

    def write(
        self, image: NDArray[np.uint8 | np.uint16], pts: Fraction | int | None = None
    ) -> None:
        """Add one picture.

        image: (height, width, 3) uint8 or uint16 BGR, or (height, width, 4) uint8 BGR and alpha;
        pts: its time in frames of the rate (a Fraction may stand between two), greater than the
        one before. None: right after the one before.
        """
        if image.shape[:2] != (self.size[1], self.size[0]):
            raise ValueError(f"picture is {image.shape}, the film is {self.size} (width, height)")
        ticks = self._ticks(pts)
        frame = self._woven(image) if self.form.interlaced else self._converted(image)
        frame.pts, frame.time_base = ticks, self._time_base
        self._container.mux(self._stream.encode(frame))
        if self.form.codec == "av1" and not self.frames:
            _back_to_usual_scheduling()
        self._last_ticks = ticks
        self.frames += 1

    def _converted(self, image: NDArray[np.uint8 | np.uint16]) -> av.VideoFrame:
        layout = _LAYOUTS.get((image.dtype.name, image.shape[2]))
        if layout is None:
            raise ValueError(f"picture of {image.dtype} with {image.shape[2]} channels")
        return self._reformat.reformat(
            av.VideoFrame.from_ndarray(cast(Any, image), format=layout),
            format=self._stream.codec_context.pix_fmt,
            dst_colorspace=_matrix(self.form),
            interpolation="AREA",
            dst_color_range=2 if self.form.full_range else None,
        )

    def _woven(self, image: NDArray[np.uint8 | np.uint16]) -> av.VideoFrame:
        """Both fields are converted apart, so that neither takes colour from the other."""
        fields = [self._converted(np.ascontiguousarray(image[side::2])) for side in (0, 1)]
        whole = av.VideoFrame(*self.size, str(self._stream.codec_context.pix_fmt))
        for place, plane in enumerate(whole.planes):
            rows = _rows(plane)
            for side in (0, 1):
                part = _rows(fields[side].planes[place])
                rows[side::2, : plane.width] = part[:, : plane.width]
        return whole

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
        return self.form.ticks(self.path.suffix.lstrip("."))

    def _ticks(self, pts: Fraction | int | None) -> int:
        a_frame = 1 / (self.form.rate * self._time_base)
        if pts is None:
            return self._last_ticks + round(a_frame) if self._last_ticks >= 0 else 0
        ticks = round(pts * a_frame)
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
    container: OutputContainer, suffix: str, size: tuple[int, int], form: VideoFormat
) -> VideoStream:
    width, height = size
    if form.codec not in ENCODERS:
        raise ValueError(f"codec {form.codec!r} is unknown: use one of {list(ENCODERS)}")
    if form.codec == "av1":
        os.environ.setdefault("SVT_LOG", "1")  # or SVT-AV1 tells its settings on every file
    rate = form.nominal_rate or form.rate
    stream = container.add_stream(ENCODERS[form.codec], rate=rate, options=options_of(form))
    assert isinstance(stream, VideoStream)
    context = stream.codec_context
    context.width, context.height = width, height
    context.pix_fmt = fitting_pixel_format(form.codec, form.pixel_format, width, height)
    context.time_base = form.ticks(suffix)
    stream.time_base = context.time_base
    context.gop_size = form.keyframe_interval
    context.thread_count = form.threads
    context.bit_rate = form.bit_rate or 0
    context.sample_aspect_ratio = form.sample_aspect
    _mark_colours(context, form)
    _set_flags(context, form)
    if form.rotation:
        stream.set_display_rotation(form.rotation)
    return stream


def _mark_colours(context: VideoCodecContext, form: VideoFormat) -> None:
    """As told; BT.709 in limited range is what players assume of a modern file."""
    tags = form.colours if form.tagged else (2, 2, 2)
    context.color_primaries, context.color_trc, context.colorspace = tags
    context.color_range = (2 if form.full_range else 1) if form.tagged else 0


def _set_flags(context: VideoCodecContext, form: VideoFormat) -> None:
    words: Any = context
    if form.codec in QUANTISED and form.bit_rate is None:
        words.flags |= _CODED_BY_QUANTISER
        words.global_quality = form.crf * _QUANTISER
    if form.interlaced:
        words.flags |= _FIELDS_APART


def _matrix(form: VideoFormat) -> int:
    """swscale's number for the matrix that turns RGB into luma and chroma."""
    return {1: 1, 5: 5, 6: 5, 9: 9}[form.colours[2]]


def _rows(plane: Any) -> NDArray[np.uint8]:
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)


def _back_to_usual_scheduling() -> None:
    """Take back the real-time priority that SVT-AV1 gives this process where it runs as root.

    It would keep every other process off the processors, as long as this one lives.
    """
    if not hasattr(os, "sched_setscheduler"):
        return
    with suppress(OSError):
        for thread in os.listdir("/proc/self/task"):
            os.sched_setscheduler(int(thread), os.SCHED_OTHER, os.sched_param(0))
