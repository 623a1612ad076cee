"""Containers: what a file is, told from its first bytes and never from its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HEAD: Final = 1024
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
    "mp4": Container("mov", suffixes=(".mp4", ".m4v")),
    "quicktime": Container("mov", suffixes=(".mov",)),
    "matroska": Container("matroska", suffixes=(".mkv",)),
    "webm": Container("matroska", suffixes=(".webm",)),
    "avi": Container("avi", ((8, b"AVI "),), suffixes=(".avi",)),
    "flv": Container("flv", ((0, b"FLV\x01"),), suffixes=(".flv",)),
    "ogg": Container("ogg", ((0, b"OggS"),), suffixes=(".ogv",)),
    "asf": Container("asf", ((0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),), suffixes=(".wmv",)),
    "mpeg": Container("mpeg", ((0, b"\x00\x00\x01\xba"),), suffixes=(".mpg", ".mpeg", ".vob")),
    "mpegvideo": Container("mpegvideo", ((0, b"\x00\x00\x01\xb3"),), suffixes=(".m2v",)),
    "mpegts": Container("mpegts", suffixes=(".m2ts",)),
    "mxf": Container("mxf", ((0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01"),), suffixes=(".mxf",)),
    "gif": Container("gif", ((0, b"GIF8"),), animated=True),
    "apng": Container("apng", animated=True),
}
"""Every kind that shots can be made from, by name."""
PAPER: Final = ("mp4", "matroska", "webm")
"""What the paper's release builds from (section 3.1)."""
FORMATS: Final = ",".join(dict.fromkeys(each.demuxer for each in CONTAINERS.values()))
"""Demuxers that may open a file. No playlist is among them: it would name files to open."""

_OTHERS: Final = {
    "wav": (8, b"WAVE"),
    "webp": (8, b"WEBP"),
    "png": (0, b"\x89PNG"),
    "jpeg": (0, b"\xff\xd8\xff"),
    "flac": (0, b"fLaC"),
    "mp3": (0, b"ID3"),
    "pdf": (0, b"%PDF"),
    "zip": (0, b"PK\x03\x04"),
    "parquet": (0, b"PAR1"),
}
_BOXES: Final = frozenset({b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"moof"})
_STILLS: Final = frozenset({b"heic", b"heix", b"mif1", b"avif", b"avis", b"crx "})
_TS_PACKETS: Final = ((0, 188), (4, 192))  # first sync byte and the distance to the next
_SYNC: Final = 0x47


def kind_of(head: bytes) -> str:
    """What a file that begins with `head` is: a name of `CONTAINERS`, another, or unknown."""
    if head[4:8] == b"ftyp":
        return _brand(head[8:12])
    if head[4:8] in _BOXES:
        return "mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm" if b"webm" in head[:64] else "matroska"
    if any(_in_packets(head, first, size) for first, size in _TS_PACKETS):
        return "mpegts"
    if head.startswith(b"\x89PNG") and b"acTL" in head:
        return "apng"
    for kind, container in CONTAINERS.items():
        if any(head[at : at + len(magic)] == magic for at, magic in container.magic):
            return kind
    for kind, (at, magic) in _OTHERS.items():
        if head[at : at + len(magic)] == magic:
            return kind
    return "unknown" if b"\x00" in head or not _is_text(head) else "text"


def claims(url: str) -> bool:
    """True where the name says that it is a video: a damaged one is a failure, not skipped."""
    suffixes = tuple(s for container in CONTAINERS.values() for s in container.suffixes)
    return url.lower().endswith(suffixes)


def _in_packets(head: bytes, first: int, size: int) -> bool:
    at = range(first, min(len(head), first + 3 * size), size)
    return len(head) > first + 2 * size and all(head[i] == _SYNC for i in at)


def _brand(brand: bytes) -> str:
    if brand == b"qt  ":
        return "quicktime"
    return "heif" if brand in _STILLS else "mp4"


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8", errors="strict" if len(head) < HEAD else "ignore")
    except UnicodeDecodeError:
        return False
    return bool(head) and all(c.isprintable() or c.isspace() for c in text)
