"""Overlays: text and marks over the film. They change by themselves and make no new picture."""

from __future__ import annotations

from collections.abc import Callable
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
Colour = tuple[int, int, int]
_AROUND: Final = ((-1, -1), (-1, 1), (1, -1), (1, 1), (-1, 0), (1, 0), (0, -1), (0, 1))


@dataclass(frozen=True, slots=True)
class Pen:
    """How text is written. height: of a capital; outline: its width, in pixels, black."""

    height: float
    font: int
    colour: Colour = White
    outline: int = 1

    def write(self, image: Image, text: str, at: tuple[int, int]) -> None:
        """Write on the picture. at: left end of the base line."""
        for across, down in _AROUND if self.outline else ():
            place = at[0] + across * self.outline, at[1] + down * self.outline
            self._write(image, text, place, (0, 0, 0))
        self._write(image, text, at, self.colour)

    def _write(self, image: Image, text: str, at: tuple[int, int], colour: Colour) -> None:
        scale, thick = self.height / 22, max(1, round(self.height / 12))
        cv2.putText(image, text, at, self.font, scale, colour, thick, cv2.LINE_AA)

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


def _logo(seen: float, setting: Setting) -> Look:
    """A channel's mark in a corner. seen: its opacity."""
    width, height = setting.size
    side = max(12, round(height * setting.random.uniform(0.1, 0.18)))
    corner = setting.random.integers(2, size=2)
    left = 6 + int(corner[0]) * (width - side - 12)
    top = 6 + int(corner[1]) * (height - side - 12)
    colour = tuple(int(c) for c in setting.random.integers(120, 256, 3))

    def apply(image: Image, n: int) -> Image:
        del n
        picture = image.copy()
        place = picture[top : top + side, left : left + side]
        mark = place.copy()
        cv2.circle(mark, (side // 2, side // 2), side // 2 - 1, colour, -1, cv2.LINE_AA)
        cv2.circle(mark, (side // 2, side // 2), side // 4, (20, 20, 20), -1, cv2.LINE_AA)
        place[:] = cv2.addWeighted(mark, seen, place, 1 - seen, 0)
        return picture

    return Look(apply, f"logo({side} px, opacity {seen})", alike=True)


def _watermark(setting: Setting) -> Look:
    """Half-transparent text across the middle."""
    width, height = setting.size
    seen = float(setting.random.uniform(0.2, 0.5))
    writer = Pen(height * 0.12, cv2.FONT_HERSHEY_DUPLEX, outline=0)
    mark = np.zeros((height, width, 3), np.uint8)
    text = "PREVIEW COPY"
    writer.write(mark, text, ((width - writer.width(text)) // 2, round(height * 0.55)))
    added = (mark * np.float32(seen)).astype(np.uint8)

    def apply(image: Image, n: int) -> Image:
        del n
        return np.asarray(cv2.add(image, added), np.uint8)

    return Look(apply, f"watermark(opacity {seen:.2f})", alike=True)


def _ticker(setting: Setting) -> Look:
    """News that run from right to left along the lower edge."""
    width, height = setting.size
    strip = round(height * 0.09)
    writer = Pen(strip * 0.55, cv2.FONT_HERSHEY_SIMPLEX, outline=0)
    text = sentence(setting.random, 40)
    length = writer.width(text) + width
    band = np.full((strip, length, 3), (90, 30, 20), np.uint8)
    writer.write(band, text, (0, round(strip * 0.75)))
    speed = float(setting.random.uniform(60, 160))  # pixels a second
    top = height - strip - int(setting.random.integers(0, 8))

    def apply(image: Image, n: int) -> Image:
        picture = image.copy()
        rolled = np.arange(width) + round(n / setting.rate * speed)
        picture[top : top + strip] = band[:, rolled % length]
        return picture

    return Look(apply, f"ticker({speed:.0f} px/s)")


def _counter(name: str, say: Callable[[Setting, int], str], setting: Setting) -> Look:
    """A text that counts. say: the text of a frame."""
    height = setting.size[1]
    writer = pen(setting, 0.055)
    upper = bool(setting.random.random() < 0.5)
    base = round(height * (0.1 if upper else 0.96))
    left = int(setting.random.integers(4, max(5, setting.size[0] // 2)))
    boxed = bool(setting.random.random() < 0.5)

    def apply(image: Image, n: int) -> Image:
        picture, text = image.copy(), say(setting, n)
        if boxed:
            top = max(0, base - round(height * 0.07))
            picture[top : base + 4, left - 3 : left + writer.width(text) + 6] = 0
        writer.write(picture, text, (left, base))
        return picture

    return Look(apply, name)


def _timecode(setting: Setting, n: int) -> str:
    beat = max(1, round(setting.rate))
    seconds = n // beat
    return f"{seconds // 3600 + 1:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{n % beat:02d}"


def _wall_clock(setting: Setting, n: int) -> str:
    seconds = 8 * 3600 + int(n / setting.rate)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _speedrun(setting: Setting, n: int) -> str:
    time = n / setting.rate
    return f"{int(time) // 60}:{time % 60:05.2f}"


def _karaoke(setting: Setting) -> Look:
    """Lines of a song, filled with colour from left to right as they are sung."""
    told, (width, height) = lines(setting), setting.size
    plain, sung = (Pen(height * 0.07, cv2.FONT_HERSHEY_DUPLEX, c) for c in (White, (60, 120, 255)))
    base = round(height * 0.93)

    def apply(image: Image, n: int) -> Image:
        shown = [line for line in told if line.start <= n < line.end]
        if not shown:
            return image
        line, picture = shown[0], image.copy()
        left = (width - plain.width(line.text)) // 2
        plain.write(picture, line.text, (left, base))
        filled = picture.copy()
        sung.write(filled, line.text, (left, base))
        share = (n - line.start + 1) / (line.end - line.start)
        edge = min(width, max(0, left) + round(plain.width(line.text) * share))
        picture[:, :edge] = filled[:, :edge]
        return picture

    return Look(apply, f"karaoke({len(told)} lines)")


OVERLAYS: Final[dict[str, Make]] = {
    "subtitles": partial(_subtitles, 0.93),
    "subtitles_upper": partial(_subtitles, 0.12),
    "logo": partial(_logo, 1.0),
    "logo_faint": partial(_logo, 0.4),
    "watermark": _watermark,
    "ticker": _ticker,
    "timecode": partial(_counter, "timecode", _timecode),
    "clock": partial(_counter, "clock", _wall_clock),
    "speedrun_timer": partial(_counter, "speedrun_timer", _speedrun),
    "karaoke": _karaoke,
}
"""Overlays by name."""
