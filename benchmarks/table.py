"""What every benchmark gives: lines of a table, each with the bar it is held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

YES_NO = ("no", "yes")


@dataclass(frozen=True)
class Line:
    """One measured figure and its bar."""

    what: str
    figure: float
    sense: Literal[">=", "<="]
    bar: float

    @property
    def met(self) -> bool:
        """True where the figure is on the right side of its bar."""
        return self.figure >= self.bar if self.sense == ">=" else self.figure <= self.bar


def markdown(lines: Iterable[Line]) -> str:
    """The lines as a Markdown table."""
    rows = [
        f"| {line.what} | {line.figure:.3f} | {line.sense} {line.bar:g} | {YES_NO[line.met]} |"
        for line in lines
    ]
    return "\n".join(["| what | measured | bar | met |", "| --- | --- | --- | --- |", *rows])
