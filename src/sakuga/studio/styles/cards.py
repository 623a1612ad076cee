"""Cards: titles, intertitles and credits, held, cut, rolled, typed or laid over a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from sakuga.studio.styles import moves
from sakuga.studio.styles.look import Colour, Image, Look, Random, darker, grey, mixed
from sakuga.studio.styles.pen import Pen
from sakuga.studio.styles.script import Call
from sakuga.studio.styles.shots import Plate, Shot, Sketch, Track, over
from sakuga.studio.styles.timing import even

_ENDS: Final = ("ton", "berg", "sen", "ko", "ini", "ard", "ley", "wood", "ova", "mann", "ez", "a")
_STARTS: Final = ("Mar", "Hol", "Ta", "Gre", "Fin", "Ros", "Al", "Ber", "Ka", "Lo", "Vi", "Sam")
_JOBS: Final = (
    "Director", "Key animation", "In-betweens", "Backgrounds", "Ink and paint", "Music", "Voices",
    "Camera", "Editing", "Story", "Layout", "Colour design", "Producer",
)  # fmt: skip
_WORDS: Final = (
    "the", "last", "house", "moon", "of", "river", "a", "small", "night", "and", "bear", "under",
    "winter", "song", "red", "shoes", "who", "came", "back", "in", "morning", "never", "sky",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Type:
    """How words are set. font: of OpenCV; scale: heights of the picture of a capital; align: 0
    left, 0.5 centred, 1 right."""

    font: int
    scale: float
    colour: Colour
    align: float
    rim: Colour | None


def _name(random: Random) -> str:
    parts = [str(random.choice(_STARTS)) + str(random.choice(_ENDS)) for _ in range(2)]
    return " ".join(parts)


def sentence(random: Random, words: int) -> str:
    """Words by lot, the first with a capital."""
    text = " ".join(str(word) for word in random.choice(_WORDS, words))
    return text[0].upper() + text[1:]


def _type(random: Random, look: Look, ground: Colour) -> Type:
    light = grey(ground)[0] < 120
    colour: Colour = (245, 245, 245) if light else (20, 20, 20)
    if random.random() < 0.35 and look.fill == "colour":
        accent = look.palette.accents[int(random.integers(8))]
        colour = mixed(accent, colour, 0.45)
    rim = darker(ground, 0.7) if random.random() < 0.3 and light else None
    return Type(int(random.integers(0, 8)), float(random.uniform(0.045, 0.1)), colour,
                float(random.choice([0.5, 0.5, 0.5, 0.0, 1.0])), rim)  # fmt: skip


def write(image: Image, words: str, how: Type, x: float, y: float, unit: float) -> None:
    """Words with their base line's anchor at pixel (x, y); unit: pixels of a picture's height."""
    scale = how.scale * unit / 22
    (wide, _), _ = cv2.getTextSize(words, how.font, scale, 1)
    at = round(x - wide * how.align), round(y)
    ink = how.colour if image.shape[2] == 3 else (*how.colour, 255)
    if how.rim is not None:
        for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1), (1, 1)):
            rim = how.rim if image.shape[2] == 3 else (*how.rim, 255)
            place = at[0] + dx, at[1] + dy
            cv2.putText(image, words, place, how.font, scale, rim, 1, cv2.LINE_AA)
    cv2.putText(image, words, at, how.font, scale, ink, 1, cv2.LINE_AA)


def _ground(random: Random, look: Look) -> tuple[Plate | None, Colour]:
    """A plain card, a card with a frame, or the place itself (None)."""
    lot = float(random.random())
    if lot < 0.25:
        return None, look.palette.mid
    choices: list[Colour] = [(0, 0, 0), (0, 0, 0), (12, 12, 12), (245, 245, 245), look.palette.mid]
    choices.append(darker(look.palette.high, 0.5))
    tone = choices[int(random.integers(len(choices)))]
    ground = grey(tone) if look.ground in ("washed", "toned", "paper") else tone
    seed, framed = int(random.integers(2**31)), bool(random.random() < 0.4)
    grain = float(random.choice([0, 0, 2, 4]))

    def plate(_look: Look, size: tuple[int, int], unit: float) -> Image:
        image = np.full((size[1], size[0], 3), ground, np.float64)
        if grain:
            image += np.random.default_rng(seed).normal(0, grain, (size[1], size[0], 1))
        card = np.asarray(np.clip(image, 0, 255), np.uint8)
        if framed:
            rim = round(unit * 0.07)
            line = mixed(ground, (255, 255, 255) if grey(ground)[0] < 120 else (0, 0, 0), 0.6)
            far = size[0] - rim, size[1] - rim
            cv2.rectangle(card, (rim, rim), far, line, max(1, round(unit / 120)), cv2.LINE_AA)
        return card

    return plate, ground


def _block(random: Random) -> list[str]:
    """The lines of a card."""
    kind = str(random.choice(["title", "credit", "speech", "list"]))
    if kind == "title":
        return [sentence(random, int(random.integers(1, 4)))]
    if kind == "credit":
        return [str(random.choice(_JOBS)), "", _name(random)]
    if kind == "list":
        return [_name(random) for _ in range(int(random.integers(3, 8)))]
    return [sentence(random, int(random.integers(3, 6))) for _ in range(int(random.integers(1, 4)))]


def _lines(lines: list[str], how: Type, y: float = 0.5) -> Sketch:
    """The lines, centred about a height of the picture."""

    def draw(pen: Pen, _seconds: float, middle: tuple[float, float], unit: float) -> None:
        pitch = how.scale * 1.7
        for i, words in enumerate(lines):
            across = middle[0] + (how.align - 0.5) * unit * 1.5
            down = middle[1] + (y - 0.5 + (i - (len(lines) - 1) / 2) * pitch + how.scale / 2) * unit
            write(pen.image, words, how, across, down, unit)

    return draw


def _card(call: Call) -> Shot:
    """A card that is held, sometimes under a slow push."""
    random = call.random
    plate, ground = _ground(random, call.world.look)
    how = _type(random, call.world.look, ground)
    track = Track(_lines(_block(random), how), even(call.frames, call.frames))
    path = call.path(*("static",) * 6, "push")
    return replace(call.shot((track,), path, tags=("held card",)), plate=plate)


def _swap(call: Call) -> Shot:
    """Words that change over one ground."""
    random = call.random
    plate, ground = _ground(random, call.world.look)
    how = _type(random, call.world.look, ground)
    hold = int(random.choice([6, 8, 12, 18, 24, 36, 48]))
    cards = [_lines(_block(random), how) for _ in range(-(-call.frames // hold))]

    def draw(pen: Pen, s: float, middle: tuple[float, float], unit: float) -> None:
        cards[min(int(s * call.world.rate / hold + 1e-6), len(cards) - 1)](pen, s, middle, unit)

    return replace(call.shot((Track(draw, even(call.frames, hold)),), tags=("words",)), plate=plate)


def _roll(call: Call) -> Shot:
    """Credits that roll upwards, seldom sideways, over a plain ground or a still place."""
    random, size = call.random, call.world.size
    plate, ground = _ground(random, call.world.look)
    how = replace(_type(random, call.world.look, ground), align=0.5)
    how = replace(how, scale=min(how.scale, 0.06))
    lines = [line for _ in range(8) for line in (*_block(random), "")]
    unit = float(size[1])
    pitch = how.scale * 1.8 * unit
    tall = round(pitch * len(lines)) + 4
    sheet = np.zeros((tall, size[0], 4), np.uint8)
    for i, words in enumerate(lines):
        write(sheet, words, how, size[0] / 2, (i + 0.7) * pitch, unit)
    speed = float(random.uniform(0.08, 0.5)) * unit
    whole, start = bool(random.random() < 0.4), float(random.uniform(0.1, 0.9)) * unit

    def draw(pen: Pen, s: float, _middle: tuple[float, float], _unit: float) -> None:
        up = start - s * speed
        shift = np.array([[1.0, 0, 0], [0, 1.0, round(up) if whole else up]])
        seen = cv2.warpAffine(sheet, shift, pen.image.shape[1::-1])
        over(pen.image, np.asarray(seen, np.uint8))

    hold = int(random.choice([1, 1, 1, 2]))
    return replace(call.shot((Track(draw, even(call.frames, hold)),), tags=("roll",)), plate=plate)


def _typed(call: Call) -> Shot:
    """Letters that come one after the other."""
    random = call.random
    plate, ground = _ground(random, call.world.look)
    how = replace(_type(random, call.world.look, ground), align=0.0)
    words, hold = sentence(random, int(random.integers(3, 6))), int(random.choice([1, 2, 3, 4, 6]))
    start = int(random.integers(0, max(call.frames // 4, 1)))

    def draw(pen: Pen, s: float, middle: tuple[float, float], unit: float) -> None:
        shown = max(0, int((round(s * call.world.rate) - start) / hold))
        write(pen.image, words[:shown], how, middle[0] - 0.7 * unit, middle[1], unit)

    return replace(call.shot((Track(draw, even(call.frames, hold)),), tags=("typed",)), plate=plate)


def _slides(call: Call) -> Shot:
    """A title that slides or grows in, then stands; its place moves on below it or is held."""
    random = call.random
    plate, ground = _ground(random, call.world.look)
    how = replace(_type(random, call.world.look, ground), align=0.5)
    words, takes = sentence(random, 2), float(random.uniform(0.2, 1.0))
    kind, hold = str(random.choice(["slide", "grow", "drop"])), int(random.choice([1, 1, 2]))

    def draw(pen: Pen, s: float, middle: tuple[float, float], unit: float) -> None:
        share = min(s / takes, 1.0)
        left = (1 - share) ** 2
        x = middle[0] + (left * 1.4 * unit if kind == "slide" else 0)
        y = middle[1] - (left * 0.7 * unit if kind == "drop" else 0)
        set_in = replace(how, scale=how.scale * (0.1 + 0.9 * share)) if kind == "grow" else how
        write(pen.image, words, set_in, x, y, unit)

    return replace(
        call.shot(
            (Track(draw, even(call.frames, hold)),), moves.rest(call.frames), tags=("slides",)
        ),
        plate=plate,
    )


CARDS: Final[dict[str, Callable[[Call], Shot]]] = {
    "card": _card, "swap": _swap, "roll": _roll, "typed": _typed, "slides": _slides,
}  # fmt: skip
"""Kinds of shots with words."""
