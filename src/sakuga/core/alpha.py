"""Transparent pictures, laid over a ground on which the ink can be seen; pictures of another size.

Black ink on transparency shows nothing over black. So one ground is chosen for a whole file, from
its first pictures that bear any ink.
"""

# PyAV leaves the types of its codec contexts open:
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final, cast

import av
import numpy as np
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from sakuga.core.frame import BT601, converted, matrix_of

DARK, WHITE = 40, 255
"""The grounds, grey levels: for bright ink and for dark ink."""
GROUNDS: Final = {None: "none", DARK: "dark", WHITE: "white"}
"""What a ground is called in the table of videos."""
_LOOKED_AT: Final = 48  # first frames of a file
_INK: Final = 0.001  # of the picture is opaque: it bears ink
_FULL: Final = 2  # AVCOL_RANGE_JPEG
_LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)
_DECODERS: Final = {"vp8": "libvpx", "vp9": "libvpx-vp9"}  # FFmpeg's own leave alpha out


def may_be_clear(form: str | None) -> bool:
    """True where a pixel format can say that a pixel is transparent."""
    if not form:
        return False
    known = VideoFormat(form)
    return known.has_palette or any(component.is_alpha for component in known.components)


def with_alpha(stream: Any, options: dict[str, str]) -> Any | None:
    """A decoder that gives the alpha which a WebM stream's own leaves out; None: not needed."""
    name = _DECODERS.get(stream.codec_context.name)
    if name is None or stream.metadata.get("alpha_mode") != "1":
        return None
    try:
        context: Any = av.CodecContext.create(name, "r")
    except ValueError:
        return None
    context.extradata = stream.codec_context.extradata
    context.options = options
    context.thread_count = 1
    return context


def ground_for(frames: Iterable[VideoFrame]) -> int | None:
    """The ground on which the ink of a film can be seen; None where nothing is transparent.

    White for dark ink, nearly black for bright ink: the mean luma of what is opaque, in the first
    frame that bears ink, says which.
    """
    clear = False
    for frame in islice(frames, _LOOKED_AT):
        layers = _layers(frame)
        alpha = layers[..., 3].astype(np.float32) / 255
        clear = clear or float(alpha.min()) < 1
        if clear and float(alpha.mean()) > _INK:
            luma = layers[..., :3] @ _LUMA
            return WHITE if float((luma * alpha).sum() / alpha.sum()) < 128 else DARK
    return WHITE if clear else None


def over(frame: VideoFrame, ground: int) -> VideoFrame:
    """A transparent picture over a grey ground, as RGB."""
    layers = _layers(frame).astype(np.uint16)
    alpha = layers[..., 3:]
    mixed = (layers[..., :3] * alpha + ground * (255 - alpha) + 127) // 255
    return VideoFrame.from_ndarray(mixed.astype(np.uint8), format="rgb24")


def fitted(frame: VideoFrame, width: int, height: int, form: str) -> VideoFrame:
    """A picture of another size, as large as fits, in the middle of black.

    form: a planar pixel format; the planes are in it.
    """
    share = min(width / frame.width, height / frame.height)
    size = _even(frame.width * share, width), _even(frame.height * share, height)
    picture = converted(frame, form, size, "AREA" if share < 1 else "BICUBIC")
    whole = VideoFrame(width, height, form)
    whole.color_range = picture.color_range
    whole.colorspace = BT601 if frame.format.is_rgb else matrix_of(frame) or frame.colorspace
    for index, (plane, inner) in enumerate(zip(whole.planes, picture.planes, strict=True)):
        kind = np.uint16 if whole.format.components[0].bits > 8 else np.uint8
        _lay(_rows(plane, kind), _rows(inner, kind), _black(whole, index))
    return whole


def _even(length: float, most: int) -> int:
    """In whole samples of chroma, too, where it is not the whole length."""
    return most if round(length) >= most else max(2, 2 * round(length / 2))


def _lay(whole: NDArray[Any], inner: NDArray[Any], black: int) -> None:
    whole[:] = black
    top, left = ((a - b) // 2 for a, b in zip(whole.shape, inner.shape, strict=True))
    whole[top : top + inner.shape[0], left : left + inner.shape[1]] = inner


def _black(frame: VideoFrame, plane: int) -> int:
    more = frame.format.components[0].bits - 8
    if plane:
        return 128 << more
    return 0 if frame.color_range == _FULL or "j" in frame.format.name else 16 << more


def _rows(plane: Any, kind: type) -> NDArray[Any]:
    """A plane's samples, (H, W), to read and to write."""
    rows = np.frombuffer(plane, kind)
    return rows.reshape(plane.buffer_size // plane.line_size, -1)[: plane.height, : plane.width]


def _layers(frame: VideoFrame) -> NDArray[np.uint8]:
    """(H, W, 4) uint8 RGB and alpha."""
    return cast("NDArray[np.uint8]", converted(frame, "rgba").to_ndarray())
