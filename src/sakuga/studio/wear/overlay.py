"""Overlays: text and marks over the film. They change by themselves and make no new picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

import cv2
import numpy as np

from sakuga.studio.sequence import Image
from sakuga.studio.wear.look import Look, Make, Setting

FONTS: Final = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
)
WORDS: Final = (
    *("where", "are", "you", "going", "wait", "for", "me", "never", "look", "at", "that", "moon"),
    *("again", "who", "was", "it", "we", "have", "to", "leave", "before", "they", "come", "home"),
    *("yes", "no", "what", "did", "she", "see", "in", "the", "old", "house"),
)
White = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Pen:
    """How text is written. height: of a capital, in pixels."""

    height: float
    font: int
    colour: tuple[int, int, int] = White
    outline: int = 2

    def write(self, image: Image, text: str, at: tuple[int, int]) -> None:
        """Write on the picture. at: left end of the base line."""
        scale, thick = self.height / 22, max(1, round(self.height / 12))
        if self.outline:
            edge = thick + 2 * self.outline
            cv2.putText(image, text, at, self.font, scale, (0, 0, 0), edge, cv2.LINE_AA)
        cv2.putText(image, text, at, self.font, scale, self.colour, thick, cv2.LINE_AA)

    def width(self, text: str) -> int:
        """Pixels that a text takes."""
        thick = max(1, round(self.height / 12))
        return int(cv2.getTextSize(text, self.font, self.height / 22, thick)[0][0])


def pen(setting: Setting, share: float) -> Pen:
    """A pen of random font and colour. share: of a capital in the picture's height."""
    shades = (White, White, (0, 255, 255), (200, 255, 255), (255, 255, 128))
    colour = shades[setting.random.integers(len(shades))]
    return Pen(setting.size[1] * share, FONTS[setting.random.integers(len(FONTS))], colour)


def sentence(random: np.random.Generator, words: int) -> str:
    """Some words in a row."""
    return " ".join(WORDS[n] for n in random.integers(0, len(WORDS), words)).capitalize()


@dataclass(frozen=True, slots=True)
class Line:
    """A subtitle on frames [start, end)."""

    start: int
    end: int
    text: str


def lines(setting: Setting) -> list[Line]:
    """Subtitles of 0.8 to 3 s with gaps of up to 1.5 s, whenever they like."""
    found, at = list[Line](), setting.random.uniform(0, 1.0)
    while at * setting.rate < setting.count:
        length = setting.random.uniform(0.8, 3.0)
        ends = round(at * setting.rate), round((at + length) * setting.rate)
        words = int(setting.random.integers(2, 8))
        found.append(Line(ends[0], ends[1], sentence(setting.random, words)))
        at += length + setting.random.choice([0.0, setting.random.uniform(0.1, 1.5)])
    return found


def _subtitles(share: float, setting: Setting) -> Look:
    """Subtitles that come and go. share: where the base line stands in the picture's height."""
    told, width = lines(setting), setting.size[0]
    writer = pen(setting, 0.06)
    base = round(setting.size[1] * share)

    def apply(image: Image, n: int) -> Image:
        shown = [line for line in told if line.start <= n < line.end]
        if not shown:
            return image
        picture = image.copy()
        for line in shown:
            writer.write(picture, line.text, ((width - writer.width(line.text)) // 2, base))
        return picture

    return Look(apply, f"subtitles({len(told)}, base line {share})")


OVERLAYS: Final[dict[str, Make]] = {
    "subtitles": partial(_subtitles, 0.93),
    "subtitles_upper": partial(_subtitles, 0.12),
}
"""Overlays by name."""
