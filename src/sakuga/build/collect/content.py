"""What a file is, told from its first bytes and never from its name."""

from __future__ import annotations

WANTED = frozenset({"mp4", "matroska", "webm"})  # §3.1; gif and the rest are opted out of there
HEAD = 512  # bytes that `kind_of` wants to see

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"GIF8", "gif"),
    (8, b"AVI ", "avi"),
    (8, b"WAVE", "wav"),
    (8, b"WEBP", "webp"),
    (0, b"FLV\x01", "flv"),
    (0, b"OggS", "ogg"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (0, b"\x00\x00\x01\xba", "mpeg"),
    (0, b"\x00\x00\x01\xb3", "mpeg"),
    (0, b"\x89PNG", "png"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"fLaC", "flac"),
    (0, b"ID3", "mp3"),
    (0, b"%PDF", "pdf"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"PAR1", "parquet"),
)
_BOXES = frozenset({b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"moof"})
_STILLS = frozenset({b"heic", b"heix", b"mif1", b"avif", b"avis", b"crx "})


def kind_of(head: bytes) -> str:
    """The container of a file that begins with `head`: mp4, matroska, webm, others, or unknown."""
    if head[4:8] == b"ftyp":
        return _brand(head[8:12])
    if head[4:8] in _BOXES:
        return "mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "webm" if b"webm" in head[:64] else "matroska"
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return "mpegts"
    for offset, magic, kind in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return kind
    return "unknown" if b"\x00" in head or not _is_text(head) else "text"


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
