"""A picture brought to the size that a model draws in: cut at the edges, or with bars."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from sakuga.generate.pictures import Picture, Read

Fit = Literal["crop", "pad"]
BLURRED = 4  # times enlarged, from which on it is worth a word


def fitted(
    read: Read, width: int, height: int, fit: Fit = "crop",
    background: tuple[int, int, int] = (255, 255, 255),
) -> Read:  # fmt: skip
    """The picture at a size, its shape kept (§5: resized and cropped to 576x320).

    crop: it covers the whole, the middle is kept; pad: all of it is kept, with bars of the
    background's colour.
    """
    tall, wide = read.pixels.shape[:2]
    if (wide, tall) == (width, height):
        return read
    ratios = width / wide, height / tall
    scale = max(ratios) if fit == "crop" else min(ratios)
    size = (max(1, round(wide * scale)), max(1, round(tall * scale)))
    notes = (*read.notes, *_told(read.pixels, scale, size, (width, height), fit))
    return Read(_placed(_resized(read.pixels, size, scale), width, height, background), notes)


def _resized(pixels: Picture, size: tuple[int, int], scale: float) -> Picture:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)


def _placed(pixels: Picture, width: int, height: int, background: tuple[int, int, int]) -> Picture:
    """Its middle on a canvas: what is over is cut, what is left is background."""
    tall, wide = pixels.shape[:2]
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = np.array(background, np.uint8)
    left, top = (width - wide) // 2, (height - tall) // 2
    x, y, from_x, from_y = max(left, 0), max(top, 0), max(-left, 0), max(-top, 0)
    part = pixels[from_y : from_y + height, from_x : from_x + width]
    canvas[y : y + part.shape[0], x : x + part.shape[1]] = part
    return canvas


def _told(
    pixels: Picture, scale: float, size: tuple[int, int], wanted: tuple[int, int], fit: Fit
) -> list[str]:
    tall, wide = pixels.shape[:2]
    done = f"{wide} x {tall} resized to {wanted[0]} x {wanted[1]}"
    cut = 1 - wanted[0] * wanted[1] / (size[0] * size[1])
    if fit == "crop" and cut > 0.005:
        done += f", {cut:.0%} of it cut off"
    if fit == "pad" and size != wanted:
        done += ", with bars"
    return [done, *([f"enlarged {scale:.0f} times: it will be soft"] if scale >= BLURRED else [])]
