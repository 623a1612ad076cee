"""The truth about a file: a JSON page beside it, in the file's own frame numbers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Final, TypedDict

from sakuga.studio.camera import REFERENCE
from sakuga.studio.cast import Ready
from sakuga.studio.compose import FrameTruth
from sakuga.studio.lettering import Letters
from sakuga.studio.sentences import outfit, sentence

_GAPS: Final = {1: "ones", 2: "twos", 3: "threes", 4: "fours"}


class Transition(TypedDict):
    kind: str
    start: int
    end: int


class Person(TypedDict):
    name: str
    kind: str
    hair: str
    hair_colour: str
    outfit: str
    outfit_colours: list[str]
    action: str
    talks: bool


class Move(TypedDict):
    move: str
    amount: list[float]
    exposure: int


class ShotTruth(TypedDict):
    index: int
    start: int
    end: int
    boundary: str
    exposure: str
    exposure_measured: str
    framing: str
    camera: Move
    characters: list[Person]
    actions: list[str]
    effects: list[str]
    place: str
    time: str
    colours: list[str]
    text: str
    sentence: str


class Lettering(TypedDict):
    kind: str
    words: str
    box: list[float]
    start: int
    end: int


class Line(TypedDict):
    shot: int
    picture: str
    drawing: int
    new: bool
    pct_pixels_changed: float
    causes: list[str]
    pts: int


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a written film. Frame numbers count the file's frames; spans are half-open.

    cuts: first frame of each shot entered by a hard cut; pulldown: frames that repeat the one
    before only because of the pulldown, None without one; pts in per_frame: frames of the rate; a
    shot's exposure is the exposure sheet's (hold when no drawing changes), exposure_measured what
    most gaps between drawings came to; letters: text that stands unmoved in frames [start, end),
    its box in shares of the picture; frames that a transition mixes are left out.
    """

    file: str
    sha256: str
    seed: int
    frames: int
    frame_rate: str
    width: int
    height: int
    encoding: dict[str, str | int | float | bool | None]
    cuts: list[int]
    transitions: list[Transition]
    shots: list[ShotTruth]
    per_frame: list[Line]
    pulldown: list[int] | None
    covers: list[list[int]] = field(default_factory=list)
    flashes: list[int] = field(default_factory=list)
    whips: list[list[int]] = field(default_factory=list)
    letters: list[Lettering] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write the page as JSON."""
        path.write_text(json.dumps(asdict(self), separators=(",", ":")), encoding="utf-8")


class Ledger:
    """Collects the truth of a file frame by frame."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.duplicates: list[int] = []
        self._truths: list[FrameTruth] = []

    def add(self, truth: FrameTruth, pts: int, duplicate: bool = False) -> None:
        """The next frame of the file. duplicate: it only repeats the one before (pulldown)."""
        if duplicate:
            self.duplicates.append(len(self.lines))
        self._truths.append(truth)
        self.lines.append(
            Line(
                shot=truth.shot,
                picture=truth.picture,
                drawing=truth.drawing,
                new=truth.new and not duplicate,
                pct_pixels_changed=0.0 if duplicate else truth.pct_pixels_changed,
                causes=[] if duplicate else list(truth.causes),
                pts=pts,
            )
        )

    def cuts(self) -> list[int]:
        """First frames of shots entered by a hard cut."""
        pairs = enumerate(pairwise(self._truths), 1)
        return [
            i for i, (a, b) in pairs if a.shot != b.shot and not a.transition and not b.transition
        ]

    def transitions(self) -> list[Transition]:
        """Spans of mixed frames."""
        named = [truth.transition for truth in self._truths]
        return [Transition(kind=named[a], start=a, end=b) for a, b in _spans(named)]

    def covers(self) -> list[list[int]]:
        """Spans in which something covers the whole picture."""
        return [[a, b] for a, b in _spans(["x" if t.covered else "" for t in self._truths])]

    def whips(self) -> list[list[int]]:
        """Spans of whip pans."""
        marks = ["x" if truth.whipped else "" for truth in self._truths]
        for duplicate in self.duplicates:
            marks[duplicate] = marks[duplicate] or marks[duplicate - 1]
        return [[a, b] for a, b in _spans(marks)]

    def flashes(self) -> list[int]:
        """Frames that are a flash, an impact frame or lit by lightning."""
        return [index for index, truth in enumerate(self._truths) if truth.flashed]

    def letters(self) -> list[Lettering]:
        """Text, and from which frame to which it stands unmoved."""
        open_, found = dict[Letters, Lettering](), list[Lettering]()
        for index, truth in enumerate(self._truths):
            for text in truth.letters:
                if text in open_ and open_[text]["end"] == index:
                    open_[text]["end"] = index + 1
                    continue
                box = [round(side, 5) for side in text.box]
                open_[text] = Lettering(
                    kind=text.kind, words=text.words, box=box, start=index, end=index + 1
                )
                found.append(open_[text])
        return found

    def shots(self, shots: Sequence[Ready], height: int) -> list[ShotTruth]:
        """Every shot that has a frame in the file."""
        first: dict[int, int] = {}
        count = Counter(line["shot"] for line in self.lines)
        for index, line in enumerate(self.lines):
            first.setdefault(line["shot"], index)
        spans = {shot: (start, start + count[shot]) for shot, start in first.items()}
        return [
            _shot(shots[n], n, span, self._measured(*span), height) for n, span in spans.items()
        ]

    def _measured(self, start: int, end: int) -> str:
        """The exposure of the drawings as they came out: most gaps between two of them."""
        part = self._truths[start:end]
        acted = sorted({truth.index for truth in part if truth.acted and not truth.transition})
        gaps = Counter(b - a for a, b in pairwise(acted))
        if not acted:
            return "hold"
        if not gaps:
            return "mixed"
        gap, times = gaps.most_common(1)[0]
        return _GAPS.get(gap, "mixed") if times >= 0.8 * gaps.total() else "mixed"


