"""Containers: what a file is, told from its first bytes and never from its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HEAD: Final = 1 << 14
"""Bytes that `kind_of` wants to see."""


@dataclass(frozen=True, slots=True)
class Container:
    """demuxer: FFmpeg's name of what reads it; magic: (offset, bytes) by which it is known, unless
    `kind_of` knows it otherwise; animated: a picture that moves, built from only on demand;
    suffixes: names by which a damaged one is known."""

    demuxer: str
    magic: tuple[tuple[int, bytes], ...] = ()
    animated: bool = False
    suffixes: tuple[str, ...] = ()


CONTAINERS: Final[dict[str, Container]] = {
    "mp4": Container("mov", suffixes=(".mp4", ".m4v", ".3gp", ".3g2")),
    "quicktime": Container("mov", suffixes=(".mov", ".qt")),
    "matroska": Container("matroska", suffixes=(".mkv",)),
    "webm": Container("matroska", suffixes=(".webm",)),
    "avi": Container("avi", ((8, b"AVI "),), suffixes=(".avi",)),
    "mpegts": Container("mpegts", suffixes=(".ts", ".m2ts", ".mts")),
    "mxf": Container("mxf", suffixes=(".mxf",)),
    "flv": Container("flv", ((0, b"FLV\x01"),), suffixes=(".flv",)),
    "ogg": Container("ogg", suffixes=(".ogv", ".ogm")),
    "asf": Container("asf", suffixes=(".wmv", ".asf")),
    "mpeg": Container("mpeg", ((0, b"\x00\x00\x01\xba"),), suffixes=(".mpg", ".mpeg", ".vob")),
    "mpegvideo": Container("mpegvideo", ((0, b"\x00\x00\x01\xb3"),), suffixes=(".m1v", ".m2v")),
    "realmedia": Container("rm", ((0, b".RMF"),), suffixes=(".rm", ".rmvb")),
    "y4m": Container("yuv4mpegpipe", ((0, b"YUV4MPEG2"),), suffixes=(".y4m",)),
    "ivf": Container("ivf", ((0, b"DKIF"),), suffixes=(".ivf",)),
    "nut": Container("nut", ((0, b"nut/multimedia"),), suffixes=(".nut",)),
    "gif": Container("gif", ((0, b"GIF8"),), animated=True),
    "apng": Container("apng", animated=True),
    "animated_webp": Container("nut", animated=True),  # by way of `sakuga.core.webp`
}
"""Every kind that shots can be made from, by name."""
FORMATS: Final = ",".join(dict.fromkeys(each.demuxer for each in CONTAINERS.values()))
"""Demuxers that may open a file. No playlist is among them: it would name files to open."""

_OTHERS: Final = {
    "wav": (8, b"WAVE"),
    "webp": (8, b"WEBP"),
    "jpeg": (0, b"\xff\xd8\xff"),
    "flac": (0, b"fLaC"),
    "mp3": (0, b"ID3"),
    "pdf": (0, b"%PDF"),
    "zip": (0, b"PK\x03\x04"),
    "parquet": (0, b"PAR1"),
}
_ASF: Final = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"
_ASF_VIDEO: Final = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")  # a stream of it is declared
_ASF_SOUND: Final = bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")
_OGG_VIDEO: Final = (b"\x80theora", b"BBCD\0", b"\x01video", b"OVP80")  # how its streams begin
_WEBP_MOVES: Final = 2  # a flag of its extended header
_MXF: Final = bytes.fromhex("060e2b34020501010d010201")  # a partition; a run-in may stand before it
_SOUND: Final = frozenset({b"M4A ", b"M4B ", b"M4P "})
_BOXES: Final = frozenset({b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"moof"})
_STILLS: Final = frozenset({b"heic", b"heix", b"mif1", b"avif", b"avis", b"crx "})
_TS_PACKETS: Final = (188, 192, 204)  # bytes: plain, with a time stamp, with error correction
_TS_ALIKE: Final = 5  # so many sync bytes one packet apart are no chance
_SYNC: Final = 0x47
_TYPESCRIPT: Final = (".ts", ".mts")  # suffixes of text, too


def kind_of(head: bytes) -> str:
    """What a file that begins with `head` is: a name of `CONTAINERS`, another, or unknown."""
    if head[4:8] == b"ftyp":
        return _brand(head[8:12])
    if head[4:8] in _BOXES:
        return "mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm" if b"webm" in head[:64] else "matroska"
    if head.startswith(b"OggS"):
        return "ogg" if any(mark in head for mark in _OGG_VIDEO) else "ogg audio"
    if head.startswith(_ASF):
        return "wma" if _ASF_SOUND in head and _ASF_VIDEO not in head else "asf"
    if head[8:16] == b"WEBPVP8X" and head[20:21] and head[20] & _WEBP_MOVES:
        return "animated_webp"
    if head.startswith(b"\x89PNG"):
        return "apng" if b"acTL" in head.partition(b"IDAT")[0] else "png"
    for kind, container in CONTAINERS.items():
        if any(head[at : at + len(magic)] == magic for at, magic in container.magic):
            return kind
    for kind, (at, magic) in _OTHERS.items():
        if head[at : at + len(magic)] == magic:
            return kind
    if _MXF in head:
        return "mxf"
    if any(_in_packets(head, size) for size in _TS_PACKETS):
        return "mpegts"
    return "unknown" if b"\x00" in head or not _is_text(head) else "text"


def claims(url: str, kind: str = "unknown") -> bool:
    """True where the name says that it is a video: a damaged one is a failure, not skipped.

    kind: what the content is; only what is `unknown`, or text, can be a damaged video.
    """
    if kind not in ("unknown", "text"):
        return False
    name = url.lower()
    suffixes = tuple(s for container in CONTAINERS.values() for s in container.suffixes)
    return name.endswith(suffixes) and not (kind == "text" and name.endswith(_TYPESCRIPT))


def _in_packets(head: bytes, size: int) -> bool:
    """True where sync bytes stand a packet apart, wherever the first is."""
    return any(
        head[at] == _SYNC and all(byte == _SYNC for byte in head[at::size][:_TS_ALIKE])
        for at in range(min(size, len(head) - 2 * size))
    )


def _brand(brand: bytes) -> str:
    if brand == b"qt  ":
        return "quicktime"
    if brand in _SOUND:
        return "m4a"
    return "heif" if brand in _STILLS else "mp4"


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8", errors="strict" if len(head) < HEAD else "ignore")
    except UnicodeDecodeError:
        return False
    return bool(head) and all(c.isprintable() or c.isspace() for c in text)
