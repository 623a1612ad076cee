"""A shot's exposure sheet: a cell for every time that a drawing appears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sakuga.report.shots import Shot

FRAME = 14  # pixels that one frame is wide, where there is room
DIGIT, GAP, SIGN = 6, 5, 9  # pixels of a label's digits, of what keeps labels apart, of a sign
JITTER = 0.1  # frames; containers round their times
UNSURE = 0.75  # decisions below this are marked


@dataclass(frozen=True, slots=True)
class Cell:
    """A drawing from one frame on, for `hold` frames. `sure` is None where nobody decided.

    span: how long it stands in frames of the film; differs where the file leaves repeats out.
    """

    frame: int
    hold: int
    span: float
    drawing: int
    returns: bool
    sure: float | None

    @property
    def unsure(self) -> bool:
        """True where the decision may well be wrong."""
        return self.sure is not None and self.sure < UNSURE

    @property
    def words(self) -> str:
        """All of it in a line."""
        held = "1 frame" if self.hold == 1 else f"{self.hold} frames"
        if self.span != self.hold:
            held += f", as long as {self.span:.3g}"
        again = " again" if self.returns else ""
        sure = "" if self.sure is None else f" · {self.sure:.0%} sure"
        return f"frame {self.frame} · drawing {self.drawing}{again} · held {held}{sure}"

    @property
    def label_width(self) -> int:
        """Pixels that its number needs."""
        return DIGIT * len(str(self.drawing)) + GAP + SIGN * self.returns + DIGIT * self.unsure


def cells_of(shot: Shot) -> list[Cell]:
    """Every cell of a shot; one for all of it where its drawings are not known."""
    keys, start = shot.keyframes, shot.clip.start
    if keys is None or not len(keys.frames):
        return [Cell(start, shot.frames, _span(shot, start, shot.frames), 1, False, None)]
    seen: set[int] = set()
    cells: list[Cell] = []
    each = zip(keys.frames.tolist(), keys.holds.tolist(), keys.drawings.tolist(), strict=True)
    for frame, hold, drawing in each:
        sure = float(keys.confidence[frame - start])
        span = _span(shot, frame, hold)
        cells.append(Cell(frame, hold, span, drawing, drawing in seen, sure))
        seen.add(drawing)
    return cells


def _span(shot: Shot, frame: int, hold: int) -> float:
    if shot.times is None:
        return hold
    first = frame - shot.clip.start
    span = float(shot.times[first + hold] - shot.times[first])
    return round(span) if abs(span - round(span)) < JITTER else round(span, 2)


def labels(cells: Sequence[Cell]) -> list[bool]:
    """Which cells show their number: where it fits, and every fifth where it overlaps no other."""
    free, at = 0.0, 0.0
    shown: list[bool] = []
    for cell in cells:
        fits = cell.span * FRAME >= cell.label_width
        fifth = cell.drawing % 5 == 0 and not cell.returns
        shown.append(at >= free and (fits or fifth))
        if shown[-1]:
            free = at + cell.label_width
        at += cell.span * FRAME
    return shown


def first_whole(cells: Sequence[Cell], body_start: int) -> Cell:
    """The first cell that no opening transition covers; the first of all where each is covered."""
    return next((cell for cell in cells if cell.frame >= body_start), cells[0])
