"""Recordings of a screen: the film in a window on a desktop, or in a player with its controls."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from sakuga.studio.sequence import Image
from sakuga.studio.wear.look import Look, Setting, even

_TITLE: Final = 18  # pixels of a window's title bar
_BAR: Final = 24  # pixels of a task bar, or of a player's controls
_GREY: Final = (200, 200, 200)
_RED: Final = (40, 40, 220)


def desktop(setting: Setting) -> Look:
    """The film in a window on a desktop with icons and a still task bar."""
    width, height = setting.size
    size = even(width * 1.5), even(height * 1.5)
    at = int(size[0] * 0.25), int(size[1] * 0.1) + _TITLE
    ground = _desk(setting, size)
    _window(ground, at, (width, height))

    def apply(image: Image, n: int) -> Image:
        del n
        picture = ground.copy()
        picture[at[1] : at[1] + height, at[0] : at[0] + width] = image
        return picture

    return Look(apply, f"desktop({size[0]}x{size[1]})", alike=True)


def _desk(setting: Setting, size: tuple[int, int]) -> Image:
    few = setting.random.integers(60, 190, (3, 4, 3), dtype=np.uint8)
    ground = np.asarray(cv2.resize(few, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    for row in range(max(1, (size[1] - _BAR) // 44)):
        _icon(setting, ground, (10, 8 + 44 * row))
    ground[-_BAR:] = (48, 40, 36)
    for column in range(6):
        _icon(setting, ground, (8 + 30 * column, size[1] - _BAR + 4), 16)
    at = size[0] - 44, size[1] - 8
    cv2.putText(ground, "14:07", at, cv2.FONT_HERSHEY_SIMPLEX, 0.4, _GREY, 1, cv2.LINE_AA)
    return ground


def _icon(setting: Setting, ground: Image, at: tuple[int, int], side: int = 26) -> None:
    colour = tuple(int(c) for c in setting.random.integers(0, 256, 3))
    corner = at[0] + side, at[1] + side
    cv2.rectangle(ground, at, corner, colour, -1)
    cv2.circle(ground, (at[0] + side // 2, at[1] + side // 2), side // 3, _GREY, -1, cv2.LINE_AA)


def _window(ground: Image, at: tuple[int, int], size: tuple[int, int]) -> None:
    """Frame and title bar about the film's place."""
    (left, top), (width, height) = at, size
    cv2.rectangle(ground, (left - 2, top - _TITLE), (left + width + 1, top + height + 1), _GREY, -1)
    title = left + 4, top - 5
    cv2.putText(ground, "film.mp4", title, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1, cv2.LINE_AA)
    for place, colour in enumerate((_RED, (60, 190, 230), (80, 180, 60))):
        cv2.circle(ground, (left + width - 10 - 14 * place, top - 9), 4, colour, -1, cv2.LINE_AA)


def player(setting: Setting) -> Look:
    """A player's controls under the film, with a progress bar that moves and the time."""
    width, height = setting.size
    size = even(width), even(height + _BAR)
    total = setting.count / setting.rate

    def apply(image: Image, n: int) -> Image:
        picture = np.full((size[1], size[0], 3), 24, np.uint8)
        picture[:height, :width] = image
        _controls(picture, height, n / max(setting.count - 1, 1))
        at = 24, height + 19
        text = f"{_clock(n / setting.rate)} / {_clock(total)}"
        cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.35, _GREY, 1, cv2.LINE_AA)
        return picture

    return Look(apply, "player")


def _controls(picture: Image, top: int, share: float) -> None:
    """The progress bar and the mark of playing. share: of the film that has been shown."""
    width = picture.shape[1]
    done = 4 + round((width - 9) * share)
    picture[top + 4 : top + 7, 4 : width - 4] = 90
    picture[top + 4 : top + 7, 4:done] = _RED
    cv2.circle(picture, (done, top + 5), 4, _RED, -1, cv2.LINE_AA)
    mark = np.array([[8, top + 11], [8, top + 21], [17, top + 16]], np.int32)
    cv2.fillPoly(picture, [mark], _GREY)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
