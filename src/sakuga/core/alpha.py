"""Transparent pictures, laid over a ground on which the ink can be seen; pictures of another size.

Black ink on transparency shows nothing over black. So one ground is chosen for a whole file, from
its first pictures that bear any ink.
"""

# PyAV leaves the types of its codec contexts open:
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame

from sakuga.core.frame import Frame

DARK, BRIGHT = 40, 255
"""The grounds, grey levels: for bright ink and for dark ink."""
_LOOKED_AT: Final = 48  # first frames of a file
_INK: Final = 0.001  # of the picture is opaque: it bears ink
_DECODERS: Final = {"vp8": "libvpx", "vp9": "libvpx-vp9"}  # FFmpeg's own leave alpha out


def with_alpha(stream: Any) -> Any | None:
    """A decoder that gives the alpha which a WebM stream's own leaves out; None: not needed."""
    name = _DECODERS.get(stream.codec_context.name)
    if name is None or stream.metadata.get("alpha_mode") != "1":
        return None
    try:
        context: Any = av.CodecContext.create(name, "r")
    except ValueError:
        return None
    context.extradata = stream.codec_context.extradata
    context.thread_count = 1
    return context


def ground_for(frames: Iterable[Frame]) -> int | None:
    """The ground on which the ink of a film can be seen; None where nothing is transparent."""
    clear = False
    for frame in islice(frames, _LOOKED_AT):
        layers = frame.layers()
        if layers is None:
            return None
        alpha = layers[..., 3].astype(np.float32) / 255
        clear = clear or float(alpha.min()) < 1
        if float(alpha.mean()) > _INK and clear:
            grey = layers[..., :3].mean(axis=2)
            return BRIGHT if float((grey * alpha).sum() / alpha.sum()) < 128 else DARK
    return BRIGHT if clear else None


def over(frame: VideoFrame, ground: int) -> VideoFrame:
    """A transparent picture over a grey ground, with the same time."""
    layers = frame.to_ndarray(format="rgba", threads=1).astype(np.uint16)
    alpha = layers[..., 3:]
    mixed = (layers[..., :3] * alpha + ground * (255 - alpha) + 127) // 255
    made = VideoFrame.from_ndarray(mixed.astype(np.uint8), format="rgb24")
    return _timed(made.reformat(format="yuv420p", dst_color_range="MPEG", threads=1), frame)


def fitted(frame: VideoFrame, width: int, height: int) -> VideoFrame:
    """A picture of another size, as large as fits, in the middle of black."""
    share = min(width / frame.width, height / frame.height)
    size = max(1, round(frame.width * share)), max(1, round(frame.height * share))
    picture: Any = cv2.resize(
        frame.to_ndarray(format="rgb24", threads=1), size, interpolation=cv2.INTER_AREA
    )
    whole = np.zeros((height, width, 3), np.uint8)
    top, left = (height - size[1]) // 2, (width - size[0]) // 2
    whole[top : top + size[1], left : left + size[0]] = picture
    made = VideoFrame.from_ndarray(whole, format="rgb24")
    return _timed(made.reformat(format="yuv420p", dst_color_range="MPEG", threads=1), frame)


def _timed(made: VideoFrame, frame: VideoFrame) -> VideoFrame:
    made.pts, made.time_base = frame.pts, frame.time_base
    return made
