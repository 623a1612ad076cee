"""The exposure sheet: how long each drawing is held, and what faces do at each drawing."""

from __future__ import annotations

from typing import Final

import numpy as np

from sakuga.studio.recipe import EXPOSURES

_PHRASE: Final = ("small", "open", "wide", "open", "small", "closed")
_BLINK: Final = ("half", "shut", "half")


def drawing_starts(exposure: str, frames: int, seed: int) -> list[int]:
    """For each frame of a shot, the frame at which the drawing on the sheet began."""
    if exposure == "hold":
        return [0] * frames
    random = np.random.default_rng([seed, 11])
    starts: list[int] = []
    while len(starts) < frames:
        held = EXPOSURES[exposure] or int(random.choice([1, 2, 2, 3, 3, 4, 6]))
        starts += [len(starts)] * held
    return starts[:frames]


def mouths(drawings: int, talk: bool, rest: str, seed: int) -> list[str]:
    """The mouth at each drawing: cycles of 1-2-3-2-1 with pauses, or the mouth at rest."""
    if not talk:
        return [rest] * drawings
    random = np.random.default_rng([seed, 12])
    row: list[str] = []
    while len(row) < drawings:
        row += _PHRASE[: int(random.integers(3, 7))]
        row += ["closed"] * int(random.choice([0, 0, 1, 3]))
    return row[:drawings]


def eyes(starts: list[int], blink: bool, seed: int) -> list[str]:
    """The eyes at each drawing: open, with a blink every one to four seconds."""
    row = ["open"] * len(starts)
    if not blink:
        return row
    random = np.random.default_rng([seed, 13])
    due = int(random.integers(8, 40))
    for number, start in enumerate(starts):
        if start >= due and number + len(_BLINK) <= len(row):
            row[number : number + len(_BLINK)] = _BLINK
            due = start + int(random.integers(28, 90))
    return row
