"""Encodings: codec, quality and container, once or twice over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from sakuga.core.codecs import VideoFormat

REFERENCE: Final = 426 * 240
"""Pixels of the picture that the bit rates are meant for."""

_MODERN: Final = (".mp4", ".mkv", ".mov")
_ANY_TIME: Final = ("h264", "hevc", "vp8", "vp9", "av1", "ffv1", "prores", "mjpeg", "png")


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the file is written.

    form: its bit rate is that of a picture of REFERENCE pixels. suffixes: containers that fit.
    first: what the film was encoded as before, if it is encoded twice. grained: the film needs
    grain to be what this stands for. alpha: black ink on transparency.
    """

    form: VideoFormat
    suffixes: tuple[str, ...]
    first: VideoFormat | None = None
    grained: bool = False
    alpha: bool = False

    @property
    def any_time(self) -> bool:
        """Frames may stand at any time, not only at beats of the rate."""
        return self.form.codec in _ANY_TIME

    @property
    def slow(self) -> bool:
        """Frames may not follow each other faster than 50 a second."""
        return self.form.codec == "gif"

    @property
    def fields(self) -> bool:
        """Frames may be flagged as interlaced."""
        return self.form.codec in ("h264", "mpeg2")


def scaled(form: VideoFormat, size: tuple[int, int]) -> VideoFormat:
    """The form at a size (width, height), its bit rate scaled with the pixels, on one thread."""
    bits = form.bit_rate
    if bits is not None:
        bits = max(round(bits * size[0] * size[1] / REFERENCE), 8000)
    fields = form.interlaced and size[1] % 4 == 0  # or a field has no whole chroma sample
    return replace(form, bit_rate=bits, interlaced=fields, threads=1)


def _h264(crf: int = 23, *suffixes: str, **options: str) -> Encoding:
    form = VideoFormat("h264", crf, options=tuple(options.items()))
    return Encoding(form, suffixes or _MODERN)


def _starved(kilobits: int) -> Encoding:
    return Encoding(VideoFormat("h264", bit_rate=kilobits * 1000), _MODERN)


_X264: Final = {
    **{f"x264_crf{crf}": _h264(crf) for crf in (16, 20, 23, 28, 33, 38)},
    **{f"x264_{rate}k": _starved(rate) for rate in (40, 80, 150, 400)},
    "x264_animation": _h264(20, tune="animation"),
    "x264_animation_crf26": _h264(26, tune="animation"),
    "x264_grain": _h264(22, tune="grain"),
    "x264_ultrafast": Encoding(VideoFormat("h264", 23, preset="ultrafast"), _MODERN),
    "x264_bframes16": Encoding(
        VideoFormat("h264", 24, preset="medium", options=(("bf", "16"), ("refs", "6"))), _MODERN
    ),
    "x264_gop12": Encoding(VideoFormat("h264", 24, keyframe_interval=12), (*_MODERN, ".ts")),
    "x264_intra": Encoding(VideoFormat("h264", 24, keyframe_interval=1), _MODERN),
    "x264_10bit": Encoding(VideoFormat("h264", 22, pixel_format="yuv420p10le"), (".mkv", ".mp4")),
}

_NEWER: Final = {
    **{
        f"x265_crf{crf}": Encoding(VideoFormat("hevc", crf, preset="ultrafast"), _MODERN)
        for crf in (22, 28, 34)
    },
    "x265_10bit": Encoding(
        VideoFormat("hevc", 26, preset="ultrafast", pixel_format="yuv420p10le"), (".mkv", ".mp4")
    ),
    "vp8": Encoding(VideoFormat("vp8", 20), (".webm", ".mkv")),
    "vp8_150k": Encoding(VideoFormat("vp8", bit_rate=150_000), (".webm", ".mkv")),
    **{
        f"vp9_crf{crf}": Encoding(VideoFormat("vp9", crf), (".webm", ".mkv"))
        for crf in (30, 40, 50)
    },
    **{
        f"av1_crf{crf}": Encoding(
            VideoFormat("av1", crf, preset="superfast"), (".mkv", ".mp4", ".webm")
        )
        for crf in (30, 45, 55)
    },
}

_TWO_B: Final = (("bf", "2"),)
_OLDER: Final = {
    **{
        f"mpeg2_{name}": Encoding(
            VideoFormat("mpeg2", bit_rate=bits, keyframe_interval=15, options=_TWO_B),
            (".mkv", ".ts", ".mxf"),
        )
        for name, bits in (("2m", 2_000_000), ("600k", 600_000))
    },
    **{
        f"mpeg4_q{quantiser}": Encoding(VideoFormat("mpeg4", quantiser), (".avi", ".mkv", ".mov"))
        for quantiser in (3, 8)
    },
    "mjpeg": Encoding(
        VideoFormat("mjpeg", 4, pixel_format="yuvj420p", full_range=True), (".avi", ".mov", ".mkv")
    ),
    "prores": Encoding(VideoFormat("prores", pixel_format="yuv422p10le"), (".mov", ".mkv")),
    "ffv1": Encoding(VideoFormat("ffv1", pixel_format="bgr0"), (".mkv",)),
}

_TWICE: Final = {
    "twice_x264": Encoding(VideoFormat("h264", 23), _MODERN, VideoFormat("h264", 28)),
    "twice_mpeg4": Encoding(VideoFormat("h264", 23), _MODERN, VideoFormat("mpeg4", 7)),
    "twice_starved": Encoding(
        VideoFormat("h264", 20), _MODERN, VideoFormat("h264", bit_rate=80_000)
    ),
    "twice_noisy": Encoding(
        VideoFormat("h264", 14), _MODERN, VideoFormat("h264", 30), grained=True
    ),
}

_IMAGES: Final = {
    "gif": Encoding(VideoFormat("gif", pixel_format="bgr8"), (".gif",)),
    "apng": Encoding(VideoFormat("apng", pixel_format="rgb24"), (".apng",)),
}

_ALPHA: Final = {
    "alpha_vp9": Encoding(VideoFormat("vp9", 30, pixel_format="yuva420p"), (".webm",), alpha=True),
    "alpha_png": Encoding(VideoFormat("png", pixel_format="rgba"), (".mov",), alpha=True),
    "alpha_ffv1": Encoding(VideoFormat("ffv1", pixel_format="bgra"), (".mkv",), alpha=True),
}

ENCODINGS: Final[dict[str, Encoding]] = {
    **_X264,
    **_NEWER,
    **_OLDER,
    **_TWICE,
    **_IMAGES,
    **_ALPHA,
}
"""Encodings by name."""
