"""One decoded frame: its planes without a copy, its picture, its time. Wraps PyAV's."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

PLANAR = frozenset(
    f"yuv{j}{c}p{b}"
    for j in ("", "j")
    for c in ("420", "422", "444")
    for b in ("", "10le", "12le")
    if not (j and b)
)
GRAY = frozenset({"gray", "gray10le", "gray12le"})

Plane = NDArray[np.uint8] | NDArray[np.uint16]


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
