"""A film in which all the text is known: a title, subtitles, signs, rolling credits, a logo."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from sakuga.studio.cast import fill
from sakuga.studio.recipe import Camera, Film, Shot

_LINES: Final = (
    "Wait for me!", "Have you seen my hat?", "It is getting late.", "I knew you would come.",
    "The last train leaves at nine.", "Nobody told me.",
)  # fmt: skip
_SIGNS: Final = ("BAKERY", "STATION", "HOTEL", "NOODLES", "BOOKS")
_TITLES: Final = ("Snow Day", "The Long Way Home", "Part Two")
_STATIONS: Final = ("TV9", "SAKU", "ANI+")
_CREDITS: Final = (
    "Directed by", "Mika Aalto", "", "Storyboard", "Jonas Weber", "", "Key animation",
    "Ana Prado", "Kenji Mori", "Lise Martin", "", "Backgrounds", "Olga Petrova", "",
    "Music", "Sam Okafor",
)  # fmt: skip


def lettered(
    seed: int, width: int = 854, height: int = 480, frames: int = 40, logo: bool = False
) -> Film:
    """A title, then twelve shots by lot, a third of them subtitled, two with a sign; then credits.

    frames: of each of them; the credits last four times as long. logo: a mark stands over all.
    """
    random = np.random.default_rng([seed, 61])
    lines = random.permutation(len(_LINES))
    signs = random.permutation(len(_SIGNS))
    shots = [_quiet(int(random.integers(2**31)), frames) for _ in range(12)]
    for number, at in enumerate((1, 4, 5, 9)):
        shots[at] = replace(shots[at], text=_LINES[int(lines[number])])
    for number, at in enumerate((2, 7)):
        camera = Camera("pan", dx=0.5) if number else Camera()
        shots[at] = replace(
            shots[at], sign=_SIGNS[int(signs[number])], framing="wide", camera=camera
        )
    title = Shot(1, frames, "title", text=_TITLES[seed % len(_TITLES)])
    rolling = Shot(2, 4 * frames, "credits", text="\n".join(_CREDITS))
    mark = _STATIONS[seed % len(_STATIONS)] if logo else ""
    return Film(seed, (title, *shots, rolling), width, height, logo=mark)


def _quiet(seed: int, frames: int) -> Shot:
    """A shot by lot without effects, and with a camera that stands still."""
    chosen = fill(Shot(seed, frames))
    return Shot(seed, frames, chosen.place, camera=Camera(), effects=(), mover=0)
