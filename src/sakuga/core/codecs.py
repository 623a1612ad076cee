"""What a video file may be written as: codecs, containers, and each encoder's own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

ENCODERS: Final = {
    "h264": "libx264",
    "hevc": "libx265",
    "vp8": "libvpx",
    "vp9": "libvpx-vp9",
    "av1": "libsvtav1",
    "ffv1": "ffv1",
    "mpeg2": "mpeg2video",
    "mpeg4": "mpeg4",
    "mjpeg": "mjpeg",
    "prores": "prores_ks",
    "png": "png",
    "gif": "gif",
    "apng": "apng",
}
"""What each codec is written with; ffv1, png and apng are lossless."""

CONTAINERS: Final = {
    "mp4": "mp4",
    "m4v": "mp4",
    "mkv": "matroska",
    "webm": "webm",
    "mov": "mov",
    "avi": "avi",
    "ts": "mpegts",
    "mxf": "mxf",
    "gif": "gif",
    "apng": "apng",
}
QUANTISED: Final = ("mpeg2", "mpeg4", "mjpeg")
"""Codecs whose `crf` is a fixed quantiser of 1 to 31."""

_BEATS: Final = ("mpeg2", "mpeg4", "mjpeg", "prores")  # their encoders count whole frames
_BEAT_CONTAINERS: Final = ("avi", "mxf")
_LOSSLESS: Final = ("ffv1", "png", "gif", "apng", "prores")
_SPEEDS: Final = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow")
_TICKS_PER_FRAME: Final = 512  # so that a frame may stand between two beats of the rate


@dataclass(frozen=True, slots=True)
class VideoFormat:
    """How a file is written. Recipe of `VideoWriter`.

    crf: the codec's own quality scale (H.264 and HEVC 0 to 51, VP8, VP9 and AV1 0 to 63, MPEG-2,
    MPEG-4 and MJPEG 1 to 31), lower is better; bit_rate: bits a second, instead of crf when given;
    pixel_format: `yuv420p`, `yuv444p`, `yuv420p10le`, ... ; rotation: degrees counter-clockwise, a
    mark in the file's header only; preset: x264's names, translated for the other codecs; threads:
    0 is all cores. colours: primaries, transfer and matrix by their numbers in H.273; tagged: the
    file names them. full_range: levels 0 to 255. interlaced: each frame is two fields; H.264 marks
    the upper one as the first, MPEG-2 the lower. time_base: seconds a tick, where stamps are
    coarser than the writer's own; nominal_rate: the rate that the header claims, if not `rate`.
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
    colours: tuple[int, int, int] = (1, 1, 1)
    tagged: bool = True
    full_range: bool = False
    interlaced: bool = False
    time_base: Fraction | None = None
    nominal_rate: Fraction | None = None

    def ticks(self, container: str) -> Fraction:
        """Seconds a tick of the stamps in a container, named by its suffix without the dot."""
        if self.time_base is not None:
            return self.time_base
        whole = self.codec in _BEATS or container in _BEAT_CONTAINERS
        return 1 / (self.rate * (1 if whole else _TICKS_PER_FRAME))


def fitting_pixel_format(codec: str, pixel_format: str, width: int, height: int) -> str:
    """The nearest pixel format that the encoder takes at this size.

    Odd sizes have no whole 4:2:0 chroma sample at the edge: libx264 and libx265 refuse them, so
    they are written as 4:4:4. libvpx, SVT-AV1 and ffv1 round up by themselves.
    """
    odd = width % 2 or height % 2
    if odd and codec in ("h264", "hevc"):
        return pixel_format.replace("yuv420p", "yuv444p")
    return pixel_format


def options_of(form: VideoFormat) -> dict[str, str]:
    """The encoder's own words for quality and speed."""
    speed = _SPEEDS.index(form.preset)
    libvpx = {"deadline": "realtime" if speed < 4 else "good", "cpu-used": str(8 - speed)}
    by_codec = {
        "h264": {"preset": form.preset},
        "hevc": {"preset": form.preset, "x265-params": _x265(form)},
        "vp8": libvpx,
        "vp9": libvpx,
        "av1": {"preset": str(11 - speed), "svtav1-params": f"lp={form.threads}"},
        "ffv1": {"level": "3"},
    }
    options = by_codec.get(form.codec, {})
    if form.codec not in (*_LOSSLESS, *QUANTISED) and form.bit_rate is None:
        options["crf"] = str(form.crf)
    return {**options, **dict(form.options)}


def _x265(form: VideoFormat) -> str:
    pools = f":pools={form.threads}" if form.threads else ""
    return f"log-level=error:keyint={form.keyframe_interval}{pools}"