def _spans(marks: Sequence[str]) -> list[tuple[int, int]]:
    """Runs of one and the same mark that is not empty."""
    found: list[tuple[int, int]] = []
    for index, mark in enumerate(marks):
        if not mark:
            continue
        if found and found[-1][1] == index and marks[index - 1] == mark:
            found[-1] = (found[-1][0], index + 1)
        else:
            found.append((index, index + 1))
    return found


def _shot(shot: Ready, index: int, span: tuple[int, int], measured: str, height: int) -> ShotTruth:
    people = [role.who for role in shot.roles]
    return ShotTruth(
        index=index,
        start=span[0],
        end=span[1],
        boundary=shot.boundary.kind,
        exposure="hold" if measured == "hold" else shot.exposure,
        exposure_measured=measured,
        framing=shot.framing,
        camera=_move(shot, height),
        characters=[_person(shot, number) for number in range(len(shot.roles))],
        actions=_actions(shot),
        effects=[effect.kind for effect in shot.effects],
        place=shot.place,
        time=shot.time,
        colours=list(
            dict.fromkeys(
                c for one in people for c in (one.hair_colour, one.top, one.bottom, one.accent)
            )
        ),
        text=shot.text,
        sentence=sentence(shot),
    )


def _move(shot: Ready, height: int) -> Move:
    """amount: pixels right, pixels down, times bigger less 1; per frame."""
    camera = shot.camera
    scale = height / REFERENCE if camera.move in ("shake", "whip") else 1.0
    amount = [camera.dx * scale, camera.dy * scale, camera.zoom]
    return Move(move=camera.move, amount=amount, exposure=camera.exposure)


def _person(shot: Ready, number: int) -> Person:
    role = shot.roles[number]
    return Person(
        name=role.who.name,
        kind=role.who.kind,
        hair=role.who.hair,
        hair_colour=role.who.hair_colour,
        outfit=outfit(role.who),
        outfit_colours=[role.who.top, role.who.bottom, role.who.accent],
        action=role.action,
        talks=role.talk,
    )


def _actions(shot: Ready) -> list[str]:
    if shot.exposure == "hold":
        return ["hold"]
    deeds = [role.action for role in shot.roles] + ["talk" for role in shot.roles if role.talk]
    return list(dict.fromkeys(deeds))


def rate_text(rate: Fraction) -> str:
    """`24000/1001`."""
    return f"{rate.numerator}/{rate.denominator}"
