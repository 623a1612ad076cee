"""Kinds of picture: colour, levels, bit depth, size, shape, rotation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.core.codecs import VideoFormat
from sakuga.studio.sequence import Image
from sakuga.studio.wear.look import Look, Make, Setting, even

Deep = NDArray[np.uint16]
_TAGGED: Final = ("h264", "hevc", "vp9", "mpeg2")
_FULL: Final = ("h264", "hevc", "vp9")
_MARKED: Final = ("h264", "hevc")


@dataclass(frozen=True, slots=True)
class Picture:
    """A kind of picture.

    film: a wear of the film's picture; last: a wear of the whole picture, surround and overlays
    too; form: how the file is written instead. codecs: those that can; empty: any.
    """

    film: Make | None = None
    last: Make | None = None
    form: Callable[[VideoFormat, np.random.Generator], VideoFormat] | None = None
    codecs: tuple[str, ...] = ()
    deep: bool = False


def pq(image: Image) -> Deep:
    """An sRGB picture as HDR: (H, W, 3) uint16 BGR in BT.2020 and PQ, white at 203 candela."""
    linear = _LINEAR[image].reshape(-1, 3) @ _TO_2020
    return _PQ[np.rint(linear * (len(_PQ) - 1)).astype(np.uint16)].reshape(image.shape)


def _srgb() -> NDArray[np.float32]:
    level = np.arange(256) / 255
    bent = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    return bent.astype(np.float32)


def _pq_levels() -> Deep:
    """PQ (SMPTE ST 2084) of linear light from 0 to 203 candela, as 16 bits."""
    light = np.linspace(0, 203 / 10000, 1 << 14) ** 0.1593017578125
    coded = ((0.8359375 + 18.8515625 * light) / (1 + 18.6875 * light)) ** 78.84375
    return np.rint(coded * 65535).astype(np.uint16)


_LINEAR: Final = _srgb()
_PQ: Final = _pq_levels()
_TO_2020: Final = (
    np.array(  # RGB to RGB (BT.2087), turned into BGR to BGR for rows
        [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]], np.float32
    )[::-1, ::-1]
    .T.copy()
    .clip(0, 1)
)


def ink(image: Image) -> Image:
    """A picture as black ink on transparency: (H, W, 4) uint8 BGR and alpha."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    inked = np.zeros((*grey.shape, 4), np.uint8)
    inked[..., 3] = 255 - np.asarray(grey)
    return inked


def _grey(setting: Setting) -> Look:
    del setting

    def apply(image: Image, n: int) -> Image:
        del n
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)

    return Look(apply, "greyscale", alike=True)


def _posterised(setting: Setting) -> Look:
    """Few levels a channel, as of a picture with a small palette."""
    levels = int(setting.random.integers(12, 33))
    steps = np.rint(np.rint(np.arange(256) * (levels - 1) / 255) * 255 / (levels - 1))
    table = steps.astype(np.uint8)

    def apply(image: Image, n: int) -> Image:
        del n
        return np.asarray(cv2.LUT(image, table), np.uint8)

    return Look(apply, f"posterised({levels} levels)", alike=True)


def _resized(name: str, size: tuple[int, int], method: int) -> Look:
    def apply(image: Image, n: int) -> Image:
        del n
        return np.asarray(cv2.resize(image, size, interpolation=method), np.uint8)

    return Look(apply, f"{name}({size[0]}x{size[1]})", alike=True)


def _scaled(height: int, setting: Setting) -> Look:
    """The picture at another height, its shape kept."""
    width, now = setting.size
    size = even(width * height / now), even(height)
    larger = int(setting.random.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4]))
    return _resized(f"scaled_{height}", size, larger if height > now else cv2.INTER_AREA)


def _odd(setting: Setting) -> Look:
    width, height = setting.size
    size = width - 2 + width % 2 - 1, height - 2 + height % 2 - 1
    return _resized("odd_size", (size[0] | 1, size[1] | 1), cv2.INTER_AREA)


def _squeezed(setting: Setting) -> Look:
    width, height = setting.size
    return _resized("anamorphic", (even(width * 3 / 4), height), cv2.INTER_AREA)


def _turned(setting: Setting) -> Look:
    """A quarter turn clockwise, which the header's mark undoes."""
    del setting

    def apply(image: Image, n: int) -> Image:
        del n
        return np.ascontiguousarray(np.rot90(image, -1))

    return Look(apply, "rotated(90)", alike=True)


def _form(**changes: object) -> Callable[[VideoFormat, np.random.Generator], VideoFormat]:
    def change(form: VideoFormat, random: np.random.Generator) -> VideoFormat:
        del random
        return replace(form, **cast(Any, changes))

    return change


def _chroma(kind: str, form: VideoFormat, random: np.random.Generator) -> VideoFormat:
    del random
    return replace(form, pixel_format=form.pixel_format.replace("420", kind))


PICTURES: Final[dict[str, Picture]] = {
    "greyscale": Picture(film=_grey),
    "posterised": Picture(film=_posterised),
    "full_range": Picture(form=_form(full_range=True), codecs=_FULL),
    "full_range_untagged": Picture(form=_form(full_range=True, tagged=False), codecs=("h264",)),
    "bt601": Picture(form=_form(colours=(6, 6, 6)), codecs=_TAGGED),
    "bt601_untagged": Picture(form=_form(colours=(6, 6, 6), tagged=False), codecs=_TAGGED),
    "bt709_untagged": Picture(form=_form(tagged=False), codecs=_TAGGED),
    "hdr_pq": Picture(
        form=_form(colours=(9, 16, 9), pixel_format="yuv420p10le"),
        codecs=("hevc", "av1"),
        deep=True,
    ),
    "yuv444": Picture(form=partial(_chroma, "444"), codecs=_FULL),
    "yuv422": Picture(form=partial(_chroma, "422"), codecs=(*_FULL, "mpeg2")),
    "odd_size": Picture(film=_odd, codecs=(*_FULL, "av1", "ffv1")),
    "anamorphic": Picture(film=_squeezed, form=_form(sample_aspect=Fraction(4, 3)), codecs=_TAGGED),
    "rotated": Picture(last=_turned, form=_form(rotation=90), codecs=_MARKED),
    **{
        f"scaled_{height}": Picture(film=partial(_scaled, height))
        for height in (120, 360, 480, 720)
    },
}
"""Kinds of picture by name."""
