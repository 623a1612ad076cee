"""Pictures and GIFs as frames, by Pillow: palettes, CMYK and 16 bits as RGB, alpha upon white."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sakuga.core.errors import RequestError, TooLarge, Unreadable
from sakuga.core.images import Picture
from sakuga.core.pulse import beat

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"})
MOVING = frozenset({".gif", ".apng"})
MAX_PIXELS = 8192 * 4352


def frames_of_gif(file: Path) -> Iterator[Picture]:
    """(H, W, 3) uint8 RGB, every frame once whatever it is held. Raises ItemError."""
    yield from _frames(file)


def frame_of(file: Path) -> Picture:
    """(H, W, 3) uint8 RGB; of a file of several pictures the first. Raises ItemError."""
    return next(_frames(file))


def _frames(file: Path) -> Iterator[Picture]:
    try:
        from PIL import Image, ImageSequence
    except ImportError as error:
        raise RequestError(
            "pictures and GIFs need Pillow: pip install 'sakuga[metrics]'"
        ) from error
    try:
        with Image.open(file) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise TooLarge(f"{file}: {opened.width}x{opened.height} pixels")
            for frame in ImageSequence.Iterator(opened):
                beat()
                yield _rgb(frame)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise Unreadable(f"{file}: {error}") from error


def _rgb(frame: Any) -> Picture:
    from PIL import Image

    if frame.mode.startswith(("I", "F")):
        return _of_numbers(np.asarray(frame, np.float64))
    if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
        upon = Image.new("RGBA", frame.size, "white")
        upon.alpha_composite(frame.convert("RGBA"))
        frame = upon
    return np.array(frame.convert("RGB"), np.uint8)


def _of_numbers(grey: np.ndarray) -> Picture:
    """Of 16 bits, or of floats from 0 to 1 or to 255."""
    top = float(grey.max(initial=0))
    scale = 255.0 if top <= 1 else 1.0 if top <= 255 else 255 / 65535
    made = np.clip(np.nan_to_num(grey) * scale, 0, 255).astype(np.uint8)
    return np.repeat(made[..., None], 3, axis=2)
