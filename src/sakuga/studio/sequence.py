"""A drawn film before it is encoded, and the truth about a file made from one.

`styles` draw sequences, `wear` changes them as the world does and writes the file. T film frames,
N file frames.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

REPEAT: Final = 0
NEW: Final = 1
MIXED: Final = 2
UNSCORED: Final = -1
"""States of a file frame: it repeats the picture before it, it shows a new picture, it bears two
pictures at once (blended or combed), or nobody can say."""

TransitionKind = Literal[
    "dissolve", "fade_black", "fade_white", "wipe", "iris", "page_turn", "blur"
]


@dataclass(frozen=True, slots=True)
class Span:
    """Frames [start, end) bear a transition between two shots."""

    start: int
    end: int
    kind: TransitionKind


@dataclass(frozen=True, slots=True)
class Sequence:
    """A film of T frames at its own rate, with exact truth.

    frames: T pictures, (H, W, 3) uint8 BGR; a picture that is held is the same object again.
    picture: (T,) changes where anything in the picture changes, the camera included.
    cel: (T,) changes where a drawing changes; a camera move alone does not change it.
    shot: (T,) index of the shot; in a transition the earlier shot's up to its middle.
    spans: transitions; a shot that is entered by no span is entered by a hard cut.
    flashes: frames that a flash or a strobe covers; they are no cuts.
    exposures, cel_exposures: film frames that most pictures (drawings) of a shot are held; 0: the
    shot shows one picture; None: not scored.
    """

    frames: list[Image]
    rate: Fraction
    picture: NDArray[np.int32]
    cel: NDArray[np.int32]
    shot: NDArray[np.int32]
    exposures: list[int | None]
    cel_exposures: list[int | None]
    style: str
    seed: int
    spans: list[Span] = field(default_factory=list)
    flashes: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WornTruth:
    """The truth about a file, in the file's own frame numbers.

    cuts: first frames of new shots; x.5: frame x bears both shots. spans: [start, end, kind].
    states, cel_states: (N,) REPEAT, NEW, MIXED or UNSCORED against the frame before; the first
    frame is NEW. source: (N,) the film frame that each file frame shows, a fraction for a mix.
    film_rate, file_rate: frames a second, as a fraction in text. wears: names with parameters.
    exposures, cel_exposures: per shot, in film frames; null: not scored.
    """

    file: str
    style: str
    seed: int
    wears: list[str]
    film_rate: str
    file_rate: str
    cuts: list[float]
    spans: list[list[int | str]]
    flashes: list[int]
    states: list[int]
    cel_states: list[int]
    source: list[float]
    exposures: list[int | None]
    cel_exposures: list[int | None]

    def write(self, path: Path) -> None:
        """Write the page as JSON."""
        path.write_text(json.dumps(asdict(self), separators=(",", ":")), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> WornTruth:
        """Read a page that `write` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))
