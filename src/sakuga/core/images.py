"""Pictures to bytes and back, and smaller.

OpenCV is imported by those who do it: rooms name these types in processes that never see a picture.
"""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def fit(picture: Picture, longest: int) -> Picture:
    """The picture (H, W, 3) with its longer side at most `longest` pixels; never enlarged."""
    import cv2

    height, width = picture.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cast(Picture, cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def to_jpeg(picture: Picture, quality: int = 90) -> bytes:
    """A (H, W, 3) uint8 BGR picture as JPEG; quality 0 to 100."""
    import cv2

    done, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"can't encode a picture of shape {picture.shape}")
    return encoded.tobytes()


def from_jpeg(encoded: bytes) -> Picture:
    """The (H, W, 3) uint8 BGR picture of a JPEG. Raises ValueError if it is none."""
    import cv2

    picture = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("not an image")
    return cast(Picture, picture)
