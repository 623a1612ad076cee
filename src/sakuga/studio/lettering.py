"""Lettering: subtitles, titles, rolling credits, a station's logo, a sign; and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import cv2
import numpy as np

from sakuga.studio.brush import Image, lay
from sakuga.studio.camera import View
from sakuga.studio.palette import WHITE, Colour, paint
from sakuga.studio.plate import Extent

Kind = Literal["logo", "subtitle", "credits", "drawn"]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in shares of the picture."""

_DARK: Final = paint("201a28")
_BOARD: Final = paint("c8945a")
_WEIGHT: Final = 600
_LINE: Final = 0.09  # of the height, from one line of credits to the next
_ROLL: Final = 0.0075  # of the height a frame
_SIGN: Final = (0.42, -0.20, 0.11)  # middle of a sign's board, and its height, in heights


@dataclass(frozen=True, slots=True)
class Letters:
    """One line of text in a picture. box: what its strokes fill."""

    kind: Kind
    words: str
    box: Box


def subtitle(onto: Image, words: str) -> Letters:
    """White with a dark rim, in the middle at the bottom."""
    height, width = onto.shape[:2]
    size = max(8, round(height * 0.05))
    left, base = (width - _measured(words, size)[1]) // 2, round(height * 0.94)
    _rimmed(onto, words, left, base, size)
    return Letters("subtitle", words, _inked((width, height), words, left, base, size, True))


def title(width: int, height: int, words: str) -> tuple[Image, Letters]:
    """White words on black."""
    image = np.zeros((height, width, 3), np.uint8)
    size = max(9, round(height * 0.09))
    left, base = (width - _measured(words, size)[1]) // 2, height // 2 + size // 3
    _put(image, words, left, base, size, WHITE)
    return image, Letters("drawn", words, _inked((width, height), words, left, base, size))


def logo(onto: Image, words: str) -> Letters:
    """A station's mark in the upper right corner."""
    height, width = onto.shape[:2]
    size = max(8, round(height * 0.045))
    left = round(width * 0.965) - _measured(words, size)[1]
    base = round(height * 0.085)
    _rimmed(onto, words, left, base, size)
    return Letters("logo", words, _inked((width, height), words, left, base, size, True))


def credits_at(width: int, height: int, lines: str, frame: int) -> tuple[Image, list[Letters]]:
    """White lines on black that roll up, `frame` frames after they began; those in view."""
    image = np.zeros((height, width, 3), np.uint8)
    size, seen = max(8, round(height * 0.05)), list[Letters]()
    for number, words in enumerate(lines.split("\n")):
        base = round(height * (0.55 + _LINE * number - _ROLL * frame))
        if words and 0 < base < height + size:
            left = (width - _measured(words, size)[1]) // 2
            _put(image, words, left, base, size, WHITE)
            box = _inked((width, height), words, left, base, size)
            if box[3] - box[1] >= 0.5 * size / height:
                seen.append(Letters("credits", words, box))
    return image, seen


def draw_sign(onto: Image, words: str, part: Extent, view: View) -> Box:
    """A wooden board with words on it, laid on a plate; where the words are, in heights of it.

    onto: that part of the plate; view: the camera that is to see it up on the right.
    """
    board, (x, y, wide, tall) = _board(words, max(8, round(_SIGN[2] / view.zoom * part.scale)))
    middle = view.x + _SIGN[0] / view.zoom, view.y + _SIGN[1] / view.zoom
    left = round((middle[0] - part.left) * part.scale) - board.shape[1] // 2
    top = round((middle[1] - part.top) * part.scale) - board.shape[0] // 2
    lay(board, onto, left, top)
    across, down = part.left + (left + x) / part.scale, part.top + (top + y) / part.scale
    return across, down, across + wide / part.scale, down + tall / part.scale


def seen_through(box: Box, view: View, shape: tuple[int, int]) -> Box | None:
    """A box of a plate in the picture (width, height) of a camera; None where it sticks out."""
    wide = view.zoom * shape[1] / shape[0]
    left, right = (0.5 + (x - view.x) * wide for x in (box[0], box[2]))
    top, bottom = (0.5 + (y - view.y) * view.zoom for y in (box[1], box[3]))
    inside = min(left, top) >= 0 and max(right, bottom) <= 1
    return (left, top, right, bottom) if inside else None


@lru_cache(maxsize=8)
def _board(words: str, tall: int) -> tuple[Image, tuple[int, int, int, int]]:
    """(H, W, 4) BGRA, and the box of its words in pixels: left, top, width, height."""
    size = max(6, round(tall * 0.55))
    wide = _measured(words, size)[1] + tall
    image = np.zeros((tall, wide, 4), np.uint8)
    image[:] = (*_DARK, 255)
    rim = max(1, tall // 18)
    image[rim : tall - rim, rim : wide - rim] = (*_BOARD, 255)
    face = np.ascontiguousarray(image[:, :, :3])
    _put(face, words, tall // 2, round(tall * 0.70), size, _DARK)
    image[:, :, :3] = face
    box = _inked((wide, tall), words, tall // 2, round(tall * 0.70), size)
    left, top, right, bottom = (round(s * n) for s, n in zip(box, (wide, tall) * 2, strict=True))
    return image, (left, top, right - left, bottom - top)


def _rimmed(onto: Image, words: str, left: int, base: int, size: int) -> None:
    rim = _rim(onto.shape[0])
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (-1, 1), (1, -1)):
        _put(onto, words, left + dx * rim, base + dy * rim, size, _DARK)
    _put(onto, words, left, base, size, WHITE)


def _rim(height: int) -> int:
    return max(1, round(height / 360))


def _put(onto: Image, words: str, left: int, base: int, size: int, colour: Colour) -> None:
    cv2.putText(onto, words, (left, base), colour, cv2.FontFace("sans"), size, _WEIGHT)


@lru_cache(maxsize=512)
def _inked(
    shape: tuple[int, int], words: str, left: int, base: int, size: int, rimmed: bool = False
) -> Box:
    """What the strokes fill of a picture (width, height), rim and all."""
    width, height = shape
    sheet = np.zeros((height, width, 3), np.uint8)
    _put(sheet, words, left, base, size, WHITE)
    x, y, wide, tall = cv2.boundingRect(sheet[:, :, 0])
    rim = _rim(height) if rimmed else 0
    return (
        max(0, x - rim) / width, max(0, y - rim) / height,
        min(width, x + wide + rim) / width, min(height, y + tall + rim) / height,
    )  # fmt: skip


def _measured(text: str, size: int) -> tuple[int, int]:
    """Left edge and width of a line of text, in pixels."""
    face = cv2.FontFace("sans")
    left, _, wide, _ = cv2.getTextSize((4096, 4096), text, (0, 0), face, size, _WEIGHT)
    return int(left), int(wide)
