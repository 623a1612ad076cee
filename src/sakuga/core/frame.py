"""One decoded frame: its planes without a copy, its picture, its time. Wraps PyAV's."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from typing import Any, cast

import numpy as np
from av.video.format import VideoFormat
from av.video.frame import PictureType, VideoFrame
from numpy.typing import NDArray

PLANAR = frozenset(
    f"yuv{j}{c}p{b}"
    for j in ("", "j")
    for c in ("420", "422", "444")
    for b in ("", "10le", "12le")
    if not (j and b)
)
GRAY = frozenset({"gray", "gray10le", "gray12le"})

BT601, BT709, BT2020 = 5, 1, 9  # matrices, by their numbers in H.273 and in swscale alike
_CONSTANT_LUMINANCE = 10  # BT.2020's other form, which swscale refuses: read as its usual one
_CONVERTED = frozenset({0, 1, 4, 5, 6, 7, 9})  # matrices that swscale knows; 0 is RGB itself
_HD = 1280, 720  # a picture as wide or as high as that is BT.709 where nothing is said

_H264 = 1  # AV_VIDEO_ENC_PARAMS_H264
_ADDED = 16  # bytes before a block's own quantiser: its place and size

Plane = NDArray[np.uint8] | NDArray[np.uint16]


class Frame:
    """One decoded frame; its planes are views that live as long as the frame does."""

    __slots__ = ("_frame", "_picture", "_planar", "_told", "index")

    def __init__(
        self,
        frame: VideoFrame,
        index: int,
        told: Callable[[], float | None] | None = None,
        picture: VideoFrame | None = None,
    ) -> None:
        """told: reads the quantiser, where the decoder doesn't give it with the frame. picture:
        what is seen, where that is not the decoder's own: laid over a ground, or fitted."""
        self._frame = frame
        self._picture = picture or frame
        self._planar: VideoFrame | None = None
        self._told = told
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
    def intra(self) -> bool:
        """True where the codec drew the frame without another one."""
        return self._frame.pict_type == PictureType.I

    @property
    def bits(self) -> int:
        """Bits a sample: 8 gives uint8 planes, more gives uint16."""
        return _bits(self._picture.format.name)

    def quantiser(self) -> float | None:
        """Mean quantiser of an H.264 or HEVC frame, 0 to 51; None where it is not told.

        H.264's is read from FFmpeg's AVVideoEncParams (libavutil/video_enc_params.h): a head, and
        for each macroblock what its quantiser adds. HEVC's is that of a slice decoded at about the
        time of this one.
        """
        if self._told is not None:
            return self._told()
        told = self._frame.side_data.get("VIDEO_ENC_PARAMS")
        if told is None:
            return None
        raw = bytes(told)
        count, offset, size, kind, base = struct.unpack_from("@INNii", raw)
        if kind != _H264 or not count:
            return None
        added = np.ndarray((count,), np.int32, raw, offset + _ADDED, (size,))
        return float(base + added.mean())

    def planes(self) -> tuple[Plane, Plane, Plane]:
        """Y (H, W), U and V (at their own subsampled size), without a copy where possible."""
        return self.plane(0), self.plane(1), self.plane(2)

    def plane(self, which: int) -> Plane:
        """One of `planes`: 0, 1 or 2. Asked for alone, the others cost nothing."""
        frame = self._planar or self._as_planes()
        name = frame.format.name
        if name in GRAY and which:
            return _no_colour(frame)
        plane = frame.planes[which]
        wide = _bits(name) > 8
        rows = np.frombuffer(cast(Any, plane), np.uint16 if wide else np.uint8)
        rows = rows.reshape(-1, plane.line_size // (1 + wide))
        return cast(Plane, rows[: plane.height, : plane.width])

    def bgr(self) -> NDArray[np.uint8]:
        """The picture as stored, not rotated: (H, W, 3) uint8 BGR, by the file's own matrix."""
        return cast("NDArray[np.uint8]", converted(self._picture, "bgr24").to_ndarray())

    def upright(self) -> NDArray[np.uint8]:
        """The picture as shown, rotation applied, sample aspect not: (H, W, 3) uint8 BGR."""
        return np.ascontiguousarray(np.rot90(self.bgr(), self._frame.rotation // 90))

    def _as_planes(self) -> VideoFrame:
        """The picture in a format whose planes are read; made once."""
        picture = self._picture
        own = picture.format.name in PLANAR or picture.format.name in GRAY
        self._planar = picture if own else converted(picture, "yuv420p")
        return self._planar


def converted(
    frame: VideoFrame, form: str, size: tuple[int, int] | None = None, by: str = "BILINEAR"
) -> VideoFrame:
    """The frame in another pixel format and, if asked, size; in one thread, else each starts some.

    Colours are read by the matrix and range that the frame is tagged with.
    """
    width, height = size or (frame.width, frame.height)
    matrix = matrix_of(frame)
    return frame.reformat(
        width,
        height,
        form,
        src_colorspace=matrix,
        dst_colorspace=matrix,
        interpolation=by,
        threads=1,
    )


def matrix_of(frame: VideoFrame) -> int | None:
    """The matrix to read a frame's colours by; None: as it is tagged, or the usual BT.601."""
    tag = int(frame.colorspace)
    if tag in _CONVERTED or frame.format.is_rgb:
        return None
    if tag == _CONSTANT_LUMINANCE:
        return BT2020
    return BT709 if frame.width >= _HD[0] or frame.height >= _HD[1] else BT601


@cache
def _bits(pixel_format: str) -> int:
    return VideoFormat(pixel_format).components[0].bits


def _no_colour(frame: VideoFrame) -> Plane:
    bits = _bits(frame.format.name)
    kind = np.uint16 if bits > 8 else np.uint8
    size = (frame.height + 1) // 2, (frame.width + 1) // 2
    return cast(Plane, np.full(size, 1 << (bits - 1), kind))
