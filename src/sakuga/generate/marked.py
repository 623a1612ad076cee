"""Films and pictures written with their provenance inside.

A film bears XMP in a `uuid` box at its end, as XMP's part 3 has it for MPEG-4, and tags in its
index; a PNG bears it in an iTXt chunk.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sakuga.core.encode import VideoFormat
from sakuga.dataset.expand import FILM, write_expanded
from sakuga.generate.provenance import Provenance

XMP_BOX: Final = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")
XMP_CHUNK: Final = "XML:com.adobe.xmp"
FORM: Final = VideoFormat("h264", crf=16, rate=FILM, preset="medium", threads=1)
"""One thread: what x264 writes depends on their number."""


def write_film(
    file: Path, keyframes: NDArray[np.uint8], held: NDArray[np.integer[Any]], told: Provenance,
    title: str,
) -> int:  # fmt: skip
    """Write (K, H, W, 3) RGB keyframes as an MP4 of 24 frames a second; returns its frames."""
    frames = write_expanded(file, keyframes, held, FORM, told.tags(title))
    packet = told.xmp().encode()
    with file.open("ab") as film:
        film.write(struct.pack(">I4s", 8 + len(XMP_BOX) + len(packet), b"uuid") + XMP_BOX + packet)
    return frames


def write_picture(file: Path, picture: NDArray[np.uint8], told: Provenance) -> None:
    """Write (H, W, 3) RGB as PNG."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_itxt(XMP_CHUNK, told.xmp())
    Image.fromarray(picture).save(file, "PNG", pnginfo=words)
