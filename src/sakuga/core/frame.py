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

_H264 = 1  # AV_VIDEO_ENC_PARAMS_H264
_ADDED = 16  # bytes before a block's own quantiser: its place and size

Plane = NDArray[np.uint8] | NDArray[np.uint16]


class Frame:
    """One decoded frame; its planes are views that live as long as the frame does."""

    __slots__ = ("_frame", "_told", "index")

    def __init__(
        self, frame: VideoFrame, index: int, told: Callable[[], float | None] | None = None
    ) -> None:
        """told: reads the quantiser, where the decoder doesn't give it with the frame."""
        self._frame = frame
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
        return _bits(self._frame.format.name)

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
        frame, name = self._frame, self._frame.format.name
        if name in GRAY and which:
            return _no_colour(frame)
        if name not in PLANAR and name not in GRAY:
            frame = self._frame = frame.reformat(format="yuv420p", threads=1)
            name = "yuv420p"
        plane = frame.planes[which]
        wide = _bits(name) > 8
        rows = np.frombuffer(cast(Any, plane), np.uint16 if wide else np.uint8)
        rows = rows.reshape(-1, plane.line_size // (1 + wide))
        return cast(Plane, rows[: plane.height, : plane.width])

    def layers(self) -> NDArray[np.uint8] | None:
        """(H, W, 4) uint8 RGB and alpha, as stored; None where the format has no alpha."""
        if not any(component.is_alpha for component in self._frame.format.components):
            return None
        return cast("NDArray[np.uint8]", self._frame.to_ndarray(format="rgba", threads=1))

    def bgr(self) -> NDArray[np.uint8]:
        """The picture as stored, not rotated: (H, W, 3) uint8 BGR."""
        made = self._frame.to_ndarray(format="bgr24", threads=1)  # else each starts some of its own
        return cast("NDArray[np.uint8]", made)

    def upright(self) -> NDArray[np.uint8]:
        """The picture as shown, rotation applied, sample aspect not: (H, W, 3) uint8 BGR."""
        return np.ascontiguousarray(np.rot90(self.bgr(), self._frame.rotation // 90))


@cache
def _bits(pixel_format: str) -> int:
    return VideoFormat(pixel_format).components[0].bits


def _no_colour(frame: VideoFrame) -> Plane:
    bits = _bits(frame.format.name)
    kind = np.uint16 if bits > 8 else np.uint8
    size = (frame.height + 1) // 2, (frame.width + 1) // 2
    return cast(Plane, np.full(size, 1 << (bits - 1), kind))
